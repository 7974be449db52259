package cmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/project"
	"github.com/cucumber-value/hoops/reporters"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
)

// text evaluates a template with a plan's environment, parameters and secrets.
func (x *execution) text(plan runners.Plan, t ir.Template) (string, error) {
	host, err := session.NewHost(plan)
	if err != nil {
		return "", err
	}
	return host.Text(t)
}

func isFolder(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

func (a *app) buildCommand() *cobra.Command {
	var out string
	var compress bool
	c := &cobra.Command{
		Use:   "build [DIR] -o FILE.hoops",
		Short: "Compile to an artefact, and print its digest",
		Args:  atMostOne,
		RunE: func(_ *cobra.Command, args []string) error {
			if out == "" {
				return usage("no file to write", "name it: -o shop.hoops")
			}
			if info, err := os.Stat(out); !strings.HasSuffix(out, artefactSuffix) && (err != nil || info.Mode().IsRegular()) {
				return usage(fmt.Sprintf("an artefact's name ends with %s, and this is %s", artefactSuffix, out), "without it no command reads the file: -o "+strings.TrimSuffix(out, filepath.Ext(out))+artefactSuffix)
			}
			t, err := a.open(args)
			if err != nil {
				return err
			}
			if err := writeArtefact(out, t, compress); err != nil {
				return &failure{exitHarness, "the artefact cannot be written: " + unwritable(out, err), ""}
			}
			_, err = fmt.Fprintln(a.stdio.Out, t.digest)
			return err
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", "the `FILE` to write")
	c.Flags().BoolVarP(&compress, "gzip", "z", false, "compress it; the digest stays the same")
	return c
}

func writeArtefact(name string, t *target, compress bool) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	err = ir.Write(f, t.program, t.digest, tool(), compress)
	return errors.Join(err, f.Close())
}

func (a *app) showCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "show [DIR | FILE.hoops]",
		Short: "Print the program as text, one op a line",
		Args:  atMostOne,
		RunE: func(_ *cobra.Command, args []string) error {
			t, err := a.open(args)
			if err != nil {
				return err
			}
			if err := ir.Print(a.stdio.Out, t.program); err != nil {
				return err
			}
			_, err = fmt.Fprintln(a.stdio.Out, "digest", t.digest)
			return err
		},
	}
}

func (a *app) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of hoops.yaml",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := a.stdio.Out.Write(project.Schema())
			return err
		},
	}
}

func (a *app) reportCommand() *cobra.Command {
	var r reports
	c := &cobra.Command{
		Use:   "report RUN.ndjson",
		Short: "Report a recorded run in any format",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("hoops report takes one recorded run", "record one: hoops test -f ndjson:run.ndjson")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			var in io.Reader = a.stdio.In
			if args[0] != "-" {
				file, err := os.Open(args[0])
				if err != nil {
					return usage(unreadable(args[0], err), "record a run: hoops test -f ndjson:run.ndjson")
				}
				defer file.Close()
				in = file
			}
			sinks, err := a.openReports(r, "pretty", nil, ".")
			if err != nil {
				return err
			}
			if err := reporters.Read(in, fan(sinks)); err != nil {
				fan(sinks).Close() // what could be read has been shown
				return usage(args[0]+": "+err.Error(), "it must be what -f ndjson:FILE wrote")
			}
			if err := fan(sinks).Close(); err != nil {
				return harness(err, "")
			}
			return nil
		},
	}
	r.flags(c.Flags())
	c.AddCommand(a.ownersCommand())
	return c
}
