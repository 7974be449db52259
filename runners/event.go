package runners

import (
	"math"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// Status of a step or scenario. Its zero value is none of them, and does not pass.
type Status string

const (
	Passed    Status = "passed"
	Failed    Status = "failed"
	Flaky     Status = "flaky" // failed, and passed when repeated as a new session
	Skipped   Status = "skipped"
	Pending   Status = "pending"
	Undefined Status = "undefined"
	Ambiguous Status = "ambiguous"
)

// Statuses in the order of their constants, for tables and tests that walk them all.
var Statuses = []Status{Passed, Failed, Flaky, Skipped, Pending, Undefined, Ambiguous}

// Good reports whether a scenario with this status leaves its stage passed. Flaky does: it is reported as
// itself, and --retry asked for it.
func (s Status) Good() bool { return s == Passed || s == Flaky }

// Outcome of a stage's gate, and of a run. Its zero value is none of them, and does not pass.
type Outcome string

const (
	GatePassed    Outcome = "passed"
	GateFailed    Outcome = "failed"
	GateUndecided Outcome = "undecided"
)

// Kind says what an event tells.
type Kind string

const (
	RunStarted       Kind = "run-started"       // Info
	StageStarted     Kind = "stage-started"     // Info
	ScenarioStarted  Kind = "scenario-started"  //
	StepFinished     Kind = "step-finished"     // Failure, if it did not pass
	RequestFinished  Kind = "sample"            // Sample
	PageLeft         Kind = "page"              // Vitals; after the sample of its navigation, which has the same name
	Attached         Kind = "attachment"        // Attachment
	ScenarioFinished Kind = "scenario-finished" // Failure, if it did not pass
	Summarised       Kind = "summary"           // Summary
	Judged           Kind = "verdict"           // Verdict
	Noticed          Kind = "notice"            // Message: what hoops did or found beside the scenarios; Failure of a journey
	StageFinished    Kind = "stage-finished"    // Outcome; Counts
	StageSkipped     Kind = "stage-skipped"     // Message: why the stage was not run, "uat failed"; it has no other event
	RunFinished      Kind = "run-finished"      // Outcome
)

// Event is one thing that happened in a run: a flat header, and at most one payload, which Kind names. It is
// the only thing that leaves a runner; every report derives from it, and one event a line is its wire form.
// All its text is masked by Run before anybody sees it.
type Event struct {
	Time     time.Time     `json:"time"`
	Run      string        `json:"run"`
	Stage    string        `json:"stage,omitempty"`
	Kind     Kind          `json:"kind"`
	Feature  string        `json:"feature,omitempty"`  // ids
	Scenario string        `json:"scenario,omitempty"` //
	Row      string        `json:"row,omitempty"`      // the row's id; "" for a scenario without rows
	Step     int           `json:"step,omitempty"`     // 1-based, in the scenario; 0 outside of steps, and for undo
	Attempt  int           `json:"attempt,omitempty"`  // 1 is the first; above it, --retry
	Name     string        `json:"name,omitempty"`     // what people call it: scenario name, step with keyword, sample
	Title    string        `json:"title,omitempty"`    // of the feature, where a scenario starts and finishes
	Tags     []string      `json:"tags,omitempty"`     // of a scenario
	Status   Status        `json:"status,omitempty"`
	Outcome  Outcome       `json:"outcome,omitempty"`
	Duration time.Duration `json:"duration,omitempty"` // nanoseconds
	Pos      diag.Pos      `json:"pos,omitzero"`       // in the feature file
	Message  string        `json:"message,omitempty"`  // one line

	Info       *Info            `json:"info,omitempty"`
	Failure    *diag.Diagnostic `json:"failure,omitempty"`
	Sample     *Sample          `json:"sample,omitempty"`
	Vitals     *Vitals          `json:"vitals,omitempty"`
	Attachment *Attachment      `json:"attachment,omitempty"`
	Summary    *Summary         `json:"summary,omitempty"`
	Verdict    *Verdict         `json:"verdict,omitempty"`
	Counts     *Counts          `json:"counts,omitempty"`
}

// Info says what a run or a stage is about.
type Info struct {
	Project     string   `json:"project,omitempty"`
	Digest      string   `json:"digest,omitempty"`
	Tool        string   `json:"tool,omitempty"` // "hoops 0.1.0"
	Runner      string   `json:"runner,omitempty"`
	Driver      string   `json:"driver,omitempty"`
	Environment string   `json:"environment,omitempty"`
	URL         string   `json:"url,omitempty"`
	Release     string   `json:"release,omitempty"`  // the version that is live there, as far as it is known
	Selected    int      `json:"selected,omitempty"` // scenarios and rows that will run
	Features    int      `json:"features,omitempty"` // that are judged, with and without a promise
	Overrides   []string `json:"overrides,omitempty"`
	Seed        uint64   `json:"seed,omitempty"`
}

// Sample is one measured request, named by its template and never by its URL.
type Sample struct {
	Code  int    `json:"code,omitempty"` // HTTP status; 0 when there was no answer
	Error string `json:"error,omitempty"`
	Sent  int64  `json:"sent,omitempty"`     // bytes of the body
	Got   int64  `json:"received,omitempty"` // bytes of the body
	URL   string `json:"url,omitempty"`      // masked
	Once  bool   `json:"once,omitempty"`     // belongs to @once, not to a journey
	Undo  bool   `json:"undo,omitempty"`     // belongs to a compensation

	Retried bool `json:"retried,omitempty"` // of a try of within that failed and was followed by another: no failure
}

// Vitals are what a browser measured of a page until it was left; durations in nanoseconds. What is not there was not
// measured.
type Vitals struct {
	LCP  time.Duration `json:"lcp,omitempty"`  // largest contentful paint
	FCP  time.Duration `json:"fcp,omitempty"`  // first contentful paint
	TTFB time.Duration `json:"ttfb,omitempty"` // time to first byte
	CLS  *float64      `json:"cls,omitempty"`  // cumulative layout shift
}

// Of is one of ir.Vitals, and whether it was measured. A layout shift has no unit: one of 1 is told as a second, so that
// all are recorded alike, in billionths.
func (v *Vitals) Of(vital string) (took time.Duration, measured bool) {
	if v == nil {
		return 0, false
	}
	switch vital {
	case ir.LayoutShift:
		if v.CLS == nil || !(*v.CLS >= 0) || *v.CLS > math.MaxInt32 {
			return 0, false
		}
		return time.Duration(math.Round(*v.CLS * float64(time.Second))), true
	case "page.lcp":
		took = v.LCP
	case "page.fcp":
		took = v.FCP
	case "page.ttfb":
		took = v.TTFB
	}
	return took, took > 0
}

// Attachment is evidence; its bytes lie in a folder beside the event stream, in a file named by the digest.
type Attachment struct {
	Name   string `json:"name"`
	Media  string `json:"media"`
	Digest string `json:"digest"`
	Size   int64  `json:"size"`
	Text   string `json:"text,omitempty"` // small text evidence, in place
}

// Counts of scenarios and rows by status.
type Counts struct {
	Passed    int `json:"passed,omitempty"`
	Failed    int `json:"failed,omitempty"`
	Flaky     int `json:"flaky,omitempty"`
	Skipped   int `json:"skipped,omitempty"`
	Pending   int `json:"pending,omitempty"`
	Undefined int `json:"undefined,omitempty"`
	Ambiguous int `json:"ambiguous,omitempty"`
}

// Add counts one scenario.
func (c *Counts) Add(s Status) {
	switch s {
	case Passed:
		c.Passed++
	case Flaky:
		c.Flaky++
	case Skipped:
		c.Skipped++
	case Pending:
		c.Pending++
	case Undefined:
		c.Undefined++
	case Ambiguous:
		c.Ambiguous++
	default: // a status that nobody set has not passed
		c.Failed++
	}
}

// Total is the number of scenarios counted.
func (c Counts) Total() int {
	return c.Passed + c.Failed + c.Flaky + c.Skipped + c.Pending + c.Undefined + c.Ambiguous
}

// Outcome of a functional gate: every scenario must be good, and there must be one. Only skipped scenarios
// decide nothing.
func (c Counts) Outcome() Outcome {
	switch {
	case c.Failed+c.Pending+c.Undefined+c.Ambiguous > 0:
		return GateFailed
	case c.Passed+c.Flaky == 0:
		return GateUndecided
	}
	return GatePassed
}

// Verdict of a clause's claim, in the words that an owner reads, with the numbers behind them. See package value for
// how it is reached. Numbers that are texts are exact ("3", "0.97", "1/3"), or decimals where they were computed.
type Verdict struct {
	Clause      string    `json:"clause"`          // the clause's id
	Claim       string    `json:"claim,omitempty"` // the claim's id: the clause's with a number; "" of what is unbound
	Words       string    `json:"words"`           // of the clause, verbatim
	Reading     string    `json:"reading,omitempty"`
	Measure     string    `json:"measure,omitempty"`
	Mode        string    `json:"mode,omitempty"` // observed, inferred
	Guardrail   bool      `json:"guardrail,omitempty"`
	Verdict     string    `json:"verdict"`          // delivered, missed, undecided, unbound
	SoFar       bool      `json:"so-far,omitempty"` // the window is open, so delivered may still turn into missed
	Reason      string    `json:"reason,omitempty"`
	Sentence    string    `json:"sentence"`
	Observed    string    `json:"observed,omitempty"`
	Target      string    `json:"target,omitempty"`
	Exposure    string    `json:"exposure,omitempty"` // "17,500 sums"
	Window      string    `json:"window,omitempty"`   // in words
	From        time.Time `json:"from,omitzero"`      // of the window
	To          time.Time `json:"to,omitzero"`
	Coverage    float64   `json:"coverage,omitempty"` // the share of the window that was watched
	Events      string    `json:"events,omitempty"`   // exact
	Exposed     string    `json:"exposed,omitempty"`  // exact: the number in Exposure
	Interval    string    `json:"interval,omitempty"` // a sentence
	Point       string    `json:"point,omitempty"`    // of the interval, in Unit; of a change the ratio
	Low         string    `json:"low,omitempty"`      // "" is unbounded
	High        string    `json:"high,omitempty"`     //
	Level       float64   `json:"level,omitempty"`    // of the interval: 0.9
	Compare     string    `json:"compare,omitempty"`  // = < <= > >= between
	Bound       string    `json:"bound,omitempty"`    // the number promised, in Unit
	Upper       string    `json:"upper,omitempty"`    // of between
	Unit        string    `json:"unit,omitempty"`     // "" of a count; share, ratio, points, "/1d", "ms", "£"
	Baseline    *Baseline `json:"baseline,omitempty"`
	Budget      string    `json:"budget,omitempty"`   // how much of what may fail is left
	Rollback    bool      `json:"rollback,omitempty"` // a miss may be acted upon without a person
	Needed      string    `json:"needed,omitempty"`   // "54 of about 502 mistakes needed"
	Projected   time.Time `json:"projected,omitzero"` // when it is decided, at current traffic
	Premise     string    `json:"premise,omitempty"`  // whether it was as the clause says it was
	Again       string    `json:"again,omitempty"`    // of a closed window: would it hold again? likely, unclear
	Grade       string    `json:"grade,omitempty"`    // of the evidence: A concurrent control … D absolute
	WouldChange string    `json:"would-change,omitempty"`
	Action      string    `json:"action,omitempty"` // what was done about it
	Owner       string    `json:"owner,omitempty"`
	Source      string    `json:"source,omitempty"`
	Query       string    `json:"query,omitempty"`
	QueryHash   string    `json:"query-hash,omitempty"`
	Notes       []string  `json:"notes,omitempty"` // what was assumed
	Help        []string  `json:"help,omitempty"`
	Rewrites    []string  `json:"rewrites,omitempty"` // of what is unbound: clauses that could be judged
	Stub        string    `json:"stub,omitempty"`     // of what is unbound: the measure to paste
}

// Baseline is what a claim was compared with.
type Baseline struct {
	Words    string    `json:"words"` // "the previous release, 2.3.1"
	Release  string    `json:"release,omitempty"`
	From     time.Time `json:"from,omitzero"`
	To       time.Time `json:"to,omitzero"`
	Pinned   time.Time `json:"pinned,omitzero"`    // zero when it was asked for just now
	Observed string    `json:"observed,omitempty"` // as it is shown
	Exposure string    `json:"exposure,omitempty"` // as it is shown
	Events   string    `json:"events,omitempty"`   // exact
	Exposed  string    `json:"exposed,omitempty"`  // exact
	Point    string    `json:"point,omitempty"`
	False    bool      `json:"false,omitempty"` // it was not as the clause says it was
}

// Summary is what a load run measured in an interval or in all: exact counters and encoded histograms, which
// merge by addition.
type Summary struct {
	From     time.Duration `json:"from"` // since the run began
	To       time.Duration `json:"to"`
	Final    bool          `json:"final,omitempty"`
	Model    string        `json:"model,omitempty"`    // of arrivals: open, or closed
	Load     string        `json:"load,omitempty"`     // in words: "200/s for 1m", "rate max with 64 workers"
	Arrivals time.Duration `json:"arrivals,omitempty"` // the time in which arrivals came: rates are over it
	Late     string        `json:"late,omitempty"`     // in words: what the numbers suffer from hoops itself
	Asked    int64         `json:"asked"`              // arrivals
	Started  int64         `json:"started"`
	Dropped  int64         `json:"dropped,omitempty"`
	InFlight int64         `json:"in-flight,omitempty"`
	Groups   []Group       `json:"groups,omitempty"`

	Expectations []Expectation `json:"expectations,omitempty"` // of the gate, in the final summary
}

// Expectation is one expression of a load stage's gate, judged over the whole run.
type Expectation struct {
	Source  string   `json:"source"`
	Implied bool     `json:"implied,omitempty"` // nobody wrote it: errors == 0
	Outcome Outcome  `json:"outcome"`
	Got     string   `json:"got,omitempty"` // why it does not hold: "p95 < 300ms is false: p95 = 412ms"
	Samples int64    `json:"samples"`       // that it looked at
	Pos     diag.Pos `json:"pos,omitzero"`
}

// Group is one thing that a load run measured.
type Group struct {
	Of        string         `json:"of"`                 // journeys, scenario, step, requests, request, page.lcp and the other vitals, phase, lateness
	Name      string         `json:"name,omitempty"`     // of the scenario, step, request or navigation
	Scenario  string         `json:"scenario,omitempty"` // id of the scenario
	Count     int64          `json:"count"`
	Failed    int64          `json:"failed,omitempty"`
	Dropped   int64          `json:"dropped,omitempty"` // arrivals that were not started
	Codes     map[int]int64  `json:"codes,omitempty"`
	Errors    []Cause        `json:"errors,omitempty"`
	Sum       time.Duration  `json:"sum,omitempty"`       // of all latencies, exact: means of parts add up; of layout shifts in billionths
	Histogram string         `json:"histogram,omitempty"` // HdrHistogram, V2 compressed, base64; nanoseconds, of layout shifts billionths
	Latency   map[string]any `json:"latency,omitempty"`   // for readers without a histogram: p50, p95, p99, max, mean; of layout shifts plain numbers
}

// Cause groups equal errors.
type Cause struct {
	Key   string `json:"key"` // "file:line step – first line"
	Count int64  `json:"count"`
}

// Selected is a scenario, or one row of an outline, that a plan runs.
type Selected struct {
	Feature  *ir.Feature
	Scenario *ir.Scenario
	Row      int    // 0-based; -1 for a scenario that is no outline
	Driver   string // that a mix asks for, instead of the scenario's own; "" for that
}

// RowID is the id of the selected row, "" without one.
func (s Selected) RowID() string {
	if s.Row < 0 {
		return ""
	}
	return s.Scenario.Rows[s.Row].ID
}

// Pos is where the scenario or its row stands.
func (s Selected) Pos() diag.Pos {
	if s.Row < 0 {
		return s.Scenario.Pos
	}
	return s.Scenario.Rows[s.Row].Pos
}

// TagNames are the tags that apply, those of the row's Examples included.
func (s Selected) TagNames() []string {
	tags := s.Scenario.Tags
	if s.Row >= 0 {
		tags = s.Scenario.Rows[s.Row].Tags
	}
	var names []string
	for _, t := range tags {
		names = append(names, t.Name)
	}
	return names
}
