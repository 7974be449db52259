package load

import (
	"errors"
	"fmt"
	"runtime"
	"slices"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
)

// way is one selected scenario or row, lowered.
type way struct {
	runners.Selected // its Scenario has the data's rows when there is a feed
	driver           string
	apart            string // behind the names of what it measures: " (browser)", "" unless its scenario has another driver too
	script           *session.Script
	feed             *feed
	key              Key        // of the scenario
	steps            [][]string // names under which each step of the scenario is measured
	inner            stepNames  // and those of bodies
}

// stepNames are the names under which the steps of bodies are measured, for one driver.
type stepNames map[*ir.Step][]string

// prepare lowers every selected scenario once, and refuses what cannot run.
func (r *run) prepare() error {
	if len(r.plan.Selected) == 0 {
		return errors.New("nothing is selected")
	}
	var err error
	if r.feed, err = newFeed(r.Data, r.plan.Seed); err != nil {
		return err
	}
	type key struct {
		scenario *ir.Scenario
		driver   string
	}
	scripts := map[key]*session.Script{}
	inner := map[string]stepNames{}
	var refused []error
	for _, selected := range r.plan.Selected {
		if selected.Row >= len(selected.Scenario.Rows) || selected.Row < 0 && selected.Scenario.Outline {
			return fmt.Errorf("%s: row %d of %q is selected, which has %d", selected.Scenario.Pos, selected.Row+1, selected.Scenario.Name, len(selected.Scenario.Rows))
		}
		driver := r.plan.DriverOf(selected)
		if o, trail := r.plan.Program.Blocked(selected.Scenario.Steps, driver, selected.Row, nil); o != nil {
			refused = append(refused, fmt.Errorf("%s: %s", trail[len(trail)-1].Pos, o.Message))
			continue
		}
		names := inner[driver]
		if names == nil {
			names = r.innerNames(driver)
			inner[driver] = names
		}
		w := &way{Selected: selected, driver: driver, apart: apart(r.plan, selected), inner: names}
		w.key = Key{OfScenario, selected.Scenario.ID + w.apart}
		for i := range selected.Scenario.Steps {
			step := &selected.Scenario.Steps[i]
			w.steps = append(w.steps, measured(r.plan.Program, step, step.Binding(driver, selected.Row), true))
		}
		k := key{selected.Scenario, driver}
		if w.script = scripts[k]; w.script == nil {
			scenario := selected.Scenario
			if r.feed != nil && scenario.Outline {
				if scenario, err = r.feed.outline(scenario); err != nil {
					return err
				}
			}
			if w.script, err = r.host.Lower(selected.Feature, scenario, driver); err != nil {
				return err
			}
			scripts[k] = w.script
		}
		if r.feed != nil && selected.Scenario.Outline {
			w.feed, w.Scenario = r.feed, w.script.Scenario
		}
		r.ways = append(r.ways, w)
	}
	if len(refused) > 0 {
		return fmt.Errorf("load does not start, because not every selected scenario can run:\n%w", errors.Join(refused...))
	}
	mix := r.Mix
	if len(mix) == 0 {
		mix = equalShares(r.plan.Selected)
	}
	if r.profile.Requests {
		if err := r.perJourney(mix); err != nil {
			return err
		}
	}
	return r.mixed(mix)
}

// apart is what keeps the measurements of a scenario that a mix runs on two drivers from each other: how long a page
// takes says nothing of how long a request does. What runs as it would without the mix has the plain names.
func apart(plan runners.Plan, s runners.Selected) string {
	own := s
	own.Driver = ""
	driver := plan.DriverOf(s)
	if driver == plan.DriverOf(own) || !slices.ContainsFunc(plan.Selected, func(o runners.Selected) bool {
		return o.Scenario == s.Scenario && plan.DriverOf(o) != driver
	}) {
		return ""
	}
	return " (" + driver + ")"
}

// perJourney turns a rate of requests into one of journeys, by how many requests the program says that each sends.
// Redirects, tries of a within and failures make it more or less: what was achieved is in the report.
func (r *run) perJourney(mix []Share) error {
	requests, weights := 0.0, 0.0
	for _, s := range mix {
		sum, arriving := 0, 0
		for _, i := range s.Selected {
			w := r.ways[i]
			if w.driver == browserDriver { // its users keep no rate
				continue
			}
			arriving++
			sum += requestsOf(r.plan.Program, w.Selected.Scenario.Steps, w.driver, w.Row)
		}
		if arriving > 0 {
			requests += float64(s.Weight) * float64(sum) / float64(arriving)
			weights += float64(s.Weight)
		}
	}
	each := requests / max(1, weights)
	if each == 0 {
		return errors.New("a rate of requests needs scenarios that send some")
	}
	r.notice("%s: a journey sends %.3g requests, so journeys come at these rates divided by %.3g", r.profile, each, each)
	r.asking, r.profile = r.profile.String(), r.profile.Divided(each)
	return nil
}

// requestsOf counts the requests of some steps; those of @once bodies belong to no journey.
func requestsOf(p *ir.Program, steps []ir.Step, driver string, row int) int {
	n := 0
	for i := range steps {
		b := steps[i].Binding(driver, row)
		if b == nil {
			continue
		}
		switch op := b.Op.(type) {
		case nil:
			if b.Definition == 0 || p.Definitions[b.Definition-1].Once {
				continue
			}
			d := &p.Definitions[b.Definition-1]
			times := 1
			if d.Each {
				times = max(0, len(steps[i].Table)-1) // without its header
			}
			n += times * requestsOf(p, d.Body, driver, -1)
		case *ir.Within:
			n += requestsOf(p, []ir.Step{op.Step}, driver, row)
		case *ir.Request, *ir.Open:
			n++
		}
	}
	return n
}

// browserDriver is the one whose sessions are few: a page takes a core while it is busy, and memory.
const browserDriver = "browser"

// mixed gives every scenario its turns: those of browsers among a few users of their own, all others among the
// arrivals. A rate of pages would measure the browsers' machine.
func (r *run) mixed(mix []Share) error {
	if _, err := newMixer(mix, len(r.plan.Selected), r.plan.Seed, 0); err != nil {
		return err
	}
	var arriving, browsing []Share
	for _, s := range mix {
		a, b := Share{Weight: s.Weight}, Share{Weight: s.Weight}
		for _, i := range s.Selected {
			if r.ways[i].driver == browserDriver {
				b.Selected = append(b.Selected, i)
			} else {
				a.Selected = append(a.Selected, i)
			}
		}
		if len(a.Selected) > 0 {
			arriving = append(arriving, a)
		}
		if len(b.Selected) > 0 {
			browsing = append(browsing, b)
		}
	}
	arrivals := uint64(0)
	if r.workers == 0 {
		arrivals = newPacer(r.profile).arrivals
	}
	switch {
	case len(browsing) > 0 && r.Browsers == 0:
		return fmt.Errorf("%s: %q runs in a browser: say how many there may be, with browsers: 2 or --browsers 2", r.ways[browsing[0].Selected[0]].Scenario.Pos, r.ways[browsing[0].Selected[0]].Scenario.Name)
	case len(browsing) > 0:
		r.browsing = mixerOf(browsing, r.plan.Seed, 0)
		beside := " beside the arrivals: a closed model of their own"
		if len(arriving) == 0 {
			beside = ", and nothing else runs"
		}
		r.notice("%s for %s%s", plural(r.Browsers, "browser user"), plural(len(browsing), "scenario"), beside)
		if cores := runtime.GOMAXPROCS(0); r.Browsers > cores {
			r.notice("%d browser users share %s: pages wait for each other, and their times look worse than users would find them", r.Browsers, plural(cores, "core"))
		}
	}
	if len(arriving) > 0 {
		r.mix = mixerOf(arriving, r.plan.Seed, arrivals)
	}
	return nil
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%s %ss", thousands(int64(n)), word)
}

// equalShares gives every scenario the same, however many rows it has.
func equalShares(selected []runners.Selected) []Share {
	var shares []Share
	at := map[*ir.Scenario]int{}
	for i, s := range selected {
		share, known := at[s.Scenario]
		if !known {
			share = len(shares)
			at[s.Scenario] = share
			shares = append(shares, Share{Weight: 1})
		}
		shares[share].Selected = append(shares[share].Selected, i)
	}
	return shares
}

// measured are the names of a step: its text, and the pattern of the definition that it calls.
func measured(p *ir.Program, step *ir.Step, b *ir.Binding, text bool) []string {
	var names []string
	if text {
		names = append(names, step.Text)
	}
	if b != nil && b.Definition > 0 {
		if pattern := p.Definitions[b.Definition-1].Pattern; !text || pattern != step.Text {
			names = append(names, pattern)
		}
	}
	return names
}

// innerNames are those of every step of a body: patterns, and of texts those that the gate asks for, for they
// are many.
func (r *run) innerNames(driver string) stepNames {
	names := stepNames{}
	note := func(step *ir.Step) {
		if list := measured(r.plan.Program, step, step.Binding(driver, -1), r.gate.steps[step.Text] || r.gate.steps[step.Text+" ("+driver+")"]); len(list) > 0 {
			names[step] = list
		}
	}
	for i := range r.plan.Program.Definitions {
		for j := range r.plan.Program.Definitions[i].Body {
			ir.WalkStep(&r.plan.Program.Definitions[i].Body[j], note)
		}
	}
	for i := range r.plan.Program.Features {
		for j := range r.plan.Program.Features[i].Scenarios {
			for k := range r.plan.Program.Features[i].Scenarios[j].Steps {
				outer := &r.plan.Program.Features[i].Scenarios[j].Steps[k]
				ir.WalkStep(outer, func(step *ir.Step) { // the one inside a within
					if step != outer {
						note(step)
					}
				})
			}
		}
	}
	return names
}
