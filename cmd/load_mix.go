package cmd

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/pick"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/load"
)

// driven are the selected scenarios as a mix drives them: one that has a share with a driver runs on that one, and
// once more where another share has it too.
func driven(s *ir.Load, selected []runners.Selected) []runners.Selected {
	if s == nil || !slices.ContainsFunc(s.Mix, func(m ir.Share) bool { return m.Driver != "" }) {
		return selected
	}
	var out []runners.Selected
	for _, one := range selected {
		var drivers []string
		for _, m := range s.Mix {
			if isOf(m.Of, one) && !slices.Contains(drivers, m.Driver) {
				drivers = append(drivers, m.Driver)
			}
		}
		if len(drivers) == 0 {
			out = append(out, one) // it has no share, which is said later
		}
		for _, driver := range drivers {
			one.Driver = driver
			out = append(out, one)
		}
	}
	return out
}

// twice refuses a scenario that two shares run on one driver.
func twice(plan runners.Plan) error {
	type run struct {
		scenario *ir.Scenario
		row      int
		driver   string
	}
	seen := map[run]bool{}
	for _, s := range plan.Selected {
		one := run{s.Scenario, s.Row, plan.DriverOf(s)}
		if seen[one] {
			return usage(fmt.Sprintf("%s: scenario %q has two shares over %s", s.Pos(), s.Scenario.Name, one.driver), "one of them names the driver that it has anyway: leave that one out")
		}
		seen[one] = true
	}
	return nil
}

// shareOf reads a share of the command line: "Pay for one item=7", "Pay for one item=1 browser".
func shareOf(text string) (ir.Share, error) {
	i := strings.LastIndexByte(text, '=')
	weight, driver, _ := strings.Cut(text[i+1:], " ")
	n, err := strconv.Atoi(weight)
	if i < 1 || err != nil || n < 1 {
		return ir.Share{}, usage(fmt.Sprintf("--mix %s is no share", text), "write --mix 'Pay for one item=7', or --mix 'Pay for one item=1 browser'")
	}
	if driver = strings.TrimSpace(driver); driver != "" {
		if err := knownDriver(driver); err != nil {
			return ir.Share{}, err
		}
	}
	return ir.Share{Of: text[:i], Share: n, Driver: driver, Pos: diag.Pos{File: "--mix"}}, nil
}

// browsers is how many users a load has in browsers. Where everything runs in one, its users are those.
func browsers(asked *ir.Load, plan runners.Plan) (int, error) {
	inBrowser := func(s runners.Selected) bool { return plan.DriverOf(s) == "browser" }
	first := slices.IndexFunc(plan.Selected, inBrowser)
	n := asked.Browsers
	if n == 0 && asked.Users > 0 && !slices.ContainsFunc(plan.Selected, func(s runners.Selected) bool { return !inBrowser(s) }) {
		n = asked.Users
	}
	switch {
	case first >= 0 && n == 0:
		return 0, usage(fmt.Sprintf("%s: %q runs in a browser, and how many there may be is not said", plan.Selected[first].Pos(), plan.Selected[first].Scenario.Name),
			"give --browsers 2, or browsers: 2 in the stage; or leave it out with -t")
	case n > ir.MostBrowsers:
		return 0, usage(fmt.Sprintf("%d browser users are too many for one machine: at most %d", n, ir.MostBrowsers),
			"put the load on over http, and let a few browser users see what it does to pages")
	}
	return n, nil
}

// mix finds what each share is of: a scenario's name, an id, or a tag expression. A selected scenario without a
// share is an error; without a mix each scenario has an equal one, an outline's rows together.
func mix(shares []ir.Share, selected []runners.Selected) ([]load.Share, error) {
	var out []load.Share
	if len(shares) == 0 {
		at := map[string]int{}
		for i, s := range selected {
			j, known := at[s.Scenario.ID]
			if !known {
				j = len(out)
				at[s.Scenario.ID] = j
				out = append(out, load.Share{Weight: 1})
			}
			out[j].Selected = append(out[j].Selected, i)
		}
		return out, nil
	}
	taken := make([]string, len(selected))
	for _, share := range shares {
		one := load.Share{Weight: share.Share}
		for i, s := range selected {
			if !isOf(share.Of, s) || s.Driver != share.Driver {
				continue
			}
			if taken[i] != "" {
				return nil, usage(fmt.Sprintf("%s: scenario %q has two shares: %q and %q", share.Pos, s.Scenario.Name, taken[i], share.Of), "")
			}
			taken[i] = share.Of
			one.Selected = append(one.Selected, i)
		}
		if len(one.Selected) == 0 {
			return nil, usage(fmt.Sprintf("%s: the mix names %q, and nothing selected is it", share.Pos, share.Of), "a share is of a scenario's name, an id, or a tag expression")
		}
		out = append(out, one)
	}
	if i := slices.Index(taken, ""); i >= 0 {
		return nil, usage(fmt.Sprintf("scenario %q is selected and has no share in the mix", selected[i].Scenario.Name), "give it a share, or leave it out with where or -t")
	}
	return out, nil
}

// somewhere reports whether any scenario of the program is what a share is of.
func (x *execution) somewhere(of string) bool {
	for i := range x.target.program.Features {
		f := &x.target.program.Features[i]
		for j := range f.Scenarios {
			sc := &f.Scenarios[j]
			if isOf(of, runners.Selected{Feature: f, Scenario: sc, Row: -1}) {
				return true
			}
			for row := range sc.Rows {
				if isOf(of, runners.Selected{Feature: f, Scenario: sc, Row: row}) {
					return true
				}
			}
		}
	}
	return false
}

func isOf(of string, s runners.Selected) bool {
	if of == s.Scenario.Name || of == s.Scenario.ID {
		return true
	}
	if !strings.Contains(of, "@") {
		return false
	}
	tags, wrong := pick.ParseTags(of)
	return wrong == nil && tags.Match(s.TagNames())
}
