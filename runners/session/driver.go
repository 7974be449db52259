package session

import (
	"context"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
)

// Driver is how a step reaches the software: over HTTP, in a browser, in a shell. A driver knows ops and
// answers; values, bodies, expectations and control are the session's.
type Driver interface {
	Name() string
	// Accepts reports whether the driver executes an op of this kind. The session itself executes expect,
	// keep, wait, within, pause, call and the actor of use.
	Accepts(op ir.Op) bool
	// Start is called once per run, before anything is lowered: TLS files, proxies, the browser.
	Start(*Host) error
	// Lower turns an op into a closure, once per run. The closure is called by many sessions at once.
	Lower(op ir.Op, l *Lowering) (Action, error)
	// NewState makes what one actor of one session has of its own: cookies, connections, a page.
	NewState(*Session) State
	// Close is called once, after the last session.
	Close() error
}

// State is what one actor of one session has of its own with one driver.
type State interface {
	// Adopt copies what a @once body has received, cookies above all, into this state.
	Adopt(from State)
	Close()
}

// Action executes one op in a session. Its error is a *Failure where the software under test is to blame.
type Action func(ctx context.Context, f *Frame) error

// Answer is what the software last said, as expressions read it. The http driver answers status, duration,
// body, text and url, and calls of header, cookie, css and xpath; the shell exit, out and err; the browser page.
type Answer interface {
	// Value of a name, expr.Missing when the answer has none.
	Value(name string) any
	// Call of a function with this answer; known is false when it is not one of its functions.
	Call(name string, args []any) (value any, known bool, err error)
	// Describe is the answer in a line or a few, for people who read a failure: bounded, without header values
	// that identify someone.
	Describe() string
}

// FieldAnswer is an Answer that can find a field of its body without reading all of it into memory; not found means
// that the whole body has to be asked.
type FieldAnswer interface {
	Answer
	Field(path []string) (value any, found bool)
}

// Sample is one measured request, navigation or command.
type Sample struct {
	Name     string // the template: "POST /cats/{id}"
	Step     int    // 1-based, of the scenario; 0 in an undo
	Began    time.Time
	Duration time.Duration
	Code     int    // of the answer; 0 without one
	Err      string // why there was no answer
	Sent     int64  // bytes of the body
	Received int64  // bytes of the body
	URL      string
	Writes   bool
	Once     bool    // of a @once body: no part of a journey
	Undo     bool    // of a compensation
	Retried  bool    // of a try of within that failed and was followed by another: no failure
	Phases   *Phases // nil for most requests: some are measured
}

// Page is what a browser measured of a page until it was left: what is painted and what shifts comes after the
// navigation has ended, whose sample has the same name.
type Page struct {
	Name   string
	Step   int // 1-based, of the scenario, in which it was loaded
	Vitals runners.Vitals
}

// Phases are parts of a request's time. One that was not there is zero: on a kept connection nothing is looked up,
// dialled or secured.
type Phases struct {
	DNS, Connect, TLS time.Duration
	FirstByte         time.Duration // from the end of sending to the first byte of the answer
}
