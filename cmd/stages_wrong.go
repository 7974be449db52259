package cmd

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/pick"
	"github.com/cucumber-value/hoops/runners"
)

// startable asks what the load runner asks before it begins: a mix that fits, and a number of browsers.
func (r *stageRow) startable(p *ir.Program, plan runners.Plan) {
	asked := r.stage.Load
	failed := func(err error) {
		if err == nil {
			return
		}
		d := placed(err, r.stage, r.selected)
		r.refuse(nil, d.Message, d.Range.Pos)
		for _, share := range asked.Mix {
			if share.Pos == d.Range.Pos {
				d.Range.Len = utf8.RuneCountInString(share.Of)
				if onlyUnfinished(p, share.Of) {
					d.Severity = diag.Warning
				}
			}
		}
		r.wrong = append(r.wrong, d)
	}
	_, err := mix(asked.Mix, r.selected)
	failed(err)
	if err == nil {
		failed(twice(plan))
	}
	_, err = browsers(asked, plan)
	failed(err)
}

// placed is a refusal of a load at the place that its words begin with, or at its stage.
func placed(err error, s *ir.Stage, selected []runners.Selected) diag.Diagnostic {
	places := []diag.Pos{}
	for _, share := range s.Load.Mix {
		places = append(places, share.Pos)
	}
	for _, one := range selected {
		places = append(places, one.Pos())
	}
	words, at := err.Error(), s.Pos
	for _, pos := range places {
		if rest, found := strings.CutPrefix(words, pos.String()+": "); found {
			words, at = rest, pos
			break
		}
	}
	d := diag.Errorf(diag.At(at, 1), "load/mix", "%s", words)
	var f *failure
	if errors.As(err, &f) && f.hint != "" {
		d = d.WithHelp("%s", f.hint)
	}
	return d
}

// onlyUnfinished reports whether all that a share is of is @wip.
func onlyUnfinished(p *ir.Program, of string) bool {
	unfinished := false
	for i := range p.Features {
		for j := range p.Features[i].Scenarios {
			sc := &p.Features[i].Scenarios[j]
			for row := -1; row < len(sc.Rows); row++ {
				one := runners.Selected{Feature: &p.Features[i], Scenario: sc, Row: row}
				if !isOf(of, one) || row < 0 && len(sc.Rows) > 0 {
					continue
				}
				if !slices.Contains(one.TagNames(), pick.WIP) {
					return false
				}
				unfinished = true
			}
		}
	}
	return unfinished
}

// selectsNothing is a stage that nothing could run in, whatever the flags: they only narrow. Where all that it
// selects is @wip it is a matter of time.
func selectsNothing(t *target, s *ir.Stage, env *ir.Environment, leftOut int) diag.Diagnostic {
	at, wheres := diag.Range{Pos: s.Pos}, []where{{env.Where, "environment " + env.Name, env.Pos}, {s.Where, "stage " + s.Name, s.Pos}}
	if t.result != nil && s.Where != "" {
		at = t.result.WhereOf(s)
	}
	ask := pick.Selection{}
	var why []string
	for _, w := range wheres {
		if w.tags != "" {
			ask.Tags = append(ask.Tags, w.tags)
			why = append(why, w.tags+" (where of "+w.of+")")
		}
	}
	message := "stage " + s.Name + " selects no scenario"
	if len(why) > 0 {
		message += ": none has " + strings.Join(why, " and ")
	}
	if leftOut > 0 {
		return diag.Warnf(at, "pick/nothing", "%s but what is tagged @wip", message).WithHelp("the stage does not start until a scenario of it is finished")
	}
	return diag.Errorf(at, "pick/nothing", "%s", message).WithHelp("%s", remedy(t.program, ask, 0))
}
