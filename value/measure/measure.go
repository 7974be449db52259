// Package measure asks the sources of measures what was seen: how many events, out of how many chances, and
// how much of the window was watched.
//
// A source is one file and one small interface. It returns numbers as they were counted; it never rates,
// rounds or judges them, and what it does not know it says as a Failure with a reason, never as a zero.
package measure

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// Window is the time that a claim is judged over. From is when the run or the release began, which may be
// before the first look at the source; a zero From is as far back as the source itself knows. An open window goes
// on after To.
type Window struct {
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Until   time.Time `json:"until,omitzero"` // of an open window: when it closes; zero is not known
	Words   string    `json:"words"`          // "this run", "since release 1.2"
	Open    bool      `json:"open"`
	Release string    `json:"release,omitempty"` // version that was live in it
}

// Observation is what a source saw of one measure. Coverage is the share of the window that was watched;
// below 1 the events are a lower bound.
type Observation struct {
	Events   *big.Rat  // nil of a distribution and of a gauge, so that nobody counts their samples as events
	Exposure *big.Rat  // per or of; nil when the measure has neither
	Since    time.Time // the start of what was counted
	Window   Window
	Coverage float64
	Within   float64  // coverage between the first and the last look, where that is more; 0 is Coverage
	Gap      string   // why Coverage is below 1
	Notes    []string // what was assumed
	Source   string   // "openmetrics http://127.0.0.1:8080/metrics"
	Query    string   // the selectors, as written

	Distribution Distribution // of a measure with quantile:
	Gauge        *Gauge       // of a measure with value:

	// Parts are the events and the exposure of equal parts of the window, in order, where the source knows them: they
	// tell bursts from independent events, and whether a split of the traffic stayed the same.
	Parts []Part
}

// Part of a window. Exposure is time, in seconds, where the measure has none.
type Part struct{ Events, Exposure float64 }

// Source looks at one kind of source. Its errors are *Failure. It may be asked by several goroutines at once, and
// about any window: a baseline is asked for like the window itself, where KeepsPast.
type Source interface {
	Sample(ctx context.Context, m ir.Measure, w Window) (Observation, error)
}

// KeepsPast reports whether sources of this kind know windows that are over; the others need a history.
func KeepsPast(from string) bool {
	return from == "prometheus" || from == "sql" || from == "csv"
}

// Reason says in one word why nothing was observed, or why a claim is undecided.
type Reason string

// The reasons that a source can give.
const (
	NoData           Reason = "no_data"
	SourceFailed     Reason = "source_failed"
	IncompleteWindow Reason = "incomplete_window"
	ShardMissing     Reason = "shard_missing"
)

// Failure is why a source has no observation. The zero Reason is none of them and is never delivered.
type Failure struct {
	Reason   Reason
	Sentence string // what an owner reads, lower case, no final period
	Help     []string
	Source   string
	Query    string
}

func (f *Failure) Error() string { return f.Sentence }

func failed(reason Reason, format string, args ...any) *Failure {
	return &Failure{Reason: reason, Sentence: fmt.Sprintf(format, args...)}
}

func (f *Failure) help(text string) *Failure {
	if text != "" {
		f.Help = append(f.Help, text)
	}
	return f
}

// query is what a measure asks, for reports.
func query(m ir.Measure) string {
	switch {
	case m.Quantile != "":
		return m.Quantile
	case m.Value != "":
		return m.Value
	case m.Per != "":
		return m.Count + " per " + m.Per
	case m.Of != "":
		return m.Count + " per " + m.Of
	}
	return m.Count
}

// whole is the exposure of a measure, however it is called.
func whole(m ir.Measure) string {
	if m.Of != "" {
		return m.Of
	}
	return m.Per
}

// wholeKey is the key of the exposure, for messages.
func wholeKey(m ir.Measure) string {
	if m.Of != "" {
		return "of:"
	}
	return "per:"
}
