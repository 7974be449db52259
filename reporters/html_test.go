package reporters

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/net/html"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/value/measure"
)

// elements of a page by name, with what breaks its own policy or fetches something.
func elements(t *testing.T, text string) (count map[string]int, wrong []string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	count = map[string]int{}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		count[n.Data]++
		for _, a := range n.Attr {
			fetches := (a.Key == "src" || a.Key == "href") && !strings.HasPrefix(a.Val, "#") && !strings.HasPrefix(a.Val, "data:image/")
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || fetches {
				wrong = append(wrong, fmt.Sprintf("<%s %s=%.60q>", n.Data, a.Key, a.Val))
			}
		}
	}
	return count, wrong
}

// No name, message, address or file leaves its place: the elements are those of the template.
func TestHostileNamesStayTextInThePage(t *testing.T) {
	names := []string{`<script>window.pwned=1</script>`, `"><img src=x onerror=window.pwned=1>`, `' onmouseover='pwned=1`, `</style></title></details><iframe src="javascript:pwned">`,
		"\x1b[31mred\x1b[0m\x1b]0;title\a", "\u202eesrever\u202c \u2066x", strings.Repeat("x", 10000), "{{.}} ${x} %s", "\xff\xfe", "", "--><!--"}
	tape := hostile()
	for _, n := range names {
		tape.begin()
		tape.stageStarted(n, runners.Info{Project: n, Runner: n, Driver: n, Environment: n, URL: n, Release: n, Overrides: []string{n}, Digest: n, Tool: n})
		d := diag.Errorf(diag.At(diag.Pos{File: n, Line: 3, Col: 1}, 2), n, "%s", n)
		p := tape.scenario("f"+n, "n"+n, n, 3)
		p.step(1, "Given "+n, runners.Failed, ms, &d)
		p.t.emit(runners.Event{Kind: runners.Attached, Feature: p.head.Feature, Scenario: p.head.Scenario, Row: p.head.Row, Attempt: 1, Attachment: &runners.Attachment{Name: n, Media: "text/plain" + n, Text: n, Size: 3}})
		p.finish(runners.Failed, ms, &d)
		tape.emit(runners.Event{Kind: runners.Noticed, Name: n, Message: n, Failure: &d, Attachment: &runners.Attachment{Name: n, Media: "text/plain", Text: n, Size: 3}})
		tape.emit(runners.Event{Kind: runners.Judged, Feature: n, Name: n, Verdict: &runners.Verdict{Clause: n, Words: n, Verdict: "missed", Sentence: n, Reading: n, WouldChange: n, Help: []string{n}, Notes: []string{n}, Query: n, Owner: n}})
		group := runners.Group{Of: "step", Name: n, Scenario: n, Count: 3, Errors: []runners.Cause{{Key: n, Count: 2}}, Latency: map[string]any{"p50": ms, "p95": n}, Histogram: n}
		journeys := group
		journeys.Of = "journeys"
		for i := range 3 {
			at := time.Duration(i) * time.Second
			tape.emit(runners.Event{Kind: runners.Summarised, Summary: &runners.Summary{From: at, To: at + time.Second, Asked: 3, Started: 3, Groups: []runners.Group{journeys, group}}})
		}
		tape.emit(runners.Event{Kind: runners.Summarised, Summary: &runners.Summary{To: 3 * time.Second, Final: true, Load: n, Model: n, Late: n, Groups: []runners.Group{journeys, group},
			Expectations: []runners.Expectation{{Source: n, Outcome: runners.Outcome(n), Got: n}}}})
		tape.stageFinished(runners.GateFailed, ms, nil, n)
	}
	got := written(t, "html", Options{Source: source}, tape.events)
	count, wrong := elements(t, got)
	if count["script"] != 1 || count["style"] != 1 || count["iframe"]+count["img"]+count["object"]+count["base"] > 0 || count["link"] != 1 || count["meta"] != 6 || len(wrong) > 0 {
		t.Errorf("something left its place: %v %v", count, wrong)
	}
	for i, c := range got {
		if c != '\n' && !unicode.IsGraphic(c) {
			t.Fatalf("the page has %U at %.60q", c, got[max(0, i-30):])
		}
	}
	if n := strings.Count(got, strings.Repeat("x", 5000)); n > 0 {
		t.Errorf("a name of 10,000 characters stands in full %d times", n)
	}
}

// The page has all that is to be read without its script and its style, and its policy allows nothing from elsewhere.
func TestPageIsWholeByItself(t *testing.T) {
	for name, tape := range map[string]*tape{"functional": functional(), "pipeline": pipeline(), "closed": closedLoad(), "rounds": rounds(), "severed": severed(), "empty": newTape()} {
		got := written(t, "html", Options{Source: source}, tape.events)
		if _, wrong := elements(t, got); len(wrong) > 0 {
			t.Errorf("%s: %v", name, wrong)
		}
		if !strings.Contains(got, `content="default-src 'none'; img-src data:; style-src 'sha256-`) {
			t.Errorf("%s has no policy", name)
		}
		for _, anchor := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(got, -1) {
			if n := strings.Count(got, ` id="`+anchor[1]+`"`); n != 1 {
				t.Errorf("%s: #%s is there %d times", name, anchor[1], n)
			}
		}
	}
}

func pageText(t *testing.T, o Options, events []runners.Event) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(written(t, "html", o, events)))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "style" && n.Parent.Data != "script" {
			b.WriteString(n.Data)
			if slices.Contains([]string{"span", "b", "td", "th"}, n.Parent.Data) {
				b.WriteString(" ")
			}
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestPageSaysFirstHowItWent(t *testing.T) {
	for want, tape := range map[string]*tape{
		"Failed: 1 of 8 scenarios failed":       functional(),
		"Failed: load: 3 of 5 expectations met": pipeline(),
		"all 2 scenarios passed":                pipeline(),
		"load: 3 of 5 expectations met, 1 missed, 1 undecided; 598 journeys, 3 failed, 2 dropped, p95 40.1ms": pipeline(),
		"1 of 4 promises kept, 1 missed, 1 not yet known, 1 unbound":                                          pipeline(),
		"Passed: 1 of 1 expectation met; 64,000 journeys, 0 failed, p95 4ms (closed model)":                   closedLoad(),
		"This is a closed model": closedLoad(),
		"Undecided: 1 of 2 scenarios failed the event stream ends before the run does": severed(),
		"Undecided: nothing was run":           newTape(),
		"p95 < 30ms: got 40.1ms (598 samples)": pipeline(),
		"features/checkout.feature:12 Then the order is confirmed – the status is 500, expected 201 journeys 2": pipeline(),
		"POST /orders 12,004 200/s 2 254µs 592µs 1.59ms 23.2ms 201: 12,002, 500: 2":                             pipeline(),
		"Missed : 2.1% of 4,000 orders, and fewer than 1% were promised":                                        pipeline(),
	} {
		if got := pageText(t, Options{Source: source}, tape.events); !strings.Contains(got, want) {
			t.Errorf("lacks %q:\n%.3000s", want, got)
		}
	}
}

// What went wrong the same way is one cause, the most frequent first, and every scenario of it is linked.
func TestFailuresAreGroupedByCause(t *testing.T) {
	tape := newTape()
	tape.begin()
	tape.stageStarted("test", runners.Info{Runner: "functional"})
	for i := range 40 {
		message := "the status is 500, expected 201"
		if i%10 == 3 {
			message = "no answer"
		}
		bad := wrong("features/a.feature", 100+i, message)
		tape.scenario("a", fmt.Sprintf("Number %d", i), "", i+1).step(1, "Then the order is confirmed", runners.Failed, ms, bad).finish(runners.Failed, ms, bad)
	}
	tape.stageFinished(runners.GateFailed, ms, nil, "")
	tape.end(runners.GateFailed, ms)
	got := written(t, "html", Options{}, tape.events)
	causes := regexp.MustCompile(`<details class="cause card" open><summary class="mark-bad"><bdi>([^<]*)</bdi> <span class="count">([^<]*)`).FindAllStringSubmatch(got, -1)
	if len(causes) != 2 || causes[0][2] != "36 scenarios" || causes[1][2] != "4 scenarios" || !strings.HasSuffix(causes[0][1], "Then the order is confirmed – the status is 500, expected 201") {
		t.Errorf("%q", causes)
	}
	if !strings.Contains(got, "<li>and 11 more</li>") {
		t.Error("the scenarios beyond the first 25 are not counted")
	}
}

// A scenario that several stages ran is one line with a column for each.
func TestStagesStandBesideEachOther(t *testing.T) {
	tape := newTape()
	tape.begin()
	for _, s := range []string{"uat", "browser"} {
		tape.stageStarted(s, runners.Info{Runner: "functional"})
		tape.scenario("checkout", "Pay", "", 5).step(1, "When the customer pays", runners.Passed, 40*ms, nil).finish(runners.Passed, 40*ms, nil)
		tape.stageFinished(runners.GatePassed, ms, nil, "")
	}
	tape.stageStarted("load", runners.Info{Runner: "load"})
	tape.load(598, 2)
	tape.stageFinished(runners.GateFailed, ms, nil, "")
	tape.end(runners.GateFailed, ms)
	got := pageText(t, Options{}, tape.events)
	if want := "Pay @checkout uat 40ms browser 40ms load 598 journeys, 3 failed, p95 40.1ms"; strings.Count(got, want) != 1 {
		t.Errorf("not once %q:\n%s", want, got)
	}
}

// Evidence is in the page when it is what was attached, text or a picture, and not too long. An SVG is a picture: it is
// nowhere but in an img element, where no script of it runs.
func TestEvidenceInThePage(t *testing.T) {
	file, svg := []byte("\x89PNG not really"), []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>said <b></script></svg>`)
	digest := func(b []byte) string { d := sha256.Sum256(b); return hex.EncodeToString(d[:]) }
	for name, c := range map[string]struct {
		a    runners.Attachment
		read []byte
		in   bool
	}{
		"picture":          {runners.Attachment{Media: "image/png", Digest: digest(file), Size: int64(len(file))}, file, true},
		"text":             {runners.Attachment{Media: "text/plain", Digest: digest([]byte("said <b>")), Size: 8}, []byte("said <b>"), true},
		"another file":     {runners.Attachment{Media: "image/png", Digest: digest([]byte("else")), Size: int64(len(file))}, file, false},
		"SVG":              {runners.Attachment{Media: "image/svg+xml", Digest: digest(svg), Size: int64(len(svg))}, svg, true},
		"HTML":             {runners.Attachment{Media: "text/html", Digest: digest(svg), Size: int64(len(svg))}, svg, true},
		"code":             {runners.Attachment{Media: "application/javascript", Digest: digest(file), Size: int64(len(file))}, file, false},
		"not there":        {runners.Attachment{Media: "image/png", Digest: digest(file), Size: int64(len(file))}, nil, false},
		"longer than told": {runners.Attachment{Media: "image/png", Digest: digest(file), Size: 3}, file, false},
	} {
		tape := newTape()
		tape.begin()
		tape.stageStarted("test", runners.Info{})
		p := tape.scenario("a", "One", "", 1)
		c.a.Name = "where/it.lies"
		tape.emit(runners.Event{Kind: runners.Attached, Feature: "a", Scenario: p.head.Scenario, Attempt: 1, Attachment: &c.a})
		p.finish(runners.Failed, ms, wrong("features/a.feature", 2, "no"))
		tape.end(runners.GateFailed, ms)
		got := written(t, "html", Options{Evidence: func(string) ([]byte, error) {
			if c.read == nil {
				return nil, errors.New("gone")
			}
			return c.read, nil
		}}, tape.events)
		if in := strings.Contains(got, "<img") || strings.Contains(got, "said &lt;b&gt;"); in != c.in {
			t.Errorf("%s: in the page: %t", name, in)
		}
		if !strings.Contains(got, "it.lies") || !c.in && !strings.Contains(got, "where/it.lies") {
			t.Errorf("%s: the evidence is not named", name)
		}
		if strings.Contains(got, "<svg xmlns") && strings.Contains(got, "<script>said") {
			t.Errorf("%s is a part of the page", name)
		}
	}
}

// Every sample of a histogram is in one of its columns, and no chart has more than a telephone shows.
func TestClassesHoldEverySample(t *testing.T) {
	for _, all := range [][]time.Duration{{ms}, {ms, 2 * ms, 700 * ms, 59 * time.Second}, {1, 2, 3, time.Minute}, {999, 1000, 1001}, {0, 0, 5 * ms}} {
		d, err := measure.HDROf(all)
		if err != nil {
			t.Fatal(err)
		}
		encoded, err := d.Encode()
		if err != nil {
			t.Fatal(err)
		}
		low, _, _ := d.Quantile(0.0001)
		_, high, _ := d.Quantile(1)
		bounds := classes(low, high)
		n := int64(0)
		for _, c := range d.Classes(bounds) {
			n += c
		}
		if n != int64(len(all)) || len(bounds) > mostClasses || len(bounds) == 0 || !slices.IsSorted(bounds) {
			t.Errorf("%v: %d of %d samples in %v", all, n, len(all), bounds)
		}
		if f, ok := histogramOf(runners.Group{Histogram: encoded, Count: n}, "x"); ok != (all[0] != 0 || len(all) > 1) || ok && !strings.Contains(string(f.Picture), "<rect") {
			t.Errorf("%v has no picture", all)
		}
	}
	d, _ := measure.HDROf([]time.Duration{5 * time.Second})
	if got := d.Classes([]time.Duration{time.Second}); got[0] != 1 {
		t.Error("what is above the last bound is lost")
	}
	if _, ok := histogramOf(runners.Group{Histogram: "nonsense", Count: 3}, "x"); ok {
		t.Error("what is no histogram is drawn")
	}
}

// large is 10,000 scenarios of five steps, one of fifty failing.
func large(scenarios int) *tape {
	t := newTape()
	t.begin()
	t.stageStarted("test", runners.Info{Runner: "functional", Driver: "http", Selected: scenarios})
	for i := range scenarios {
		p := t.scenario(fmt.Sprintf("area/feature-%03d", i/20), fmt.Sprintf("A customer pays for the order number %d", i), "", i%20*8+3)
		for s := range 4 {
			p.step(s+1, fmt.Sprintf("When the customer does thing %d of order %d", s, i), runners.Passed, 3*ms, nil)
		}
		status, bad := runners.Passed, (*diag.Diagnostic)(nil)
		if i%50 == 7 {
			status, bad = runners.Failed, wrong(p.head.Pos.File, i%20*8+8, fmt.Sprintf("the status is 50%d, expected 201", i%4))
		}
		p.step(5, "Then the order is confirmed", status, 3*ms, bad).finish(status, 15*ms, bad)
	}
	t.stageFinished(runners.GateFailed, time.Minute, nil, "")
	t.end(runners.GateFailed, time.Minute)
	return t
}

func TestALargePageIsSmall(t *testing.T) {
	got := written(t, "html", Options{Source: source}, large(10_000).events)
	if len(got) > 6_000_000 {
		t.Errorf("%d bytes", len(got))
	}
	if n := strings.Count(got, `<li class="sc"`); n != 10_000 {
		t.Errorf("%d scenarios", n)
	}
	if n := strings.Count(got, `data-s="failed"`); n != 200 {
		t.Errorf("%d failed", n)
	}
	if all := written(t, "html", Options{Source: source}, large(2000).events); strings.Count(all, "the customer does thing") != 4*2000 || len(all) > 6_000_000 {
		t.Errorf("the steps of 2,000 scenarios are not all there, or too much: %d bytes", len(all))
	}
}

// From events to page: less than two seconds for 10,000 scenarios of five steps.
func BenchmarkHTML(b *testing.B) {
	events := large(10_000).events
	b.ReportAllocs()
	size := 0
	for b.Loop() {
		size = len(written(b, "html", Options{Source: source}, events))
	}
	b.ReportMetric(float64(size)/1e6, "MB")
}

// A failed journey of a load is shown with what it sent and received.
func TestFailedJourneysAreShownInFull(t *testing.T) {
	tape := newTape()
	tape.begin()
	tape.stageStarted("load", runners.Info{Runner: "load"})
	tape.emit(runners.Event{Kind: runners.Noticed, Name: "Pay", Message: "journey 7 failed", Failure: wrong("a.feature", 3, "the status is 500"),
		Attachment: &runners.Attachment{Name: "exchange.txt", Media: "text/plain", Text: "POST /pay HTTP/1.1\n\nHTTP/1.1 500 Oops", Size: 38}})
	tape.load(10, 0)
	tape.stageFinished(runners.GateFailed, ms, nil, "")
	if got := pageText(t, Options{Source: source}, tape.events); !strings.Contains(got, "the status is 500") || !strings.Contains(got, "500 Oops") {
		t.Errorf("the journey is not shown in full: %s", got)
	}
}

// Tags that all scenarios of a feature have are told once, beside its name, where the filter finds them.
func TestTagsOfAFeatureAreToldOnce(t *testing.T) {
	tape := newTape()
	tape.begin()
	tape.stageStarted("test", runners.Info{})
	for i, tags := range [][]string{{"@owner:sales", "@smoke"}, {"@owner:sales"}, {"@owner:sales", "@slow"}} {
		p := tape.scenario("basket", fmt.Sprintf("Number %d", i), "", i+1)
		p.head.Tags = tags
		p.finish(runners.Passed, ms, nil)
	}
	p := tape.scenario("search", "Alone", "", 1)
	p.head.Tags = []string{"@owner:catalogue"}
	p.finish(runners.Passed, ms, nil)
	tape.end(runners.GatePassed, ms)
	got := pageText(t, Options{}, tape.events)
	if strings.Count(got, "@owner:sales") != 1 || !strings.Contains(got, "features/basket.feature @owner:sales") {
		t.Errorf("the tag of the feature is not told once:\n%s", got)
	}
	for _, want := range []string{"Number 0 @smoke", "Number 2 @slow", "Alone @owner:catalogue"} {
		if !strings.Contains(got, want) {
			t.Errorf("it does not say %q:\n%s", want, got)
		}
	}
}

// The steps of a scenario are bars, each behind the one before, as long as they took; where there is nothing to compare
// there are none.
func TestStepsAreDrawn(t *testing.T) {
	drawn := func(took ...time.Duration) string {
		var list []step
		for _, d := range took {
			list = append(list, step{duration: d})
		}
		var text []string
		for _, b := range bars(list) {
			text = append(text, string(b))
		}
		return strings.NewReplacer(`<svg class="w" aria-hidden="true"><rect `, "", `/></svg>`, "").Replace(strings.Join(text, "|"))
	}
	for want, took := range map[string][]time.Duration{
		"": {4 * ms, 5 * ms},
		`x="0%" width="25%"||x="25%" width="75%"`:    {10 * ms, 0, 30 * ms},
		`x="0%" width="100%"|x="99.6%" width="0.4%"`: {time.Hour, ms},
	} {
		if got := drawn(took...); got != want {
			t.Errorf("%v are drawn as %s, expected %s", took, got, want)
		}
	}
	if got := drawn(time.Hour) + drawn(time.Hour, 0); got != "" {
		t.Errorf("a step alone is drawn: %s", got)
	}
}

// A picture that stands with its cause is not in the page once more.
func TestEvidenceIsInThePageOnce(t *testing.T) {
	file := []byte("\x89PNG not really")
	digest := sha256.Sum256(file)
	tape := newTape()
	tape.begin()
	tape.stageStarted("test", runners.Info{})
	for i := range 2 {
		p := tape.scenario("a", fmt.Sprintf("Number %d", i), "", 10*i+1)
		tape.emit(runners.Event{Kind: runners.Attached, Feature: "a", Scenario: p.head.Scenario, Attempt: 1, Attachment: &runners.Attachment{Name: fmt.Sprintf("here/%d.png", i), Media: "image/png", Digest: hex.EncodeToString(digest[:]), Size: int64(len(file))}})
		bad := wrong("features/a.feature", 2, "no")
		p.step(1, "Then it is so", runners.Failed, ms, bad).finish(runners.Failed, ms, bad)
	}
	tape.end(runners.GateFailed, ms)
	got := written(t, "html", Options{Evidence: func(string) ([]byte, error) { return file, nil }}, tape.events)
	if a, b := strings.Count(got, `alt="0.png"`), strings.Count(got, `alt="1.png"`); a != 1 || b != 1 {
		t.Errorf("one picture is in the page %d times, and the other %d times", a, b)
	}
	if n := strings.Count(got, "stands above, with the cause"); n != 1 {
		t.Errorf("where it stands is said %d times", n)
	}
}
