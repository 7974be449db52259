package session

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// A look at a page is repeated: a page changes by itself. The pause grows from the first to the second.
const (
	firstLook   = 20 * time.Millisecond
	longestLook = 200 * time.Millisecond
)

// patience is the key of the time until which a within tries: no look in it waits longer.
type patience struct{}

// Patience is how long a look may be repeated: the step's time-out, or what a within around it has left.
func (s *Session) Patience(ctx context.Context) time.Duration {
	d := time.Duration(cmp.Or(s.host.Env.StepTimeout, ir.DefaultStepTimeout))
	if until, limited := ctx.Value(patience{}).(time.Time); limited {
		d = min(d, max(0, until.Sub(s.host.Now())))
	}
	return d
}

// readsPage reports whether a program looks at the page of a browser.
func readsPage(p *expr.Program) bool {
	for _, name := range p.Names() {
		if name == "page" {
			return true
		}
	}
	for _, call := range p.Calls() {
		if strings.HasPrefix(call.Name, "page.") {
			return true
		}
	}
	return false
}

// look tests a condition about the page again and again, until its result will do or the time is up. Without a
// page there is nothing to wait for.
func (f *Frame) look(ctx context.Context, condition *expr.Program, first expr.Result, enough func(expr.Result) bool) (expr.Result, error) {
	s := f.session
	if s.page == nil {
		return first, nil
	}
	until := s.host.Now().Add(s.Patience(ctx))
	pause := firstLook
	for r := first; ; {
		left := until.Sub(s.host.Now())
		if enough(r) || left <= 0 {
			return r, nil
		}
		if err := s.host.Sleep(ctx, min(pause, left)); err != nil {
			return r, err
		}
		pause = min(longestLook, pause*3/2)
		r = condition.Test(f)
	}
}
