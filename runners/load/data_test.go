package load

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
)

// otherOutline reads the same column at another place.
func otherOutline(p *ir.Program) ir.Scenario {
	s := scenarioOf(p, "feed", "GET /dogs/<id>")
	s.Outline, s.Columns = true, []string{"id"}
	s.Rows = []ir.Row{{ID: "f/feed/1", Cells: []string{"1"}}}
	return s
}

// Two outlines, 6 arrivals each, 4 rows.
func TestHowRowsAreUsed(t *testing.T) {
	data := Data{Columns: []string{"id"}, Rows: [][]string{{"a"}, {"b"}, {"c"}, {"d"}}}
	for _, c := range []struct {
		use, atEnd string
		cats, dogs string // rows in their order; "" for any
		all        string // of both together, sorted
		asked      int64
		end        runners.Outcome
		message    string
	}{
		{"", "", "[a b c d a b]", "[a b c d a b]", "", 12, runners.GatePassed, ""},
		{InOrder, Stop, "", "", "", 0, runners.GatePassed, ""},
		{Shared, Loop, "", "", "[a a a b b b c c c d d d]", 12, runners.GatePassed, ""},
		{Unique, "", "", "", "[a b c d]", 4, runners.GateFailed, "the data ended after 4 rows"},
		{Unique, Stop, "", "", "[a b c d]", 4, runners.GatePassed, ""},
		{Random, "", "", "", "", 12, runners.GatePassed, ""},
	} {
		t.Run(c.use+" "+c.atEnd, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &ir.Program{}
				seen := map[string][]string{}
				serve := server(func(_ context.Context, _, target string) (int, error) {
					seen[target[:6]] = append(seen[target[:6]], target[6:])
					return 200, nil
				})
				d := data
				d.Use, d.AtEnd = c.use, c.atEnd
				got := loaded(t, t.Context(), &Runner{Drivers: serve.drivers, Profile: profileOf(t, "12/s for 1s"), Data: &d}, planOf(p, outlineOf(p), otherOutline(p)))
				cats, dogs := seen["/cats/"], seen["/dogs/"]
				all := slices.Sorted(slices.Values(slices.Concat(cats, dogs)))
				if c.cats != "" && (fmt.Sprint(cats) != c.cats || fmt.Sprint(dogs) != c.dogs) {
					t.Errorf("%v and %v", cats, dogs)
				}
				if c.all != "" && fmt.Sprint(all) != c.all {
					t.Error(all)
				}
				if c.asked > 0 && got.final.Asked != c.asked {
					t.Errorf("%d asked", got.final.Asked)
				}
				if got.err != nil || got.end.Outcome != c.end || got.end.Message != c.message {
					t.Errorf("%v %q %q", got.err, got.end.Outcome, got.end.Message)
				}
			})
		})
	}
}
