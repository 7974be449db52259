package expr

import "fmt"

// Error is what is wrong with an expression or a template, at compile time and at run time alike.
type Error struct {
	Span
	Message string
	Help    []string
	cause   error
}

func (e *Error) Error() string { return e.Message }

// Unwrap is the error of Env.Call that stopped the evaluation, if one did.
func (e *Error) Unwrap() error { return e.cause }

func (e *Error) withHelp(format string, args ...any) *Error {
	e.Help = append(e.Help, fmt.Sprintf(format, args...))
	return e
}

// Missing is a value that is not there: an absent field, header, cookie or element. What is the expression that
// should have given it ("body.total"; filled in when an Env leaves it empty), Why an optional reason ("the
// answer is not JSON").
type Missing struct{ What, Why string }

// NoData is the error of an evaluation that met a value which says nothing: missing, null, NaN or infinite. It
// is never a pass.
type NoData struct {
	Span
	What string // the expression: body.total
	Why  string // what is the matter with it: "is missing"
	Help []string
}

func (e *NoData) Error() string { return "no data: " + e.What + " " + e.Why }

// place is a part of the source, as messages name it.
type place struct {
	text  string
	at    Span
	hides bool // what stands there tells who somebody is: its value is not shown
}

// show is a value of this place as explanations quote it.
func (p place) show(v any) string {
	if p.hides {
		return hidden
	}
	return show(v)
}

func (p place) errorf(format string, args ...any) *Error {
	return &Error{Span: p.at, Message: fmt.Sprintf(format, args...)}
}

// noData is the error that v is at this place, nil when v is data.
func (p place) noData(v any) error {
	switch v := v.(type) {
	case Missing:
		why := "is missing"
		if v.Why != "" {
			why += ": " + v.Why
		}
		return &NoData{Span: p.at, What: v.What, Why: why}
	case nil:
		return &NoData{Span: p.at, What: p.text, Why: "is null"}
	}
	if why := unfit(v); why != "" {
		return &NoData{Span: p.at, What: p.text, Why: why}
	}
	return nil
}

func notCondition(p place, v any) *Error {
	return p.errorf("%q is not a condition: %s = %s", p.text, p.text, p.show(v)).withHelp("compare it with something")
}
