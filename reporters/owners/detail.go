package owners

import (
	"cmp"
	"encoding/json"
	"math"
	"math/big"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/history"
)

// detail is what a verdict carries beside the columns of history. Every key may be absent, and a number may stand as
// a text with an exact number in it.
type detail struct {
	Name      string    `json:"name"`
	Tags      []string  `json:"tags"`
	Pos       diag.Pos  `json:"pos"`
	Window    string    `json:"window"`
	Exposure  string    `json:"exposure"`
	Coverage  loose     `json:"coverage"`
	Point     loose     `json:"point"`
	Low       loose     `json:"low"`
	High      loose     `json:"high"`
	Bound     loose     `json:"bound"`
	Upper     loose     `json:"upper"`
	Compare   string    `json:"compare"`
	Unit      string    `json:"unit"`
	Baseline  *Baseline `json:"baseline"`
	Needed    string    `json:"needed"`
	Projected time.Time `json:"projected"`
	Premise   string    `json:"premise"`
	Again     string    `json:"again"`
	Budget    string    `json:"budget"`
	Notes     []string  `json:"notes"`
	Help      []string  `json:"help"`
	Rewrites  []string  `json:"rewrites"`
	Stub      string    `json:"stub"`
	Action    string    `json:"action"`
}

// readDetail takes what can be read. A key of another type than expected loses itself and nothing else: a report of
// a verdict must not fail for what decorates it.
func readDetail(text json.RawMessage) (d detail) {
	if json.Unmarshal(text, &d) == nil {
		return d
	}
	var keys map[string]json.RawMessage
	if json.Unmarshal(text, &keys) != nil {
		return detail{}
	}
	d = detail{}
	for name, value := range keys {
		one, err := json.Marshal(map[string]json.RawMessage{name: value})
		next := d
		if err == nil && json.Unmarshal(one, &next) == nil {
			d = next
		}
	}
	return d
}

// loose is a number, or a text with one, or nothing.
type loose struct{ value *float64 }

func (l *loose) UnmarshalJSON(text []byte) error {
	*l = loose{exact(strings.Trim(string(text), `"`))}
	return nil
}

// exact is a number as history keeps it ("3", "0.25", "1/3"), nil when it is not known.
func exact(text string) *float64 {
	if text == "" || len(text) > 1000 || strings.ContainsAny(text, "eE") && len(text) > 40 {
		return nil
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil
	}
	f, _ := r.Float64()
	if math.IsInf(f, 0) {
		return nil
	}
	return &f
}

// claimOf joins a row and its detail.
func claimOf(v history.Verdict, d detail) Claim {
	c := Claim{
		ID: v.ID, Reading: v.Reading, Measure: v.Measure, Guardrail: v.Guardrail, Verdict: verdictOf(v.Verdict), SoFar: v.SoFar, Reason: v.Reason,
		Sentence: v.Sentence, Observed: v.Observed, Target: v.Target, Exposure: cmp.Or(d.Exposure, v.Exposure), Interval: v.Interval,
		From: v.From, To: v.To, Window: d.Window, Grade: v.Grade, Needed: d.Needed, Projected: d.Projected, WouldChange: v.WouldChange,
		Baseline: d.Baseline, Again: d.Again, Budget: d.Budget, Premise: d.Premise, Notes: d.Notes, Help: d.Help, Action: d.Action, Owner: v.Owner, Source: v.Source, Query: v.Query,
	}
	if d.Coverage.value != nil {
		c.Coverage = *d.Coverage.value
	}
	n := Numbers{Point: d.Point.value, Low: d.Low.value, High: d.High.value, Bound: d.Bound.value, Upper: d.Upper.value, Compare: d.Compare, Unit: d.Unit}
	if n.Point != nil || n.Low != nil || n.High != nil {
		c.Numbers = &n
	}
	return c
}
