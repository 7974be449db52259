// Package reporters shows what happened in a run: one file per format, every one of them a runners.Sink that
// knows nothing but the events. A run that was recorded as NDJSON is replayed by Read into any other format.
//
// Scenarios run at once, so their events interleave; the package puts them together again by stage, scenario,
// row and attempt, and its documents (junit, json, …) do not depend on who was faster. All text is data: it is
// printed so that it can neither move a cursor nor close a tag. The package decides nothing (no gate, no
// verdict, no exit code of its own but that of the Nagios guidelines), writes to Options.Out only, and closes
// no writer. What is undecided is green nowhere, and a stream that ends before its run does has not passed.
package reporters

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/runners"
)

// Options of a report. Only Out is required.
type Options struct {
	Out      io.Writer
	Colour   bool                              // the caller knows whether Out is a terminal
	Source   diag.Source                       // for the lines under a diagnostic
	Width    int                               // of the terminal in columns; 0 when there is none
	Verbose  bool                              // every step of every scenario
	Evidence func(name string) ([]byte, error) // reads what was attached; nil where it is not at hand
	Timeout  time.Duration                     // of a probe, the critical threshold of the time in Nagios' performance data
}

// Exiter is a sink whose format has exit codes of its own: nagios. Ask after Close.
type Exiter interface{ ExitCode() int }

var formats = []struct {
	name string
	make func(Options) runners.Sink
}{
	{"pretty", newPretty},
	{"progress", newProgress},
	{"junit", newJUnit},
	{"ndjson", newNDJSON},
	{"json", newJSON},
	{"html", newHTML},
	{"markdown", newMarkdown},
	{"cucumber", newCucumber},
	{"nagios", newNagios},
	{"prometheus", newPrometheus},
}

// New is the sink that writes a format.
func New(format string, o Options) (runners.Sink, error) {
	if o.Out == nil {
		return nil, errors.New("a report needs a writer")
	}
	for _, f := range formats {
		if f.name == format {
			return f.make(o), nil
		}
	}
	remedy := "one of " + strings.Join(Formats(), ", ")
	if near := diag.Closest(format, Formats()); near != "" {
		remedy = fmt.Sprintf("did you mean %q?", near)
	}
	return nil, fmt.Errorf("unknown format %q: %s", format, remedy)
}

// Formats are the names that New knows.
func Formats() []string {
	var names []string
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}
