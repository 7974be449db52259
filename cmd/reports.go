package cmd

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/reporters"
	"github.com/cucumber-value/hoops/runners"
)

// reports is the flag -f FORMAT[:FILE], several times.
type reports struct {
	formats []string
	verbose bool
}

func (r *reports) flags(f *pflag.FlagSet) {
	f.StringArrayVarP(&r.formats, "format", "f", nil, "report as FORMAT or FORMAT:FILE, several times: "+strings.Join(reporters.Formats(), ", "))
	f.BoolVarP(&r.verbose, "verbose", "v", false, "show every step")
}

// open makes the sinks; one without a file writes to stdout, and there can be one such.
func (a *app) openReports(r reports, standard string, p *ir.Program, source diag.Source) ([]runners.Sink, error) {
	formats := r.formats
	if len(formats) == 0 {
		formats = []string{standard}
	}
	var sinks []runners.Sink
	toStdout := ""
	fail := func(err error) ([]runners.Sink, error) {
		for _, s := range sinks {
			s.Close() // the command ends with the error that made it stop
		}
		return nil, err
	}
	for _, f := range formats {
		format, name, toFile := strings.Cut(f, ":")
		o := reporters.Options{Out: a.stdio.Out, Source: source, Program: p, Verbose: r.verbose}
		var file *os.File
		switch {
		case toFile:
			var err error
			if file, err = os.Create(name); err != nil {
				return fail(usage("the report cannot be written: "+err.Error(), ""))
			}
			o.Out = file
		case toStdout != "":
			return fail(usage(fmt.Sprintf("%s and %s would both go to stdout", toStdout, format), fmt.Sprintf("give one of them a file: -f %s:FILE", format)))
		default:
			toStdout = format
			o.Colour, o.Width = colourful(a.stdio.Out, a.lookup), width(a.stdio.Out)
		}
		sink, err := reporters.New(format, o)
		if err != nil {
			return fail(usage(err.Error(), ""))
		}
		if file != nil {
			sink = fileSink{sink, file}
		}
		sinks = append(sinks, sink)
	}
	return sinks, nil
}

// fileSink closes its file after its report.
type fileSink struct {
	runners.Sink
	file io.Closer
}

func (s fileSink) Close() error {
	err := s.Sink.Close()
	if closed := s.file.Close(); err == nil {
		err = closed
	}
	return err
}
