package session

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/schema"
)

// expectSchema compiles a schema whose name is written out once, when the scenario is lowered. One that a parameter or
// a column names is compiled when it is first met. References lead to other files of the program only.
func (l *Lowering) expectSchema(op *ir.Expect) (Action, error) {
	if path, ok := op.Want.Constant(); ok {
		s, err := l.host.schema(path)
		if err != nil {
			return nil, err
		}
		return func(_ context.Context, f *Frame) error { return f.matches(path, s) }, nil
	}
	name, err := l.Text(op.Want)
	if err != nil {
		return nil, err
	}
	host := l.host
	var known sync.Map // of *schema.Schema, by path; there are no more than files
	return func(_ context.Context, f *Frame) error {
		path, err := name(f)
		if err != nil {
			return err
		}
		s, met := known.Load(path)
		if !met {
			if s, err = host.schema(path); err != nil {
				return f.unexpected("expect/schema", "%v", err)
			}
			known.Store(path, s)
		}
		return f.matches(path, s.(*schema.Schema))
	}, nil
}

// schema compiles a file of the program.
func (h *Host) schema(path string) (*schema.Schema, error) {
	if h.files[path] == nil {
		return nil, fmt.Errorf("the program has no file %q: a step that writes its name out takes it along", path)
	}
	s, wrong := schema.Compile(path, h.schemaIDs(), h.File)
	if wrong != nil {
		return nil, fmt.Errorf("%s: %s", wrong.Range.Pos, wrong.Headline())
	}
	return s, nil
}

// schemaIDs are the schemas that steps name, by their $id.
func (h *Host) schemaIDs() schema.IDs {
	ids := schema.IDs{}
	for path, f := range h.files {
		if f.ID != "" {
			ids.Add(f.ID, path)
		}
	}
	return ids
}

// matches fails unless the body of the last answer is as the schema says.
func (f *Frame) matches(path string, s *schema.Schema) error {
	body := f.builtin("body")
	if m, missing := body.(expr.Missing); missing {
		return f.unexpected("expect/no-data", "the response has no JSON: %s", m.Why)
	}
	violations, err := s.Violations(body)
	if err != nil {
		return f.unexpected("expect/schema", "the response does not match the schema %s: %v", path, err)
	}
	if len(violations) == 0 {
		return nil
	}
	var found []string
	for _, v := range violations {
		found = append(found, violated(v, body))
	}
	slices.Sort(found) // the library finds them in the order of a map
	failure := f.unexpected("expect/schema", "the response does not match the schema %s: %s", path, firstOf(found))
	failure.Lines = append(limited(found[1:], 20), failure.Lines...)
	return failure
}

// violated is a finding with its place in the body and what stands there.
func violated(v schema.Violation, body any) string {
	path, have := "body", body
	for _, step := range v.At {
		switch within := have.(type) {
		case []any:
			path += "[" + step + "]"
			have = nil
			if i, err := strconv.Atoi(step); err == nil && i < len(within) {
				have = within[i]
			}
		case map[string]any:
			path, have = child(path, step), within[step]
		}
	}
	switch have.(type) {
	case map[string]any, []any: // a line cannot hold it
	default:
		path += " is " + shown(have)
	}
	return path + ": " + v.Words
}
