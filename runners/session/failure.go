package session

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// ErrPending is the error, or the cause of a Failure, of a step that is not written yet.
var ErrPending = errors.New("pending")

// Failure is a step that did not pass: what was found, what was expected, and the way from the step in the
// feature down to the line that failed.
type Failure struct {
	Code    string   // "expect/status"
	Message string   // one line: "the status is 500, expected 201"
	Lines   []string // what was there, a line each: differences, the answer
	Help    []string
	Trail   []diag.Note // the steps of definitions on the way, innermost first
	Cause   error
	alike   string   // the message without what differs from session to session, "" when that is nothing
	at      diag.Pos // of the expression that could not be evaluated
	// Undo are the words of the step that could not be undone, and Step is where it stands in the scenario.
	Undo string
	Step *ir.Step
	// Row is that of the table below the step that did not pass, where only one did not.
	Row diag.Range
}

func (f *Failure) Error() string { return f.Message }

// Alike is the message without the values that tell a step from others of its definition: what the failures of many
// sessions have in common.
func (f *Failure) Alike() string { return cmp.Or(f.alike, f.Message) }

// Unwrap is what caused the failure, a time-out above all.
func (f *Failure) Unwrap() error { return f.Cause }

// Failf makes a failure.
func Failf(code, format string, args ...any) *Failure {
	return &Failure{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Diagnostic is the failure as it is shown under the step of a feature: its own when it has one.
func (f *Failure) Diagnostic(step *ir.Step) *diag.Diagnostic {
	if f.Step != nil {
		step = f.Step
	}
	d := diag.Diagnostic{
		Severity: diag.Error,
		Code:     f.Code,
		Range:    diag.At(step.Pos, len([]rune(step.Text))),
		Message:  f.Message,
		Help:     f.Help,
	}
	for _, l := range f.Lines {
		d.Notes = append(d.Notes, diag.Note{Text: l})
	}
	switch {
	case f.Row.Line == 0:
	case len(f.Trail) == 0: // the table is that of the step itself
		d.Range = f.Row
	default:
		d.Notes = append(d.Notes, diag.Note{Range: f.Row, Text: "in this row"})
	}
	d.Notes = append(d.Notes, f.Trail...)
	return &d
}
