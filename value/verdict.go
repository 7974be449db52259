// Package value judges the claims of value clauses by what their measures observed.
//
// Three rules stand above all others: no data never passes, a half-understood clause is never delivered, and
// what an owner reads says what was seen, what was promised and since when. The package reads no source (see
// value/measure) and no words (see value/clause); it prints nothing.
package value

import (
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/value/measure"
)

// Verdict of a claim and of a clause. Its zero value is invalid and never passes.
type Verdict string

const (
	Delivered Verdict = "delivered"
	Missed    Verdict = "missed"
	Undecided Verdict = "undecided"
	Unbound   Verdict = "unbound"
)

// Reason is why a claim is undecided.
type Reason = measure.Reason

// The reasons, beside those that a source gives.
const (
	NoData           = measure.NoData
	SourceFailed     = measure.SourceFailed
	IncompleteWindow = measure.IncompleteWindow

	NoBaseline          Reason = "no_baseline"
	ZeroBaseline        Reason = "zero_baseline"
	TooEarly            Reason = "too_early"
	Straddles           Reason = "straddles"
	TooClose            Reason = "too_close"
	SampleRatioMismatch Reason = "sample_ratio_mismatch"
	ShardMissing        Reason = "shard_missing"
	NotJudged           Reason = "not_judged" // hoops has no procedure for this kind of claim yet
)

// Feature is where a clause stands.
type Feature struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Path  string `json:"path"`
	Owner string `json:"owner,omitempty"`
}

// Judgement is the verdict of one claim, with all that a report needs to explain it.
type Judgement struct {
	ClauseID string         `json:"clause"`
	Feature  Feature        `json:"feature"`
	Clause   string         `json:"text"`
	Claim    string         `json:"claim"` // its reading
	Measure  string         `json:"measure"`
	Verdict  Verdict        `json:"verdict"`
	SoFar    bool           `json:"so-far,omitempty"` // the window is open, so delivered may still turn into missed
	Reason   Reason         `json:"reason,omitempty"`
	Sentence string         `json:"sentence"` // what an owner reads: "3 silly mistakes in 120 sums, and 0 were promised"
	Observed string         `json:"observed,omitempty"`
	Target   string         `json:"target"`
	Exposure string         `json:"exposure,omitempty"`
	Interval string         `json:"interval,omitempty"` // of an open window: where the true value lies, 95 % each side
	Window   measure.Window `json:"window"`
	Coverage float64        `json:"coverage,omitempty"`
	Grade    string         `json:"grade,omitempty"` // of the evidence: A concurrent control … D absolute

	WouldChange string   `json:"would-change,omitempty"`
	Help        []string `json:"help,omitempty"`
	Notes       []string `json:"notes,omitempty"` // what was assumed
	Owner       string   `json:"owner,omitempty"`
	Source      string   `json:"source,omitempty"`
	Query       string   `json:"query,omitempty"`
	Guardrail   bool     `json:"guardrail,omitempty"`
	Pos         diag.Pos `json:"pos"`
}

// Result is the verdict of one clause.
type Result struct {
	ClauseID   string      `json:"clause"`
	Feature    Feature     `json:"feature"`
	Text       string      `json:"text"`
	Verdict    Verdict     `json:"verdict"`
	SoFar      bool        `json:"so-far,omitempty"`
	Unbound    string      `json:"unbound,omitempty"` // why it, or a part of it, is unbound
	Rewrites   []string    `json:"rewrites,omitempty"`
	Stub       string      `json:"stub,omitempty"`
	Judgements []Judgement `json:"claims,omitempty"`
	Judged     time.Time   `json:"judged"`
	Pos        diag.Pos    `json:"pos"`
}

// Outcome of judging several clauses, as a gate has it.
type Outcome string

const (
	OutcomePassed    Outcome = "passed"
	OutcomeFailed    Outcome = "failed"
	OutcomeUndecided Outcome = "undecided"
)

// OutcomeOf joins clauses: a miss fails, anything undecided is undecided. Unbound clauses change nothing, unless
// none is bound or strict asks for all.
func OutcomeOf(results []Result, strict bool) Outcome {
	bound, unbound, open := 0, 0, 0
	for _, r := range results {
		switch r.Verdict {
		case Missed:
			return OutcomeFailed
		case Delivered:
			bound++
		case Unbound:
			unbound++
		default:
			open++
		}
	}
	if open > 0 || bound == 0 || strict && unbound > 0 {
		return OutcomeUndecided
	}
	return OutcomePassed
}

// ExitCode is 0 passed, 1 failed, and 4 for everything that is not known to be either.
func (o Outcome) ExitCode() int {
	switch o {
	case OutcomePassed:
		return 0
	case OutcomeFailed:
		return 1
	}
	return 4
}
