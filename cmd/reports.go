package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/reporters"
	"github.com/cucumber-value/hoops/runners"
)

// reports is the flag -f FORMAT[:FILE], several times.
type reports struct {
	formats []string
	verbose bool
}

func (r *reports) flags(f *pflag.FlagSet) {
	f.StringArrayVarP(&r.formats, "format", "f", nil, "report as `FORMAT[:FILE]`, several times: "+strings.Join(reporters.Formats(), ", "))
	f.BoolVarP(&r.verbose, "verbose", "v", false, "show every step")
}

// openReports makes the sinks; one without a file writes to stdout, and there can be one such. What is wrong with
// any of them is found before any of them has written.
func (a *app) openReports(r reports, standard string, source diag.Source, dir string) ([]runners.Sink, error) {
	formats := r.formats
	if len(formats) == 0 {
		formats = []string{standard}
	}
	toStdout := ""
	files := map[string]string{}
	for _, f := range formats {
		format, name, toFile := strings.Cut(f, ":")
		if !slices.Contains(reporters.Formats(), format) {
			return nil, unknownFormat(format)
		}
		switch {
		case toFile && name == "":
			return nil, usage(fmt.Sprintf("-f %s names no file", f), fmt.Sprintf("write -f %s:FILE, or -f %s for stdout", format, format))
		case toFile && files[name] != "":
			return nil, usage(fmt.Sprintf("%s and %s would both be written to %s", files[name], format, name), "give each report a file of its own")
		case toFile:
			files[name] = format
		case toStdout != "":
			return nil, usage(fmt.Sprintf("%s and %s would both go to stdout", toStdout, format), fmt.Sprintf("give one of them a file: -f %s:FILE", format))
		default:
			toStdout = format
		}
	}
	var sinks []runners.Sink
	for _, f := range formats {
		format, name, toFile := strings.Cut(f, ":")
		o := reporters.Options{Out: a.stdio.Out, Source: source, Evidence: evidence(dir), Verbose: r.verbose}
		out := &report{format: format}
		if toFile {
			if err := out.open(name); err != nil {
				fan(sinks).Close() // the command ends with the error that made it stop
				return nil, &failure{exitHarness, fmt.Sprintf("the %s report cannot be written: %s", format, unwritable(name, err)), "hoops makes files, and no folders"}
			}
			o.Out = out.file
		} else {
			o.Colour, o.Width = colourful(a.stdio.Out, a.lookup), width(a.stdio.Out)
		}
		var err error
		if out.sink, err = reporters.New(format, o); err != nil {
			return nil, usage(err.Error(), "")
		}
		sinks = append(sinks, out)
	}
	return sinks, nil
}

// evidence reads what a run attached below the project, and nothing else.
func evidence(dir string) func(string) ([]byte, error) {
	return func(name string) ([]byte, error) {
		root, err := os.OpenRoot(dir)
		if err != nil {
			return nil, err
		}
		defer root.Close()
		return root.ReadFile(name)
	}
}

func unknownFormat(format string) error {
	hint := "formats are " + strings.Join(reporters.Formats(), ", ")
	if near := diag.Closest(format, reporters.Formats()); near != "" {
		hint = fmt.Sprintf("did you mean %s?", near)
	}
	return usage(fmt.Sprintf("unknown format %q", format), hint)
}

// report is one sink and its file. A run that never began leaves nothing: no report of nothing, no empty file in
// place of the last good one.
type report struct {
	sink    runners.Sink
	file    *os.File // nil for stdout
	format  string
	created bool
	begun   bool
}

func (r *report) open(name string) error {
	_, err := os.Stat(name)
	r.created = errors.Is(err, fs.ErrNotExist)
	r.file, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o644)
	return err
}

func (r *report) Emit(e runners.Event) error {
	if !r.begun && r.file != nil {
		if info, err := r.file.Stat(); err == nil && info.Mode().IsRegular() { // a pipe or a terminal cannot be emptied
			if err := r.file.Truncate(0); err != nil {
				return err
			}
		}
	}
	r.begun = true
	return r.sink.Emit(e)
}

func (r *report) Close() error {
	var err error
	if r.begun {
		err = r.sink.Close()
	}
	if r.file == nil {
		return err
	}
	err = errors.Join(err, r.file.Close())
	if !r.begun && r.created {
		err = errors.Join(err, os.Remove(r.file.Name()))
	}
	return err
}

// fan is several sinks as one.
type fan []runners.Sink

func (f fan) Emit(e runners.Event) error {
	for _, s := range f {
		if err := s.Emit(e); err != nil {
			return err
		}
	}
	return nil
}

func (f fan) Close() error {
	var failed []error
	for _, s := range f {
		failed = append(failed, s.Close())
	}
	return errors.Join(failed...)
}
