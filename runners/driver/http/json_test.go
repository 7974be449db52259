package http

import (
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func standardJSON(text string) (v any, err error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err = d.Decode(&v); err == nil {
		if _, more := d.Token(); more != io.EOF {
			return nil, io.ErrUnexpectedEOF
		}
	}
	return v, err
}

// What the reader reads, encoding/json reads too, and alike; a path leads where it leads there.
func agrees(t interface{ Fatalf(string, ...any) }, text string, path []string) {
	got, ok := parseJSON(text)
	want, err := standardJSON(text)
	if ok && (err != nil || !reflect.DeepEqual(got, want)) {
		t.Fatalf("%q is read as %#v, and by encoding/json as %#v, %v", text, got, want, err)
	}
	v, found := parsePath(text, path)
	if !found {
		return
	}
	for _, name := range path {
		object, _ := want.(map[string]any)
		want = object[name]
	}
	if err != nil || !reflect.DeepEqual(v, want) {
		t.Fatalf("%q: %q is %#v, expected %#v, %v", text, path, v, want, err)
	}
}

func TestJSONIsReadAsEncodingJSONDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SampledFrom([]string{"{", "}", "[", "]", ",", ":", `"a"`, `"b"`, `"a":`, `"b":`, "1", "-0.5e+3", "01", "-", "1.", "true", "false", "null", "nul", " ", "\n", `"\n"`, `"ü"`, "\"\xff\"", "\"\x01\"", "\"", "\u00a0", `{"a":{"b":1}}`, `{"a":1,"a":{"b":[2]}}`})
		text := strings.Join(rapid.SliceOfN(words, 1, 12).Draw(t, "text"), "")
		agrees(t, text, []string{"a", "b"}[:rapid.IntRange(0, 2).Draw(t, "path")])
	})
	for _, text := range []string{
		`{}`, `[]`, ` { "a" : [ 1 , { "b" : null } ] } `, `{"a":{"b":"x"}}`, `{"a":1,"a":2}`, `{"a":{"b":1},"a":{}}`, `[1,]`, `{,}`, `{"a":1,}`, `"x" y`, ``, ` `, `1 2`, "\ufeff1",
		strings.Repeat("[", 150) + strings.Repeat("]", 150), strings.Repeat("[", 500) + strings.Repeat("]", 500), `{"a":{"b":1}`, `{"a":{"b":1}} x`,
	} {
		agrees(t, text, []string{"a", "b"})
		agrees(t, text, []string{"a"})
	}
	for _, text := range []string{`{"id": 9007199254740993, "l": [true, "ü"]}`, `[]`, `"x"`, `-0.5e3`} {
		if _, ok := parseJSON(text); !ok {
			t.Errorf("%s is usual, and is left to others", text)
		}
	}
}

func FuzzJSON(f *testing.F) {
	f.Add(`{"a": {"b": [1, "x", null]}}`)
	f.Fuzz(func(t *testing.T, text string) { agrees(t, text, []string{"a", "b"}) })
}
