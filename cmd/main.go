// Package cmd is the command: flags, wiring and the terminal.
//
// It alone knows which drivers and runners there are and hands them to each other (wiring.go), and it alone
// decides exit codes. It refuses to know how anything is compiled, executed or judged. Its rules of talking:
// reports go to stdout, everything else to stderr behind "hoops:"; no capitals, no final periods; what is wrong,
// then a line "hoops: hint:" with what to do.
package cmd

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// Version of hoops; the linker may set it.
var Version = "0.1.0"

// Stdio is where a command reads and writes.
type Stdio struct {
	In       io.Reader
	Out, Err io.Writer
}

// Main runs the command and returns its exit code: 0 passed or delivered, 1 failed or missed, 2 usage or
// diagnostics, 3 hoops itself could not run, 4 undecided.
func Main(args []string, stdio Stdio) (code int) { return mainAt(time.Now, args, stdio) }

// mainAt is Main by another clock.
func mainAt(now func() time.Time, args []string, stdio Stdio) (code int) {
	ctx, again, listen, stop := interruptible()
	defer stop()
	a := &app{stdio: stdio, now: now, lookup: os.LookupEnv, again: again, listen: listen}
	defer func() {
		if r := recover(); r != nil {
			a.close()
			fmt.Fprintf(stdio.Err, "hoops: a fault in hoops: %s\nhoops: hint: please report it, with the command and the features\n", a.mask(fmt.Sprint(r)))
			code = exitHarness
		}
	}()
	// Libraries write what a server sent them to the process's logger, where nothing is masked.
	log.SetOutput(io.Discard)
	root := a.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	return a.exit(err)
}

// app is one run of the command.
type app struct {
	stdio    Stdio
	now      func() time.Time
	lookup   func(string) (string, bool)
	services services
	masks    func(string) string
	quiet    bool            // warnings of the compiler are beside the point
	again    <-chan struct{} // closed when somebody interrupts a second time
	listen   func()          // takes interrupts from then on
}

func (a *app) mask(s string) string {
	if a.masks == nil {
		return s
	}
	return a.masks(s)
}

func (a *app) close() { a.services.stop() }

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "hoops",
		Short: "Write a behaviour and its business value once; make it jump every hoop from CI to production",
		Long: `hoops compiles Gherkin features once and runs the same program as functional tests, load tests and
probes; what a feature promises ("In order to …") is judged against metrics.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       Version,
	}
	root.SetIn(a.stdio.In)
	root.SetOut(a.stdio.Out)
	root.SetErr(a.stdio.Err)
	root.SetFlagErrorFunc(wrongFlag)
	root.SetVersionTemplate(tool() + "\n")
	root.Args = func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		hint := "hoops --help lists the commands"
		var names []string
		for _, c := range root.Commands() {
			names = append(names, c.Name())
		}
		if near := diag.Closest(args[0], names); near != "" {
			hint = fmt.Sprintf("did you mean hoops %s?", near)
		}
		return usage(fmt.Sprintf("unknown command %q", args[0]), hint)
	}
	root.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	root.AddCommand(a.initCommand(), a.checkCommand(), a.buildCommand(), a.showCommand(), a.stepsCommand(), a.testCommand(), a.loadCommand(), a.probeCommand(), a.valueCommand(),
		a.runCommand(), a.releaseCommand(), a.historyCommand(), a.reportCommand(), a.schemaCommand(), a.versionCommand())
	complete(root)
	return root
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "Print the version", Args: noArgs, RunE: func(*cobra.Command, []string) error {
		_, err := fmt.Fprintln(a.stdio.Out, tool())
		return err
	}}
}

func tool() string { return "hoops " + Version }

// noArgs and atMostOne are cobra's, with our kind of error.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(fmt.Sprintf("hoops %s takes no arguments, found %q", c.Name(), args[0]), "")
	}
	return nil
}

func atMostOne(c *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usage(fmt.Sprintf("hoops %s takes one folder or file, found %d: %s", c.Name(), len(args), strings.Join(args, " ")), "")
	}
	return nil
}

// Exit codes.
const (
	exitGood      = 0
	exitFailed    = 1
	exitUsage     = 2
	exitHarness   = 3
	exitUndecided = 4
)

// failure is an error with an exit code and a remedy. An empty message has been said already.
type failure struct {
	code    int
	message string
	hint    string
}

func (f *failure) Error() string { return f.message }

func usage(message, hint string) error     { return &failure{exitUsage, message, hint} }
func harness(err error, hint string) error { return &failure{exitHarness, err.Error(), hint} }

// said is the end of a command that has reported everything.
func said(code int) error {
	if code == exitGood {
		return nil
	}
	return &failure{code: code}
}

func (a *app) exit(err error) int {
	if err == nil {
		return exitGood
	}
	var f *failure
	if !errors.As(err, &f) {
		f = &failure{code: exitUsage, message: err.Error()}
		var unwritten *fs.PathError
		if errors.As(err, &unwritten) && unwritten.Op == "write" { // stdout is full or closed
			f.code = exitHarness
		}
	}
	if f.message != "" {
		lines := strings.Split(a.mask(f.message), "\n")
		fmt.Fprintf(a.stdio.Err, "hoops: %s\n", diag.Printable(lines[0]))
		for _, l := range lines[1:] {
			fmt.Fprintf(a.stdio.Err, "  %s\n", diag.Printable(l))
		}
	}
	if f.hint != "" {
		fmt.Fprintf(a.stdio.Err, "hoops: hint: %s\n", diag.Printable(a.mask(f.hint)))
	}
	return f.code
}

// worst joins exit codes: 2, 3, 1, 4, 0 in this order.
func worst(codes ...int) int {
	rank := map[int]int{exitUsage: 5, exitHarness: 4, exitFailed: 3, exitUndecided: 2, exitGood: 1}
	code := exitGood
	for _, c := range codes {
		if rank[c] > rank[code] {
			code = c
		}
	}
	return code
}

// diagnose prints diagnostics to stderr.
func (a *app) diagnose(list diag.List, source diag.Source) {
	if a.quiet {
		list = slices.DeleteFunc(slices.Clone(list), func(d diag.Diagnostic) bool { return d.Severity != diag.Error })
	}
	r := diag.Renderer{Source: source, Colour: colourful(a.stdio.Err, a.lookup)}
	if err := r.Print(a.stdio.Err, list); err != nil {
		return // stderr is gone: there is nobody to tell
	}
}
