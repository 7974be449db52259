package ir

import (
	"bytes"
	"flag"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	path := "testdata/" + file
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: -want +got:\n%s", file, diff)
	}
}

func text(p *Program) string {
	var b strings.Builder
	if err := Print(&b, p); err != nil {
		panic(err)
	}
	return b.String()
}

func TestText(t *testing.T) { golden(t, "whole.txt", []byte(text(whole()))) }

// The canonical form is what digests are made of: a change of this file is a change of Major.
func TestCanonical(t *testing.T) {
	golden(t, "whole.canonical.json", append(Canonical(whole()), '\n'))
}

// slots visits every field below v with its "Type.Field"; those of small values carry the field that holds them
// too. A list is visited, and what is in it.
func slots(v reflect.Value, name string, visit func(name string, v reflect.Value)) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == posType {
			visit(name, v)
			return
		}
		held := ""
		if name := v.Type().Name(); name == "Part" || name == "Tag" || name == "Field" || name == "Expression" || name == "Var" {
			held = "/"
		}
		for i := range v.NumField() {
			field := v.Type().Name() + "." + v.Type().Field(i).Name
			if held != "" {
				field = name + held + field
			}
			slots(v.Field(i), field, visit)
		}
	case reflect.Pointer, reflect.Interface:
		visit(name, v)
		if !v.IsNil() {
			slots(v.Elem(), name, visit)
		}
	case reflect.Slice:
		visit(name, v)
		for i := range v.Len() {
			if v.Type().Elem().Kind() != reflect.Uint8 {
				slots(v.Index(i), name, visit)
			}
		}
	default:
		visit(name, v)
	}
}

// change gives a value another one, and returns how to undo it.
func change(v reflect.Value) (undo func()) {
	before := reflect.New(v.Type()).Elem()
	before.Set(v)
	switch v.Kind() {
	case reflect.String:
		v.SetString("Z" + v.String())
	case reflect.Int, reflect.Int64:
		v.SetInt(v.Int() + 1_000_000)
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Slice:
		v.Set(reflect.AppendSlice(v, v))
	case reflect.Pointer, reflect.Interface:
		v.SetZero()
	case reflect.Struct: // a position
		v.Field(1).SetInt(v.Field(1).Int() + 1_000_000)
	}
	return func() { v.Set(before) }
}

// notPrinted is what the text form leaves out, besides positions inside a line and origins of parts: what
// stands elsewhere in it, or what nobody reads there.
var notPrinted = []string{
	"Feature.Path",                   // in every position
	"Clause.Rewrites", "Clause.Stub", // help, shown by check
	"Claim.Text", "Claim.Measure", "Claim.Statistic", "Claim.Compare", "Claim.Target", "Claim.Upper", "Claim.Unit", // said by Reading
	"Claim.Threshold", "Claim.Per", "Claim.Premise", "Claim.Baseline", "Claim.Window", "Claim.Days", "Claim.Len",
	"Scenario.Columns", "Scenario.RuleLine", "Scenario.From", "Scenario.To", "Row.From", // layout of the source
	"Doc.Media",                                          // the caller's, who reads it in the source
	"Obstacle.Help",                                      // shown by check
	"Definition.Params", "Func.Params", "Parameter.Name", // said by the pattern
	"File.Text", "File.Bytes", // said by the digest
}

var insideLine = regexp.MustCompile(`(Tag|Field|Part|Request|Expect|Keep|Use|Wait|Within|Call|Pause|Open|Act|See|Run)\.Pos$|/Part\.(Place|Origin)$`)

// Every field has a value in whole(); changing any changes the canonical form, and the text form unless it is
// listed above. So a field that someone adds and forgets shows here.
func TestEveryField(t *testing.T) {
	p := whole()
	canonical, printed := Canonical(p), text(p)
	seen, shown := map[string]bool{}, map[string]bool{}
	slots(reflect.ValueOf(p).Elem(), "Program", func(name string, v reflect.Value) {
		if _, known := seen[name]; !known {
			seen[name], shown[name] = false, false
		}
		if v.IsZero() || name == "Binding.Op" { // an op is seen by its fields
			return
		}
		seen[name] = true
		undo := change(v)
		if bytes.Equal(Canonical(p), canonical) {
			t.Errorf("%s is not in the canonical form", name)
		}
		if text(p) != printed {
			shown[name] = true
		}
		undo()
	})
	for name, has := range seen {
		switch listed := slices.Contains(notPrinted, name); {
		case !has && name != "Binding.Op":
			if !strings.Contains(name, "/") {
				t.Errorf("whole() has no value for %s", name)
			}
		case insideLine.MatchString(name), name == "Binding.Op":
		case !shown[name] && !listed:
			t.Errorf("%s is not in the text form", name)
		case shown[name] && listed:
			t.Errorf("%s is in the text form, and listed as if it were not", name)
		}
	}
	for _, name := range notPrinted {
		if !seen[name] {
			t.Errorf("%s is listed and is no field", name)
		}
	}
	if !bytes.Equal(Canonical(p), canonical) {
		t.Fatal("the test has changed the program")
	}
}

func TestEveryKind(t *testing.T) {
	found := map[Kind]bool{}
	WalkSteps(whole(), func(s *Step) {
		for _, b := range s.Bindings {
			if b.Op != nil {
				found[b.Op.Kind()] = true
			}
		}
	})
	for _, k := range Kinds() {
		if op := New(k); op == nil || op.Kind() != k || op.Effect() != Reads && op.Effect() != Writes {
			t.Errorf("kind %s is not made", k)
		}
		if !found[k] {
			t.Errorf("whole() has no %s", k)
		}
	}
	if New("nonsense") != nil {
		t.Error("New made an op of no kind")
	}
}

func TestCanonicalText(t *testing.T) {
	for in, want := range map[string]string{
		"":                   `""`,
		"tea":                `"tea"`,
		"\"\\/":              `"\"\\/"`,
		"\n\t\r\x00\x1f\x7f": "\"\\n\\t\\u000d\\u0000\\u001f\x7f\"",
		"<&>é 二 👍\u2028":     "\"<&>é 二 👍\u2028\"",
		"a\xffb\xc3":         "\"a\ufffdb\ufffd\"",
		"${x}":               `"${x}"`,
	} {
		got := string(appendString(nil, in))
		if got != want {
			t.Errorf("%q: got %s, expected %s", in, got, want)
		}
		back, err := (&reader{data: got}).text()
		if valid := strings.ToValidUTF8(in, "\ufffd"); err != nil || string(back) != valid {
			t.Errorf("%s: read back as %q, %v", got, back, err)
		}
	}
}

func TestDurationText(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"10m": 10 * time.Minute, "1h": time.Hour, "1h1m": 61 * time.Minute, "1h0m1s": time.Hour + time.Second, "10s": 10 * time.Second,
		"1m30s": 90 * time.Second, "0s": 0, "100h": 100 * time.Hour, "1.5s": 1500 * time.Millisecond, "10m10s": 610 * time.Second, "300ms": 300 * time.Millisecond,
	} {
		if got := Duration(want).String(); got != text {
			t.Errorf("got %s, expected %s", got, text)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		d := Duration(rapid.Int64().Draw(t, "d"))
		var back Duration
		if err := back.UnmarshalText([]byte(d.String())); err != nil || back != d {
			t.Fatalf("%s: %v, %v", d, back, err)
		}
	})
}

func TestTemplate(t *testing.T) {
	if Literal("") != nil {
		t.Error("an empty literal has a part")
	}
	whole := Template{{Expr: "x"}}
	mixed := Template{{Text: "a ${b} "}, {Expr: "x"}}
	if whole.Whole() == nil || mixed.Whole() != nil || Literal("a").Whole() != nil {
		t.Error("Whole")
	}
	if s, ok := mixed.Constant(); ok {
		t.Error(s)
	}
	if s, ok := (Template{{Text: "a"}, {Text: "b"}}).Constant(); s != "ab" || !ok {
		t.Error(s)
	}
	if got := mixed.String(); got != `a \${b} ${x}` {
		t.Error(got)
	}
	order := []Origin{OfLiteral, OfEnvironment, OfParameter, OfRow, OfSecret, OfGenerated, OfKept}
	for i, a := range order {
		for j, b := range order {
			if got := Later(a, b); got != order[max(i, j)] {
				t.Errorf("Later(%q, %q) = %q", a, b, got)
			}
		}
	}
	if len(originRank) != len(order) {
		t.Error("an origin without a rank")
	}
}

func TestContent(t *testing.T) {
	for _, c := range []struct {
		f    File
		want []byte
	}{
		{File{Text: "a", Size: 1}, []byte("a")}, {File{Bytes: []byte{1}, Size: 1}, []byte{1}}, {File{}, []byte{}}, {File{Size: 11 << 20}, nil},
	} {
		if got := c.f.Content(); !bytes.Equal(got, c.want) || (got == nil) != (c.want == nil) {
			t.Errorf("%+v: %v", c.f, got)
		}
	}
}

// The pieces of the canonical form are the whole of it.
func TestCanonicalInPieces(t *testing.T) {
	for _, p := range []*Program{whole(), {}, {Project: "x"}, {Files: []File{{Path: "a"}}}} {
		var pieces []byte
		inPieces(p, func(piece []byte) { pieces = append(pieces, piece...) })
		if diff := cmp.Diff(string(Canonical(p)), string(pieces)); diff != "" || Digest(p) != digestOf(pieces) {
			t.Error(diff)
		}
	}
}
