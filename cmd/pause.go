package cmd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/runners/session"
)

// pause is what `I pause` and --pause-on-failure do at a terminal: a person looks at what the session kept, and
// goes on or stops. Where nobody sits it does nothing, so that a forgotten pause does not hang a pipeline.
func (a *app) pause() func(context.Context, *session.Session) error {
	if !terminal(a.stdio.In) || !terminal(a.stdio.Err) {
		return nil
	}
	lines := make(chan string)
	go func() { // ends with the process: a read from a terminal cannot be taken back
		in := bufio.NewScanner(a.stdio.In)
		for in.Scan() {
			lines <- strings.TrimSpace(in.Text())
		}
		close(lines)
	}()
	turn := make(chan struct{}, 1) // scenarios run at once, and a person reads one at a time
	return func(ctx context.Context, s *session.Session) error {
		select {
		case turn <- struct{}{}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		defer func() { <-turn }()
		kept := s.Kept()
		names := make([]string, 0, len(kept))
		for name := range kept {
			names = append(names, name)
		}
		slices.Sort(names)
		fmt.Fprintln(a.stdio.Err, "hoops: paused; Enter goes on, q ends the scenario")
		for _, name := range names {
			fmt.Fprintf(a.stdio.Err, "  %s = %s\n", name, diag.Printable(a.mask(expr.Text(kept[name]))))
		}
		select {
		case word, open := <-lines:
			if !open || word == "q" {
				return errors.New("ended at the pause")
			}
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
