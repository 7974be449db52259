package session

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// expectSchema compiles a schema whose name is written out once, when the scenario is lowered: a broken schema is found
// before anything runs. One that a parameter or a column names is compiled when it is first met. References lead to
// other files of the program only.
func (l *Lowering) expectSchema(op *ir.Expect) (Action, error) {
	if path, ok := op.Want.Constant(); ok {
		schema, err := l.host.schema(path)
		if err != nil {
			return nil, err
		}
		return func(_ context.Context, f *Frame) error { return f.matches(path, schema) }, nil
	}
	name, err := l.Text(op.Want)
	if err != nil {
		return nil, err
	}
	host := l.host
	var known sync.Map // of *jsonschema.Schema, by path; there are no more than files
	return func(_ context.Context, f *Frame) error {
		path, err := name(f)
		if err != nil {
			return err
		}
		schema, met := known.Load(path)
		if !met {
			if schema, err = host.schema(path); err != nil {
				return f.unexpected("expect/schema", "%v", err)
			}
			known.Store(path, schema)
		}
		return f.matches(path, schema.(*jsonschema.Schema))
	}, nil
}

// schema compiles a file of the program.
func (h *Host) schema(path string) (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.UseLoader(schemaFiles{h})
	schema, err := c.Compile(schemaScheme + path)
	if err != nil {
		return nil, fmt.Errorf("the schema %s: %w", path, err)
	}
	return schema, nil
}

// matches fails unless the body of the last answer is as the schema says.
func (f *Frame) matches(path string, schema *jsonschema.Schema) error {
	body := f.builtin("body")
	if m, missing := body.(expr.Missing); missing {
		return f.unexpected("expect/no-data", "the response has no JSON: %s", m.Why)
	}
	err := schema.Validate(body)
	if err == nil {
		return nil
	}
	v, ok := err.(*jsonschema.ValidationError)
	if !ok {
		return f.unexpected("expect/schema", "the response does not match the schema %s: %v", path, err)
	}
	found := violations(v, body, nil)
	slices.Sort(found) // the library finds them in the order of a map
	failure := f.unexpected("expect/schema", "the response does not match the schema %s: %s", path, firstOf(found))
	failure.Lines = append(limited(found[1:], 20), failure.Lines...)
	return failure
}

const schemaScheme = "project:///"

type schemaFiles struct{ host *Host }

func (s schemaFiles) Load(url string) (any, error) {
	path, ours := strings.CutPrefix(url, schemaScheme)
	if !ours {
		return nil, fmt.Errorf("%s is not a file of the project: schemas are not fetched", url)
	}
	data, err := s.host.File(path)
	if err != nil {
		return nil, err
	}
	return decodeJSON(data)
}

// violations are the innermost findings, each with the place in the body and what stands there.
func violations(v *jsonschema.ValidationError, body any, found []string) []string {
	if len(v.Causes) == 0 {
		path, have := "body", body
		for _, step := range v.InstanceLocation {
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
		return append(found, path+": "+v.ErrorKind.LocalizedString(message.NewPrinter(language.English)))
	}
	for _, c := range v.Causes {
		found = violations(c, body, found)
	}
	return found
}
