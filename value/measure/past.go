package measure

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/history"
)

// History measures what recorded runs found, in one environment: count: and of: name things that ended in the window,
// with the word for how they ended before them: "failed scenarios" of "scenarios", "failed runs" of "runs", "missed
// claims" of "claims"; quantile: "scenarios" or "stages" is how long they took. A stage is named behind it:
// "failed scenarios of smoke".
type History struct {
	Store       *history.Store
	Environment string
}

var _ Source = History{}

// things that a history has, and the words for their ends.
var things = []string{"runs", "stages", "scenarios", "claims"}

// thing is what count: and of: name.
type thing struct{ ended, what, stage string }

func readThing(text string) (thing, *Failure) {
	var x thing
	words := strings.Fields(text)
	if n := slices.Index(words, "of"); n > 0 {
		x.stage, words = strings.Join(words[n+1:], " "), words[:n]
	}
	if len(words) == 2 {
		x.ended, words = words[0], words[1:]
	}
	if len(words) != 1 || !slices.Contains(things, words[0]) {
		return x, failed(SourceFailed, "%q is nothing that a history counts", text).help("write runs, stages, scenarios or claims, with how they ended before it: failed scenarios")
	}
	x.what = words[0]
	ends := map[string][]string{"runs": {"passed", "failed", "undecided"}, "stages": {"passed", "failed", "undecided", "skipped"},
		"scenarios": {"passed", "failed", "flaky", "skipped", "pending", "undefined", "ambiguous"}, "claims": {"delivered", "missed", "undecided", "unbound"}}[x.what]
	if x.ended != "" && !slices.Contains(ends, x.ended) {
		return x, failed(SourceFailed, "%s do not end %q", x.what, x.ended).help("they end " + strings.Join(ends, ", "))
	}
	if x.stage != "" && x.what != "stages" && x.what != "scenarios" {
		return x, failed(SourceFailed, "%s are of no stage: count stages or scenarios", x.what)
	}
	return x, nil
}

// Sample counts what is recorded of the window. What still runs has not ended, and is left out.
func (h History) Sample(_ context.Context, m ir.Measure, w Window) (Observation, error) {
	obs := Observation{Window: w, Since: w.From, Coverage: 1, Source: "history", Query: query(m)}
	if f := h.sample(m, &obs); f != nil {
		f.Source, f.Query = obs.Source, obs.Query
		return Observation{}, f
	}
	return obs, nil
}

func (h History) sample(m ir.Measure, obs *Observation) *Failure {
	if m.Value != "" {
		return failed(SourceFailed, "a history counts and measures durations, and %s asks for a value", m.Name)
	}
	if h.Store == nil {
		return failed(SourceFailed, "no history is kept, so %s cannot be counted", m.Name)
	}
	if m.Quantile != "" {
		x, f := readThing(m.Quantile)
		if f != nil {
			return f
		}
		found, f := h.find(x, obs.Window)
		if f != nil {
			return f
		}
		var all []time.Duration
		for _, e := range found {
			if e.is(x.ended) {
				all = append(all, e.took)
			}
		}
		if len(all) == 0 {
			return failed(NoData, "no %s are recorded of %s", m.Quantile, windowText(obs.Window))
		}
		obs.Distribution = Durations(all)
		return nil
	}
	x, f := readThing(m.Count)
	if f != nil {
		return f
	}
	n, all, f := h.count(x, obs.Window)
	if f != nil {
		return f
	}
	obs.Events = n
	if whole(m) == "" {
		obs.Exposure = all // what there was of the same, however it ended: the chances
		return nil
	}
	if x, f = readThing(whole(m)); f != nil {
		return f
	}
	obs.Exposure, _, f = h.count(x, obs.Window)
	return f
}

// ended is one thing that ended.
type ended struct {
	how  string
	took time.Duration
}

func (e ended) is(how string) bool { return how == "" || e.how == how }

func (h History) count(x thing, w Window) (n, all *big.Rat, f *Failure) {
	found, f := h.find(x, w)
	if f != nil {
		return nil, nil, f
	}
	if len(found) == 0 {
		return nil, nil, failed(NoData, "no %s are recorded of %s", x.what, windowText(w)).help("run the stages that make them; every run is recorded")
	}
	var hits int64
	for _, e := range found {
		if e.is(x.ended) {
			hits++
		}
	}
	return big.NewRat(hits, 1), big.NewRat(int64(len(found)), 1), nil
}

// find is all of a kind that began in the window and has ended.
func (h History) find(x thing, w Window) (list []ended, f *Failure) {
	if err := h.each(x, w, func(e ended) {
		if e.how != "" {
			list = append(list, e)
		}
	}); err != nil {
		return nil, failed(SourceFailed, "the history cannot be read: %s", fmt.Sprint(err))
	}
	return list, nil
}

func (h History) each(x thing, w Window, add func(ended)) error {
	if x.what == "claims" {
		list, err := h.Store.Verdicts(history.VerdictFilter{Environment: h.Environment, Since: w.From, Before: w.To})
		for _, v := range list {
			add(ended{how: v.Verdict})
		}
		return err
	}
	runs, err := h.Store.Runs(history.RunFilter{Environment: h.Environment, Since: w.From, Before: w.To})
	if err != nil {
		return err
	}
	for _, r := range runs {
		if x.what == "runs" {
			add(ended{r.Outcome, r.End.Sub(r.Start)})
			continue
		}
		stages, err := h.Store.Stages(r.ID)
		if err != nil {
			return err
		}
		for _, s := range stages {
			if x.stage != "" && s.Name != x.stage || h.Environment != "" && s.Environment != h.Environment {
				continue
			}
			if x.what == "stages" {
				add(ended{s.Outcome, s.End.Sub(s.Start)})
				continue
			}
			scenarios, err := h.Store.Scenarios(r.ID, s.Name)
			if err != nil {
				return err
			}
			for _, c := range scenarios {
				add(ended{c.Status, c.Duration})
			}
		}
	}
	return nil
}
