package cmd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cucumber-value/hoops/dsl"
	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/monitor"
	"github.com/cucumber-value/hoops/runners/pipeline"
	"github.com/cucumber-value/hoops/value"
)

func (a *app) runCommand() *cobra.Command {
	var o options
	var from, to string
	var dryRun bool
	c := &cobra.Command{
		Use:   "run [DIR | FILE.hoops] [STAGE]...",
		Short: "Run the pipeline of hoops.yaml: all stages in order, or the named ones",
		Example: `  hoops run                          every stage
  hoops run examples/calculator --env broken
  hoops run uat value                two of them
  hoops run --from load --dry-run    what would run`,
		RunE: func(c *cobra.Command, args []string) error {
			var where []string
			if len(args) > 0 && looksLikePath(args[0]) && !stageHere(args[0]) {
				where, args = args[:1], args[1:]
			}
			t, err := a.open(where)
			if err != nil {
				return err
			}
			stages, err := chosen(t.program, args, from, to)
			if err != nil {
				return err
			}
			return a.run(c.Context(), t, o, stages, dryRun)
		},
	}
	o.flags(c.Flags())
	c.Flags().StringVar(&from, "from", "", "begin with this stage")
	c.Flags().StringVar(&to, "to", "", "end with this stage")
	o.metricsFlag(c.Flags())
	c.Flags().BoolVar(&dryRun, "dry-run", false, "say what would run, and run nothing")
	return c
}

// looksLikePath tells a folder or file from the name of a stage.
func looksLikePath(arg string) bool {
	return strings.ContainsAny(arg, `/\.`) || isArtefact(arg) || isFolder(arg)
}

// stageHere reports whether a bare word is a stage of the project here: a folder that happens to have its name
// must be written with a slash.
func stageHere(word string) bool {
	root := dsl.FindProject(".")
	if root == "" || strings.ContainsAny(word, `/\.`) {
		return false
	}
	sources, err := dsl.Open(root)
	if err != nil {
		return false
	}
	p := dsl.Compile(sources).Program
	return p != nil && slices.ContainsFunc(p.Stages, func(s ir.Stage) bool { return s.Name == word })
}

// chosen are the stages that the arguments leave, in pipeline order.
func chosen(p *ir.Program, names []string, from, to string) ([]ir.Stage, error) {
	if len(p.Stages) == 0 {
		return nil, usage("this project has no stages", "declare them under stages: in hoops.yaml, or use hoops test")
	}
	var all []string
	for _, s := range p.Stages {
		all = append(all, s.Name)
	}
	for _, n := range append(slices.Clone(names), from, to) {
		if n != "" && !slices.Contains(all, n) {
			hint := "stages are " + strings.Join(all, ", ")
			if near := diag.Closest(n, all); near != "" {
				hint = "did you mean " + near + "?"
			}
			return nil, usage(fmt.Sprintf("unknown stage %q", n), hint)
		}
	}
	first, last := 0, len(all)-1
	if from != "" {
		first = slices.Index(all, from)
	}
	if to != "" {
		last = slices.Index(all, to)
	}
	var out []ir.Stage
	for i, s := range p.Stages {
		if i >= first && i <= last && (len(names) == 0 || slices.Contains(names, s.Name)) {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		return nil, usage("no stage is left to run", "stages run in the order "+strings.Join(all, ", "))
	}
	return out, nil
}

// run runs stages from one program. Everything that can be refused is refused before the first begins.
func (a *app) run(ctx context.Context, t *target, o options, stages []ir.Stage, dryRun bool) error {
	x, err := a.newExecution(t, o, "pretty")
	if err != nil {
		return err
	}
	defer a.close()
	var ready []pipeline.Stage
	var lines []string
	for i := range stages {
		s, line, err := x.prepare(&stages[i])
		if err != nil {
			x.stream.Close() // nothing was reported
			return err
		}
		ready, lines = append(ready, s), append(lines, line)
	}
	if dryRun {
		x.stream.Close()
		for _, l := range lines {
			fmt.Fprintln(a.stdio.Out, l)
		}
		fmt.Fprintln(a.stdio.Out, t.digest)
		return nil
	}
	x.start("pipeline")
	for _, s := range unasked(t.program.Stages, stages) {
		x.leftOut(s)
	}
	var codes []int
	results := pipeline.Run(ctx, ready, func(r pipeline.Result) {
		x.notRun(stages, r)
		x.emit(runners.Event{Kind: runners.StageSkipped, Stage: r.Name, Name: r.Name, Message: r.Skipped})
	})
	for _, r := range results {
		if r.Err != nil {
			if !told(r.Err) {
				x.emit(runners.Event{Kind: runners.Noticed, Stage: r.Name, Message: fmt.Sprintf("stage %s could not run: %v", r.Name, r.Err)})
			}
			x.complain(r.Err)
			codes = append(codes, codeOfError(r.Err))
		}
	}
	if ctx.Err() != nil {
		fmt.Fprintln(a.stdio.Err, "hoops: interrupted: this is what was seen until then")
	}
	return x.finish(pipeline.Outcome(results), codes...)
}

// told reports whether the end of a stage has said the error already.
func told(err error) bool {
	var t runners.Told
	return errors.As(err, &t)
}

// complain says on stderr why a stage could not run, unless a report that people read on stdout has just said it.
func (x *execution) complain(err error) {
	var hinted *failure
	if told(err) && !errors.As(err, &hinted) {
		for _, s := range x.sinks {
			if r, ok := s.(*report); ok && r.file == nil && (r.format == "pretty" || r.format == "progress") {
				return
			}
		}
	}
	x.exit(err)
}

// prepare makes a stage ready to run, and says in a line what it will do.
func (x *execution) prepare(s *ir.Stage) (pipeline.Stage, string, error) {
	out := pipeline.Stage{Name: s.Name, Value: s.Run == ir.Value, Continue: s.Continue}
	name := s.Env
	if x.options.env != "" {
		name = x.options.env
	}
	env, err := environment(x.target.program, name, x.url)
	if err != nil {
		return out, "", err
	}
	one := stage{name: s.Name, runner: string(s.Run), driver: s.Driver, env: env, fed: s.Load != nil && s.Load.Data != nil}
	if one.driver == "" {
		one.driver = "http"
	}
	if one.release, err = x.versionOf(s, one); err != nil {
		return out, "", err
	}
	switch s.Run {
	case ir.Functional, ir.LoadRunner, ir.Probe:
		if err := knownDriver(one.driver); err != nil {
			return out, "", err
		}
		if one.selected, err = x.selected(x.target, x.selection, whereOf(env), whereOfStage(s)); err != nil {
			return out, "", err
		}
		one.selected = driven(s.Load, one.selected)
		if err := x.refuse(one); err != nil {
			return out, "", err
		}
	}
	reach := fmt.Sprintf("%s on %s, environment %s", scenarios(len(one.selected)), one.driver, env.Name)
	switch s.Run {
	case ir.Functional:
		out.Run = func(ctx context.Context) (runners.Outcome, error) { return x.functional(ctx, one) }
		return out, fmt.Sprintf("%-12s functional  %s", s.Name, reach), nil
	case ir.LoadRunner:
		r, err := x.loadRunner(s, one)
		if err != nil {
			return out, "", err
		}
		out.Run = func(ctx context.Context) (runners.Outcome, error) {
			outcome, err := x.load(ctx, one, r)
			if err != nil {
				x.observed.loaded(value.Part{Name: s.Name, Why: "could not run"})
			}
			return outcome, err
		}
		return out, fmt.Sprintf("%-12s load        %s, %s", s.Name, reach, asked(s.Load)), nil
	case ir.Probe:
		r := &monitor.Runner{For: time.Duration(s.For), Every: time.Duration(s.Every), Browsers: s.Browsers}
		often := "once"
		if s.For > 0 {
			often = fmt.Sprintf("every %s for %s", s.Every, s.For)
		} else {
			r.Every = 0 // the daemon's affair
		}
		out.Run = func(ctx context.Context) (runners.Outcome, error) { return x.monitor(ctx, one, r) }
		return out, fmt.Sprintf("%-12s probe       %s, %s", s.Name, reach, often), nil
	case ir.Value:
		one.driver = ""
		if one.selected, err = x.promising(x.target, x.selection, whereOfStage(s)); err != nil {
			return out, "", err
		}
		out.Run = func(ctx context.Context) (runners.Outcome, error) {
			plan, err := x.plan(ctx, one)
			if err != nil {
				return "", err
			}
			return runners.Run(ctx, &judge{x: x}, plan, x.stream)
		}
		return out, fmt.Sprintf("%-12s value       environment %s", s.Name, env.Name), nil
	case ir.Approval:
		out.Run = func(ctx context.Context) (runners.Outcome, error) { return x.approve(ctx, s, one) }
		return out, fmt.Sprintf("%-12s approval    asks a person", s.Name), nil
	}
	return out, "", usage(fmt.Sprintf("stage %s: this hoops cannot run %s stages yet", s.Name, s.Run), "")
}

func asked(l *ir.Load) string {
	if l.Users > 0 {
		return fmt.Sprintf("%d users for %s", l.Users, l.Duration)
	}
	return l.Rate.String()
}

func scenarios(n int) string {
	if n == 1 {
		return "1 scenario"
	}
	return fmt.Sprintf("%d scenarios", n)
}

// approve asks a person at the terminal. Where there is none nobody has approved, and the gate is undecided.
func (x *execution) approve(ctx context.Context, s *ir.Stage, one stage) (runners.Outcome, error) {
	return runners.Run(ctx, approval{x, s}, x.bare(one), x.stream)
}

type approval struct {
	x     *execution
	stage *ir.Stage
}

func (a approval) Run(ctx context.Context, plan runners.Plan, emit func(runners.Event)) error {
	question, err := a.x.text(plan, a.stage.Ask)
	if err != nil {
		return err
	}
	finish := func(o runners.Outcome, message string) error {
		emit(runners.Event{Kind: runners.StageFinished, Name: plan.Stage, Outcome: o, Message: message})
		return nil
	}
	if !terminal(a.x.stdio.In) {
		return finish(runners.GateUndecided, "nobody could be asked: stdin is no terminal")
	}
	fmt.Fprintf(a.x.stdio.Err, "hoops: %s [y/N] ", diag.Printable(a.x.mask(question)))
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(a.x.stdio.In).ReadString('\n') // no answer is no
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case <-ctx.Done():
		return finish(runners.GateUndecided, "interrupted")
	case word := <-answer:
		if word == "y" || word == "yes" {
			return finish(runners.GatePassed, "approved")
		}
		return finish(runners.GateFailed, "not approved")
	}
}
