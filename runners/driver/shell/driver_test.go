package shell

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/secret"
	"github.com/cucumber-value/hoops/runners/session"
	"pgregory.net/rapid"
)

// bench runs ops as the steps of a scenario.
type bench struct {
	t       fataler
	s       *session.Session
	steps   int
	samples []session.Sample
	secrets *secret.Store
}

type fataler interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

func open(t fataler, dir string, c Config, vars map[string]string, ops ...ir.Op) *bench {
	t.Helper()
	scenario := ir.Scenario{ID: "f/s", Name: "s"}
	env := &ir.Environment{Name: "local"}
	for name, value := range vars {
		env.Vars = append(env.Vars, ir.Var{Name: name, Value: ir.Literal(value)})
	}
	for _, op := range ops {
		scenario.Steps = append(scenario.Steps, ir.Step{Text: "it runs", Bindings: []ir.Binding{{Driver: "shell", Op: op}}})
	}
	program := &ir.Program{Features: []ir.Feature{{ID: "f", Scenarios: []ir.Scenario{scenario}}}}
	b := &bench{t: t, secrets: secret.NewStore(secret.Options{})}
	host, err := session.NewHost(runners.Plan{Program: program, Env: env, Dir: dir, Secrets: b.secrets, Now: time.Now}, New(c))
	if err != nil {
		t.Fatal(err)
	}
	script, err := host.Lower(&program.Features[0], &program.Features[0].Scenarios[0], "shell")
	if err != nil {
		t.Fatal(err)
	}
	b.s = host.Open(script, -1, 1, func(s session.Sample) { b.samples = append(b.samples, s) })
	b.steps = len(ops)
	return b
}

// run executes every step until one fails.
func (b *bench) run(ctx context.Context) error {
	for i := range b.steps {
		if err := b.s.Step(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

func run(t fataler, script ir.Template, vars map[string]string) (out, errs string) {
	t.Helper()
	b := open(t, "", Config{Allowed: true}, vars,
		&ir.Run{Script: script}, &ir.Keep{Name: "o", Expr: "out"}, &ir.Keep{Name: "e", Expr: "err"}, &ir.Keep{Name: "x", Expr: "exit"})
	if err := b.run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if x := b.s.Kept()["x"]; x != int64(0) {
		t.Fatalf("exit code %v: %v", x, b.s.Kept())
	}
	return b.s.Kept()["o"].(string), b.s.Kept()["e"].(string)
}

func lit(s string) ir.Part { return ir.Part{Text: s} }

func value(name string, place ir.Place) ir.Part { return ir.Part{Expr: "env." + name, Place: place} }

var hostile = []string{
	"", " ", "a b", "*", "~", "$HOME", "${HOME}", "$(touch x)", "`touch x`", "; touch x", "&& touch x", "| touch x", "> x", "'", `"`, `\`, `\n`,
	"a\nb", "a\n", "\n", "\r\n", "'; touch x; '", `"; touch x; "`, "--help", "-n", "-e", "%s", "!!", "#", "é日本\u202e", "\x01\x7f", `$'\x41'`, "${HOOPS_1}", "EOF", "\xff",
}

func hostileText() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		parts := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(hostile), rapid.String()), 1, 4).Draw(t, "parts")
		return strings.Join(parts, "")
	})
}

// A value is one argument, exactly, wherever it stands; nothing of it is ever executed.
func TestValuesAreData(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		v := hostileText().Draw(t, "value")
		w := hostileText().Draw(t, "other")
		b := open(t, dir, Config{Allowed: true}, map[string]string{"v": v, "w": w}, &ir.Run{Script: ir.Template{
			lit("show() { printf '%s\\001' \"$#\" \"$@\"; }\nshow "), value("v", ir.Shell), lit(` "<`), value("w", ir.ShellQuoted), lit(`>" pre`), value("v", ir.Shell), lit("post\n"),
		}}, &ir.Keep{Name: "o", Expr: "out"})
		err := b.run(context.Background())
		if strings.ContainsRune(v+w, 0) {
			var f *session.Failure
			if !errors.As(err, &f) || f.Code != "shell/value" || len(b.samples) != 0 {
				t.Fatalf("a NUL was not refused: %v, %d samples", err, len(b.samples))
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		got := b.s.Kept()["o"].(string)
		want := strings.ToValidUTF8("3\x01"+v+"\x01<"+w+">\x01pre"+v+"post\x01", "\uFFFD")
		if got != want {
			t.Fatalf("the shell saw %q, expected %q", got, want)
		}
		if left, _ := os.ReadDir(dir); len(left) != 0 {
			t.Fatalf("%q made the file %s", v, left[0].Name())
		}
	})
}

func TestOutputExitAndError(t *testing.T) {
	out, errs := run(t, ir.Literal("echo hello; echo oops >&2; echo"), nil)
	if out != "hello" || errs != "oops" {
		t.Errorf("out %q, err %q", out, errs)
	}
	b := open(t, "", Config{Allowed: true}, nil, &ir.Run{Script: ir.Literal("./missing-command --now\nexit 3")},
		&ir.Keep{Name: "x", Expr: "exit"}, &ir.Expect{Check: ir.CheckExit, Want: ir.Literal("0")})
	err := b.run(context.Background())
	var f *session.Failure
	if !errors.As(err, &f) || b.s.Kept()["x"] != int64(3) {
		t.Fatalf("got %v, kept %v", err, b.s.Kept())
	}
	shown := strings.Join(f.Lines, "\n")
	if !strings.HasPrefix(shown, "./missing-command --now … → exit code 3 in ") || !strings.Contains(shown, "\n  err: ") {
		t.Errorf("described as\n%s", shown)
	}
	if s := b.samples[0]; s.Name != "run ./missing-command" || s.Code != 3 || !s.Writes || s.Err != "" || s.Step != 1 {
		t.Errorf("sample %+v", s)
	}
}

func TestDescribeShowsTheEnd(t *testing.T) {
	b := open(t, "", Config{Allowed: true}, nil, &ir.Run{Script: ir.Literal("i=0; while [ $i -lt 500 ]; do i=$((i+1)); echo line $i; done")},
		&ir.Expect{Check: ir.CheckContains, Want: ir.Literal("nowhere")})
	var f *session.Failure
	if err := b.run(context.Background()); !errors.As(err, &f) {
		t.Fatal(err)
	}
	if n := len(f.Lines); n != 11 || f.Lines[10] != "  out: line 500" || f.Lines[1] != "  out: …line 491" {
		t.Errorf("%d lines: %q", n, f.Lines)
	}
}

func TestSampleNamesHoldNoValues(t *testing.T) {
	for _, c := range []struct {
		script ir.Template
		name   string
	}{
		{ir.Literal("\n  psql -c 'select 1'"), "run psql"},
		{ir.Template{value("v", ir.Shell), lit(" --x")}, "run"},
		{ir.Template{lit("bin/"), value("v", ir.Shell), lit(" --x")}, "run"},
		{ir.Literal("PASSWORD=tiger sqlplus"), "run"},
		{ir.Literal("true"), "run true"},
	} {
		b := open(t, "", Config{Allowed: true}, map[string]string{"v": "secret-thing"}, &ir.Run{Script: c.script})
		if err := b.run(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got := b.samples[0].Name; got != c.name {
			t.Errorf("%s: sample %q, expected %q", c.script, got, c.name)
		}
	}
}

func TestNothingRunsUnlessAllowed(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, Config{}, nil, &ir.Run{Script: ir.Literal("touch x")})
	var f *session.Failure
	if err := b.run(context.Background()); !errors.As(err, &f) || f.Code != "shell/not-allowed" || !strings.Contains(f.Help[0], "--allow shell") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "x")); err == nil || len(b.samples) != 0 {
		t.Error("it ran")
	}
}

func TestScriptsRunInTheProjectsFolder(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, Config{Allowed: true}, nil, &ir.Run{Script: ir.Literal("touch made-here")})
	if err := b.run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "made-here")); err != nil {
		t.Error(err)
	}
}

func TestSecretsAreInheritedOnlyWhenPlaced(t *testing.T) {
	t.Setenv("HOOPS_SECRET_TOKEN", "s3cr3t-value")
	out, _ := run(t, ir.Literal("env | grep -c s3cr3t-value || true"), nil)
	if out != "0" {
		t.Errorf("the script saw the secret %s times", out)
	}
	out, _ = run(t, ir.Template{lit("echo "), {Expr: "secret.token", Place: ir.Shell}}, nil)
	if out != "s3cr3t-value" {
		t.Errorf("the placed secret is %q", out)
	}
}

func TestTimeout(t *testing.T) {
	b := open(t, "", Config{Allowed: true, Timeout: 100 * time.Millisecond}, nil, &ir.Run{Script: ir.Literal("echo begun; sleep 60")})
	var f *session.Failure
	if err := b.run(context.Background()); !errors.As(err, &f) || f.Code != "shell/timeout" || f.Message != "the script did not end within 100ms" {
		t.Fatalf("got %v", err)
	}
	if len(f.Lines) != 1 || f.Lines[0] != "  out: begun" {
		t.Errorf("lines %q", f.Lines)
	}
	if s := b.samples[0]; s.Err != "no end within 100ms" || s.Code != 0 {
		t.Errorf("sample %+v", s)
	}
}

// When the time of a within is up, its script and what that has started are ended.
func TestWithinEndsAScript(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, Config{Allowed: true}, nil, &ir.Within{Limit: ir.Literal("300ms"), Step: ir.Step{Text: "it runs", Bindings: []ir.Binding{
		{Driver: "shell", Op: &ir.Run{Script: ir.Literal(`(trap "echo > ended; exit" TERM; echo > begun; sleep 3600 & wait) & wait`)}}}}})
	var f *session.Failure
	if err := b.run(context.Background()); !errors.As(err, &f) || f.Message != "not within 300ms (1 try): the last try: it had not ended, and was cut off" {
		t.Fatalf("got %v", err)
	}
	if s := b.samples[0]; s.Err != "not within 300ms" {
		t.Errorf("sample %+v", s)
	}
	if out, _ := run(t, ir.Literal("cd "+dir+"; test ! -e begun || test -e ended && echo gone"), nil); out != "gone" {
		t.Error("what the script has started goes on")
	}
}

func TestInterruptionIsNoFailure(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	b := open(t, "", Config{Allowed: true}, nil, &ir.Run{Script: ir.Literal("sleep 60")})
	err := b.run(ctx)
	var f *session.Failure
	if !errors.Is(err, context.DeadlineExceeded) || errors.As(err, &f) {
		t.Errorf("got %v", err)
	}
}

func TestWhatCannotBeLowered(t *testing.T) {
	program := &ir.Program{}
	host, err := session.NewHost(runners.Plan{Program: program, Env: &ir.Environment{}, Secrets: secret.NewStore(secret.Options{}), Now: time.Now}, New(Config{Allowed: true}))
	if err != nil {
		t.Fatal(err)
	}
	for _, script := range []ir.Template{
		{lit("echo "), {Expr: "run.id", Place: ir.Plain}},
		{lit(`echo "$`), {Expr: "run.id", Place: ir.ShellQuoted}, lit(`"`)},
	} {
		feature := &ir.Feature{}
		_, err := host.Lower(feature, &ir.Scenario{Steps: []ir.Step{{Bindings: []ir.Binding{{Driver: "shell", Op: &ir.Run{Script: script}}}}}}, "shell")
		if err == nil {
			t.Errorf("%s was lowered", script)
		}
	}
	ok := ir.Template{lit(`echo "\$`), {Expr: "env.v", Place: ir.ShellQuoted}, lit(`"`)}
	if out, _ := run(t, ok, map[string]string{"v": "5"}); out != "$5" {
		t.Errorf("got %q", out)
	}
}

// TestAccepts walks every kind of op: a new one is thought about here.
func TestAccepts(t *testing.T) {
	d := New(Config{})
	for _, kind := range ir.Kinds() {
		if got := d.Accepts(ir.New(kind)); got != (kind == ir.KindRun) {
			t.Errorf("%s: %v", kind, got)
		}
	}
}
