// Package schema reads the JSON Schemas that responses are held against.
//
// It is a floor package, so that what a compiler has accepted is what a runner gets. It opens no file and fetches
// nothing: every schema, and every one that it refers to, comes from who compiles it, by its path in the project. All
// drafts from 4 on are known; patterns are those of Go.
package schema

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// Schema is one that was compiled. It is safe for concurrent use.
type Schema struct {
	compiled *jsonschema.Schema
	// Files are those that it was made of, sorted: its own, and all that it refers to.
	Files []string
}

const code = "project/schema"

// Compile reads the schema at a path of the project, and what it refers to: by paths, by what is relative to an $id, and
// by the $id of one of those given. What is wrong with it is said at its place in the file that is to blame. With the
// files that it has read, and the same ids, it does the same again.
func Compile(name string, ids IDs, read func(path string) ([]byte, error)) (s *Schema, wrong *diag.Diagnostic) {
	f := &files{root: name, read: read, known: map[string]*file{}, ids: ids}
	defer func() {
		if p := recover(); p != nil {
			d := diag.Errorf(start(name), code, "hoops failed in this schema: %v", p)
			s, wrong = nil, &d
		}
	}()
	for known := -1; known < len(f.bases); { // what is met late may say where something before is
		known = len(f.bases)
		f.follow(urlOf(name))
	}
	compiled, err := f.compile()
	if err != nil {
		d := f.first(err)
		return nil, &d
	}
	paths := map[string]bool{}
	for _, one := range f.known {
		paths[one.path] = true
	}
	return &Schema{compiled, slices.Sorted(maps.Keys(paths))}, nil
}

func (f *files) compile() (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.UseLoader(f)
	return c.Compile(urlOf(f.root))
}

// patience is how often in a row the library may fail with nothing new.
const patience = 48

// first is, of all that is wrong, what stands first: in the schema itself, then in the others in the order of their
// names. The library stops at one of its errors, and goes through the keys of an object in another order each time; so it
// is asked until it has nothing new to say.
func (f *files) first(err error) diag.Diagnostic {
	found := f.explain(err)
	for again := 0; again < patience; again++ {
		_, err := f.compile()
		if err == nil {
			break // it cannot be, and one error is known
		}
		if d := f.explain(err); f.before(d, found) {
			found, again = d, 0
		}
	}
	return found
}

// before orders two diagnostics.
func (f *files) before(a, b diag.Diagnostic) bool {
	if own := a.Range.File == f.root; own != (b.Range.File == f.root) {
		return own
	}
	if a.Range.Pos != b.Range.Pos {
		return a.Range.Pos.Less(b.Range.Pos)
	}
	return a.Message < b.Message
}

// Violation is one thing that is not as a schema says.
type Violation struct {
	At    []string // keys and indices, from the whole value inwards
	Words string
}

// Violations are the innermost ones of a value, as decoded by encoding/json with UseNumber.
func (s *Schema) Violations(value any) ([]Violation, error) {
	err := s.compiled.Validate(value)
	var v *jsonschema.ValidationError
	switch {
	case err == nil:
		return nil, nil
	case errors.As(err, &v):
		return innermost(v, nil), nil
	}
	return nil, errors.New(ours(err.Error()))
}

func innermost(v *jsonschema.ValidationError, found []Violation) []Violation {
	if len(v.Causes) == 0 {
		return append(found, Violation{v.InstanceLocation, words(v.ErrorKind)})
	}
	for _, c := range v.Causes {
		found = innermost(c, found)
	}
	return found
}

// start is the first character of a file.
func start(name string) diag.Range { return diag.At(diag.Pos{File: name, Line: 1, Col: 1}, 1) }

// explain says what a person can do about an error of the library.
func (f *files) explain(err error) diag.Diagnostic {
	var (
		load    *jsonschema.LoadURLError
		invalid *jsonschema.SchemaValidationError
		pattern *jsonschema.InvalidRegexError
		pointer *jsonschema.JSONPointerNotFoundError
		anchor  *jsonschema.AnchorNotFoundError
		draft   *jsonschema.UnsupportedDraftError
	)
	switch {
	case errors.As(err, &load):
		return f.unloaded(load)
	case errors.As(err, &invalid):
		return f.invalid(invalid)
	case errors.As(err, &pattern):
		why := strings.TrimPrefix(pattern.Err.Error(), "error parsing regexp: ")
		d := diag.Errorf(f.at(pattern.URL), code, "the pattern %q cannot be read: %s", pattern.Regex, why)
		return simplePattern(d)
	case errors.As(err, &pointer):
		at, _ := f.reference(pointer.URL)
		target, pointed := split(pointer.URL)
		return diag.Errorf(at, code, "there is no %s in %s", pointed, f.nameOf(target)).
			WithHelp("check the path behind #: a key each between slashes")
	case errors.As(err, &anchor):
		at, _ := f.reference(anchor.Reference)
		_, name := split(anchor.Reference)
		return diag.Errorf(at, code, "no $anchor %q is in %s", name, f.nameOf(anchor.URL))
	case errors.As(err, &draft):
		at, _ := f.reference(draft.URL)
		return unknownDraft(at, draft.URL)
	}
	return diag.Errorf(start(f.root), code, "the schema cannot be used: %s", ours(err.Error()))
}

// unloaded is a file that a schema refers to and that cannot be had.
func (f *files) unloaded(e *jsonschema.LoadURLError) diag.Diagnostic {
	var syntax *notJSON
	if errors.As(e.Err, &syntax) {
		if ext := strings.ToLower(path.Ext(syntax.at.File)); ext == ".yaml" || ext == ".yml" {
			return diag.Errorf(start(syntax.at.File), code, "the schema is not JSON, and YAML by its name").WithHelp("write it as JSON")
		}
		return diag.Errorf(syntax.at, code, "the schema is not JSON: %s", syntax.why)
	}
	at, keyword := f.reference(e.URL)
	name, ours := pathOf(e.URL)
	var shared *sharedID
	switch {
	case errors.As(e.Err, &shared):
		return diag.Errorf(at, code, "%s is the $id of several schemas: %s", e.URL, strings.Join(shared.names, ", ")).
			WithHelp("give each an $id of its own, or refer to one by its path")
	case keyword == "$schema":
		return unknownDraft(at, e.URL)
	case ours:
		return diag.Errorf(at, code, "the schema %s cannot be read: %v", name, e.Err).
			WithHelp("a reference is relative to the file that it stands in")
	}
	return diag.Errorf(at, code, "the schema refers to %s, and hoops fetches no schemas", e.URL).
		WithHelp("%s", f.saved(e.URL, at.File))
}

// simplePattern says what patterns cannot do here, where one is refused for it.
func simplePattern(d diag.Diagnostic) diag.Diagnostic {
	if strings.Contains(d.Message, "Perl syntax") || strings.Contains(d.Message, "invalid escape sequence") {
		return d.WithHelp("patterns are those of Go here: without look-ahead, look-behind and back-references")
	}
	return d
}

func unknownDraft(at diag.Range, name string) diag.Diagnostic {
	return diag.Errorf(at, code, "no draft of JSON Schema that hoops knows is called %s", name).
		WithHelp(`there are draft 4, 6, 7, 2019-09 and 2020-12: {"$schema": "https://json-schema.org/draft/2020-12/schema"}`)
}

// invalid is JSON that is no schema: what is said of its innermost place.
func (f *files) invalid(e *jsonschema.SchemaValidationError) diag.Diagnostic {
	var v *jsonschema.ValidationError
	if !errors.As(e.Err, &v) {
		return diag.Errorf(f.at(e.URL), code, "this is no schema: %s", ours(e.Err.Error()))
	}
	var deepest []Violation
	for _, one := range innermost(v, nil) {
		switch {
		case len(deepest) == 0 || len(one.At) > len(deepest[0].At):
			deepest = []Violation{one}
		case slices.Equal(one.At, deepest[0].At):
			deepest = append(deepest, one)
		}
	}
	slices.SortFunc(deepest, func(a, b Violation) int { return strings.Compare(b.Words, a.Words) }) // "value must be" first
	var said []string
	for _, one := range slices.CompactFunc(deepest, func(a, b Violation) bool { return a.Words == b.Words }) {
		said = append(said, one.Words)
	}
	address := e.URL
	if !strings.Contains(address, "#") {
		address += "#"
	}
	for _, key := range deepest[0].At {
		address += "/" + escaped(key)
	}
	what := ""
	if n := len(deepest[0].At); n > 0 {
		what = fmt.Sprintf(" at %q", deepest[0].At[n-1])
	}
	return simplePattern(diag.Errorf(f.at(address), code, "the schema is not valid%s: %s", what, strings.Join(said, ", or ")))
}
