// Package shell drives software through scripts: it executes run ops, and nothing else.
//
// Values never become part of a script: they travel as the environment variables HOOPS_1, HOOPS_2, …, and the
// script expands them between double quotes. The script runs in the project's folder; it inherits no secret, so
// it has those only that were placed in it. Unless the driver is allowed to, it runs nothing.
//
// As in $(…), the ends of lines at the end of an output are no part of it.
package shell

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/command"
	"github.com/cucumber-value/hoops/runners/session"
)

// DefaultTimeout is how long a script may take.
const DefaultTimeout = 60 * time.Second

// Config of the driver. The zero value runs nothing.
type Config struct {
	Allowed bool
	Timeout time.Duration // of one script; DefaultTimeout when 0
}

// Driver executes run ops.
type Driver struct {
	config Config
	host   *session.Host
}

var _ session.Driver = (*Driver)(nil)

// New makes a driver.
func New(c Config) *Driver {
	c.Timeout = cmp.Or(c.Timeout, DefaultTimeout)
	return &Driver{config: c}
}

// Name is "shell".
func (d *Driver) Name() string { return "shell" }

// Accepts scripts.
func (d *Driver) Accepts(op ir.Op) bool { return op.Kind() == ir.KindRun }

// Start remembers the host.
func (d *Driver) Start(h *session.Host) error { d.host = h; return nil }

// Close has nothing to end: no script outlives its step.
func (d *Driver) Close() error { return nil }

// NewState is empty: a script has nothing that lasts.
func (d *Driver) NewState(*session.Session) session.State { return state{} }

type state struct{}

func (state) Adopt(session.State) {}
func (state) Close()              {}

// Lower turns a script into a closure.
func (d *Driver) Lower(op ir.Op, l *session.Lowering) (session.Action, error) {
	run, ok := op.(*ir.Run)
	if !ok {
		return nil, fmt.Errorf("the shell driver does not execute %q", op.Kind())
	}
	if !d.config.Allowed {
		return func(context.Context, *session.Frame) error {
			f := session.Failf("shell/not-allowed", "this run may not start commands")
			f.Help = []string{"if the script is yours and meant to run here: --allow shell"}
			return f
		}, nil
	}
	script, err := lowerScript(run.Script, l)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, f *session.Frame) error { return d.run(ctx, f, script) }, nil
}

// script is the text for the shell, the same in every execution, and the values for its environment.
type script struct {
	text   string
	name   string // of its samples
	shown  string // its first line, as written
	values []session.TextFunc
	exprs  []string
}

func lowerScript(t ir.Template, l *session.Lowering) (*script, error) {
	s := &script{}
	var text strings.Builder
	for _, part := range t {
		if part.Expr == "" {
			text.WriteString(part.Text)
			continue
		}
		if runtime.GOOS == "windows" {
			return nil, fmt.Errorf("${%s}: values in scripts need a POSIX shell, and this is Windows", part.Expr)
		}
		before := text.String()
		variable := fmt.Sprintf("${HOOPS_%d}", len(s.values)+1)
		switch part.Place {
		case ir.Shell:
			text.WriteString(`"` + variable + `"`)
		case ir.ShellQuoted:
			text.WriteString(variable)
		default:
			return nil, fmt.Errorf("${%s}: a value at the place %q of a script", part.Expr, part.Place)
		}
		if dollars := len(before) - len(strings.TrimRight(before, "$")); dollars%2 == 1 && !strings.HasSuffix(before[:len(before)-dollars], `\`) {
			return nil, fmt.Errorf(`${%s}: the $ before it would be the shell's: write \$`, part.Expr)
		}
		part.Place = ir.Plain
		value, err := l.Text(ir.Template{part})
		if err != nil {
			return nil, err
		}
		s.values, s.exprs = append(s.values, value), append(s.exprs, part.Expr)
	}
	s.text = text.String()
	first, _, more := strings.Cut(strings.TrimSpace(t.String()), "\n")
	s.shown = strings.TrimSpace(first)
	if more {
		s.shown += " …"
	}
	s.name = "run"
	if word := strings.Fields(first); len(word) > 0 && !strings.ContainsAny(word[0], "$=") {
		s.name += " " + word[0]
	}
	return s, nil
}

func (s *script) environment(f *session.Frame) ([]string, error) {
	env := make([]string, len(s.values))
	for i, value := range s.values {
		text, err := value(f)
		if err != nil {
			return nil, err
		}
		if strings.Contains(text, "\x00") {
			return nil, session.Failf("shell/value", "${%s} holds a NUL, which no script can be given", s.exprs[i])
		}
		env[i] = fmt.Sprintf("HOOPS_%d=%s", i+1, text)
	}
	return env, nil
}

func (d *Driver) run(ctx context.Context, f *session.Frame, s *script) error {
	env, err := s.environment(f)
	if err != nil {
		return err
	}
	overdue := session.Failf("shell/timeout", "the script did not end within %s", ir.Duration(d.config.Timeout))
	limited, cancel := context.WithTimeoutCause(ctx, d.config.Timeout, overdue)
	defer cancel()
	f.Session().Wrote()
	began := time.Now()
	result, err := command.Run(limited, command.Spec{Script: s.text, Dir: d.host.Dir, Env: env})
	a := &answer{shown: s.shown, result: result}
	sample := session.Sample{Name: s.name, Began: began, Duration: time.Since(began), Writes: true}
	switch {
	case err == nil:
		sample.Code, sample.Received = result.Exit, int64(len(result.Out)+len(result.Err))
		f.Session().Commanded(a)
	case ctx.Err() != nil:
		err, sample.Err = context.Cause(ctx), "interrupted"
		if up := (*session.TimeUp)(nil); errors.As(err, &up) {
			sample.Err = up.Error()
		}
	case context.Cause(limited) == error(overdue):
		overdue.Lines = a.tails()
		err, sample.Err = overdue, "no end within "+ir.Duration(d.config.Timeout).String()
	default:
		failure := session.Failf("shell/start", "%v", err)
		failure.Cause = err
		err, sample.Err = failure, "not started"
	}
	f.Session().Sampled(sample)
	return err
}
