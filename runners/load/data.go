package load

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// Data replaces the rows of outlines by those of a file.
type Data struct {
	Columns []string
	Rows    [][]string
	Use     string // InOrder if empty
	AtEnd   string // Loop if empty, and Fail for unique rows
}

// How rows are used.
const (
	InOrder = "in order" // each scenario goes through all of them by itself
	Shared  = "shared"   // the next arrival gets the next row, whichever scenario it is of
	Unique  = "unique"   // as shared, and no two journeys of a run ever have the same
	Random  = "random"   // any, and again
)

// What happens when there are no more rows.
const (
	Loop = "loop" // from the first again
	Stop = "stop" // ends the arrivals
	Fail = "fail" // ends the arrivals and fails the gate
)

// feed hands out the rows of data.
type feed struct {
	Data
	mu     sync.Mutex
	next   map[Key]int // by scenario; of all under the zero Key
	random *rand.Rand
	ended  bool
}

func newFeed(d *Data, seed uint64) (*feed, error) {
	if d == nil {
		return nil, nil
	}
	f := &feed{Data: *d, next: map[Key]int{}, random: rand.New(rand.NewPCG(seed, 0xda7a))}
	switch f.Use {
	case "":
		f.Use = InOrder
	case InOrder, Shared, Unique, Random:
	default:
		return nil, fmt.Errorf("data: use %q: write %s, %s, %s or %s", f.Use, InOrder, Shared, Unique, Random)
	}
	switch {
	case f.AtEnd == "" && f.Use == Unique:
		f.AtEnd = Fail
	case f.AtEnd == "":
		f.AtEnd = Loop
	case f.AtEnd == Loop && f.Use == Unique:
		return nil, fmt.Errorf("data: unique rows cannot loop: each is used once")
	case f.AtEnd != Loop && f.AtEnd != Stop && f.AtEnd != Fail:
		return nil, fmt.Errorf("data: at end %q: write %s, %s or %s", f.AtEnd, Loop, Stop, Fail)
	}
	if len(d.Rows) == 0 {
		return nil, fmt.Errorf("data: there are no rows")
	}
	for i, r := range d.Rows {
		if len(r) != len(d.Columns) {
			return nil, fmt.Errorf("data: row %d has %d cells, expected %d", i+1, len(r), len(d.Columns))
		}
	}
	return f, nil
}

// row is the next row for a scenario, false at the end.
func (f *feed) row(of Key) (int, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch f.Use {
	case Random:
		return f.random.IntN(len(f.Rows)), true
	case Shared, Unique:
		of = Key{}
	}
	at := f.next[of]
	if at >= len(f.Rows) {
		if f.AtEnd != Loop {
			f.ended = true
			return 0, false
		}
		at = 0
	}
	f.next[of] = at + 1
	return at, true
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
