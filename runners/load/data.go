package load

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// Data replaces the rows of outlines: journeys take its rows one after the other, whichever outline they are of.
type Data struct {
	Columns []string
	Rows    [][]string
	Use     string // "" or "in order", or "random"
	AtEnd   string // "" or "loop", "stop" ends the arrivals, "fail" fails the gate too
}

// feed hands out the rows of data.
type feed struct {
	Data
	mu     sync.Mutex
	next   int
	random *rand.Rand
	ended  bool
}

func newFeed(d *Data, seed uint64) (*feed, error) {
	if d == nil {
		return nil, nil
	}
	switch d.Use {
	case "", "in order", "random":
	default:
		return nil, fmt.Errorf("data: use %q is not possible yet: write in order, or random", d.Use)
	}
	switch d.AtEnd {
	case "", "loop", "stop", "fail":
	default:
		return nil, fmt.Errorf("data: at end %q: write loop, stop or fail", d.AtEnd)
	}
	if len(d.Rows) == 0 {
		return nil, fmt.Errorf("data: there are no rows")
	}
	for i, r := range d.Rows {
		if len(r) != len(d.Columns) {
			return nil, fmt.Errorf("data: row %d has %d cells, expected %d", i+1, len(r), len(d.Columns))
		}
	}
	return &feed{Data: *d, random: rand.New(rand.NewPCG(seed, 0xda7a))}, nil
}

// row is the next row, false at the end.
func (f *feed) row() (int, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.Use == "random" {
		return f.random.IntN(len(f.Rows)), true
	}
	if f.next >= len(f.Rows) {
		if f.AtEnd == "stop" || f.AtEnd == "fail" {
			f.ended = true
			return 0, false
		}
		f.next = 0
	}
	f.next++
	return f.next - 1, true
}

// outline is an outline with the data's rows instead of its own.
func (f *feed) outline(s *ir.Scenario) (*ir.Scenario, error) {
	for _, c := range s.Columns {
		if !slices.Contains(f.Columns, c) {
			return nil, fmt.Errorf("%s: the data has no column %q, which %q needs", s.Pos, c, s.Name)
		}
	}
	for _, step := range s.Steps {
		for _, b := range step.Bindings {
			if len(b.Rows) > 0 {
				return nil, fmt.Errorf("%s: a column stands in the fixed words of %q, so no data can replace the rows", step.Pos, step.Text)
			}
		}
	}
	out := *s
	out.Columns, out.Rows = f.Columns, nil
	for i, cells := range f.Rows {
		out.Rows = append(out.Rows, ir.Row{ID: fmt.Sprintf("%s/data-%d", s.ID, i+1), Cells: cells, Pos: s.Pos})
	}
	return &out, nil
}
