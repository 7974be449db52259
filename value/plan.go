package value

import (
	"context"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure"
)

// Promise is a clause of a feature.
type Promise struct {
	Feature Feature
	Clause  ir.Clause
}

// Arm is the part of the traffic that a question is about.
type Arm string

// The arms of a measure with split: and control:.
const (
	Everybody Arm = ""
	Candidate Arm = "candidate"
	Control   Arm = "control"
)

// Question is what has to be known: one measure in one window. Several claims may need the same.
type Question struct {
	Measure ir.Measure
	Arm     Arm
	Window  measure.Window
}

// Evidence is what is known of one measure in one window: an observation, or why there is none.
type Evidence struct {
	Measure     ir.Measure
	Observation measure.Observation
	Failure     *measure.Failure
	Pinned      time.Time // when it was kept as a baseline; zero when its source was asked
}

// Pinned is a baseline that is kept, so that a verdict can be reached again.
type Pinned struct {
	Claim     string // id
	Release   string // version, "" when it is no release's
	At        time.Time
	From, To  time.Time
	Events    string // exact number
	Exposure  string // exact number, "" when not known
	Histogram string // what else was observed, encoded
	QueryHash string
}

// Past is what an environment's history keeps for claims.
type Past interface {
	// Pinned are the baselines that are kept for any of the claims, those pinned last first.
	Pinned(ctx context.Context, claims []string) ([]Pinned, error)
	// Pin keeps baselines. What was pinned first for the same claim, release, query and start stays.
	Pin(ctx context.Context, baselines []Pinned) error
	// Named are the baselines that people gave a name, those pinned last first.
	Named(ctx context.Context) ([]Named, error)
}

// Named is what was kept of a measure under a name: of no claim, so that it can be named by one that is written later.
type Named struct {
	Name    string
	Measure string
	Pinned
}

// Plan is what has to be asked to judge some promises at one moment. Making it opens no connection.
type Plan struct {
	times     Times
	promises  []Promise
	measures  map[string]ir.Measure
	needs     [][]need // by promise and claim
	questions []Question
	index     map[questionKey]int
	observed  []observing
	excluding map[string]bool // measures that themselves say synthetic: exclude
}

// Answers are what was found out.
type Answers struct {
	evidence []Evidence          // by question
	pinned   map[string]Evidence // by claim
	notes    []string            // of the history, when it could not be used
}
