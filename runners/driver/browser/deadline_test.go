package browser

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// A page that settles shortly before the time-out passes, one that settles shortly after it fails: what is
// waited for is looked at to the very end, and not a moment longer. The page's clock starts with the step.
func TestToTheVeryEnd(t *testing.T) {
	const patience = 1500 * time.Millisecond
	b := newBench(t, map[string]any{
		"/": report + `<button disabled>Pay</button><script>
			globalThis.settle = ms => setTimeout(() => { document.querySelector('button').disabled = false; out('settled') }, ms)</script>`,
	})
	for _, c := range []struct {
		name string
		at   time.Duration
		op   ir.Op
		ok   bool
	}{
		{"act before", patience - 50*time.Millisecond, click(named("Pay")), true},
		{"act after", patience + 50*time.Millisecond, click(named("Pay")), false},
		{"look before", patience - 50*time.Millisecond, see("settled"), true},
		{"look after", patience + 50*time.Millisecond, see("settled"), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var wrong string
			for range 6 { // a machine that is busy elsewhere is late, whatever the driver does
				if wrong = settles(t, b, patience, c.at, c.op, c.ok); wrong == "" {
					return
				}
			}
			t.Error(wrong)
		})
	}
}

// settles runs a step on a page that settles at a time, and says what is wrong with its result.
func settles(t *testing.T, b *bench, patience, at time.Duration, op ir.Op, ok bool) string {
	t.Helper()
	v := b.visit(open("/"), op)
	defer v.close()
	if err := v.step(0); err != nil {
		t.Fatal(err)
	}
	v.env.StepTimeout = ir.Duration(patience)
	defer func() { v.env.StepTimeout = ir.Duration(5 * time.Second) }()
	page := v.session.State(b.driver).(*state).tabs[0]
	began := time.Now()
	script(t, page, fmt.Sprintf("settle(%d)", at.Milliseconds()))
	if err := v.step(1); (err == nil) != ok {
		return fmt.Sprintf("%v, %s after the page had settled", err, time.Since(began)-at)
	}
	return ""
}

// The driver waits for events and looks again and again; it sleeps nowhere.
func TestNoSleepButThePoll(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	waits := 0
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".go") || strings.HasSuffix(entry.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), entry.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			function, _ := d.(*ast.FuncDecl)
			ast.Inspect(d, func(n ast.Node) bool {
				s, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if x, ok := s.X.(*ast.Ident); !ok || x.Name != "time" {
					return true
				}
				switch s.Sel.Name {
				case "Sleep", "After", "Tick", "NewTicker":
					t.Errorf("%s: time.%s", entry.Name(), s.Sel.Name)
				case "NewTimer":
					waits++
					if function == nil || function.Name.Name != "poll" {
						t.Errorf("%s: a timer outside of poll", entry.Name())
					}
				}
				return true
			})
		}
	}
	if waits != 1 {
		t.Errorf("%d timers, expected the one of poll", waits)
	}
}

// script runs a script in the page's own world.
func script(t *testing.T, page *tab, text string) {
	t.Helper()
	if _, err := chromedp.Call(page.ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: text}); err != nil {
		t.Fatal(err)
	}
}
