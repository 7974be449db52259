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
	picture chan []byte // a small JPEG of the page behind it; nil without one
}

// mostMoments of a trace: the last ones count.
const mostMoments = 40

// note adds a step to the trace, with a small picture when it changed the page. The picture is taken while the
// next steps go on.
func (st *state) note(t *tab, m moment, err error) {
	if !st.session.Attaches() {
		return
	}
	m.took, m.failed = time.Since(m.began), err != nil
	if t != nil {
		m.url = t.address()
		if m.acts || m.failed {
			m.picture = make(chan []byte, 1)
			go func() { m.picture <- t.thumbnail() }()
		}
	}
	st.trace = append(st.trace[max(0, len(st.trace)-mostMoments+1):], m)
}

// The size of a thumbnail, in pixels; the window has 1280 by 800.
const thumbScale, thumbWidth, thumbHeight = 0.25, 320, 200

// thumbnail is a small picture of the page, nil when there is none to be had.
func (t *tab) thumbnail() []byte {
	ctx, cancel := context.WithTimeout(t.ctx, shortestAsk)
	defer cancel()
	quality := int64(60)
	shot, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatJpeg, Quality: &quality, OptimizeForSpeed: yes(),
		Clip: &page.Viewport{Width: thumbWidth / thumbScale, Height: thumbHeight / thumbScale, Scale: thumbScale}})
	if err != nil {
		return nil
	}
	return shot.Data
}

// drawn is a trace as one picture: what was done, when, how long it took, and what the page then looked like.
func drawn(ctx context.Context, trace []moment) string {
	const left, gap, width = 10, 14, 1000
	var b strings.Builder
	rows := (thumbHeight + gap) * len(trace)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="15"><rect width="100%%" height="100%%" fill="#fff"/>`, width, rows+gap)
	for i, m := range trace {
		y := gap + i*(thumbHeight+gap)
		if m.picture != nil {
			select {
			case data := <-m.picture:
				if data != nil {
					fmt.Fprintf(&b, `<image x="%d" y="%d" width="%d" height="%d" href="data:image/jpeg;base64,%s"/>`, left, y, thumbWidth, thumbHeight, base64.StdEncoding.EncodeToString(data))
				}
			case <-ctx.Done():
			}
		}
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" fill="none" stroke="#999"/>`, left, y, thumbWidth, thumbHeight)
		colour, mark := "#222", ""
		if m.failed {
			colour, mark = "#b00020", "failed: "
		}
		line := func(down int, colour, text string) {
			fmt.Fprintf(&b, `<text x="%d" y="%d" fill="%s">%s</text>`, left+thumbWidth+gap, y+down, colour, markup.EscapeString(short(text, 90)))
		}
		line(24, colour, fmt.Sprintf("%d  %s%s", i+1, mark, m.what))
		line(48, "#666", fmt.Sprintf("after %s, took %s", m.began.Sub(trace[0].began).Round(time.Millisecond), m.took.Round(time.Millisecond)))
		line(72, "#666", m.url)
	}
	return b.String() + "</svg>\n"
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
	}{{"console", d.console}, {"request", d.failed}, {"dialog", d.dialogs}, {"note", d.notes}} {
		for _, line := range part.lines[max(0, len(part.lines)-3):] {
			failure.Lines = append(failure.Lines, part.name+" "+line)
		}
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
		if err == nil {
			outline = append(outline, lines...)
		}
	}
	if err := t.shoot(joined, st, "failure.png"); err != nil {
		failure.Lines = append(failure.Lines, "no screenshot: "+err.Error())
	}
	if len(st.trace) > 0 {
		if _, err := st.session.Attach("trace.svg", "image/svg+xml", []byte(st.driver.host.Secrets.Mask(drawn(joined, st.trace)))); err != nil {
			failure.Lines = append(failure.Lines, "no trace: "+err.Error())
		}
	}
	text := fmt.Sprintf("%s\n\noutline\n%s\n\nconsole\n%s\n\nrequests that failed\n%s\n\ndialogs\n%s\n",
		describe, listed(outline), listed(d.console), listed(d.failed), listed(d.dialogs))
	where, err := st.session.Attach("page.txt", "text/plain", []byte(text))
	switch {
	case err != nil:
		failure.Lines = append(failure.Lines, "the evidence cannot be kept: "+err.Error())
	case where != "":
		failure.Lines = append(failure.Lines, "evidence in "+where[:strings.LastIndexByte(where, '/')])
	}
}

func listed(lines []string) string {
	if len(lines) == 0 {
		return "  none"
	}
	return "  " + strings.Join(lines, "\n  ")
}
