package session

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cucumber-value/hoops/dsl/ir"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s: %s", name, d)
	}
}

// told is a failure as a golden file holds it.
func told(err error) string {
	if err == nil {
		return "passed\n"
	}
	f, ok := err.(*Failure)
	if !ok {
		return "error: " + err.Error() + "\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "[%s] %s\n", f.Code, f.Message)
	for _, l := range f.Lines {
		fmt.Fprintf(&b, "    | %s\n", l)
	}
	for _, h := range f.Help {
		fmt.Fprintf(&b, "    = %s\n", h)
	}
	for _, n := range f.Trail {
		fmt.Fprintf(&b, "    > %s: %s\n", n.Range.Pos, n.Text)
	}
	return b.String()
}

const order = `{"id": 7, "total": 7.5, "state": "open", "none": null, "items": [{"sku": "tea"}, {"sku": "milk"}]}`

var schemas = []ir.File{
	{Path: "schemas/order.json", Text: `{"type": "object", "required": ["id", "customer"], "properties": {"id": {"$ref": "id.json"}, "total": {"type": "string"}}}`},
	{Path: "schemas/id.json", Text: `{"type": "integer", "maximum": 9}`},
	{Path: "schemas/good.json", Text: `{"type": "object", "properties": {"id": {"$ref": "id.json"}}}`},
}

// Every check: what passes, what fails and how it says so, and that it never passes without data.
func TestExpectations(t *testing.T) {
	e := func(c ir.Check, want string) *ir.Expect {
		return &ir.Expect{Check: c, Want: tpl(want, ir.JSONValue)}
	}
	truth := func(x string) *ir.Expect { return &ir.Expect{Check: ir.CheckTrue, Expr: x} }
	fields := func(pairs ...string) *ir.Expect {
		op := &ir.Expect{Check: ir.CheckFields}
		for i := 0; i < len(pairs); i += 2 {
			op.Fields = append(op.Fields, ir.Field{Name: pairs[i], Value: tpl(pairs[i+1], ir.Plain)})
		}
		return op
	}
	cases := []struct {
		name string
		op   *ir.Expect
	}{
		{"true: holds", truth(`body.total > 7`)},
		{"true: false", truth(`body.total > 10`)},
		{"true: missing", truth(`body.nothing != 1`)},
		{"true: null", truth(`body.none != 1`)},
		{"true: all of nothing", truth(`all(body.items[2:], .sku == "tea")`)},
		{"true: an element", truth(`all(body.items, .sku == "tea")`)},
		{"true: text beside a number", truth(`body.id == first(split("7", " "))`)},
		{"true: text with a unit", truth(`response.duration > first(split("5s 1", " "))`)},
		{"status: same", e(ir.CheckStatus, "200")},
		{"status: class", e(ir.CheckStatus, "2xx")},
		{"status: computed", e(ir.CheckStatus, "${100 * 2}")},
		{"status: other", e(ir.CheckStatus, "201")},
		{"status: other class", e(ir.CheckStatus, "4xx")},
		{"status: no number", e(ir.CheckStatus, "${body.state}")},
		{"takes: less", e(ir.CheckTakes, "51ms")},
		{"takes: exactly", e(ir.CheckTakes, "50ms")},
		{"takes: more", e(ir.CheckTakes, "49ms")},
		{"json: part", e(ir.CheckJSON, `{"state": "open", "items": [{}, {"sku": "milk"}]}`)},
		{"json: any", e(ir.CheckJSON, `{"id": ${any}, "state": "${any}"}`)},
		{"json: any of null", e(ir.CheckJSON, `{"none": "${any}"}`)},
		{"json: any of missing", e(ir.CheckJSON, `{"customer": "${any}"}`)},
		{"json: null", e(ir.CheckJSON, `{"none": null}`)},
		{"json: missing is not null", e(ir.CheckJSON, `{"customer": null}`)},
		{"json: text is no number", e(ir.CheckJSON, `{"id": "7"}`)},
		{"json: 7 is 7.0", e(ir.CheckJSON, `{"id": 7.0}`)},
		{"json: many", e(ir.CheckJSON, `{"id": 8, "state": 1, "items": [{"sku": "coffee"}], "total": {"x": 1}, "a b": []}`)},
		{"json: broken", e(ir.CheckJSON, `{"id": ${secret.token}}x`)},
		{"fields: same", fields("body.id", "7", "status", "200", "body.state", "open", "body.none", "null", "body.total", "7.50", "body.items[1].sku", "milk")},
		{"fields: any", fields("body.id", "${any}")},
		{"fields: any of null", fields("body.none", "${any}")},
		{"fields: any of missing", fields("body.nothing", "${any}")},
		{"fields: other", fields("body.id", "8", "body.state", "closed", "body.nothing", "1")},
		{"schema: matches", &ir.Expect{Check: ir.CheckSchema, Want: ir.Literal("schemas/good.json")}},
		{"schema: does not", &ir.Expect{Check: ir.CheckSchema, Want: ir.Literal("schemas/order.json")}},
		{"exit: same", e(ir.CheckExit, "0")},
		{"exit: other", e(ir.CheckExit, "1")},
		{"contains: does", e(ir.CheckContains, "hello")},
		{"contains: nothing", e(ir.CheckContains, "")},
		{"contains: does not", e(ir.CheckContains, "goodbye")},
		{"matches: does", e(ir.CheckMatches, "^he.*o$")},
		{"matches: does not", e(ir.CheckMatches, "^o")},
		{"matches: a computed pattern", &ir.Expect{Check: ir.CheckMatches, Want: tpl(`${"(" + "h"}`, ir.Plain)}},
	}
	covered := map[ir.Check]bool{}
	var got strings.Builder
	for _, c := range cases {
		covered[c.op.Check] = true
		p := program(nil, do(c.op))
		p.Files = schemas
		w := newWorld(t, p, nil)
		s := w.open(-1)
		none := s.Step(t.Context(), 0)
		if none == nil {
			t.Errorf("%s: passes without data", c.name)
		} else if f := failureOf(t, none); f.Code != "expect/no-data" && f.Code != "value/no-data" && c.op.Check != ir.CheckFields && !strings.HasPrefix(c.name, "json: broken") {
			t.Errorf("%s: without data it says %s %s", c.name, f.Code, f.Message)
		}
		s.Answered(answer{reply{status: 200, text: order, took: 50 * time.Millisecond}})
		s.Commanded(command("hello"))
		fmt.Fprintf(&got, "%s\n  %s", c.name, told(s.Step(t.Context(), 0)))

		s.Answered(answer{reply{status: 200, text: "<html>"}})
		if c.op.Check == ir.CheckJSON || c.op.Check == ir.CheckSchema {
			if err := s.Step(t.Context(), 0); err == nil {
				t.Errorf("%s: passes without JSON", c.name)
			}
		}
	}
	for _, c := range ir.Checks {
		if !covered[c] {
			t.Errorf("the check %q is not tested", c)
		}
	}
	golden(t, "expectations.txt", got.String())
}

func TestWhatCannotBeLowered(t *testing.T) {
	for name, op := range map[string]ir.Op{
		"expression":    &ir.Expect{Check: ir.CheckTrue, Expr: "1 +"},
		"no condition":  &ir.Expect{Check: ir.CheckTrue, Expr: "1 + 1"},
		"JSON":          &ir.Expect{Check: ir.CheckJSON, Want: ir.Literal("{")},
		"two values":    &ir.Expect{Check: ir.CheckJSON, Want: ir.Literal("{} {}")},
		"pattern":       &ir.Expect{Check: ir.CheckMatches, Want: ir.Literal("(")},
		"no schema":     &ir.Expect{Check: ir.CheckSchema, Want: ir.Literal("nowhere.json")},
		"outer schema":  &ir.Expect{Check: ir.CheckSchema, Want: ir.Literal("outer.json")},
		"unknown check": &ir.Expect{Check: "nonsense"},
		"keep":          &ir.Keep{Name: "x", Expr: ")"},
		"no driver":     &ir.Open{Target: ir.Literal("/")},
		"no function":   &ir.Call{Func: 1},
	} {
		p := program(nil, do(&ir.Wait{For: ir.Literal("1s")}))
		p.Files = []ir.File{{Path: "outer.json", Text: `{"$ref": "http://127.0.0.1:1/schema.json"}`}}
		p.Funcs = []ir.Func{{Pattern: "f"}}
		w := newWorld(t, p, nil)
		f := &p.Features[0]
		f.Scenarios[0].Steps[0] = do(op)
		if _, err := w.Lower(f, &f.Scenarios[0], "fake"); err == nil {
			t.Errorf("%s is lowered", name)
		}
	}
}

func TestKeep(t *testing.T) {
	kept := func(op *ir.Keep, text string) (*Session, *world, error) {
		w := newWorld(t, program(nil, do(op)), nil)
		s := w.open(-1)
		s.Answered(answer{reply{status: 200, text: text}})
		return s, w, s.Step(t.Context(), 0)
	}
	if s, _, err := kept(&ir.Keep{Name: "id", Expr: "body.id"}, order); err != nil || fmt.Sprint(s.Kept()["id"]) != "7" {
		t.Errorf("%v %v", s.Kept(), err)
	}
	var got strings.Builder
	for _, x := range []string{"body.customer.name", "body.items[7]", "cookie('sid')", "1 / 0", `body.state > 3`} {
		_, w, err := kept(&ir.Keep{Name: "x", Expr: x}, order)
		_ = w
		fmt.Fprintf(&got, "%s\n  %s", x, told(err))
	}
	_, _, err := kept(&ir.Keep{Name: "x", Expr: "body.id"}, "not JSON")
	fmt.Fprintf(&got, "body.id of no JSON\n  %s", told(err))
	_, _, err = kept(&ir.Keep{Name: "pin", Expr: "body.id", Secret: true}, order)
	fmt.Fprintf(&got, "a short secret\n  %s", told(err))
	golden(t, "keep.txt", got.String())

	s, w, err := kept(&ir.Keep{Name: "token", Expr: "body.token", Secret: true}, `{"token": "s3cr3t value"}`)
	if err != nil {
		t.Fatal(err)
	}
	s.Close(t.Context())
	if got := w.Secrets.Mask("GET /?t=s3cr3t+value and s3cr3t value"); strings.Contains(got, "s3cr3t") {
		t.Error(got)
	}
}

// The diagnostic points at the step of the feature, then at the lines of the definitions, innermost first.
func TestTrailThroughDefinitions(t *testing.T) {
	p := program([]ir.Definition{
		{Pattern: "outer", Body: []ir.Step{get("/"), call(2)}},
		{Pattern: "inner", Body: []ir.Step{do(&ir.Expect{Check: ir.CheckStatus, Want: ir.Literal("201")})}},
	}, get("/"), call(1))
	w := newWorld(t, p, says(500, "oops"))
	_, err := w.play(-1)
	got := told(err) + "\n" + func() string {
		d := *failureOf(t, err).Diagnostic(&p.Features[0].Scenarios[0].Steps[1])
		return d.FirstLine() + "\n"
	}()
	golden(t, "trail.txt", got)
	for _, n := range failureOf(t, err).Diagnostic(&ir.Step{}).Notes {
		if n.Text == "" {
			t.Errorf("an empty note at %s", n.Range.Pos)
		}
	}
	// Failures are shared by sessions: the trail of one must not grow into another's.
	for range 3 {
		if _, again := w.play(-1); told(again) != told(err) {
			t.Errorf("%s, then %s", told(err), told(again))
		}
	}
}

func TestUndefinedStepsOfOtherRows(t *testing.T) {
	s := do(&ir.Expect{Check: ir.CheckTrue, Expr: "true"})
	s.Bindings[0].Rows = []int{0, 2}
	s.Bindings = append(s.Bindings, ir.Binding{Driver: "fake", Op: &ir.Expect{Check: ir.CheckTrue, Expr: "false"}, Rows: []int{3}})
	w := newWorld(t, program(nil, s), nil)
	for row, want := range []string{"", "steps/undefined", "", "expect/false"} {
		_, err := w.play(row)
		if (err == nil) != (want == "") || err != nil && failureOf(t, err).Code != want {
			t.Errorf("row %d: %v, expected %q", row, err, want)
		}
	}
}

// A definition whose body does not run on the driver leaves the steps before it alone.
func TestObstacleInABody(t *testing.T) {
	p := program([]ir.Definition{{Pattern: "half", Body: []ir.Step{{Text: "undefined"}}}}, get("/"), call(1))
	w := newWorld(t, p, nil)
	s := w.open(-1)
	if err := s.Step(t.Context(), 0); err != nil {
		t.Error(err)
	}
	if err := s.Step(t.Context(), 1); err == nil || failureOf(t, err).Code != "steps/undefined" {
		t.Error(err)
	}
}

func TestCompareJSON(t *testing.T) {
	for _, c := range []struct{ have, want, found string }{
		{`1`, `1`, ""}, {`1`, `1.0`, ""}, {`9007199254740993`, `9007199254740992`, "body is 9007199254740993, expected 9007199254740992"},
		{`"1"`, `1`, `body is "1", expected 1`}, {`true`, `"true"`, `body is true, expected "true"`},
		{`null`, `null`, ""}, {`0`, `null`, "body is 0, expected null"}, {`null`, `0`, "body is null, expected 0"},
		{`{}`, `{}`, ""}, {`{"a": 1}`, `{}`, ""}, {`[]`, `{}`, "body is [], expected an object"},
		{`[1, 2]`, `[1]`, "body has 2 items, expected 1"}, {`[2, 1]`, `[1, 2]`, "body[0] is 2, expected 1; body[1] is 1, expected 2"},
		{`[1]`, `[]`, "body has 1 item, expected 0"}, {`{}`, `[]`, "body is {}, expected an array"},
		{`{"a": {"b c": [1]}}`, `{"a": {"b c": [2], "d": 1}}`, `body.a["b c"][0] is 1, expected 2; body.a.d is missing, expected 1`},
	} {
		if got := strings.Join(compareJSON("body", mustJSON(t, c.have), mustJSON(t, c.want), nil), "; "); got != c.found {
			t.Errorf("%s in %s: %q, expected %q", c.want, c.have, got, c.found)
		}
	}
}

func jsonValue(depth int) *rapid.Generator[any] {
	scalars := []*rapid.Generator[any]{
		rapid.Just[any](nil), rapid.Bool().AsAny(), rapid.String().AsAny(), rapid.Int64().AsAny(), rapid.Float64Range(-1e9, 1e9).AsAny(),
	}
	if depth == 0 {
		return rapid.OneOf(scalars...)
	}
	return rapid.OneOf(append(scalars,
		rapid.MapOfN(rapid.String(), jsonValue(depth-1), 0, 4).AsAny(), rapid.SliceOfN(jsonValue(depth-1), 0, 4).AsAny())...)
}

// Anything contains itself, and an object with one more member contains it too; anything else does not.
func TestAnythingContainsItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := jsonValue(3).Draw(t, "value")
		var b strings.Builder
		if err := appendJSON(&b, v); err != nil {
			t.Fatal(err)
		}
		want, err := decodeJSON([]byte(b.String()))
		if err != nil {
			t.Fatal(err)
		}
		have, _ := decodeJSON([]byte(b.String()))
		if found := compareJSON("body", have, want, nil); len(found) > 0 {
			t.Fatalf("%s does not contain itself: %q", b.String(), found)
		}
		if object, ok := have.(map[string]any); ok {
			object["\x00one more"] = true
			if found := compareJSON("body", have, want, nil); len(found) > 0 {
				t.Fatal(found)
			}
			if found := compareJSON("body", want, have, nil); len(found) != 1 {
				t.Fatalf("a missing member is found %d times", len(found))
			}
		}
		if found := compareJSON("body", []any{have}, want, nil); len(found) == 0 {
			if _, list := want.([]any); !list {
				t.Fatalf("[%s] contains %s", b.String(), b.String())
			}
		}
	})
}

func TestLongValuesAreCut(t *testing.T) {
	if got := shown(strings.Repeat("ü", 1000)); len([]rune(got)) != longestShown+1 {
		t.Errorf("%d runes", len([]rune(got)))
	}
}
