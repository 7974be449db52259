package cmd

import (
	"io"
	"os"
	"slices"

	"golang.org/x/term"

	"github.com/cucumber-value/hoops/reporters"
	"github.com/cucumber-value/hoops/runners"
)

// live puts the view of a load on stderr, around the reports.
func (a *app) live(sinks []runners.Sink, r reports) []runners.Sink {
	l := &reporters.Live{Out: a.stdio.Err}
	if moving(a.stdio.Err, a.lookup) {
		l.Size = func() (int, int) { return dimensions(a.stdio.Err) }
		if terminal(a.stdio.Out) {
			streams := slices.Contains(r.formats, "ndjson") // to stdout, a line for each event
			l.Shares = func(e runners.Event) bool {
				return streams || e.Kind != runners.Summarised || e.Summary != nil && e.Summary.Final
			}
		}
	}
	return l.Around(sinks)
}

// moving reports whether w is a terminal whose lines may be drawn anew: that of a person, not of a build.
func moving(w io.Writer, lookup func(string) (string, bool)) bool {
	if v, _ := lookup("TERM"); v == "dumb" {
		return false
	}
	if v, set := lookup("CI"); set && v != "" && v != "false" {
		return false
	}
	return terminal(w)
}

func dimensions(w io.Writer) (columns, rows int) {
	if f, ok := w.(*os.File); ok {
		if columns, rows, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 && rows > 0 {
			return columns, rows
		}
	}
	return 80, 24
}
