package load

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
)

// Vitals of pages are measured like latencies, each kind by itself: "page.lcp" of all navigations, and of each by
// its name. A navigation without one is no sample of it. A layout shift has no unit: recorded in billionths it has the
// resolution of everything else, and its histograms are read as theirs.
const shiftUnit = time.Second

// isVital reports whether a kind of group is one of vitals.
func isVital(of string) bool { return strings.HasPrefix(of, "page.") }

// vitals records what a browser measured of a navigation.
func (s *shard) vitals(name string, v *runners.Vitals) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, kind := range ir.Vitals() {
		if took, measured := v.Of(kind); measured {
			s.recent.Record(Key{Of: kind}, Measurement{Took: took})
			s.recent.Record(Key{kind, name}, Measurement{Took: took})
		}
	}
}

// page is what a gate reads of the navigations of a name, "" for all: of each vital that is asked for.
func (j *judge) page(prefix, name string, vitals []string) map[string]any {
	o := map[string]any{}
	for _, vital := range vitals {
		o[vital] = j.vital(prefix, vital, name)
	}
	return o
}

func (j *judge) vital(prefix, vital, name string) map[string]any {
	kind := "page." + vital
	t := j.all.of(Key{kind, name})
	j.look(t.count)
	o := map[string]any{"count": t.count, "mean": vitalOf(kind, t.mean()), "max": vitalOf(kind, t.max)}
	for _, q := range quantiles {
		o[q.name] = vitalOf(kind, t.quantile(q.q))
	}
	for field := range o {
		if t.count == 0 {
			o[field] = expr.Missing{What: prefix + kind + "." + field, Why: "no navigation was measured that has it"}
		}
	}
	return o
}

var _ expr.FieldEnv = (*judge)(nil)

// Field of page: only what is asked for counts as looked at.
func (j *judge) Field(name string, fields []string) (any, bool) {
	if name != "page" || len(fields) != 2 || !slices.Contains(expr.Vitals(), fields[0]) {
		return nil, false
	}
	value, found := j.vital("", fields[0], "")[fields[1]]
	return value, found
}

// vitalOf is a recorded vital as people and expressions read it.
func vitalOf(kind string, recorded time.Duration) any {
	if kind == ir.LayoutShift {
		return float64(recorded) / float64(shiftUnit)
	}
	return recorded
}

var pageOfOther = regexp.MustCompile(`\)\s*(?:\.\s*page\b|\[\s*["']page["']\s*\])\s*(?:\.\s*|\[\s*["'])(\w+)`)

// vitalsRead are those that an expression reads of request(…).
func vitalsRead(p *expr.Program) []string {
	var list []string
	for _, found := range pageOfOther.FindAllStringSubmatch(p.Unnamed(), -1) {
		list = append(list, found[1])
	}
	return list
}

// browses reports whether any selected scenario has pages.
func browses(plan runners.Plan) bool {
	return slices.ContainsFunc(plan.Selected, func(s runners.Selected) bool { return plan.DriverOf(s) == browserDriver })
}
