package dsl

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// What a schema refers to is in the program, be the schema written out, given as an argument or in a column; and a
// Compiler reads it again when one of the files has changed, and only then.
func TestSchemasAreEmbedded(t *testing.T) {
	files := map[string]string{
		"s/order.json": `{"$ref": "id.json"}`, "s/id.json": `{"type": "integer"}`,
		"s/given.json": `{"$ref": "of/given.json"}`, "s/of/given.json": `{"$ref": "../id.json"}`,
		"s/column.json": `{"$ref": "of/column.json"}`, "s/of/column.json": `{}`,
	}
	feature := func(more string) Source {
		return Source{"a.feature", []byte(`Feature: a
  Scenario: s
    When I GET "/"
    Then the response matches the schema "s/order.json"
    And it is like "given"
  Scenario Outline: o
    When I GET "/"
    Then the response matches the schema "s/<name>.json"
    Examples:
      | name   |
      | column |
` + more)}
	}
	sources := func(more string) *Sources {
		return &Sources{
			Features: []Source{feature(more), {"http.steps.feature", []byte("@driver:http\nFeature: h\n  Scenario: it is like {name:string}\n    Then the response matches the schema \"s/${name}.json\"\n")}},
			Read: func(name string) ([]byte, error) {
				text, known := files[name]
				if !known {
					return nil, fmt.Errorf("%s does not exist", name)
				}
				return []byte(text), nil
			},
		}
	}
	again := NewCompiler()
	for i, change := range []func(){
		func() {}, func() {},
		func() { files["s/id.json"] = `{"$ref": "new.json"}`; files["s/new.json"] = `{}` },
	} {
		change()
		more := strings.Repeat("\n  Scenario: more\n    When I GET \"/more\"\n", i)
		whole, next := Compile(sources(more)), again.Compile(sources(more))
		if whole.Program == nil || next.Program == nil {
			t.Fatal(whole.Diagnostics, next.Diagnostics)
		}
		var got []string
		for _, f := range next.Program.Files {
			if strings.HasSuffix(f.Path, ".json") {
				got = append(got, f.Path)
			}
		}
		want := []string{"s/column.json", "s/given.json", "s/id.json", "s/new.json", "s/of/column.json", "s/of/given.json", "s/order.json"}
		if i < 2 {
			want = append(want[:3:3], want[4:]...)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		if ir.Digest(whole.Program) != ir.Digest(next.Program) {
			t.Error("a compilation from what is known is another program")
		}
	}
	known := again.schemas["s/order.json"]
	files["s/column.json"] = `{"$ref": "of/column.json", "type": "object"}`
	if again.Compile(sources("")); again.schemas["s/order.json"] != known {
		t.Error("a schema that has not changed was read again")
	}
	files["s/new.json"] = `{"type": 1}`
	if r := again.Compile(sources("")); r.Program != nil || len(r.Diagnostics) == 0 || r.Diagnostics[0].Range.File != "s/new.json" {
		t.Errorf("a file that a schema refers to is broken, and: %v", r.Diagnostics)
	}
}

// A Compiler reads a schema again when another that the project names has got the $id that it refers to, and when a
// file has come to lie where one was looked for before; who runs the program is told the $ids.
func TestSchemasFoundByID(t *testing.T) {
	files := map[string]string{
		"s/order.json": `{"$id": "https://example.com/s/order.json", "$ref": "../common/address.json"}`,
		"s/a.json":     `{"$id": "https://example.com/common/address.json"}`,
		"s/b.json":     `{}`,
	}
	sources := &Sources{
		Features: []Source{{"a.feature", []byte(`Feature: a
  Scenario: s
    When I GET "/"
    Then the response matches the schema "s/order.json"
    And the response matches the schema "s/a.json"
    And the response matches the schema "s/b.json"
`)}},
		Read: func(name string) ([]byte, error) {
			text, known := files[name]
			if !known {
				return nil, fmt.Errorf("%s does not exist", name)
			}
			return []byte(text), nil
		},
	}
	again := NewCompiler()
	for i, c := range []struct {
		change func()
		want   []string // files and their $id; none when it does not compile
	}{
		{func() {}, []string{"s/a.json https://example.com/common/address.json", "s/b.json ", "s/order.json https://example.com/s/order.json"}},
		{func() { files["s/a.json"], files["s/b.json"] = files["s/b.json"], files["s/a.json"] },
			[]string{"s/a.json ", "s/b.json https://example.com/common/address.json", "s/order.json https://example.com/s/order.json"}},
		{func() { files["common/address.json"] = files["s/b.json"] },
			[]string{"common/address.json ", "s/a.json ", "s/b.json https://example.com/common/address.json", "s/order.json https://example.com/s/order.json"}},
		{func() { delete(files, "common/address.json"); files["s/a.json"] = files["s/b.json"] }, nil},
		{func() { files["s/a.json"], files["s/b.json"] = `{}`, `{}` }, nil},
	} {
		c.change()
		whole, next := Compile(sources), again.Compile(sources)
		var got []string
		for _, r := range []*Result{whole, next} {
			if (r.Program == nil) != (c.want == nil) {
				t.Fatal(i, r.Diagnostics)
			}
		}
		if c.want == nil {
			continue
		}
		for _, f := range next.Program.Files {
			if strings.HasSuffix(f.Path, ".json") {
				got = append(got, f.Path+" "+f.ID)
			}
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Error(i, d)
		}
		if ir.Digest(whole.Program) != ir.Digest(next.Program) {
			t.Error(i, "a compilation from what is known is another program")
		}
	}
}
