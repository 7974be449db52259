// Package value judges the claims of value clauses by what their measures observed.
//
// Three rules stand above all others: no data never passes, a half-understood clause is never delivered, and
// what an owner reads says what was seen, what was promised and since when. The package reads no source (see
// value/measure) and no words (see value/clause); it prints nothing.
package value

import (
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
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
	ShardMissing     = measure.ShardMissing

	NoBaseline          Reason = "no_baseline"
	ZeroBaseline        Reason = "zero_baseline"
	TooEarly            Reason = "too_early"
	Straddles           Reason = "straddles"
	TooClose            Reason = "too_close"
	SampleRatioMismatch Reason = "sample_ratio_mismatch"
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
	ID       string         `json:"id"` // of the claim: the clause's, and its number in it
	ClauseID string         `json:"clause"`
	Feature  Feature        `json:"feature"`
	Clause   string         `json:"text"`
	Claim    string         `json:"claim"` // its reading
	Measure  string         `json:"measure"`
	Mode     ir.Mode        `json:"mode,omitempty"` // observed or inferred
	Verdict  Verdict        `json:"verdict"`
	SoFar    bool           `json:"so-far,omitempty"` // the window is open, so delivered may still turn into missed
	Reason   Reason         `json:"reason,omitempty"`
	Sentence string         `json:"sentence"` // what an owner reads: "3 silly mistakes in 120 sums, and 0 were promised"
	Observed string         `json:"observed,omitempty"`
	Target   string         `json:"target"`
	Compare  string         `json:"compare,omitempty"` // with the target: = < <= > >= between
	Exposure string         `json:"exposure,omitempty"`
	Interval string         `json:"interval,omitempty"` // where the truth lies, each side with 95 % or as a note says: "between 62% fewer and 3% more"
	Window   measure.Window `json:"window"`
	Coverage float64        `json:"coverage,omitempty"`
	Grade    string         `json:"grade,omitempty"` // of the evidence: A concurrent control, B same weekdays, C previous release, D absolute
	Numbers  *Numbers       `json:"numbers,omitempty"`
	Baseline *Baseline      `json:"baseline,omitempty"` // of what is compared
	Again    string         `json:"again,omitempty"`    // of a closed window: would it hold again? likely or unclear
	Budget   string         `json:"budget,omitempty"`   // of a share that is to be high: how much of what may fail is left
	Needed   string         `json:"needed,omitempty"`   // "54 of about 502 silly mistakes needed"

	// Decided is when the claim would be decided at current traffic; zero where that cannot be said.
	Decided time.Time `json:"decided,omitzero"`

	// Rollback says that a miss may be acted upon without a person: it is a fact about the window, or was compared with
	// a group that ran at the same time. Everything else only advises.
	Rollback bool `json:"rollback,omitempty"`

	WouldChange string   `json:"would-change,omitempty"`
	Help        []string `json:"help,omitempty"`
	Notes       []string `json:"notes,omitempty"` // what was assumed
	Owner       string   `json:"owner,omitempty"`
	Source      string   `json:"source,omitempty"`
	Query       string   `json:"query,omitempty"`
	QueryHash   string   `json:"query-hash,omitempty"` // equal where two judgements asked the same
	Guardrail   bool     `json:"guardrail,omitempty"`
	Pos         diag.Pos `json:"pos"`
}

// Numbers are what the sentences were made of, for charts and machines. Low and High are missing where nothing bounds
// that side.
type Numbers struct {
	Events   string   `json:"events,omitempty"`   // exact
	Exposure string   `json:"exposure,omitempty"` // exact
	Scale    string   `json:"scale"`              // of the rest: count, share, ratio (1 is unchanged), "per 1,000 sums", "£", "s", "difference per day"
	Point    *float64 `json:"point,omitempty"`
	Low      *float64 `json:"low,omitempty"`
	High     *float64 `json:"high,omitempty"`
	Target   *float64 `json:"target,omitempty"`
	Upper    *float64 `json:"upper,omitempty"` // of a target with two ends
	Level    float64  `json:"level,omitempty"` // of Low and High together: .9 where each holds with 95 %
}

// Baseline is what a claim was compared with.
type Baseline struct {
	Words    string         `json:"words"` // "release 2.3.1"
	Window   measure.Window `json:"window"`
	Observed string         `json:"observed,omitempty"`
	Exposure string         `json:"exposure,omitempty"`
	Numbers  *Numbers       `json:"numbers,omitempty"`
	Pinned   time.Time      `json:"pinned,omitzero"`   // when it was kept; zero when the source was asked
	Premise  string         `json:"premise,omitempty"` // what the clause says of it, and what was seen
	False    bool           `json:"false,omitempty"`   // the premise, "from 5%", does not hold
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
