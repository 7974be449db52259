package browser

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
)

// answer is the actor's page as expressions read it: as it is when they ask.
type answer struct{ state *state }

var _ session.Answer = (*answer)(nil)

// pageData is what a page says about itself. Times are in milliseconds.
type pageData struct {
	Title    string
	URL      string
	Status   int
	Duration float64
	State    string
	vitals
}

// vitals are what a browser measures of a page's loading, as far as it has; times in milliseconds.
type vitals struct{ LCP, FCP, TTFB, CLS *float64 }

// told are the vitals as reports have them.
func (v vitals) told() runners.Vitals {
	took := func(ms *float64) time.Duration {
		if ms == nil {
			return 0
		}
		return time.Duration(math.Round(*ms * float64(time.Millisecond)))
	}
	return runners.Vitals{LCP: took(v.LCP), FCP: took(v.FCP), TTFB: took(v.TTFB), CLS: v.CLS}
}

// found is what css says.
type found struct {
	Count int
	Value *string
}

// Value of page: its title, url, and what was measured of its loading.
func (a *answer) Value(name string) any {
	if name != "page" {
		return expr.Missing{What: name, Why: "a page has none"}
	}
	data, err := asked(a.state, func(ctx context.Context, t *tab) (pageData, error) { return askMain[pageData](ctx, t, "page") })
	if err != nil {
		return expr.Missing{What: name, Why: err.Error()}
	}
	fields := map[string]any{"title": data.Title, "url": data.URL}
	for name, ms := range map[string]*float64{"lcp": data.LCP, "fcp": data.FCP, "ttfb": data.TTFB} {
		if ms == nil {
			fields[name] = expr.Missing{What: "page." + name, Why: "the browser has not measured it"}
			continue
		}
		fields[name] = time.Duration(math.Round(*ms * float64(time.Millisecond)))
	}
	fields["cls"] = expr.Missing{What: "page.cls", Why: "the browser has not measured it"}
	if data.CLS != nil {
		fields["cls"] = *data.CLS
	}
	return fields
}

// Call of page.text and page.count, and of css, cookie.
func (a *answer) Call(name string, args []any) (any, bool, error) {
	text := make([]string, len(args))
	for i, v := range args {
		text[i] = expr.Text(v)
	}
	missing := func(why string) expr.Missing {
		return expr.Missing{What: fmt.Sprintf("%s(%s)", name, strconv.Quote(text[0])), Why: why}
	}
	switch {
	case name == "page.count" && len(text) == 1:
		n := 0
		err := a.css(text, func(f found) { n += f.Count })
		return int64(n), true, err
	case name == "page.text" && len(text) == 1, name == "css" && (len(text) == 1 || len(text) == 2):
		var value *string
		err := a.css(text, func(f found) {
			if value == nil {
				value = f.Value
			}
		})
		if err != nil {
			return nil, true, err
		}
		if value == nil {
			return missing("the page shows no such element"), true, nil
		}
		return *value, true, nil
	case name == "cookie" && len(text) == 1:
		ctx, cancel := context.WithTimeout(context.Background(), shortestAsk)
		defer cancel()
		if len(a.state.tabs) == 0 {
			return missing("there is no page"), true, nil
		}
		all, err := a.state.all(ctx)
		if err != nil {
			return nil, true, err
		}
		for _, c := range all {
			if c.Name == text[0] {
				return c.Value, true, nil
			}
		}
		return missing("there is no such cookie"), true, nil
	}
	return nil, false, nil
}

// css asks every frame for a selector.
func (a *answer) css(args []string, each func(found)) error {
	anyArgs := make([]any, len(args))
	for i, s := range args {
		anyArgs[i] = s
	}
	_, err := asked(a.state, func(ctx context.Context, t *tab) (struct{}, error) {
		frames := t.frames()
		if len(frames) == 0 {
			return struct{}{}, errAway
		}
		for _, frame := range frames {
			f, err := ask[found](ctx, t, frame, "css", anyArgs...)
			if err != nil {
				return struct{}{}, err
			}
			each(f)
		}
		return struct{}{}, nil
	})
	var bad thrown
	if errors.As(err, &bad) {
		return fmt.Errorf("%q is no CSS selector", args[0])
	}
	return err
}

// asked asks the page outside of a step's time, again when it is just being replaced.
func asked[T any](st *state, question func(context.Context, *tab) (T, error)) (v T, err error) {
	ctx, cancel := context.WithTimeoutCause(context.Background(), shortestAsk, errOverdue)
	defer cancel()
	if len(st.tabs) == 0 {
		return v, errors.New("there is no page")
	}
	t := st.tabs[len(st.tabs)-1]
	if t.hasOpened() {
		if err := st.follow(ctx, t); err != nil {
			return v, err
		}
		t = st.tabs[len(st.tabs)-1]
	}
	joined, stop := t.reach(ctx)
	defer stop()
	err = poll(joined, func() (bool, error) {
		v, err = question(joined, t)
		if errors.Is(err, errAway) && t.dead() == nil {
			return false, nil
		}
		return err == nil, err
	})
	return v, err
}

// Describe is the page in a line, and what it complained about.
func (a *answer) Describe() string {
	var b strings.Builder
	data, err := asked(a.state, func(ctx context.Context, t *tab) (pageData, error) { return askMain[pageData](ctx, t, "page") })
	if err != nil {
		return "no page: " + err.Error() + "\n"
	}
	if strings.HasPrefix(data.URL, "chrome-error:") {
		return "no page: the browser shows an error of its own\n"
	}
	fmt.Fprintf(&b, "page %s", a.state.driver.cut(data.URL, 300))
	if data.Title != "" {
		fmt.Fprintf(&b, " %q", a.state.driver.cut(data.Title, 100))
	}
	if data.Status > 0 {
		fmt.Fprintf(&b, ", status %d", data.Status)
	}
	b.WriteString("\n")
	return b.String()
}

// arrival is the answer to a navigation: what expressions may ask about it as about a request.
type arrival struct{ *navigation }

var _ session.Answer = (*arrival)(nil)

// Value of status, duration and url.
func (a *arrival) Value(name string) any {
	switch name {
	case "status":
		if a.status > 0 {
			return int64(a.status)
		}
	case "duration":
		return a.duration
	case "url":
		return a.url
	}
	return expr.Missing{What: name, Why: "a navigation has none: the page is what there is to look at"}
}

// Call of header.
func (a *arrival) Call(name string, args []any) (any, bool, error) {
	if name != "header" || len(args) != 1 {
		return nil, false, nil
	}
	asked := expr.Text(args[0])
	if value, ok := a.headers[strings.ToLower(asked)]; ok {
		return value, true, nil
	}
	return expr.Missing{What: fmt.Sprintf("header(%q)", asked), Why: "the response has no such header"}, true, nil
}

// Describe is the navigation in a line.
func (a *arrival) Describe() string {
	return fmt.Sprintf("%s %s → %d in %s\n", a.method, a.url, a.status, a.duration.Round(time.Millisecond))
}
