package http

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
)

var update = flag.Bool("update", false, "write the golden files")

// canned answers every connection the same.
func canned(status, media, body string) func(int, net.Conn) {
	return func(_ int, c net.Conn) {
		http.ReadRequest(bufio.NewReader(c))
		if media != "" {
			media = "Content-Type: " + media + "\r\n"
		}
		fmt.Fprintf(c, "HTTP/1.1 %s\r\n%sSet-Cookie: sid=identifies-somebody\r\nConnection: close\r\n\r\n%s", status, media, body)
	}
}

func answerOf(t *testing.T, media, body string) *answer {
	t.Helper()
	a := &answer{fields: fields{parsed: http.Header{}}, raw: body, now: time.Now}
	if media != "" {
		a.fields.parsed.Set("Content-Type", media)
	}
	return a
}

// What is compressed as hoops does not read it is said, instead of what its bytes look like.
func TestEncodingsThatAreNotRead(t *testing.T) {
	for encoding, want := range map[string]string{
		"deflate": `the response is encoded as "deflate", and only gzip is understood`, "Br": `the response is encoded as "br", and only gzip is understood`,
		"": "is not valid JSON", "identity": "is not valid JSON",
	} {
		a := answerOf(t, "application/json", "x\x9c\xab")
		page := answerOf(t, "text/html", "x\x9c\xab")
		a.fields.parsed.Set("Content-Encoding", encoding)
		page.fields.parsed.Set("Content-Encoding", encoding)
		if m, ok := a.Value("body").(expr.Missing); !ok || !strings.Contains(m.Why, want) {
			t.Errorf("%s: %v", encoding, m)
		}
		v, _, err := page.Call("css", []any{"p"})
		if m, ok := v.(expr.Missing); !ok || err != nil || strings.Contains(want, "encoded") && m.Why != want {
			t.Errorf("%s: %v, %v", encoding, v, err)
		}
	}
	labelled := answerOf(t, "application/json", `{"a":1}`)
	labelled.fields.parsed.Set("Content-Encoding", "br")
	if got := expr.Text(labelled.Value("body")); got != `{"a":1}` {
		t.Errorf("what is not compressed, whatever it says, is %s", got)
	}
}

func TestSelectorsThatAreNotValid(t *testing.T) {
	a := answerOf(t, "text/html", "<p>a</p>")
	for name, want := range map[string]string{"css": `the CSS selector "p[" is not valid: `, "xpath": `the XPath expression "p[" is not valid: `} {
		if v, _, err := a.Call(name, []any{"p["}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, %v", v, err)
		}
	}
}

func TestBodyIsJSON(t *testing.T) {
	for _, c := range []struct {
		media, body string
		want        string // as expr.Text, or why it is missing
	}{
		{"application/json", `{"id": 9007199254740993}`, `{"id":9007199254740993}`},
		{"application/problem+json; charset=utf-8", `[1.0]`, `[1.0]`},
		{"Application/JSON", " null ", "null"},
		{"application/json", "\uFEFF{}", "{}"},
		{"text/plain; charset=utf-8", `{"a":1}`, `{"a":1}`},
		{"", `"x"`, `x`},
		{"application/json", "", "the response has no body"},
		{"application/json", " \n", "the response has no body"},
		{"application/json", `{"a":`, "the response says application/json, but is not valid JSON: it ends too early"},
		{"application/json", `{"a":1}}`, "the response says application/json, but is not valid JSON: something follows the JSON value"},
		{"application/json", `{} {}`, "the response says application/json, but is not valid JSON: something follows the JSON value"},
		{"application/json", `{a:1}`, "the response says application/json, but is not valid JSON: invalid character 'a' looking for beginning of object key string"},
		{"text/html; charset=utf-8", `1`, "the response is text/html, not JSON"},
		{"text/plain", `hello`, "the response is text/plain, not JSON"},
		{"", `hello`, "the response is of no stated type, not JSON"},
	} {
		a := answerOf(t, c.media, c.body)
		v := a.Value("body")
		got := expr.Text(v)
		if m, ok := v.(expr.Missing); ok {
			got = m.Why
		}
		if got != c.want {
			t.Errorf("%s %q: %q, expected %q", c.media, c.body, got, c.want)
		}
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct{ media, body, want string }{
		{"text/plain", "h\xffi", "h\uFFFDi"},
		{"text/plain; charset=iso-8859-1", "caf\xe9", "café"},
		{"text/plain; charset=nonsense", "café", "café"},
		{"text/plain; charset=UTF-8", "café", "café"},
		{"", "", ""},
	} {
		if got := answerOf(t, c.media, c.body).Value("text"); got != c.want {
			t.Errorf("%s: %q, expected %q", c.media, got, c.want)
		}
	}
}

func TestAnswerValues(t *testing.T) {
	server := record(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("X-Two", "a")
		w.Header().Add("X-Two", "b")
		w.Header().Set("X-Empty", "")
		if r.URL.Path == "/204" {
			w.WriteHeader(204)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"a": {"b": [1, 2]}}`)
	})
	kept := at(server.URL).open(t, get("/x?a=b"), keep("status", "status"), keep("url", "url"), keep("two", `header("x-two")`), keep("empty", `header("X-Empty")`), keep("b", "body.a.b[1]"),
		get("/204"), keep("none", "text"), keep("none_status", "response.status"), send("HEAD", "/x"), keep("head", "response.status"), keep("head_text", "text"), send("OPTIONS", "/x"), keep("text", "text")).kept()
	for name, want := range map[string]any{"status": int64(200), "url": server.URL + "/x?a=b", "two": "a, b", "empty": "", "none": "", "none_status": int64(204), "head": int64(200), "head_text": "", "text": `{"a": {"b": [1, 2]}}`} {
		if kept[name] != want {
			t.Errorf("%s is %v, expected %v", name, kept[name], want)
		}
	}
	if fmt.Sprint(kept["b"]) != "2" {
		t.Errorf("b is %v", kept["b"])
	}
	for _, source := range []string{`header("X-None")`, `cookie("none")`, `css("p")`, `xpath("//p")`, "body.none"} {
		b := at(server.URL).open(t, get("/x"), keep("v", source))
		var f *session.Failure
		if err := b.run(context.Background()); !errors.As(err, &f) || f.Code != "keep/no-data" {
			t.Errorf("%s: %v", source, err)
		}
	}
}

const page = `<!doctype html><title>Cats &amp; dogs</title>
<form><input name=csrf value="t0ken"><input name=empty value="">
<ul id="list"><li>  Tom
 Cat </li><li class=b>Felix</li></ul>`

func TestPages(t *testing.T) {
	a := answerOf(t, "text/html; charset=utf-8", page)
	for _, c := range []struct {
		name string
		args []any
		want any // nil: missing
	}{
		{"css", []any{"title"}, "Cats & dogs"},
		{"css", []any{"input[name=csrf]", "value"}, "t0ken"},
		{"css", []any{"input[name=csrf]", "VALUE"}, "t0ken"},
		{"css", []any{"input[name=empty]", "value"}, ""},
		{"css", []any{"input[name=csrf]", "title"}, nil},
		{"css", []any{"#list li"}, "Tom Cat"},
		{"css", []any{"b, li.b"}, "Felix"},
		{"css", []any{"table"}, nil},
		{"xpath", []any{"//li[2]"}, "Felix"},
		{"xpath", []any{"//input[@name='csrf']/@value"}, "t0ken"},
		{"xpath", []any{"count(//li)"}, 2.0},
		{"xpath", []any{"count(//li) = 2"}, true},
		{"xpath", []any{"string(//title)"}, "Cats & dogs"},
		{"xpath", []any{"//table"}, nil},
	} {
		v, known, err := a.Call(c.name, c.args)
		if _, missing := v.(expr.Missing); !known || err != nil || missing != (c.want == nil) || !missing && v != c.want {
			t.Errorf("%s%v: %v, %v", c.name, c.args, v, err)
		}
	}
	for name, source := range map[string]string{"css": "li[", "xpath": "//li["} {
		if _, known, err := a.Call(name, []any{source}); !known || err == nil {
			t.Errorf("%s(%q) is no error", name, source)
		}
	}
	if _, known, _ := a.Call("page.text", nil); known {
		t.Error("page.text is none of its functions")
	}
	if v, _, _ := answerOf(t, "application/json", "{}").Call("css", []any{"p"}); v.(expr.Missing).Why != "the response is application/json, not HTML" {
		t.Errorf("got %v", v)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for value, want := range map[string]time.Duration{"": 0, "7": 7 * time.Second, "-1": 0, "soon": 0, "Fri, 02 Jan 2026 03:05:05 GMT": time.Minute, "Fri, 02 Jan 2026 03:03:05 GMT": 0, "99999999999": 0} {
		a := &answer{fields: fields{parsed: http.Header{"Retry-After": {value}}}, now: func() time.Time { return now }}
		if got := a.RetryAfter(); got != want {
			t.Errorf("%q: %s, expected %s", value, got, want)
		}
	}
}

func TestBodyKinds(t *testing.T) {
	server := record(t, nil)
	w := at(server.URL)
	w.files = []ir.File{{Path: "data/cat.jpg", Bytes: []byte("\xff\xd8"), Size: 2}, {Path: "note", Text: "hi", Size: 2}}
	w.vars = map[string]string{"file": "cat", "at": "@data/cat.jpg"}
	for _, c := range []struct {
		body        *ir.Body
		media, want string
	}{
		{&ir.Body{Kind: ir.BodyJSON, Content: ir.Literal(`{"a":1}`)}, "application/json", `{"a":1}`},
		{&ir.Body{Kind: ir.BodyText, Content: ir.Literal("x")}, "text/plain; charset=utf-8", "x"},
		{&ir.Body{Kind: ir.BodyText, Media: "text/csv", Content: ir.Literal("x")}, "text/csv", "x"},
		{&ir.Body{Kind: ir.BodyRaw, Content: ir.Literal("x")}, "", "x"},
		{&ir.Body{Kind: ir.BodyForm, Fields: []ir.Field{cell("a b", "c&d=é"), cell("a b", "@note")}}, "application/x-www-form-urlencoded", "a+b=c%26d%3D%C3%A9&a+b=%40note"},
		{&ir.Body{Kind: ir.BodyForm}, "application/x-www-form-urlencoded", ""},
		{nil, "", ""},
	} {
		op := send("POST", "/")
		op.Body = c.body
		w.open(t, op).kept()
		s := server.last(t)
		if s.body != c.want || s.Header.Get("Content-Type") != c.media || s.ContentLength != int64(len(c.want)) {
			t.Errorf("%v: %q (%s), length %d", c.body, s.body, s.Header.Get("Content-Type"), s.ContentLength)
		}
	}
	for _, dynamic := range []bool{false, true} {
		op := send("POST", "/")
		op.Body = &ir.Body{Kind: ir.BodyParts, Fields: []ir.Field{cell("photo", "@data/cat.jpg"), cell("note", "@note"), cell("just", "@"), cell("home", "@@home"), cell("two", "@@@"), cell(`odd"name`, "v")}}
		want := []partSeen{{"photo", "cat.jpg", "image/jpeg", "\xff\xd8"}, {"note", "note", "application/octet-stream", "hi"}, {"just", "", "", "@"}, {"home", "", "", "@home"}, {"two", "", "", "@@"}, {`odd"name`, "", "", "v"}}
		if dynamic {
			op.Body.Fields = append(op.Body.Fields, cellOf("again", lit("@data/"), val("file", ir.Plain), lit(".jpg")), cellOf("text", val("at", ir.Plain)), cellOf("name", lit("@@"), val("at", ir.Plain)))
			want = append(want, partSeen{"again", "cat.jpg", "image/jpeg", "\xff\xd8"}, partSeen{"text", "", "", "@data/cat.jpg"}, partSeen{"name", "", "", "@@data/cat.jpg"})
		}
		w.open(t, op).kept()
		got, err := readParts(server.last(t))
		if err != nil || fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Errorf("parts %q (%v), expected %q", got, err, want)
		}
	}
	op := send("POST", "/")
	op.Body = &ir.Body{Kind: ir.BodyParts, Fields: []ir.Field{cellOf("f", lit("@/etc/"), val("file", ir.Plain))}}
	if f := w.open(t, op).fails("http/file"); len(f.Help) != 1 {
		t.Errorf("help %q, expected how a file comes into the program", f.Help)
	}
}

// What a person reads under a failed step.
func TestDescribe(t *testing.T) {
	took := regexp.MustCompile(` in [0-9.]+[mµ]?s`)
	var got bytes.Buffer
	for _, c := range []struct {
		method, target, status, media, body string
	}{
		{"POST", "http://127.0.0.1:8080/basket", "500 Internal Server Error", "application/json", `{"error":"out of tea, sorry"}`},
		{"GET", "http://127.0.0.1:8080/204", "204 No Content", "", ""},
		{"GET", "http://127.0.0.1:8080/odd", "299 Odd", "", "no type"},
		{"GET", "http://127.0.0.1:8080/lines", "200 OK", "text/plain; charset=utf-8", strings.Repeat("line\r\n", 12)},
		{"GET", "http://127.0.0.1:8080/long", "200 OK", "text/html", strings.Repeat("é", 600) + "\nmore"},
		{"GET", "http://127.0.0.1:8080/cat.jpg", "200 OK", "image/jpeg", "\xff\xd8\xff\x00\x01"},
	} {
		address := raw(t, canned(c.status, c.media, c.body))
		op := send(c.method, strings.Replace(c.target, "127.0.0.1:8080", address, 1))
		b := at("http://"+address).open(t, op, &ir.Expect{Check: ir.CheckStatus, Want: ir.Literal("418")})
		f := b.fails("expect/status")
		fmt.Fprintf(&got, "%s\n%s\n\n", f.Message, strings.ReplaceAll(took.ReplaceAllString(strings.Join(f.Lines, "\n"), " in 12ms"), address, "127.0.0.1:8080"))
	}
	golden(t, "describe.txt", got.Bytes())
}

func TestDescribeFailures(t *testing.T) {
	d := driverOf(t, "http://shop.example")
	to, err := d.site.Resolve("/")
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	for _, err := range []error{
		timedOut(context.DeadlineExceeded), timedOut(&incomplete{200, 12, 100, context.DeadlineExceeded}), &tooLarge{}, &tooLarge{20000008}, errNotTLS, errCompression,
		&incomplete{200, 12, 100, io.ErrUnexpectedEOF}, io.EOF, errors.New("malformed HTTP response"), errors.New("something else"),
	} {
		f, category := d.explain(err, &message{method: "POST", to: to})
		fmt.Fprintf(&got, "%s [%s] (%s)\n  help: %s\n", f.Message, f.Code, category, strings.Join(f.Help, "\n"))
	}
	golden(t, "failures.txt", got.Bytes())
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(file, got, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs:\n%s", file, got)
	}
}

// A field of a body is found without reading all of it, and is what reading all of it finds.
func TestFieldsOfABody(t *testing.T) {
	const own = `{"a": {"b": 1, "c": [1, {"d": "x"}]}, "n": null, "e": "\u00fc"}`
	for _, c := range []struct{ body, source, want string }{
		{own, "body.a.b", "1"},
		{own, "body.a.c", `[1,{"d":"x"}]`},
		{own, "body.a.c[1].d", "x"},
		{own, `body["a"]["b"]`, "1"},
		{own, "body.e", "ü"},
		{own, "body.a.b + body.a.b + body.a.b", "3"},
		{own, "body.n == nil", "true"},
		{own, "body.a.missing == nil", "true"},
		{own, "body.a.b.c", "body.a.b.c has no data: it is missing: body.a.b is a number"},
		{own + " x", "body.a.b", "body.a.b has no data: body is missing: the response says application/json, but is not valid JSON: something follows the JSON value"},
		{own[:30], "body.a.b", "body.a.b has no data: body is missing: the response says application/json, but is not valid JSON: it ends too early"},
		{`{"a": {"b": 1}, "a": 2}`, "body.a", "2"},
	} {
		server := record(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, c.body)
		})
		b := at(server.URL).open(t, get("/"), keep("x", c.source))
		got := ""
		if err := b.run(context.Background()); err != nil {
			got = err.Error()
		} else {
			got = expr.Text(b.s.Kept()["x"])
		}
		if got != c.want {
			t.Errorf("%s of %s: %s, expected %s", c.source, c.body, got, c.want)
		}
	}
	// A parameter that is called body is not the answer's.
	server := record(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, own)
	})
	w := at(server.URL)
	w.definitions = []ir.Definition{{Pattern: "a {body}", Driver: "http", Params: []ir.Parameter{{Name: "body"}}, Body: []ir.Step{stepOf(get("/")), stepOf(keep("x", "body.a.b"))}}}
	call := ir.Step{Text: "a x", Bindings: []ir.Binding{{Driver: "http", Definition: 1, Args: []ir.Template{{{Expr: `{"a": {"b": "mine"}}`}}}}}}
	if kept := w.steps(t, call).kept(); kept["x"] != "mine" {
		t.Errorf("kept %v", kept)
	}
}
