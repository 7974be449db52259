// Package owners is the report for the people who asked for a feature: whether what was shipped delivers what was
// promised. A Report is plain data, made of what history recorded (From), and written as text, Markdown, JSON, JUnit
// or one HTML page.
//
// The package judges nothing and compiles nothing: a verdict is shown as it was recorded, with its data, its window
// and the digest of the artefact, or it is not shown at all. It refuses to add verdicts up to a score; they are
// counted, and the worst comes first. All text in a report is data.
package owners

import (
	"cmp"
	"slices"
	"time"

	"github.com/cucumber-value/hoops/reporters/page"
)

// Verdict of a promise and of its claims. The zero value is none of them and counts as undecided.
type Verdict string

const (
	Delivered Verdict = "delivered"
	Missed    Verdict = "missed"
	Undecided Verdict = "undecided"
	Unbound   Verdict = "unbound"
)

// Verdicts in the order in which they concern somebody.
var Verdicts = []Verdict{Missed, Undecided, Unbound, Delivered}

// verdictOf is one of the four; a word that is none of them has decided nothing.
func verdictOf(word string) Verdict {
	if v := Verdict(word); slices.Contains(Verdicts, v) {
		return v
	}
	return Undecided
}

func (v Verdict) rank() int { return slices.Index(Verdicts, verdictOf(string(v))) }

// Report is what was promised, and what came of it.
type Report struct {
	Tool     string    `json:"tool,omitempty"`
	Made     time.Time `json:"made"`
	Sources  []string  `json:"sources"`          // the histories that were read
	Chosen   []string  `json:"only,omitempty"`   // what the reader asked for: "owner payments"
	Totals   Totals    `json:"totals"`           // of what is in this report
	Features []Feature `json:"features"`         // worst first
	Silent   []Silent  `json:"silent,omitempty"` // features that promise nothing
}

// Totals count promises. Nothing is weighed and nothing is averaged.
type Totals struct {
	Promises   int `json:"promises"`
	Delivered  int `json:"delivered"`
	SoFar      int `json:"so-far"` // of those delivered: their window is still open
	Missed     int `json:"missed"`
	Undecided  int `json:"undecided"`
	Unbound    int `json:"unbound"`
	Features   int `json:"features"`   // all that are known, silent ones too
	Measurable int `json:"measurable"` // features with a promise that can be measured
}

// Feature is one feature in one environment of one project, with its promises, worst first.
type Feature struct {
	Anchor      string    `json:"anchor"` // of its permalink
	Project     string    `json:"project"`
	Environment string    `json:"environment,omitempty"`
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Path        string    `json:"path,omitempty"` // file:line
	Tags        []string  `json:"tags,omitempty"`
	Owner       string    `json:"owner,omitempty"` // by its tag
	Runbook     string    `json:"runbook,omitempty"`
	Promises    []Promise `json:"promises"`
	Passage     Passage   `json:"passage"`
}

// Promise is one clause as it was judged last.
type Promise struct {
	Anchor    string    `json:"anchor"`
	ID        string    `json:"id"`
	Words     string    `json:"words"` // verbatim
	Verdict   Verdict   `json:"verdict"`
	SoFar     bool      `json:"so-far,omitempty"`
	Headline  string    `json:"headline"` // the verdict in words
	Owners    []string  `json:"owners,omitempty"`
	Claims    []Claim   `json:"claims,omitempty"`  // guardrails last
	Unbound   string    `json:"unbound,omitempty"` // why it, or a part of it, cannot be measured
	Rewrites  []string  `json:"rewrites,omitempty"`
	Stub      string    `json:"stub,omitempty"` // a measure to paste
	Judged    time.Time `json:"judged"`
	Release   string    `json:"release,omitempty"`
	Run       string    `json:"run"`
	Number    int       `json:"run-number,omitempty"`
	Digest    string    `json:"digest"`
	Overrides []string  `json:"overrides,omitempty"`
	Trend     []Point   `json:"trend,omitempty"`   // by release, the oldest first, this one last
	Earlier   int       `json:"earlier,omitempty"` // releases before those of the trend
}

// Claim is one testable statement of a promise.
type Claim struct {
	ID          string    `json:"id"`
	Reading     string    `json:"reading,omitempty"`
	Measure     string    `json:"measure,omitempty"`
	Guardrail   bool      `json:"guardrail,omitempty"`
	Verdict     Verdict   `json:"verdict"`
	SoFar       bool      `json:"so-far,omitempty"`
	Reason      string    `json:"reason,omitempty"`
	Sentence    string    `json:"sentence"`
	Observed    string    `json:"observed,omitempty"`
	Target      string    `json:"target,omitempty"`
	Exposure    string    `json:"exposure,omitempty"`
	Interval    string    `json:"interval,omitempty"`
	From        time.Time `json:"from,omitzero"`
	To          time.Time `json:"to,omitzero"`
	Window      string    `json:"window,omitempty"`
	Coverage    float64   `json:"coverage,omitempty"`
	Grade       string    `json:"grade,omitempty"`
	Needed      string    `json:"needed,omitempty"`
	Projected   time.Time `json:"projected,omitzero"`
	WouldChange string    `json:"would-change,omitempty"`
	Again       string    `json:"again,omitempty"`
	Budget      string    `json:"budget,omitempty"` // how much of what may fail is left
	Premise     string    `json:"premise,omitempty"`
	Baseline    *Baseline `json:"baseline,omitempty"`
	Numbers     *Numbers  `json:"numbers,omitempty"` // for a picture
	Notes       []string  `json:"notes,omitempty"`
	Help        []string  `json:"help,omitempty"`
	Action      string    `json:"action,omitempty"`
	Owner       string    `json:"owner,omitempty"`
	Source      string    `json:"source,omitempty"`
	Query       string    `json:"query,omitempty"`
}

// Baseline is what a claim was compared with.
type Baseline struct {
	Words    string    `json:"words,omitempty"`
	Release  string    `json:"release,omitempty"`
	From     time.Time `json:"from,omitzero"`
	To       time.Time `json:"to,omitzero"`
	Observed string    `json:"observed,omitempty"`
	Exposure string    `json:"exposure,omitempty"`
	Pinned   time.Time `json:"pinned,omitzero"` // it is the same for every later judgement
}

// Numbers are an interval as numbers. What is not known is nil.
type Numbers struct {
	Point   *float64 `json:"point,omitempty"`
	Low     *float64 `json:"low,omitempty"`
	High    *float64 `json:"high,omitempty"`
	Bound   *float64 `json:"bound,omitempty"` // what was promised
	Upper   *float64 `json:"upper,omitempty"` // of a promise between two numbers
	Compare string   `json:"compare,omitempty"`
	Unit    string   `json:"unit,omitempty"` // "share", "ratio" of a change, or as people write it
}

// Point of a trend is the last verdict in a release.
type Point struct {
	Release  string    `json:"release"`
	At       time.Time `json:"at"`
	Verdict  Verdict   `json:"verdict"`
	SoFar    bool      `json:"so-far,omitempty"`
	Observed string    `json:"observed,omitempty"`
	Exposure string    `json:"exposure,omitempty"`
	Value    *float64  `json:"value,omitempty"`
}

// Passage is what the stages said of one artefact, in the order in which people meet them.
type Passage struct {
	Digest string  `json:"digest"`
	Stages []Stage `json:"stages"`
}

// Stage is the last time that a kind of stage met the artefact. A kind that never did has no outcome.
type Stage struct {
	Kind        string    `json:"kind"` // functional, browser, load, probe, …
	Name        string    `json:"name,omitempty"`
	Environment string    `json:"environment,omitempty"`
	Release     string    `json:"release,omitempty"` // that it met, when it was another than the one judged
	Outcome     string    `json:"outcome,omitempty"`
	Passed      int       `json:"passed,omitempty"` // scenarios and rows of this feature
	Scenarios   int       `json:"scenarios,omitempty"`
	At          time.Time `json:"at,omitzero"`
}

// Silent is a feature that promises nothing.
type Silent struct {
	Project string `json:"project"`
	ID      string `json:"id"`
	Place   string `json:"place,omitempty"`
}

// arrange puts the worst first and counts.
func (r *Report) arrange() {
	t := Totals{}
	known := map[[2]string]bool{} // a feature counts once, however many environments judged it
	for i := range r.Features {
		f := &r.Features[i]
		slices.SortStableFunc(f.Promises, func(a, b Promise) int {
			return cmp.Or(cmp.Compare(a.Verdict.rank(), b.Verdict.rank()), cmp.Compare(a.ID, b.ID))
		})
		measurable := false
		for _, p := range f.Promises {
			t.count(p)
			measurable = measurable || p.Verdict != Unbound || len(p.Claims) > 0
		}
		key := [2]string{f.Project, f.ID}
		known[key] = known[key] || measurable
	}
	for _, s := range r.Silent {
		known[[2]string{s.Project, s.ID}] = false
	}
	for _, measurable := range known {
		t.Features++
		if measurable {
			t.Measurable++
		}
	}
	slices.SortStableFunc(r.Features, func(a, b Feature) int {
		return cmp.Or(cmp.Compare(a.worst().rank(), b.worst().rank()), cmp.Compare(b.missed(), a.missed()), cmp.Compare(a.Project, b.Project),
			cmp.Compare(a.Environment, b.Environment), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	r.Totals = t
	r.anchor()
}

func (t *Totals) count(p Promise) {
	t.Promises++
	switch p.Verdict {
	case Delivered:
		t.Delivered++
		if p.SoFar {
			t.SoFar++
		}
	case Missed:
		t.Missed++
	case Unbound:
		t.Unbound++
	default:
		t.Undecided++
	}
}

func (f Feature) worst() Verdict {
	if len(f.Promises) == 0 {
		return Unbound
	}
	return f.Promises[0].Verdict
}

func (f Feature) missed() (n int) {
	for _, p := range f.Promises {
		if p.Verdict == Missed {
			n++
		}
	}
	return n
}

// anchor gives permalinks: the same feature has the same as long as it is called the same.
func (r *Report) anchor() {
	taken := map[string]bool{}
	for i := range r.Features {
		f := &r.Features[i]
		f.Anchor = page.Anchor(taken, f.Project, f.Environment, f.ID)
		byID := slices.Clone(f.Promises)
		slices.SortStableFunc(byID, func(a, b Promise) int { return cmp.Compare(a.ID, b.ID) })
		for j := range f.Promises {
			n := slices.IndexFunc(byID, func(p Promise) bool { return p.ID == f.Promises[j].ID })
			f.Promises[j].Anchor = page.Anchor(taken, f.Anchor, page.Thousands(int64(n+1)))
		}
	}
}
