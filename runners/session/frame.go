package session

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
)

// Frame is where a step's expressions look names up: the parameters of the body it stands in, then what the
// session kept, then hoops' own names. There is one for each call of a definition.
type Frame struct {
	session   *Session
	params    []ir.Parameter
	args      []any          // of params
	columns   map[string]any // parameters of an @each body
	table     *table
	doc       *string
	markup    bool        // the doc string says that it is XML or HTML
	redirects ir.Redirect // to the end of this body
	writes    bool        // a definition on the way here says @write
	reads     bool        // one says @read
}

// table is what the caller handed over, as rows of values; the first is the header of `table`.
type table struct{ rows [][]any }

// anything is the value of `any` in "the response has JSON:": no JSON text can contain it by itself.
const anything = "\x00any\x00"

// handsMarkup reports whether the name doc is a doc string that the caller handed over as XML or HTML.
func (f *Frame) handsMarkup() bool {
	_, column := f.columns["doc"]
	_, kept := f.session.kept["doc"]
	return f.doc != nil && f.markup && !column && !kept && !slices.ContainsFunc(f.params, func(p ir.Parameter) bool { return p.Name == "doc" })
}

// Session is the session that the frame belongs to.
func (f *Frame) Session() *Session { return f.session }

// FollowRedirects reports whether requests of this body follow redirects.
func (f *Frame) FollowRedirects() bool { return f.redirects != ir.KeepRedirects }

// Writes reports whether a definition that says @write has led here: what its requests look like, they write.
func (f *Frame) Writes() bool { return f.writes }

// Harmless reports whether somebody has said that what is sent from here may be sent anywhere: a definition that
// says @read has led here, or the scenario is tagged @safe-in-production.
func (f *Frame) Harmless() bool {
	s := f.session
	if f.reads || s.script == nil {
		return f.reads
	}
	row := s.row
	if row >= len(s.script.Scenario.Rows) { // of a data file
		row = -1
	}
	return runners.Selected{Scenario: s.script.Scenario, Row: row}.Safe()
}

// Value looks a name up for the expression language.
func (f *Frame) Value(name string) any {
	for i, p := range f.params {
		if p.Name == name && name != "" {
			return f.args[i]
		}
	}
	if v, ok := f.columns[name]; ok {
		return v
	}
	s := f.session
	if v, ok := s.kept[name]; ok {
		return v
	}
	switch name {
	case "row":
		return s.rowValue()
	case "env":
		return s.host.env
	case "secret":
		return *s.host.secrets.Load()
	case "param":
		return s.host.params
	case "run":
		return s.host.run
	case "any":
		return anything
	case "doc":
		if f.doc == nil {
			return expr.Missing{What: name, Why: "the step has no doc string"}
		}
		return *f.doc
	case "table":
		return f.table.objects()
	case "rows":
		return f.table.lists()
	case "response":
		return s.response()
	case "exit", "out", "err":
		return answerValue(s.command, name, "no command has been run yet")
	case "page":
		return answerValue(s.page, name, "no page has been opened yet")
	case "status", "duration", "body", "text", "url":
		return answerValue(s.answer, name, "no request has been sent yet")
	}
	return expr.Missing{What: name, Why: "nothing has kept it"}
}

// Field looks a field of the answer's body up, for an answer that finds it without reading all of it.
func (f *Frame) Field(name string, fields []string) (any, bool) {
	body, ok := f.session.answer.(FieldAnswer)
	if name != "body" || !ok {
		return nil, false
	}
	_, kept := f.session.kept[name]
	_, column := f.columns[name]
	if kept || column || slices.ContainsFunc(f.params, func(p ir.Parameter) bool { return p.Name == name }) {
		return nil, false // it is another body
	}
	return body.Field(fields)
}

var _ expr.FieldEnv = (*Frame)(nil)

func answerValue(a Answer, name, why string) any {
	if a == nil {
		return expr.Missing{What: name, Why: why}
	}
	return a.Value(name)
}

// Call carries out what the expression language leaves to the world.
func (f *Frame) Call(name string, args []any) (any, error) {
	s := f.session
	switch name {
	case "uuid":
		var b [16]byte
		binary.LittleEndian.PutUint64(b[:8], s.random().Uint64())
		binary.LittleEndian.PutUint64(b[8:], s.random().Uint64())
		b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
		h := hex.EncodeToString(b[:])
		return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:], nil
	case "random":
		low, err := integer(args[0])
		if err != nil {
			return nil, err
		}
		high, err := integer(args[1])
		if err != nil {
			return nil, err
		}
		if high < low {
			return nil, fmt.Errorf("random(%d, %d): the second number is smaller than the first", low, high)
		}
		span := uint64(high) - uint64(low)
		if span == math.MaxUint64 {
			return int64(s.random().Uint64()), nil
		}
		return low + int64(s.random().Uint64N(span+1)), nil
	case "now":
		return s.host.Now(), nil
	case "file":
		data, err := s.host.File(expr.Text(args[0]))
		return string(data), err
	}
	for _, a := range []Answer{s.answer, s.page, s.command} {
		if a == nil {
			continue
		}
		if v, known, err := a.Call(name, args); known {
			return v, err
		}
	}
	return expr.Missing{What: name + "()", Why: "there is no answer yet that it could read"}, nil
}

func integer(v any) (int64, error) {
	switch v := v.(type) {
	case int64:
		return v, nil
	case int:
		return int64(v), nil
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return int64(v), nil
		}
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n, nil
		}
	}
	return 0, fmt.Errorf("%s is not a whole number", expr.Text(v))
}

func (t *table) objects() any {
	if t == nil {
		return expr.Missing{What: "table", Why: "the step has no table"}
	}
	list := []any{}
	for _, r := range t.rows[min(1, len(t.rows)):] {
		object := map[string]any{}
		for i, cell := range r {
			object[expr.Text(t.rows[0][i])] = cell
		}
		list = append(list, object)
	}
	return list
}

func (t *table) lists() any {
	if t == nil {
		return expr.Missing{What: "rows", Why: "the step has no table"}
	}
	list := make([]any, len(t.rows))
	for i, r := range t.rows {
		list[i] = r
	}
	return list
}
