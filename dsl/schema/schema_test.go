package schema_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cucumber-value/hoops/dsl/schema"
)

func reader(files map[string]string) func(string) ([]byte, error) {
	return func(name string) ([]byte, error) {
		text, known := files[name]
		if !known {
			return nil, errors.New("it does not exist")
		}
		return []byte(text), nil
	}
}

func decoded(t testing.TB, text string) (v any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// References lead to other files of the project: beside, above and below, with fragments and anchors, in circles, and
// next to an $id. What they lead to is known.
func TestReferences(t *testing.T) {
	for _, c := range []struct {
		name, root string
		files      map[string]string
		good, bad  string
		made       []string
	}{
		{"beside", "schemas/order.json", map[string]string{
			"schemas/order.json": `{"properties": {"id": {"$ref": "id.json"}}}`, "schemas/id.json": `{"type": "integer"}`,
		}, `{"id": 1}`, `{"id": "1"}`, []string{"schemas/id.json", "schemas/order.json"}},
		{"above, below and in a folder with a space", "a/b/order.json", map[string]string{
			"a/b/order.json": `{"allOf": [{"$ref": "../top.json"}, {"$ref": "deep%20er/low.json#/$defs/low"}]}`,
			"a/top.json":     `{"minimum": 1}`, "a/b/deep er/low.json": `{"$defs": {"low": {"maximum": 3}}}`,
		}, `2`, `4`, []string{"a/b/deep er/low.json", "a/b/order.json", "a/top.json"}},
		{"a circle", "tree.json", map[string]string{
			"tree.json": `{"properties": {"leaves": {"items": {"$ref": "leaf.json"}}}}`,
			"leaf.json": `{"type": "object", "properties": {"tree": {"$ref": "tree.json"}}}`,
		}, `{"leaves": [{"tree": {"leaves": []}}]}`, `{"leaves": [{"tree": {"leaves": [1]}}]}`, []string{"leaf.json", "tree.json"}},
		{"an anchor", "a.json", map[string]string{"a.json": `{"$ref": "b.json#whole"}`, "b.json": `{"$defs": {"n": {"$anchor": "whole", "type": "integer"}}}`},
			`1`, `1.5`, []string{"a.json", "b.json"}},
		{"a definition of draft 7, by its own $id", "a.json", map[string]string{
			"a.json": `{"$schema": "http://json-schema.org/draft-07/schema#", "$id": "https://example.com/a.json", "$ref": "https://example.com/a.json#/definitions/n", "definitions": {"n": {"type": "integer"}}}`,
		}, `1`, `"1"`, []string{"a.json"}},
		{"files next to an $id", "s/order.json", map[string]string{
			"s/order.json":    `{"$id": "https://example.com/api/order.json", "properties": {"to": {"$ref": "customer.json"}}}`,
			"s/customer.json": `{"$id": "https://example.com/api/customer.json", "type": "object", "properties": {"last": {"$ref": "order.json"}}}`,
		}, `{"to": {"last": {}}}`, `{"to": {"last": {"to": 1}}}`, []string{"s/customer.json", "s/order.json"}},
		{"draft 4", "a.json", map[string]string{"a.json": `{"$schema": "http://json-schema.org/draft-04/schema#", "maximum": 3, "exclusiveMaximum": true}`}, `2`, `3`, []string{"a.json"}},
		{"2019-09", "a.json", map[string]string{"a.json": `{"$schema": "https://json-schema.org/draft/2019-09/schema", "$recursiveAnchor": true, "items": {"$recursiveRef": "#"}, "type": "array"}`}, `[[]]`, `[1]`, []string{"a.json"}},
		{"a byte order mark and DOS lines", "a.json", map[string]string{"a.json": "\ufeff{\r\n\"$ref\": \"b.json\"\r\n}", "b.json": "\ufefffalse"}, ``, `1`, []string{"a.json", "b.json"}},
		{"a path that begins with ./", "./s/a.json", map[string]string{"./s/a.json": `{"$ref": "b.json"}`, "s/b.json": `{"items": {"$ref": "a.json"}, "type": "array"}`},
			`[[]]`, `[1]`, []string{"./s/a.json", "s/b.json"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, wrong := schema.Compile(c.root, reader(c.files))
			if wrong != nil {
				t.Fatalf("%s: %s", wrong.Range.Pos, wrong.Message)
			}
			if d := cmp.Diff(c.made, s.Files); d != "" {
				t.Error(d)
			}
			for text, good := range map[string]bool{c.good: true, c.bad: false} {
				if text == "" {
					continue
				}
				if v, err := s.Violations(decoded(t, text)); err != nil || (len(v) == 0) != good {
					t.Errorf("%s: %v %v", text, v, err)
				}
			}
		})
	}
}

func TestViolations(t *testing.T) {
	s, wrong := schema.Compile("a.json", reader(map[string]string{"a.json": `{"required": ["id"], "properties": {"list": {"items": {"const": "a  b"}}}}`}))
	if wrong != nil {
		t.Fatal(wrong.Message)
	}
	got, err := s.Violations(decoded(t, `{"id": 1, "list": ["a  b", "c"]}`))
	if d := cmp.Diff([]schema.Violation{{At: []string{"list", "1"}, Words: "value must be 'a  b'"}}, got); err != nil || d != "" {
		t.Errorf("%v %s", err, d)
	}
}

// Whatever stands in a file, there is a schema or a place in a file that is to blame, in words without the URLs of the
// library.
func TestAnythingIsReadOrBlamed(t *testing.T) {
	pieces := rapid.SampledFrom([]string{"{", "}", "[", "]", ",", ":", `"$ref"`, `"$id"`, `"$schema"`, `"b.json"`, `"a.json#/x"`, `"#"`, `"#/items"`, `"items"`, `"type"`, `"pattern"`, `"("`,
		`"https://e.com/b.json"`, `"://"`, `"%zz"`, `"object"`, "1", "-", "true", "null", " ", "\n", "\ufeff", "é", "\xff", `"$anchor"`, `"$defs"`, `"properties"`, `"allOf"`})
	text := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(pieces, 0, 20).Draw(t, "pieces"), "")
	})
	value := rapid.Custom(func(t *rapid.T) string {
		keys := []string{"$ref", "$id", "id", "$schema", "$anchor", "$dynamicRef", "$recursiveRef", "items", "type", "pattern", "not"}
		values := []string{`"b.json"`, `"a.json#/x"`, `"#"`, `"#/not"`, `"#a"`, `"("`, `"https://e.com/b.json"`, `"://"`, `"%zz"`, `"a"`, `{}`, `{"$ref": "b.json"}`, `{"$ref": "#/items"}`, `[]`, `1`}
		var fields []string
		for _, k := range rapid.SliceOfN(rapid.SampledFrom(keys), 0, 4).Draw(t, "keys") {
			fields = append(fields, fmt.Sprintf("%q: %s", k, rapid.SampledFrom(values).Draw(t, "value")))
		}
		return "{" + strings.Join(fields, ", ") + "}"
	})
	rapid.Check(t, func(t *rapid.T) {
		files := map[string]string{"a.json": rapid.OneOf(text, value).Draw(t, "a"), "b.json": rapid.OneOf(text, value).Draw(t, "b")}
		s, wrong := schema.Compile("a.json", reader(files))
		if wrong == nil {
			s.Violations(map[string]any{"x": []any{json.Number("1")}})
			return
		}
		lines := strings.Split(files[wrong.Range.File], "\n")
		at := wrong.Range.Pos
		switch {
		case s != nil, at.Line < 1, at.Col < 1, at.Line > len(lines), at.Col > len([]rune(lines[at.Line-1]))+1:
			t.Fatalf("%s in %q", at, files)
		case strings.Contains(wrong.Message, "project:"), strings.Contains(wrong.Message, "\n"), strings.Contains(wrong.Message, "failed in"):
			t.Fatal(wrong.Message)
		}
	})
}
