package schema_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
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

// ids are those of files that a project names.
func ids(files map[string]string, named ...string) schema.IDs {
	found := schema.IDs{}
	for _, name := range named {
		if id := schema.ID([]byte(files[name])); id != "" {
			found.Add(id, name)
		}
	}
	return found
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
		{"above and below an $id", "s/orders/order.json", map[string]string{
			"s/orders/order.json":     `{"$id": "https://example.com/v1/orders/order.json", "allOf": [{"$ref": "../types/n.json"}, {"$ref": "of/max.json#/$defs/m"}, {"$ref": "https://example.com/v1/top%20.json"}]}`,
			"s/types/n.json":          `{"$id": "https://example.com/v1/types/n.json", "type": "integer"}`,
			"s/orders/of/max.json":    `{"$defs": {"m": {"$ref": "../min.json", "maximum": 3}}}`, // relative to its URL, without an $id
			"s/orders/min.json":       `{"minimum": 1}`,
			"s/top .json":             `{"multipleOf": 2}`,
			"s/types/of/max.json":     `false`,
			"v1/types/n.json":         `false`,
			"s/orders/types/n.json":   `false`,
			"s/orders/orders/of.json": `false`,
		}, `2`, `3`, []string{"s/orders/min.json", "s/orders/of/max.json", "s/orders/order.json", "s/top .json", "s/types/n.json"}},
		{"the $id of a file that the project names", "s/order.json", map[string]string{
			"s/order.json": `{"$id": "https://example.com/s/order.json", "items": {"$ref": "https://example.com/common/addr.json#/$defs/a"}, "type": "array"}`,
			"s/addr.json":  `{"$id": "https://example.com/common/addr.json", "$defs": {"a": {"$ref": "kind.json"}}}`,
			"s/kind.json":  `{"$id": "https://example.com/common/kind.json", "type": "string"}`,
		}, `["x"]`, `[1]`, []string{"s/addr.json", "s/kind.json", "s/order.json"}},
		{"the file that has the $id before the one in its place", "s/order.json", map[string]string{
			"s/order.json": `{"$id": "https://example.com/s/order.json", "$ref": "addr.json"}`,
			"s/addr.json":  `{"$id": "https://example.com/common/addr.json", "type": "string"}`,
			"s/named.json": `{"$id": "https://example.com/s/addr.json", "type": "integer"}`,
		}, `1`, `"1"`, []string{"s/named.json", "s/order.json"}},
		{"the file in its place, whatever its $id", "s/order.json", map[string]string{
			"s/order.json": `{"$id": "https://example.com/s/order.json", "$ref": "addr.json"}`,
			"s/addr.json":  `{"$id": "https://example.com/common/addr.json", "type": "string"}`,
		}, `"1"`, `1`, []string{"s/addr.json", "s/order.json"}},
		{"what the $id of another file says, in any order", "s/order.json", map[string]string{
			"s/order.json":    `{"properties": {"a": {"$ref": "https://example.com/t/b.json"}, "b": {"$ref": "https://example.com/t/b.json#"}, "z": {"$ref": "first/a.json"}}}`,
			"s/first/a.json":  `{"$id": "https://example.com/t/a.json", "$ref": "b.json"}`,
			"s/first/b.json":  `{"type": "string"}`,
			"elsewhere.json":  `{"$id": "https://example.com/other/a.json"}`,
			"s/first/t/b.txt": `false`,
		}, `{"a": "x"}`, `{"a": 1}`, nil},
		{"draft 4", "a.json", map[string]string{"a.json": `{"$schema": "http://json-schema.org/draft-04/schema#", "maximum": 3, "exclusiveMaximum": true}`}, `2`, `3`, []string{"a.json"}},
		{"2019-09", "a.json", map[string]string{"a.json": `{"$schema": "https://json-schema.org/draft/2019-09/schema", "$recursiveAnchor": true, "items": {"$recursiveRef": "#"}, "type": "array"}`}, `[[]]`, `[1]`, []string{"a.json"}},
		{"a byte order mark and DOS lines", "a.json", map[string]string{"a.json": "\ufeff{\r\n\"$ref\": \"b.json\"\r\n}", "b.json": "\ufefffalse"}, ``, `1`, []string{"a.json", "b.json"}},
		{"a path that begins with ./", "./s/a.json", map[string]string{"./s/a.json": `{"$ref": "b.json"}`, "s/b.json": `{"items": {"$ref": "a.json"}, "type": "array"}`},
			`[[]]`, `[1]`, []string{"./s/a.json", "s/b.json"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, wrong := schema.Compile(c.root, ids(c.files, "s/addr.json", "s/named.json"), reader(c.files))
			if wrong != nil {
				t.Fatalf("%s: %s", wrong.Range.Pos, wrong.Message)
			}
			if d := cmp.Diff(c.made, s.Files); d != "" && c.made != nil {
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
	s, wrong := schema.Compile("a.json", nil, reader(map[string]string{"a.json": `{"required": ["id"], "properties": {"list": {"items": {"const": "a  b"}}}}`}))
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
		values := []string{`"b.json"`, `"a.json#/x"`, `"#"`, `"#/not"`, `"#a"`, `"("`, `"https://e.com/b.json"`, `"https://e.com/x/a.json"`, `"../b.json"`, `"x/../../b.json"`, `"https://e.com"`, `"https:b"`, `"://"`, `"%zz"`, `"a"`, `{}`, `{"$ref": "b.json"}`, `{"$ref": "#/items"}`, `[]`, `1`}
		var fields []string
		for _, k := range rapid.SliceOfN(rapid.SampledFrom(keys), 0, 4).Draw(t, "keys") {
			fields = append(fields, fmt.Sprintf("%q: %s", k, rapid.SampledFrom(values).Draw(t, "value")))
		}
		return "{" + strings.Join(fields, ", ") + "}"
	})
	rapid.Check(t, func(t *rapid.T) {
		files := map[string]string{"a.json": rapid.OneOf(text, value).Draw(t, "a"), "b.json": rapid.OneOf(text, value).Draw(t, "b")}
		s, wrong := schema.Compile("a.json", nil, reader(files))
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

// Schemas lie in folders as their $ids say, under any URL, and refer to each other by paths, by paths against their $id
// or by their $id alone. All are found, each is held against its own file; what was read once is enough to do it again,
// and nothing outside of the project is asked for.
func TestSchemasWithIDsInFolders(t *testing.T) {
	folders := []string{"", "a/", "a/b/", "a/b c/", "d/", "d/a/"}
	rapid.Check(t, func(t *rapid.T) {
		host := rapid.SampledFrom([]string{"https://example.com/", "https://example.com/v1/schemas/", "http://localhost:8080/x%20y/"}).Draw(t, "host")
		top := rapid.SampledFrom([]string{"", "schemas/", "my project/s/"}).Draw(t, "folder of the project")
		n := rapid.IntRange(2, 6).Draw(t, "files")
		paths := make([]string, n)
		for i := range paths {
			paths[i] = fmt.Sprintf("%sf%d.json", rapid.SampledFrom(folders).Draw(t, "folder"), i)
		}
		id := func(i int) string { return host + strings.ReplaceAll(paths[i], " ", "%20") }
		files := map[string]string{}
		for i, p := range paths {
			refs := ""
			if i+1 < n { // each leads to the next, the last says what is good
				to := id(i + 1)
				if rapid.Bool().Draw(t, "relative") {
					to = relative(paths[i], paths[i+1])
				}
				refs = fmt.Sprintf(`, "$ref": %q`, to)
				if i > 0 && rapid.Bool().Draw(t, "circle") {
					refs = fmt.Sprintf(`, "properties": {"p": {"$ref": %q}}`, relative(paths[i], paths[i-1])) + refs
				}
			} else {
				refs = `, "const": {"ok": true}`
			}
			files[top+p] = fmt.Sprintf(`{"$id": %q%s}`, id(i), refs)
		}
		read := map[string]string{}
		reading := func(from map[string]string) func(string) ([]byte, error) {
			return func(name string) ([]byte, error) {
				if strings.HasPrefix(name, "/") || strings.Contains(name, "..") {
					t.Errorf("%s is asked for", name)
				}
				text, known := from[name]
				if !known {
					return nil, errors.New("it does not exist")
				}
				read[name] = text
				return []byte(text), nil
			}
		}
		first, wrong := schema.Compile(top+paths[0], nil, reading(files))
		if wrong != nil {
			t.Fatalf("%s: %s\n%v", wrong.Range.Pos, wrong.Message, files)
		}
		embedded := maps.Clone(read)
		again, wrong := schema.Compile(top+paths[0], nil, reading(embedded))
		if wrong != nil {
			t.Fatalf("again: %s: %s\n%v", wrong.Range.Pos, wrong.Message, files)
		}
		if d := cmp.Diff(first.Files, again.Files); d != "" || len(first.Files) != n {
			t.Errorf("%s%v", d, first.Files)
		}
		for _, s := range []*schema.Schema{first, again} {
			for ok, many := range map[bool]int{true: 0, false: 1} {
				if v, err := s.Violations(map[string]any{"ok": ok}); err != nil || len(v) != many {
					t.Errorf("%v %v", v, err)
				}
			}
		}
	})
}

// relative is how one path is reached from another, as a reference writes it.
func relative(from, to string) string {
	up := strings.Repeat("../", strings.Count(from, "/"))
	if up == "" {
		up = "./"
	}
	return up + strings.ReplaceAll(to, " ", "%20")
}

// Of several things that are wrong the first is said, and the same each time.
func TestTheFirstOfSeveral(t *testing.T) {
	all := map[string]string{
		"a.json":   "{\"properties\": {\n\"x\": {\"$ref\": \"https://example.com/x.json\"},\n\"y\": {\"$ref\": \"gone.json\"},\n\"z\": {\"$ref\": \"bad.json\"},\n\"w\": {\"$ref\": \"#/nothing\"}}}",
		"b.json":   "{\"properties\": {\n\"z\": {\"$ref\": \"bad.json\"},\n\"y\": {\"$ref\": \"wrong.json\"}}}",
		"bad.json": "{\"type\": \"strin\"", "wrong.json": `{"type": "strin"}`,
	}
	for name, want := range map[string]string{"a.json": "a.json:2:15", "b.json": "bad.json:1:17"} {
		for range 60 {
			_, wrong := schema.Compile(name, nil, reader(all))
			if wrong == nil || wrong.Range.Pos.String() != want {
				t.Fatalf("%s: %v, expected it at %s", name, wrong, want)
			}
		}
	}
}
