package reporters

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/runners"
)

// Live shows how a load goes while it goes: a few lines at a terminal, drawn anew each second, and elsewhere a line
// each 10 seconds. Reports that share the terminal come first: it makes way for them, and leaves nothing behind.
type Live struct {
	Out    io.Writer
	Size   func() (columns, rows int) // of the terminal; nil when Out is none
	Shares func(runners.Event) bool   // whether a report may print at this event on the same terminal; nil for never

	stage string
	view  LoadView
	drawn []int // how many columns each line took
	told  time.Duration
}

// tallest and widest are what the view takes at most: lines that a terminal breaks when it becomes narrower must
// still fit on it, or they cannot be taken away.
const (
	tallest = 16
	widest  = 90
)

// Around puts the view around other reports: it makes way before them, and is drawn behind them.
func (l *Live) Around(sinks []runners.Sink) []runners.Sink {
	around := append([]runners.Sink{makesWay{l}}, sinks...)
	return append(around, l)
}

// makesWay is the sink before the reports.
type makesWay struct{ *Live }

func (m makesWay) Emit(e runners.Event) error {
	if len(m.drawn) > 0 && (m.Shares != nil && m.Shares(e) || m.ends(e)) {
		m.erase()
	}
	return nil
}

func (m makesWay) Close() error { return nil }

// ends reports whether the load is over with an event.
func (l *Live) ends(e runners.Event) bool {
	return e.Stage == l.stage && (e.Kind == runners.StageFinished || e.Kind == runners.Summarised && e.Summary != nil && e.Summary.Final) || e.Kind == runners.RunFinished
}

// Emit is the sink behind the reports.
func (l *Live) Emit(e runners.Event) error {
	switch {
	case l.stage != "" && l.ends(e):
		l.stage = ""
		return nil
	case e.Kind == runners.Summarised && e.Summary != nil && !e.Summary.Final:
		if l.stage != e.Stage {
			l.stage, l.view, l.told = e.Stage, LoadView{}, 0
		}
		l.view.Add(e.Summary)
	}
	if l.stage == "" {
		return nil
	}
	if l.Size == nil {
		l.tell()
		return nil
	}
	l.draw()
	return nil
}

// Close leaves the terminal as it was.
func (l *Live) Close() error {
	l.erase()
	return nil
}

// tell writes a plain line each 10 seconds of the load's own time.
func (l *Live) tell() {
	if at := l.view.At().Round(time.Second); at-l.told >= heartbeat {
		l.told = at - at%heartbeat
		fmt.Fprintf(l.Out, "hoops: %s: %s\n", l.stage, l.view.Sentence())
	}
}

// draw replaces what was drawn, in one write so that nothing flickers: each line is written over the last one, and
// cleared behind its end.
func (l *Live) draw() {
	columns, rows := l.Size()
	var b strings.Builder
	if n := l.height(columns); n > 0 {
		fmt.Fprintf(&b, "\x1b[%dA\r", n)
	}
	l.drawn = l.drawn[:0]
	for _, line := range l.view.Lines(l.stage, max(1, min(columns-1, widest)), max(1, min(rows-2, tallest))) {
		b.WriteString(line + "\x1b[K\n")
		l.drawn = append(l.drawn, Columns(line))
	}
	b.WriteString("\x1b[J")
	_, _ = io.WriteString(l.Out, b.String()) // nobody is left to tell
}

// erase takes the lines away, and leaves the cursor where they began.
func (l *Live) erase() {
	if len(l.drawn) == 0 {
		return
	}
	columns, _ := l.Size()
	_, _ = fmt.Fprintf(l.Out, "\x1b[%dA\r\x1b[J", l.height(columns))
	l.drawn = l.drawn[:0]
}

// height of what was drawn: a terminal that has become narrower has broken the lines that are too long now.
func (l *Live) height(columns int) int {
	n := 0
	for _, wide := range l.drawn {
		n += 1 + max(0, wide-1)/max(1, columns)
	}
	return n
}
