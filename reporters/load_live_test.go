package reporters

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/runners"
)

// screen is a terminal as far as the view needs one: it breaks lines, scrolls, moves up and clears. What it does
// not know fails the test.
type screen struct {
	t             *testing.T
	columns, rows int
	lines         [][]rune // all that was ever shown; the last rows of it are seen
	row, col      int
	writes        int
}

func newScreen(t *testing.T, columns, rows int) *screen {
	return &screen{t: t, columns: columns, rows: rows, lines: [][]rune{nil}}
}

func (s *screen) size() (int, int) { return s.columns, s.rows }

func (s *screen) Write(p []byte) (int, error) {
	s.writes++
	text := []rune(string(p))
	for i := 0; i < len(text); i++ {
		switch r := text[i]; r {
		case '\r':
			s.col = 0
		case '\n':
			s.down()
			s.col = 0
		case '\x1b':
			end := i + 2
			for text[end] >= '0' && text[end] <= '9' {
				end++
			}
			n, _ := strconv.Atoi(string(text[i+2 : end]))
			switch text[end] {
			case 'A':
				if s.row -= n; s.row < max(0, len(s.lines)-s.rows) {
					s.t.Fatalf("the cursor leaves the screen")
				}
			case 'K':
				s.lines[s.row] = s.lines[s.row][:min(s.col, len(s.lines[s.row]))]
			case 'J':
				s.lines[s.row] = s.lines[s.row][:min(s.col, len(s.lines[s.row]))]
				s.lines = s.lines[:s.row+1]
			default:
				s.t.Fatalf("unknown sequence %q", string(text[i:end+1]))
			}
			i = end
		default:
			if s.col+columnsOfRune(r) > s.columns {
				s.down()
				s.col = 0
			}
			for len(s.lines[s.row]) <= s.col {
				s.lines[s.row] = append(s.lines[s.row], ' ')
			}
			s.lines[s.row][s.col] = r
			s.col++
		}
	}
	return len(p), nil
}

func (s *screen) down() {
	if s.row++; s.row == len(s.lines) {
		s.lines = append(s.lines, nil)
	}
}

// resize breaks lines that are too long now, as terminals do.
func (s *screen) resize(columns int) {
	var broken [][]rune
	row := 0
	for i, l := range s.lines {
		if i == s.row {
			row = len(broken)
		}
		for len(l) > columns {
			broken, l = append(broken, l[:columns]), l[columns:]
		}
		broken = append(broken, l)
	}
	s.columns, s.lines, s.row = columns, broken, row
}

func (s *screen) String() string {
	var b strings.Builder
	for _, l := range s.lines {
		b.WriteString(strings.TrimRight(string(l), " ") + "\n")
	}
	return b.String()
}

// goes is a load of some seconds, with reports that print what goes wrong on the same screen.
func goes() []runners.Event {
	q := func(p50, p95, p99 time.Duration) map[string]any {
		return map[string]any{"p50": p50, "p95": p95, "p99": p99, "max": p99}
	}
	var list []runners.Event
	for i := range int64(3) {
		failed := i * 2
		var causes []runners.Cause
		if failed > 0 {
			causes = []runners.Cause{{Key: "features/checkout.feature:12 Then the order is confirmed – the status is 500, expected 201", Count: failed}}
			list = append(list, runners.Event{Kind: runners.Noticed, Stage: "load", Message: fmt.Sprintf("journey %d failed", i)})
		}
		at := time.Duration(i) * 5 * time.Second
		list = append(list, runners.Event{Kind: runners.Summarised, Stage: "load", Summary: &runners.Summary{
			From: at, To: at + 5*time.Second, Model: "open", Load: "10/s to 50/s over 1m", Asked: 50 + i*1000, Started: 49 + i*1000, Dropped: 1, InFlight: 4 + i*1000,
			Groups: []runners.Group{
				{Of: "journeys", Count: 49 + i*1000, Failed: failed, Errors: causes, Latency: q(12345*time.Microsecond, 40*ms, time.Duration(88+i)*ms)},
				{Of: "scenario", Name: "Pay for one item", Scenario: "checkout/pay", Count: 49, Failed: failed, Latency: q(12*ms, 40*ms, 88*ms)},
				{Of: "step", Name: "the customer pays for 日本茶", Count: 49, Latency: q(10*ms, 30*ms, 60*ms)},
				{Of: "step", Name: "the customer pays for {thing:string}", Count: 49, Latency: q(10*ms, 30*ms, 60*ms)},
				{Of: "requests", Count: 98, Latency: q(2*ms, 4*ms, 6*ms)},
				{Of: "request", Name: "POST /orders", Count: 98, Latency: q(2*ms, 4*ms, 6*ms)},
				{Of: "lateness", Count: 49, Latency: q(1*ms, 2*ms, time.Duration(i)*10*ms)},
			}}})
	}
	return append(list,
		runners.Event{Kind: runners.Summarised, Stage: "load", Summary: &runners.Summary{Final: true}},
		runners.Event{Kind: runners.StageFinished, Stage: "load"}, runners.Event{Kind: runners.RunFinished})
}

// prints is a report that writes a line for each event that is no interval.
type prints struct{ to *screen }

func (p prints) Emit(e runners.Event) error {
	if e.Kind != runners.Summarised || e.Summary.Final {
		fmt.Fprintf(p.to, "report: %s %s\n", e.Kind, e.Message)
	}
	return nil
}
func (p prints) Close() error { return nil }

func TestLiveView(t *testing.T) {
	for _, c := range []struct {
		name          string
		columns, rows int
		to            int // columns from the second interval on
	}{{"wide", 100, 30, 100}, {"narrow", 50, 30, 50}, {"tiny", 20, 4, 20}, {"low", 90, 8, 90}, {"shrinks", 100, 30, 60}, {"grows", 60, 30, 100}} {
		t.Run(c.name, func(t *testing.T) {
			s := newScreen(t, c.columns, c.rows)
			fmt.Fprint(s, "$ hoops load\n")
			l := &Live{Out: s, Size: s.size, Shares: func(e runners.Event) bool { return e.Kind != runners.Summarised || e.Summary.Final }}
			sinks := l.Around([]runners.Sink{prints{s}})
			frames := ""
			for i, e := range goes() {
				if i == 1 {
					s.resize(c.to)
				}
				for _, sink := range sinks {
					if err := sink.Emit(e); err != nil {
						t.Fatal(err)
					}
				}
				frames += fmt.Sprintf("--- after %s %s\n%s", e.Kind, e.Message, s)
			}
			for _, sink := range sinks {
				if err := sink.Close(); err != nil {
					t.Fatal(err)
				}
			}
			golden(t, "live-"+c.name, frames)
			want := "$ hoops load\nreport: notice journey 1 failed\nreport: notice journey 2 failed\nreport: summary\nreport: stage-finished\nreport: run-finished\n\n"
			if got := s.String(); c.columns >= 50 && got != want {
				t.Errorf("left behind:\n%s", got)
			}
		})
	}
}

// Where nothing shares the screen a frame is one write, so that nothing flickers.
func TestAFrameIsOneWrite(t *testing.T) {
	s := newScreen(t, 100, 30)
	l := &Live{Out: s, Size: s.size}
	for _, e := range goes()[:1] {
		for _, sink := range l.Around(nil) {
			_ = sink.Emit(e)
		}
	}
	if s.writes != 1 {
		t.Errorf("%d writes", s.writes)
	}
}

// Elsewhere there is a line each 10 seconds of the load, and no control character.
func TestPlainProgress(t *testing.T) {
	var b strings.Builder
	l := &Live{Out: &b}
	for _, e := range goes() {
		for _, sink := range l.Around(nil) {
			_ = sink.Emit(e)
		}
	}
	want := "hoops: load: 10s, 210/s of 210/s asked, 1,004 in flight, 1,098 journeys, 2 failed, 2 dropped, p95 40ms\n"
	if b.String() != want {
		t.Errorf("%q", b.String())
	}
}
