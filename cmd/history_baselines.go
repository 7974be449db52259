package cmd

import (
	"fmt"
	"slices"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/history"
	"github.com/cucumber-value/hoops/reporters"
)

// keptName is what was pinned under a name.
type keptName struct {
	Name        string    `json:"name"`
	About       string    `json:"about,omitempty"` // as hoops.yaml says
	Measure     string    `json:"measure"`
	Environment string    `json:"environment"`
	Release     string    `json:"release,omitempty"`
	Pinned      time.Time `json:"pinned"`
	From        time.Time `json:"from"`
	To          time.Time `json:"to"`
	Events      string    `json:"events,omitempty"`
	Exposure    string    `json:"exposure,omitempty"`
	Replaced    bool      `json:"replaced,omitempty"`   // something else was pinned under it later
	Undeclared  bool      `json:"undeclared,omitempty"` // hoops.yaml does not declare it any more
}

// showBaselines lists what stands behind names, the last first.
func (a *app) showBaselines(store *history.Store, p *ir.Program, w wanted) error {
	kept, err := store.Named(w.Environment)
	if err != nil {
		return unusable(shownFrom(err))
	}
	list := keptNames(kept, p.Baselines)
	if !w.Since.IsZero() {
		list = slices.DeleteFunc(list, func(k keptName) bool { return k.Pinned.Before(w.Since) })
	}
	if w.format == "json" {
		return a.printJSON(list)
	}
	if len(list) == 0 {
		fmt.Fprintln(a.stdio.Err, "hoops: nothing is pinned under a name: hoops value pin --as NAME does it")
		return nil
	}
	var rows [][]string
	day := func(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }
	for _, k := range list {
		seen := k.Events
		if k.Exposure != "" {
			seen += " of " + k.Exposure
		}
		remark := ""
		switch {
		case k.Replaced:
			remark = "replaced"
		case k.Undeclared:
			remark = "not declared in hoops.yaml"
		}
		rows = append(rows, []string{reporters.Cell(k.Name, 40), reporters.Cell(k.Measure, 30), reporters.Cell(k.Environment, 20), day(k.From), day(k.To), reporters.Cell(seen, 30), day(k.Pinned), remark})
	}
	return written(reporters.Table(a.stdio.Out, []string{"name", "measure", "environment", "from", "to", "seen", "pinned"}, rows))
}

func keptNames(kept []history.Named, declared []ir.Baseline) []keptName {
	list := []keptName{}
	seen := map[[3]string]bool{}
	for _, n := range kept {
		k := keptName{Name: n.Name, Measure: n.Measure, Environment: n.Environment, Release: n.Release, Pinned: n.Pinned, From: n.From, To: n.To,
			Events: n.Events, Exposure: n.Exposure, Undeclared: true}
		key := [3]string{n.Environment, n.Name, n.Measure}
		k.Replaced, seen[key] = seen[key], true
		for _, b := range declared {
			if b.Name == n.Name {
				k.About, k.Undeclared = b.About, false
			}
		}
		list = append(list, k)
	}
	return list
}
