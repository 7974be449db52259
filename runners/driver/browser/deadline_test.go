package browser

import (
	"context"
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

// A page that settles 50 ms before the time-out passes, one that settles 50 ms after it fails: what is waited for
// is looked at to the very end, and not a moment longer. The clock is the test's: it moves with the pauses between
// two looks and with nothing else, so that a busy machine changes nothing.
func TestAwkwardPagesToTheVeryEnd(t *testing.T) {
	const patience = 30 * time.Second
	b := newBench(t, map[string]any{
		"/": report + `<button disabled>Pay</button><script>
			globalThis.settle = () => { document.querySelector('button').disabled = false; document.title = 'settled'; out('settled') }</script>`,
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
		{"title before", patience - 50*time.Millisecond, title("settled"), true},
		{"title after", patience + 50*time.Millisecond, title("settled"), false},
		{"expression before", patience - 50*time.Millisecond, expectTrue(`page.text("#out") == "settled"`), true},
		{"expression after", patience + 50*time.Millisecond, expectTrue(`page.text("#out") == "settled"`), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := b.visit(open("/"), c.op)
			defer v.close()
			if err := v.step(0); err != nil {
				t.Fatal(err)
			}
			page := v.session.State(b.driver).(*state).tabs[0]
			began := time.Now()
			clock := &settling{now: began, at: began.Add(c.at), settle: func() { script(t, page, "settle()") }}
			now, sleep, timeout := b.host.Now, b.host.Sleep, b.env.StepTimeout
			b.host.Now, b.host.Sleep, b.env.StepTimeout = clock.read, clock.sleep, ir.Duration(patience)
			defer func() { b.host.Now, b.host.Sleep, b.env.StepTimeout = now, sleep, timeout }()
			if err := v.step(1); (err == nil) != c.ok {
				t.Errorf("%v, although the page settled after %s of %s", err, c.at, patience)
			}
			if waited := clock.now.Sub(began); waited != patience {
				t.Errorf("the last look was after %s, expected %s", waited, patience)
			}
		})
	}
}

// settling is a clock that moves when somebody sleeps, and a page that settles at a time of it.
type settling struct {
	now, at time.Time
	settle  func()
}

func (c *settling) read() time.Time { return c.now }

func (c *settling) sleep(ctx context.Context, d time.Duration) error {
	before := c.now
	c.now = c.now.Add(d)
	if before.Before(c.at) && !c.now.Before(c.at) {
		c.settle()
	}
	return context.Cause(ctx)
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
					if function == nil || function.Name.Name != "pause" {
						t.Errorf("%s: a timer outside of the poll's pause", entry.Name())
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
