package reporters

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/reporters/page"
	"github.com/cucumber-value/hoops/runners"
)

// Bounds of the page: above them what passed is a line, and what failed its first line.
const (
	mostWithSteps    = 2000
	mostFailureBytes = 3 << 20
)

// htmlScenarios is every scenario of the run, by features, each with how it went in every stage.
type htmlScenarios struct {
	Features []*htmlFeature
	Columns  int    // stages beside each other; 0 when there is one
	Left     string // what is not on the page
	results  []*htmlScenario
}

type htmlFeature struct {
	Name, File string
	Tags       string // that all of its scenarios have
	Tone       page.Tone
	Tally      string
	Open       bool
	Promises   []htmlPromise
	Scenarios  []*htmlScenario
	key        string
}

type htmlScenario struct {
	Anchor       string // of what did not pass
	Name, Place  string
	Tags         string
	Tone         page.Tone
	Word, Took   string // of the one stage; Word is "" of what passed
	Cells        []htmlCell
	Runs         []htmlRun
	Attention    bool // it is no plain pass
	status       runners.Status
	feature, row string
	id           string
	in           []htmlResult
	at           *result
}

// htmlCell is how a scenario went in one stage.
type htmlCell struct {
	Tone         page.Tone
	Stage, Words string
}

type htmlResult struct {
	stage *stage
	*result
}

func (h *htmlReport) scenarios(list []htmlPromise) htmlScenarios {
	var out htmlScenarios
	byKey := map[[3]string]*htmlScenario{}
	byID := map[string]*htmlScenario{} // the first of each, for loads
	stages := 0
	for _, s := range h.record.stages {
		if len(s.results) > 0 {
			stages++
		}
		for _, f := range s.features() {
			for _, r := range f.results {
				key := [3]string{r.feature, r.id, r.row}
				one := byKey[key]
				if one == nil {
					one = &htmlScenario{feature: r.feature, id: r.id, row: r.row, at: r, Name: page.Line(full(r), 300), Place: page.Line(place(r.pos), 300)}
					byKey[key] = one
					out.results = append(out.results, one)
					if byID[r.id] == nil {
						byID[r.id] = one
					}
				}
				one.in = append(one.in, htmlResult{s, r})
			}
		}
	}
	for _, s := range h.record.stages {
		if s.summary == nil || len(out.results) == 0 {
			continue
		}
		stages++
		for _, g := range groups(s.summary, ofScenario) {
			if one := byID[g.Scenario]; one != nil {
				one.Cells = append(one.Cells, loadCell(s, g, one.row != ""))
			}
		}
	}
	if stages > 1 {
		out.Columns = min(stages, 6)
	}
	slices.SortStableFunc(out.results, func(a, b *htmlScenario) int { return byPlace(a.at, b.at) })
	steps := len(out.results) <= mostWithSteps
	room := mostFailureBytes
	evidence := &evidenceRoom{read: h.o.Evidence}
	for n, one := range out.results {
		h.fill(one, out.Columns > 0, steps, &room, evidence)
		if one.Attention {
			one.Anchor = fmt.Sprintf("s%d", n+1)
		}
	}
	out.Features = h.features(out.results, list)
	if !steps {
		out.Left = fmt.Sprintf("These are %s, so the steps of those that passed are left out. A recorded run (-f ndjson:FILE) has them all.", plural(int64(len(out.results)), "scenario"))
	}
	return out
}

// fill says how a scenario went.
func (h *htmlReport) fill(one *htmlScenario, columns, steps bool, room *int, evidence *evidenceRoom) {
	cells := one.Cells // of loads
	one.Cells = nil
	worst := -1
	for i := 0; i < len(one.in); {
		j := i + 1
		for j < len(one.in) && one.in[j].stage == one.in[i].stage {
			j++
		}
		turns := one.in[i:j] // of one stage, in their order
		last := turns[len(turns)-1]
		i = j
		cell := htmlCell{Tone: statusTone(last.status), Stage: stageName(last.stage), Words: strings.TrimSpace(statusWord(last.status) + " " + brief(last.duration))}
		if len(turns) > 1 {
			failed := 0
			for _, t := range turns {
				if t.status == runners.Failed {
					failed++
				}
			}
			cell.Words = fmt.Sprintf("%d runs", len(turns)) + prefixed(", ", phrase(count{failed, "failed"}))
		}
		one.Cells = append(one.Cells, cell)
		if rank := slices.Index(worstTones, cell.Tone); worst < 0 || rank < worst {
			worst = rank
			one.Tone, one.status, one.Word, one.Took = cell.Tone, last.status, statusWord(last.status), brief(last.duration)
		}
		if len(turns) > 1 {
			one.Took = cell.Words
		}
		attention := last.status != runners.Passed && last.status != runners.Skipped
		one.Attention = one.Attention || attention
		for k, t := range turns {
			if k != len(turns)-1 && t.status.Good() || len(turns)-k > 5 { // of many rounds those that say something
				continue
			}
			if attention || steps && len(t.steps) > 0 || !t.status.Good() && t.status != runners.Skipped {
				name := ""
				if columns || len(turns) > 1 {
					name = stageName(t.stage)
				}
				if len(turns) > 1 {
					name += fmt.Sprintf(", run %d", t.number)
				}
				one.Runs = append(one.Runs, h.run(name, t.result, room, evidence))
			}
		}
	}
	one.Cells = append(one.Cells, cells...)
	if !columns {
		one.Cells = nil
	}
}

var worstStatuses = []runners.Status{runners.Failed, runners.Undefined, runners.Ambiguous, runners.Pending, runners.Flaky, runners.Skipped, runners.Passed}

// worstTones in the order in which they concern somebody.
var worstTones = []page.Tone{page.Bad, page.Open, page.Neutral, page.Good}

// statusWord is "" for what passed: of thousands of lines those that say something are to be seen.
func statusWord(s runners.Status) string {
	if s == runners.Passed {
		return ""
	}
	return string(s)
}

func loadCell(s *stage, g runners.Group, rows bool) htmlCell {
	words := plural(g.Count, "journey")
	if rows {
		words += " of all rows"
	}
	tone := page.Good
	if g.Failed+g.Dropped > 0 {
		tone = page.Bad
		words += prefixed(", ", phrase(count{int(g.Failed), "failed"}, count{int(g.Dropped), "dropped"}))
	}
	return htmlCell{tone, stageName(s), words + prefixed(", p95 ", latency(g, "p95"))}
}

// features of scenarios in their order.
func (h *htmlReport) features(list []*htmlScenario, promised []htmlPromise) []*htmlFeature {
	var out []*htmlFeature
	counts := map[*htmlFeature]map[runners.Status]int{}
	tones := map[*htmlFeature]map[page.Tone]int{}
	took := map[*htmlFeature]time.Duration{}
	for _, one := range list {
		key := one.feature + "\x00" + one.at.pos.File
		var f *htmlFeature
		if len(out) > 0 && out[len(out)-1].key == key {
			f = out[len(out)-1]
		} else {
			f = &htmlFeature{key: key, File: page.Line(one.at.pos.File, 300), Name: page.Line(cmp.Or(h.record.titles[one.feature], one.feature, one.at.pos.File, "(no name)"), 300)}
			for _, p := range promised {
				if p.Clause == one.feature {
					f.Promises = append(f.Promises, p)
				}
			}
			out = append(out, f)
			counts[f], tones[f] = map[runners.Status]int{}, map[page.Tone]int{}
		}
		f.Scenarios = append(f.Scenarios, one)
		counts[f][one.status]++
		tones[f][one.Tone]++
		for _, in := range one.in {
			took[f] += in.duration
		}
	}
	for _, f := range out {
		f.tag()
		c := tones[f]
		f.Tone = page.Good
		switch {
		case c[page.Bad] > 0:
			f.Tone = page.Bad
		case c[page.Open] > 0:
			f.Tone = page.Open
		case c[page.Good] == 0:
			f.Tone = page.Neutral
		}
		var parts []count
		for _, s := range worstStatuses {
			parts = append(parts, count{counts[f][s], string(s)})
		}
		f.Tally = phrase(parts...) + ", " + total(took[f])
		f.Open = len(list) <= 60 || f.Tone == page.Bad || f.Tone == page.Open
	}
	return out
}

// tag tells the tags of each scenario, and those that all of many have, once: mostly they are the feature's.
func (f *htmlFeature) tag() {
	var common []string
	if len(f.Scenarios) > 1 {
		common = slices.Clone(f.Scenarios[0].at.tags)
		for _, one := range f.Scenarios {
			common = slices.DeleteFunc(common, func(tag string) bool { return !slices.Contains(one.at.tags, tag) })
		}
	}
	f.Tags = page.Line(strings.Join(common, " "), 300)
	for _, one := range f.Scenarios {
		own := slices.DeleteFunc(slices.Clone(one.at.tags), func(tag string) bool { return slices.Contains(common, tag) })
		one.Tags = page.Line(strings.Join(own, " "), 300)
	}
}
