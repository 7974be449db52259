package ir

import "github.com/cucumber-value/hoops/dsl/diag"

// Measure is a named metric. Its kind follows from its fields: Count alone is a count, with Per a rate, with
// Of a share; Quantile is a distribution; Value a gauge.
type Measure struct {
	Name      string   `json:"name"`
	Says      []string `json:"says,omitempty"` // other phrasings, "{quantity}" where the number stands
	Count     string   `json:"count,omitempty"`
	Per       string   `json:"per,omitempty"` // exposure
	Of        string   `json:"of,omitempty"`  // the whole that Count is a part of
	Value     string   `json:"value,omitempty"`
	Quantile  string   `json:"quantile,omitempty"`
	Step      string   `json:"step,omitempty"`
	From      string   `json:"from"` // openmetrics, prometheus, sql, json, csv, run, history
	Better    string   `json:"better,omitempty"`
	Owner     string   `json:"owner,omitempty"`
	MDE       string   `json:"mde,omitempty"`    // smallest change worth knowing, "20%"
	Unit      string   `json:"unit,omitempty"`   // s, ms, £, B, %
	At        string   `json:"at,omitempty"`     // the quantile meant when none is named, "p95"
	Margin    string   `json:"margin,omitempty"` // of "no worse than"
	DSN       Template `json:"dsn,omitempty"`
	URL       Template `json:"url,omitempty"` // of a json or csv document
	Control   string   `json:"control,omitempty"`
	Split     string   `json:"split,omitempty"`
	Weights   *Weights `json:"weights,omitempty"`   // of Control and Split
	Synthetic string   `json:"synthetic,omitempty"` // include or exclude
	Pos       diag.Pos `json:"pos"`
}

// Durations is what a measure from: run takes for its distribution unless it is one of Vitals.
const Durations = "duration"

// Vitals are the distributions of pages that a run measures, of its navigations. A layout shift has no unit, the
// others are times.
func Vitals() []string { return []string{"page.lcp", "page.fcp", LayoutShift, "page.ttfb"} }

// LayoutShift is the one of Vitals that is a number.
const LayoutShift = "page.cls"

// Timed reports whether what a measure is a distribution of is known to be times.
func (m *Measure) Timed() bool {
	return m.Quantile != "" && (m.From != "run" || m.Quantile != LayoutShift)
}

// Weights are the parts of the traffic that the control group and the candidate are meant to have: "50%". Together they
// are 100%.
type Weights struct {
	Control string `json:"control"`
	Split   string `json:"split"`
}

// String is "50% control, 50% split", and nothing where no weights are given.
func (w *Weights) String() string {
	if w == nil {
		return ""
	}
	return w.Control + " control, " + w.Split + " split"
}

// Baseline is a name that clauses compare with, "than the spring campaign": what was pinned under it is meant.
type Baseline struct {
	Name  string   `json:"name"`
	About string   `json:"about,omitempty"` // what it was, in a few words
	Pos   diag.Pos `json:"pos"`
}

// Clause is one value clause: the words after "In order to", "So that", "We believe … will result in" or
// "Value:". It is bound when it has claims, and otherwise Unbound says why.
type Clause struct {
	ID       string   `json:"id"` // the feature's id and the clause's number, "checkout#1"
	Text     string   `json:"text"`
	Claims   []Claim  `json:"claims,omitempty"`
	Unbound  string   `json:"unbound,omitempty"`
	Rewrites []string `json:"rewrites,omitempty"` // suggested words that could be measured
	Stub     string   `json:"stub,omitempty"`     // a ready-to-paste measure
	Pos      diag.Pos `json:"pos"`                // of Text
}

// Mode says whether a claim is a fact about its window or an inference.
type Mode string

const (
	Observed Mode = "observed"
	Inferred Mode = "inferred"
)

// Statistic is what a claim is about.
type Statistic string

const (
	StatCount       Statistic = "count"
	StatRate        Statistic = "rate"  // per exposure or per unit of time
	StatShare       Statistic = "share" // of a whole; percentile claims are shares too
	StatMean        Statistic = "mean"
	StatTotal       Statistic = "total"
	StatMedian      Statistic = "median"
	StatFirst       Statistic = "first" // time of the first event
	StatRatio       Statistic = "ratio" // candidate ÷ baseline
	StatDelta       Statistic = "delta" // candidate − baseline
	StatEquivalence Statistic = "equivalence"
	StatSlope       Statistic = "slope"
)

// Claim is one testable statement. Numbers are decimal text, exactly as computed from the words; the clause
// "95 % of searches within 300 ms" is the share of samples at most Threshold, compared with Target.
type Claim struct {
	Text      string    `json:"text"`    // the words that it was read from
	Reading   string    `json:"reading"` // the claim in plain words
	Measure   string    `json:"measure"`
	Mode      Mode      `json:"mode"`
	Statistic Statistic `json:"statistic"`
	Compare   string    `json:"compare"`             // = < <= > >= between
	Target    string    `json:"target"`              // "0", "0.01", "1.2"
	Upper     string    `json:"upper,omitempty"`     // of between; of an equivalence
	Unit      string    `json:"unit,omitempty"`      // of Target
	Threshold string    `json:"threshold,omitempty"` // of a share of samples, with its unit: "300ms"
	Per       string    `json:"per,omitempty"`       // "1000 sums", "1h"
	Premise   string    `json:"premise,omitempty"`   // the baseline value that "from 5 % to 3 %" states
	Baseline  string    `json:"baseline,omitempty"`
	Window    string    `json:"window,omitempty"`    // "" is since release
	Days      string    `json:"days,omitempty"`      // sub-windows: "every day", "9 of 10 days"
	Guardrail bool      `json:"guardrail,omitempty"` // of while and without
	Pos       diag.Pos  `json:"pos"`                 // of Text
	Len       int       `json:"len,omitempty"`       // runes, when it stands on one line
}
