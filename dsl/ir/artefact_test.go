package ir

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestRoundTrip(t *testing.T) {
	for _, p := range []*Program{whole(), {}, {Project: "x"}} {
		for _, compress := range []bool{false, true} {
			data := Encode(p, "v1.2.3", compress)
			if !bytes.Equal(data, Encode(p, "v1.2.3", compress)) {
				t.Error("two encodings differ")
			}
			back, digest, newer, err := Decode(data)
			if err != nil || newer || digest != Digest(p) || digest != Digest(back) {
				t.Fatal(digest, newer, err)
			}
			if diff := cmp.Diff(p, back, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("compressed %v: -want +got:\n%s", compress, diff)
			}
		}
	}
	if a, b := Encode(whole(), "v1", false), Encode(whole(), "v2", false); bytes.Equal(a, b) {
		t.Error("the tool is not in the artefact")
	}
}

// artefact of a program's text as someone else may have written it, with the right digest.
func artefact(major, minor int, program string) []byte {
	return fmt.Appendf(nil, "{\"format\":\"hoops.ir\",\"major\":%d,\"minor\":%d,\"tool\":\"x\",\"digest\":%q,\n\"program\":%s}\n", major, minor, digestOf([]byte(program)), program)
}

func TestDecodeRefuses(t *testing.T) {
	good := string(Encode(whole(), "x", false))
	step := func(bindings string) string {
		return `{"features":[{"id":"f","scenarios":[{"id":"s","steps":[{"text":"t","bindings":[` + bindings + `]}]}]}],` +
			`"definitions":[{"pattern":"p","params":[{"name":"a"}]}],"funcs":[{"pattern":"f"}]}`
	}
	nested := `"op":{"kind":"see","look":"target","target":` + strings.Repeat(`{"in":`, 5000) + `{"nth":1}` + strings.Repeat(`}`, 5001)
	for _, c := range []struct {
		name, data string
		want       error
		says       string
	}{
		{"empty", "", ErrNotArtefact, ""},
		{"a feature", "Feature: x\n", ErrNotArtefact, ""},
		{"other JSON", `{"a":1}`, ErrNotArtefact, ""},
		{"edited", strings.Replace(good, "Tea", "Tee", 1), ErrEdited, ""},
		{"edited digest", strings.Replace(good, `"digest":"sha256:`, `"digest":"sha256:0`, 1), ErrEdited, ""},
		{"newer major", string(artefact(Major+1, 0, "{}")), ErrVersion, "this hoops reads 1.3"},
		{"older major", string(artefact(Major-1, 0, "{}")), ErrVersion, ""},
		{"a bad header", strings.Replace(good, `"major":1`, `"major":x`, 1), ErrNotArtefact, ""},
		{"something behind it", good + "x", ErrEdited, "something follows its end"},
		{"two programs", string(artefact(Major, Minor, "{}{}")), ErrNotArtefact, "has ended"},
		{"no program", string(artefact(Major, Minor, "")), ErrNotArtefact, ""},
		{"white space", string(artefact(Major, Minor, `{ "project":"x"}`)), ErrNotArtefact, ""},
		{"a list", string(artefact(Major, Minor, "[]")), ErrNotArtefact, ""},
		{"not UTF-8", string(artefact(Major, Minor, "{\"project\":\"\xff\"}")), ErrNotArtefact, "UTF-8"},
		{"a control character", string(artefact(Major, Minor, "{\"project\":\"\x01\"}")), ErrNotArtefact, "control"},
		{"unknown field", string(artefact(Major, Minor, `{"colour":"red"}`)), ErrNotArtefact, "unknown field"},
		{"fields in another order", string(artefact(Major, Minor, `{"history":"h","project":"x"}`)), ErrNotArtefact, "unknown field"},
		{"a field twice", string(artefact(Major, Minor, `{"project":"x","project":"y"}`)), ErrNotArtefact, "unknown field"},
		{"a zero value", string(artefact(Major, Minor, `{"project":""}`)), ErrNotArtefact, "zero value"},
		{"an empty list", string(artefact(Major, Minor, `{"features":[]}`)), ErrNotArtefact, "zero value"},
		{"false", string(artefact(Major, Minor, `{"features":[{"scenarios":[{"outline":false}]}]}`)), ErrNotArtefact, "expected true"},
		{"a number too large", string(artefact(Major, Minor, `{"files":[{"size":99999999999999999999}]}`)), ErrNotArtefact, "range"},
		{"a bad escape", string(artefact(Major, Minor, `{"project":"\x"}`)), ErrNotArtefact, "escape"},
		{"another escape", string(artefact(Major, Minor, `{"project":"\u0041"}`)), ErrNotArtefact, "escape"},
		{"unknown field of a binding", string(artefact(Major, Minor, step(`{"driver":"http","colour":"red"}`))), ErrNotArtefact, "unknown field"},
		{"unknown field of an op", string(artefact(Major, Minor, step(`{"driver":"http","op":{"kind":"pause","colour":"red"}}`))), ErrNotArtefact, "unknown field"},
		{"unknown op", string(artefact(Major, Minor, step(`{"driver":"http","op":{"kind":"jump"}}`))), ErrNotArtefact, `unknown op "jump"`},
		{"no op", string(artefact(Major, Minor, step(`{"driver":"http"}`))), ErrNotArtefact, "must either call a definition or have an op"},
		{"an op and a call", string(artefact(Major, Minor, step(`{"driver":"http","definition":1,"args":[[]],"op":{"kind":"pause"}}`))), ErrNotArtefact, "must either"},
		{"a definition that is not there", string(artefact(Major, Minor, step(`{"driver":"http","definition":2}`))), ErrNotArtefact, "definition 2 of 1"},
		{"a negative definition", string(artefact(Major, Minor, step(`{"driver":"http","definition":-1}`))), ErrNotArtefact, "definition -1 of 1"},
		{"too few arguments", string(artefact(Major, Minor, step(`{"driver":"http","definition":1}`))), ErrNotArtefact, "gives 0 arguments"},
		{"a function that is not there", string(artefact(Major, Minor, step(`{"driver":"http","op":{"kind":"call","func":2}}`))), ErrNotArtefact, "function 2 of 1"},
		{"no function", string(artefact(Major, Minor, step(`{"driver":"http","op":{"kind":"call"}}`))), ErrNotArtefact, "function 0 of 1"},
		{"too many arguments", string(artefact(Major, Minor, step(`{"driver":"http","op":{"kind":"call","func":1,"args":[[]]}}`))), ErrNotArtefact, "gives 1 arguments"},
		{"within nothing", string(artefact(Major, Minor, step(`{"driver":"http","op":{"kind":"within","step":{"text":"t"}}}`))), ErrNotArtefact, "repeats one"},
		{"a bad step in within", string(artefact(Major, Minor, step(`{"driver":"http","op":{"kind":"within","step":{"text":"t","bindings":[{"driver":"http","definition":9}]}}}`))), ErrNotArtefact, "definition 9"},
		{"a bad undo", string(artefact(Major, Minor, `{"definitions":[{"pattern":"p","undo":2}]}`)), ErrNotArtefact, "definition 2 of 1"},
		{"a row of another width", string(artefact(Major, Minor, `{"features":[{"scenarios":[{"columns":["a"],"rows":[{"id":"r"}]}]}]}`)), ErrNotArtefact, "0 cells for 1"},
		{"a circle", string(artefact(Major, Minor, `{"definitions":[{"pattern":"p","body":[{"text":"q","bindings":[{"driver":"http","definition":2}]}]},`+
			`{"pattern":"q","body":[{"text":"w","bindings":[{"driver":"http","op":{"kind":"within","step":{"text":"p","bindings":[{"driver":"http","definition":1}]}}}]}]}]}`)), ErrNotArtefact, "circle"},
		{"nested too deeply", string(artefact(Major, Minor, step(`{"driver":"http",`+nested+`}`))), ErrNotArtefact, "nests too deeply"},
		{"a bad duration", string(artefact(Major, Minor, `{"definitions":[{"pattern":"p","max-age":"soon"}]}`)), ErrNotArtefact, "duration"},
		{"bad base64", string(artefact(Major, Minor, `{"files":[{"path":"p","bytes":"%%"}]}`)), ErrNotArtefact, "base64"},
		{"a compressed feature", compressed("Feature: x\n"), ErrNotArtefact, ""},
		{"garbage behind gzip", string(Encode(whole(), "x", true)) + "garbage", ErrTruncated, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, _, _, err := Decode([]byte(c.data))
			if p != nil && err != nil {
				t.Error("a program beside an error")
			}
			if !errors.Is(err, c.want) || !strings.Contains(fmt.Sprint(err), c.says) {
				t.Errorf("got %v, expected %v: %s", err, c.want, c.says)
			}
		})
	}
}

func compressed(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(text))
	w.Close()
	return b.String()
}

// No beginning of an artefact is one.
func TestEveryPrefixIsRefused(t *testing.T) {
	for _, compress := range []bool{false, true} {
		data := Encode(whole(), "x", compress)
		for n := range data {
			if _, _, _, err := Decode(data[:n]); !errors.Is(err, ErrTruncated) && !errors.Is(err, ErrNotArtefact) {
				t.Fatalf("%d of %d bytes: %v", n, len(data), err)
			}
		}
		if _, _, _, err := Decode(data[:len(data)/2]); !errors.Is(err, ErrTruncated) {
			t.Errorf("half of it: %v", err)
		}
	}
}

// Every changed byte of the program is noticed.
func TestEveryEditIsRefused(t *testing.T) {
	data := Encode(whole(), "x", false)
	for i := bytes.Index(data, []byte(`"program"`)); i < len(data); i++ {
		data[i] ^= 1
		if _, _, _, err := Decode(data); err == nil {
			t.Fatalf("byte %d was changed, and nothing noticed", i)
		}
		data[i] ^= 1
	}
}

func TestBombIsRefused(t *testing.T) {
	bomb := compressed(strings.Repeat("a", 1<<20))
	if _, err := inflate([]byte(bomb), 1<<10); !errors.Is(err, ErrNotArtefact) || !strings.Contains(err.Error(), "1024 bytes") {
		t.Error(err)
	}
	if out, err := inflate([]byte(bomb), 1<<20); err != nil || len(out) != 1<<20 {
		t.Error(len(out), err)
	}
}

// A newer minor version adds fields, never takes any away: what is known is read.
func TestNewerMinor(t *testing.T) {
	program := `{"project":"shop","colour":{"a":[1,"}]",{"b":null}]},"definitions":[{"shape":true,"pattern":"p","x":"\"","body":[` +
		`{"text":"t","bindings":[{"driver":"http","priority":3,"op":{"kind":"pause","how":[]}}]}]}],"zebra":-1}`
	p, digest, newer, err := Decode(artefact(Major, Minor+1, program))
	if err != nil || !newer || digest != digestOf([]byte(program)) {
		t.Fatal(digest, newer, err)
	}
	want := &Program{Project: "shop", Definitions: []Definition{{Pattern: "p", Body: []Step{{Text: "t", Bindings: []Binding{{Driver: "http", Op: &Pause{}}}}}}}}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{`{"colour":`, `{"colour":[}`, `{"colour":"x`, `{"colour"`, `{"a":{]}}`} {
		if _, _, _, err := Decode(artefact(Major, Minor+1, bad)); !errors.Is(err, ErrNotArtefact) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// FuzzDecode: any bytes are refused or are a program that is written and read again as it is.
func FuzzDecode(f *testing.F) {
	f.Add(Canonical(whole()), 0)
	f.Add([]byte(`{"project":"x","colour":[{}]}`), 1)
	f.Add([]byte(`{"definitions":[{"pattern":"p","undo":2}]}`), 0)
	f.Fuzz(func(t *testing.T, program []byte, minor int) {
		Decode(program)
		p, _, _, err := Decode(artefact(Major, max(0, minor), string(program)))
		if err != nil {
			return
		}
		again, _, _, err := Decode(Encode(p, "x", false))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p, again, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
		text(p)
	})
}

// Two drivers that get the same arguments share one list; what only begins alike is its own.
func TestSharedArguments(t *testing.T) {
	call := func(driver string, texts ...string) Binding {
		b := Binding{Driver: driver, Definition: len(texts)}
		for _, text := range texts {
			b.Args = append(b.Args, Literal(text))
		}
		return b
	}
	p := &Program{Definitions: []Definition{{Pattern: "x", Params: []Parameter{{}}}, {Pattern: "x", Params: []Parameter{{}, {}}}}, Features: []Feature{{ID: "f", Path: "f.feature", Scenarios: []Scenario{{ID: "s", Name: "s", Steps: []Step{
		{Text: "x", Bindings: []Binding{call("browser", "a"), call("http", "a")}},
		{Text: "x", Bindings: []Binding{call("browser", "a", "b"), call("http", "a"), call("shell", "ab")}},
	}}}}}}
	read, _, _, err := Decode(Encode(p, "x", false))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p, read); diff != "" {
		t.Error(diff)
	}
	both := read.Features[0].Scenarios[0].Steps[0].Bindings
	if &both[0].Args[0] != &both[1].Args[0] {
		t.Error("the same arguments stand in memory twice")
	}
}
