package reporters

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/reporters/page"
	"github.com/cucumber-value/hoops/runners"
)

// load prints what a load run came to: what was expected first, then how much ran, how long it took, and what
// went wrong how often.
func (t *terminal) load(s *stage) {
	t.expectations(s)
	t.arrivals(s)
	t.line("")
	t.latencies(s.summary)
	for _, l := range pageLines(s.summary) {
		t.line("%s", l)
	}
	t.causes(s.summary)
	if t.o.Verbose { // when it matters the runner has said so
		for _, g := range groups(s.summary, ofLateness) {
			t.line("hoops started journeys late by p50 %s, p99 %s, max %s", latency(g, "p50"), latency(g, "p99"), latency(g, "max"))
		}
	}
}

func (t *terminal) expectations(s *stage) {
	for _, e := range s.summary.Expectations {
		line := expectation(s.summary, e)
		switch decided(e.Outcome) {
		case runners.GatePassed:
			t.line("%s %s", t.paint(green, "✓"), line)
			continue
		case runners.GateFailed:
			t.line("%s %s", t.paint(red, "✗"), line)
		default:
			t.line("%s %s", t.paint(yellow, "?"), line)
		}
		t.failed = append(t.failed, failed{s, page.Line(s.name, 100) + ": " + line})
	}
}

// expectation is "p95 < 300ms  got 412ms  (12,004 samples)".
func expectation(s *runners.Summary, e runners.Expectation) string {
	x := told(s, e)
	var values []string
	for _, v := range x.got {
		name, value, named := strings.Cut(v, " = ")
		if !named {
			name, value = "", v
		}
		of, _, _ := strings.Cut(cmp.Or(name, e.Source), " ")
		if d, err := time.ParseDuration(value); err == nil && d != 0 {
			value = rounded(d)
		} else if n, err := strconv.ParseFloat(value, 64); err == nil && (strings.HasSuffix(of, "errors") || strings.HasSuffix(of, "achieved")) {
			value = fmt.Sprintf("%.4g%%", 100*n) // they are shares, and asked for as such
		} else if n, err := strconv.ParseFloat(value, 64); err == nil && len(value) > 6 {
			value = fmt.Sprintf("%.3g", n)
		}
		values = append(values, strings.TrimPrefix(name+" = ", " = ")+value)
	}
	got := strings.Join(values, ", ")
	if e.Outcome == runners.GatePassed || e.Outcome == runners.GateFailed {
		got = prefixed("got ", got)
	}
	return page.Line(x.source, 300) + prefixed("  ", page.Line(got, 500)) + prefixed(" ", brackets(page.Line(x.samples, 200)))
}

// arrivals is "600 journeys at 200/s, none dropped, in 3s".
func (t *terminal) arrivals(s *stage) {
	asked, achieved := s.rates()
	sum := s.summary
	if sum.Model == closedModel {
		t.line("closed model, %s: %s at %s, in %s; latencies count from the actual start, and a slow answer slows the arrivals",
			page.Line(sum.Load, 100), plural(sum.Started, "journey"), perSecond(achieved), rounded(sum.To))
		return
	}
	if sum.Started == sum.Asked && sum.Dropped == 0 {
		asked := ""
		if sum.Late != "" { // all came, and not as fast as they should have
			asked = ", asked " + page.Line(sum.Load, 100)
		}
		t.line("%s at %s%s, none dropped, in %s", plural(sum.Started, "journey"), perSecond(achieved), asked, rounded(sum.To))
		return
	}
	t.line("asked %s, achieved %s (%.3g%%): %s of %s started, %s dropped, in %s", perSecond(asked), perSecond(achieved),
		100*float64(sum.Started)/float64(max(1, sum.Asked)), thousands(sum.Started), plural(sum.Asked, "journey"), thousands(sum.Dropped), rounded(sum.To))
}

var columns = []string{"p50", "p95", "p99", "max"}

// latencies is the table of what was measured.
func (t *terminal) latencies(s *runners.Summary) {
	rows := [][]string{append([]string{"", "count", "failed"}, columns...)}
	row := func(name string, g runners.Group) {
		cells := []string{name, thousands(g.Count), thousands(g.Failed)}
		for _, q := range columns {
			cells = append(cells, latency(g, q))
		}
		rows = append(rows, cells)
	}
	part := func(of, heading string, keep func(runners.Group) bool) {
		for _, g := range groups(s, of) {
			if !keep(g) {
				continue
			}
			if heading != "" {
				rows = append(rows, []string{heading})
				heading = ""
			}
			row("  "+page.Line(cmp.Or(g.Name, "(no name)"), min(60, t.room())), g)
		}
	}
	all := func(runners.Group) bool { return true }
	for _, g := range groups(s, ofJourneys) {
		row(ofJourneys, g)
	}
	part(ofScenario, "", all)
	part(ofStep, "steps", func(g runners.Group) bool { return t.o.Verbose || !strings.Contains(g.Name, "{") }) // patterns are those of step definitions
	for _, g := range groups(s, ofRequests) {
		row(ofRequests, g)
	}
	part(ofRequest, "", all)
	part(ofPhase, "phases of some requests", func(runners.Group) bool { return t.o.Verbose })
	wide := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, cell := range r {
			wide[i] = max(wide[i], Columns(cell))
		}
	}
	for i, r := range rows {
		var b strings.Builder
		for j, cell := range r {
			gap := strings.Repeat(" ", wide[j]-Columns(cell))
			switch {
			case j == 0:
				b.WriteString(cell + gap)
			default:
				b.WriteString("  " + gap + cell)
			}
		}
		l := strings.TrimRight(b.String(), " ")
		if i == 0 {
			l = t.paint(dim, l)
		}
		t.line("%s", l)
	}
}

// mostCauses is how many different errors the terminal lists.
const mostCauses = 20

// causes are the errors of journeys and of requests, each with its count.
func (t *terminal) causes(s *runners.Summary) {
	list := causesOf(s)
	if len(list) == 0 {
		return
	}
	t.line("")
	t.line("errors")
	for _, l := range list[:min(len(list), mostCauses)] {
		t.line("  %s", l)
	}
	if left := len(list) - mostCauses; left > 0 {
		t.line("  … and %d more", left)
	}
}

func causesOf(s *runners.Summary) (list []string) {
	for _, g := range groups(s, ofJourneys) {
		for _, c := range mostFirst(g.Errors) {
			list = append(list, fmt.Sprintf("%s× %s", thousands(c.Count), page.Line(c.Key, 300)))
		}
	}
	for _, g := range groups(s, ofRequest) {
		for _, c := range mostFirst(g.Errors) {
			list = append(list, fmt.Sprintf("%s× %s – %s", thousands(c.Count), page.Line(g.Name, 100), page.Line(c.Key, 300)))
		}
	}
	return list
}

func mostFirst(list []runners.Cause) []runners.Cause {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b runners.Cause) int { return cmp.Compare(b.Count, a.Count) })
	return list
}

// journey prints what went wrong with a journey, the first time it does.
func (t *terminal) journey(e runners.Event) {
	first, _, _ := strings.Cut(e.Failure.Message, "\n")
	key := e.Failure.Range.Pos.String() + " " + first
	if t.told[key] {
		return
	}
	t.told[key] = true
	t.line("%s %s  %s", t.mark(runners.Failed), page.Line(cmp.Or(e.Name, e.Scenario), t.room()), t.paint(dim, place(e.Pos)))
	t.diagnostic(*e.Failure)
}
