package browser

import (
	"context"
	"encoding/base64"
	"fmt"
	markup "html"
	"strings"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
)

// moment is one step that an actor took in the browser, for the trace that a failure shows.
type moment struct {
	what    string // "click the "Pay" button"
	acts    bool   // it opens a page or acts on one; others look
	began   time.Time
	took    time.Duration
	failed  bool
	url     string
	on      *tab
	picture []byte // a small JPEG of the page behind it, before the next step began; nil without one
}

// mostMoments of a trace: the last ones count.
const mostMoments = 40

// note adds a step to the trace.
func (st *state) note(t *tab, m moment, err error) {
	if !st.session.Attaches() {
		return
	}
	m.took, m.failed = time.Since(m.began), err != nil
	if t != nil {
		m.on, m.url = t, t.address()
	}
	st.trace = append(st.trace[max(0, len(st.trace)-mostMoments+1):], m)
}

// shown gives the last step of the trace its picture: what the page has drawn since.
func (st *state) shown() {
	if n := len(st.trace); n > 0 && st.trace[n-1].on != nil {
		t := st.trace[n-1].on
		t.mu.Lock()
		st.trace[n-1].picture, st.trace[n-1].on = t.picture, nil
		t.mu.Unlock()
	}
}

// said is an act in a few words. What is typed is not among them: it may be a secret.
func said(verb ir.Verb, what *element, text string) string {
	words := strings.ReplaceAll(string(verb), "-", " ")
	switch {
	case what != nil:
		return words + " " + what.String()
	case verb == ir.Press:
		return words + " " + text
	}
	return words
}

// The size of a picture of the trace, in pixels; the window has 1280 by 800.
const thumbWidth, thumbHeight = 480, 300

// film makes the browser send a small picture whenever the page has changed. A screenshot would do it too, and
// change the page's size for as long as it takes, while somebody clicks.
func (t *tab) film() {
	t.mu.Lock()
	rolling := t.rolling
	t.rolling = true
	t.mu.Unlock()
	if rolling {
		return
	}
	quality := int64(60)
	go chromedp.Call(t.ctx, page.StartScreencast, page.StartScreencastParams{
		Format: page.StartScreencastFormatJpeg, Quality: &quality, MaxWidth: thumbWidth, MaxHeight: thumbHeight})
}

// The layout of a trace, in its own units: one column, which also fits the screen of a phone, and scales with it.
const (
	traceMargin = 10
	traceWidth  = thumbWidth + 2*traceMargin
	traceText   = 66 // letters of a line
	traceLine   = 18
)

// drawn is a trace as one picture: what was done, when, how long it took, and what the page then looked like.
func drawn(trace []moment, mask func(string) string) string {
	var b strings.Builder
	y := traceMargin
	line := func(colour, weight, text string) {
		y += traceLine
		fmt.Fprintf(&b, `<text x="%d" y="%d" fill="%s" font-weight="%s">%s</text>`, traceMargin, y-4, colour, weight, markup.EscapeString(text))
	}
	for i, m := range trace {
		colour, mark := "#222", ""
		if m.failed {
			colour, mark = "#b00020", "failed: "
		}
		for _, text := range folded(fmt.Sprintf("%d  %s%s", i+1, mark, mask(m.what)), traceText, 3) {
			line(colour, "bold", text)
		}
		line("#555", "normal", fmt.Sprintf("after %s, took %s", m.began.Sub(trace[0].began).Round(time.Millisecond), m.took.Round(time.Millisecond)))
		for _, text := range folded(mask(m.url), traceText, 2) {
			line("#555", "normal", text)
		}
		if m.picture != nil {
			fmt.Fprintf(&b, `<image x="%d" y="%d" width="%d" height="%d" preserveAspectRatio="xMidYMin" href="data:image/jpeg;base64,%s"/>`,
				traceMargin, y, thumbWidth, thumbHeight, base64.StdEncoding.EncodeToString(m.picture))
		} else {
			fmt.Fprintf(&b, `<text x="%d" y="%d" fill="#767676">the browser had drawn nothing yet</text>`, 2*traceMargin, y+thumbHeight/2)
		}
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" fill="none" stroke="%s"/>`, traceMargin, y, thumbWidth, thumbHeight, colour)
		y += thumbHeight + 2*traceMargin
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]d %[2]d" width="%[1]d" height="%[2]d" style="max-width:100%%;height:auto" font-family="sans-serif" font-size="13"><rect width="100%%" height="100%%" fill="#fff"/>`,
		traceWidth, y) + b.String() + "</svg>\n"
}

// folded is text in lines of so many letters, broken at blanks where there are some; what is too long is cut.
func folded(text string, width, most int) []string {
	var lines []string
	rest := []rune(text)
	for len(rest) > width && len(lines) < most-1 {
		at := width
		for i := width; i > width/2; i-- {
			if rest[i] == ' ' {
				at = i
				break
			}
		}
		lines = append(lines, string(rest[:at]))
		rest = []rune(strings.TrimLeft(string(rest[at:]), " "))
	}
	return append(lines, short(string(rest), width-1))
}

// Witness adds to a failure what the page looks like, and what it complained about: a few lines, and the rest as
// evidence in files.
func (st *state) Witness(ctx context.Context, failure *session.Failure) {
	if len(st.tabs) == 0 {
		return
	}
	t := st.tabs[len(st.tabs)-1]
	if t.dead() != nil || t.ctx.Err() != nil {
		return
	}
	t.mu.Lock()
	d := t.diary
	t.mu.Unlock()
	describe := strings.TrimSpace((&answer{state: st}).Describe())
	if !strings.Contains(strings.Join(failure.Lines, "\n"), describe) {
		failure.Lines = append(failure.Lines, describe)
	}
	for _, part := range []struct {
		name  string
		lines []string
	}{{"console", d.console}, {"request", d.failed}, {"dialog", d.dialogs}, {"download", d.notes}} {
		for _, line := range part.lines[max(0, len(part.lines)-3):] {
			failure.Lines = append(failure.Lines, part.name+" "+line)
		}
	}
	for _, why := range st.unsent(ctx, t) {
		failure.Lines = append(failure.Lines, "form not sent, says the browser: "+why)
	}
	if !st.session.Attaches() {
		return
	}
	limited, cancel := context.WithTimeout(ctx, shortestAsk)
	defer cancel()
	joined, stop := t.reach(limited)
	defer stop()
	var outline []string
	for _, frame := range t.frames() {
		lines, err := ask[[]string](joined, t, frame, "outline")
		if err != nil {
			continue
		}
		if frame.id != t.main {
			at, _ := ask[pageData](joined, t, frame, "page") // one that has gone meanwhile has no address
			outline = append(outline, "frame "+t.driver.cut(at.URL, 200))
			for i := range lines {
				lines[i] = "  " + lines[i]
			}
		}
		outline = append(outline, lines...)
	}
	if err := t.shoot(joined, st, "failure.png"); err != nil {
		failure.Lines = append(failure.Lines, "no screenshot: "+err.Error())
	}
	st.shown()
	if len(st.trace) > 0 {
		if _, err := st.session.Attach("trace.svg", "image/svg+xml", []byte(drawn(st.trace, st.driver.host.Secrets.Mask))); err != nil {
			failure.Lines = append(failure.Lines, "no trace: "+err.Error())
		}
	}
	text := fmt.Sprintf("%s\n\noutline\n%s\n\nconsole\n%s\n\nrequests that failed\n%s\n\ndialogs\n%s\n\ndownloads\n%s\n",
		describe, listed(outline), listed(d.console), listed(d.failed), listed(d.dialogs), listed(d.notes))
	where, err := st.session.Attach("page.txt", "text/plain", []byte(text))
	switch {
	case err != nil:
		failure.Lines = append(failure.Lines, "the evidence cannot be kept: "+err.Error())
	case where != "":
		failure.Lines = append(failure.Lines, "evidence in "+where[:strings.LastIndexByte(where, '/')])
	}
}

// unsent are the fields because of which the browser has not sent a form: no page says so when a script does not.
func (st *state) unsent(ctx context.Context, t *tab) []string {
	limited, cancel := context.WithTimeout(ctx, shortestAsk)
	defer cancel()
	joined, stop := t.reach(limited)
	defer stop()
	var all []string
	for _, frame := range t.frames() {
		why, _ := ask[[]string](joined, t, frame, "unsent") // evidence only: a frame may go at any time
		all = append(all, why...)
	}
	return all[:min(len(all), 3)]
}

func listed(lines []string) string {
	if len(lines) == 0 {
		return "  none"
	}
	return "  " + strings.Join(lines, "\n  ")
}
