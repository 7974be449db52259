package session

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
)

// Parameters come first, also before kept values and hoops' own names; `response.text` always works.
func TestNamesInAFrame(t *testing.T) {
	p := program([]ir.Definition{
		{Pattern: "say {text:string}", Params: params("text:string", "id:int"), Body: []ir.Step{
			get("/echo"),
			expect(`text == "mine"`),
			expect(`response.text == "theirs"`),
			expect(`id == 5`),
			keep("copy", "text"),
			call(2),
			do(&ir.Expect{Check: ir.CheckFields, Fields: []ir.Field{{Name: "response.status", Value: ir.Literal("200")}}}),
		}},
		{Pattern: "inner", Body: []ir.Step{expect(`id == 9`), expect(`text == "theirs"`)}},
	}, keep("id", "9"), call(1, "mine", "5"), expect(`copy == "mine"`), expect(`id == 9`))
	w := newWorld(t, p, says(200, "theirs"))
	if _, err := w.play(-1); err != nil {
		t.Error(err)
	}
}

// "the status is" looks at the answer, whatever a parameter is called.
func TestChecksAreNotShadowed(t *testing.T) {
	p := program([]ir.Definition{{Pattern: "x", Params: params("status:int", "body:string", "duration:string"), Body: []ir.Step{
		get("/"),
		do(&ir.Expect{Check: ir.CheckStatus, Want: ir.Literal("200")}),
		do(&ir.Expect{Check: ir.CheckJSON, Want: ir.Literal(`{"a": 1}`)}),
		do(&ir.Expect{Check: ir.CheckTakes, Want: ir.Literal("1s")}),
	}}}, call(1, "404", "nothing", "9h"))
	if _, err := newWorld(t, p, says(200, `{"a": 1}`)).play(-1); err != nil {
		t.Error(err)
	}
}

func TestHoopsOwnNames(t *testing.T) {
	p := program(nil,
		expect(`env.user == "ann" and env.url == "http://h" and env.auth == "http://h/auth"`),
		expect(`param.rate == "9/s" and param.kept == "d"`),
		expect(`run.id == "run-7" and run.number == 7`),
		expect(`secret.token == "hunter22"`),
		expect(`row.user == "bob"`),
		expect(`now() == now()`),
		expect(`file("data/x.txt") == "hello"`),
		expect(`len(uuid()) == 36`),
	)
	p.Params = []ir.Param{{Name: "rate", Default: "1/s"}, {Name: "kept", Default: "d"}}
	p.Files = []ir.File{{Path: "data/x.txt", Text: "hello", Size: 5}}
	p.Environments = []ir.Environment{{
		URL:      ir.Literal("http://h"),
		Vars:     []ir.Var{{Name: "user", Value: ir.Literal("ann")}},
		Services: []ir.Var{{Name: "auth", Value: tpl("${env.url}/auth", ir.URLText)}},
	}}
	p.Features[0].Scenarios[0].Columns = []string{"user"}
	p.Features[0].Scenarios[0].Rows = []ir.Row{{Cells: []string{"ann"}}, {Cells: []string{"bob"}}}
	w := newWorld(t, p, nil, func(p *runners.Plan) { p.Params = map[string]string{"rate": "9/s"} })
	if _, err := w.play(1); err != nil {
		t.Error(err)
	}
	if got := w.EnvText("auth"); got != "http://h/auth" {
		t.Errorf("env.auth is %q", got)
	}
}

func TestUnknownSecretFailsTheStepThatReadsIt(t *testing.T) {
	w := newWorld(t, program(nil, get("/${secret.nope}")), nil)
	_, err := w.play(-1)
	if f := failureOf(t, err); f.Code != "value/no-data" || f.Message != "the secret nope is not set" || len(f.Help) != 1 || !strings.HasPrefix(f.Help[0], "set HOOPS_SECRET_NOPE, or ") {
		t.Errorf("%s %s", f.Code, f.Message)
	}
	if len(w.driver.sent) > 0 {
		t.Error("sent without its secret")
	}
}

func TestConvert(t *testing.T) {
	const big = "123456789012345678901234567890"
	for _, c := range []struct {
		v    any
		typ  string
		want any // an error when it is one
	}{
		{"5", "int", int64(5)}, {" 5 ", "int", int64(5)}, {"-5", "int", int64(-5)}, {int64(5), "int", int64(5)},
		{5, "int", int64(5)}, {5.0, "int", int64(5)}, {json.Number("5"), "int", int64(5)},
		{json.Number("9007199254740993"), "int", int64(9007199254740993)}, {big, "int", json.Number(big)}, {"-" + big, "biginteger", json.Number("-" + big)},
		{"5.5", "int", `"5.5" is not an int`}, {5.5, "int", `"5.5" is not an int`}, {"--5", "int", `"--5" is not an int`},
		{"", "int", `"" is not an int`}, {"-", "int", `"-" is not an int`}, {true, "int", `"true" is not an int`}, {"0x10", "int", `"0x10" is not an int`},
		{1e300, "int", ""}, {json.Number("1.5"), "int", `"1.5" is not an int`},
		{"1.5", "float", 1.5}, {"2", "number", int64(2)}, {json.Number("1.50"), "float", json.Number("1.50")},
		{"NaN", "float", `"NaN" is not a float`}, {"Inf", "number", `"Inf" is not a number`}, {"x", "float", `"x" is not a float`}, {true, "float", `"true" is not a float`},
		{"300ms", "duration", 300 * time.Millisecond}, {time.Second, "duration", time.Second}, {"300", "duration", `"300" is not a duration`}, {int64(300), "duration", `"300" is not a duration`},
		{"0.7%", "percent", 0.007}, {"0.7", "percent", `"0.7" is not a percent`}, {0.5, "percent", 0.5},
		{int64(7), "string", "7"}, {json.Number("1.0"), "word", "1.0"}, {"a b", "word", `"a b" is not a word`}, {"", "word", `"" is not a word`}, {"a\n", "word", "\"a\\n\" is not a word"}, {[]any{int64(1)}, "string", "[1]"},
		{int64(7), "", int64(7)}, {"a", "colour", "a"},
	} {
		got, err := Convert(c.v, c.typ)
		if err != nil {
			if want, ok := c.want.(string); !ok || want != "" && err.Error() != want {
				t.Errorf("%v as %s: %v, expected %v", c.v, c.typ, err, c.want)
			}
			continue
		}
		if got != c.want {
			t.Errorf("%v (%T) as %s is %v (%T), expected %v (%T)", c.v, c.v, c.typ, got, got, c.want, c.want)
		}
	}
}

// What a placeholder gives to a type of hoops.yaml matches its expression as a whole, as what is written out does.
func TestTypesHoldForPlaceholders(t *testing.T) {
	colour := ir.Parameter{Name: "c", Type: "colour", Pattern: "red|green|[0-9]{2}"}
	p := program([]ir.Definition{{Pattern: "a {c:colour} lamp", Params: []ir.Parameter{colour}, Body: []ir.Step{expect("len(c) > 1")}}}, // text, whatever was given
		call(1, "${v}"))
	for value, want := range map[string]string{`"red"`: "", `"purple"`: `"purple" is not a colour`, `"reddish"`: `"reddish" is not a colour`, `"a green"`: `"a green" is not a colour`,
		`"red\n"`: `"red\n" is not a colour`, `12`: "", `123`: `"123" is not a colour`, `true`: `"true" is not a colour`} {
		p.Features[0].Scenarios[0].Steps[0].Bindings[0].Args[0] = ir.Template{{Expr: value}}
		_, err := newWorld(t, p, nil).play(-1)
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", value, err)
		case want != "" && (err == nil || err.Error() != want):
			t.Errorf("%s: %v, expected %s", value, err, want)
		case want != "" && !slices.Equal(failureOf(t, err).Lines, []string{"{colour} is red|green|[0-9]{2}"}):
			t.Errorf("%s: %q", value, failureOf(t, err).Lines)
		}
	}
}

// A value is data wherever it lands.
func TestEncodeForEachPlace(t *testing.T) {
	const evil = "a/b?c&d=e f\"g'\\<h>\r\n#ü"
	want := map[ir.Place]string{
		ir.Plain:       evil,
		ir.URLText:     evil,
		ir.Segment:     "a%2Fb%3Fc&d=e%20f%22g%27%5C%3Ch%3E%0D%0A%23%C3%BC",
		ir.Query:       "a%2Fb%3Fc%26d%3De+f%22g%27%5C%3Ch%3E%0D%0A%23%C3%BC",
		ir.Fragment:    "a%2Fb%3Fc&d=e%20f%22g%27%5C%3Ch%3E%0D%0A%23%C3%BC",
		ir.Header:      "error",
		ir.JSONString:  `a/b?c&d=e f\"g'\\<h>\r\n#ü`,
		ir.JSONValue:   `"a/b?c&d=e f\"g'\\<h>\r\n#ü"`,
		ir.Form:        "a%2Fb%3Fc%26d%3De+f%22g%27%5C%3Ch%3E%0D%0A%23%C3%BC",
		ir.XML:         "a/b?c&amp;d=e f&#34;g&#39;\\&lt;h&gt;&#13;\n#ü",
		ir.XMLQuoted:   "a/b?c&amp;d=e f&#34;g&#39;\\&lt;h&gt;&#13;&#10;#ü",
		ir.CDATA:       "a/b?c&d=e f\"g'\\<h>]]>&#13;<![CDATA[\n#ü",
		ir.Markup:      "a/b?c&amp;d=e f&#34;g&#39;\\&lt;h&gt;&#13;\n#ü",
		ir.PageString:  `a/b?c&d=e f\"g'\\\u003ch>\r\n#ü`,
		ir.PageValue:   `"a/b?c&d=e f\"g'\\\u003ch>\r\n#ü"`,
		ir.Shell:       "error",
		ir.ShellQuoted: "error",
		ir.Selector:    `a\2f b\3f c\26 d\3d e\20 f\22 g\27 \5c \3c h\3e \d \a \23 ü`,
	}
	for _, place := range ir.Places {
		var b strings.Builder
		got := ""
		if err := encode(&b, place, evil); err != nil {
			got = "error"
		} else {
			got = b.String()
		}
		if got != want[place] {
			t.Errorf("%q: %s, expected %s", place, got, want[place])
		}
	}
	for _, place := range []ir.Place{ir.XML, ir.XMLQuoted, ir.CDATA} {
		if err := encode(&strings.Builder{}, place, "a\x01"); err == nil || err.Error() != "XML cannot hold the character U+0001" {
			t.Errorf("%s: %v", place, err)
		}
	}
	for _, dots := range []string{".", ".."} {
		var b strings.Builder
		if err := encode(&b, ir.Segment, dots); err == nil {
			t.Errorf("%q as a segment is %q", dots, b.String())
		}
	}
}

// In an element the caller's doc string is markup if it says that it is. Anything else that is called doc is text.
func TestDocStringsInMarkup(t *testing.T) {
	element := func() ir.Step {
		return do(&ir.Request{Method: "POST", Target: ir.Literal("/"), Body: &ir.Body{Kind: ir.BodyText, Content: ir.Template{{Text: "<b>"}, {Expr: "doc", Place: ir.Markup}, {Text: "</b>"}}}})
	}
	hand := func(media string) ir.Step {
		step := call(1)
		step.Doc = &ir.Doc{Media: media, Content: ir.Template{{Text: "<a>"}, {Expr: `"<"`, Place: ir.XML}, {Text: "</a>"}}}
		return step
	}
	wrapped := ir.Definition{Pattern: "it is wrapped", Body: []ir.Step{element()}}
	passedOn := ir.Definition{Pattern: "it is passed on", Body: []ir.Step{element()}}
	inner := ir.Definition{Pattern: "it is called", Body: []ir.Step{call(2)}}
	inner.Body[0].Doc = &ir.Doc{Content: ir.Template{{Expr: "doc"}}}
	parameter := ir.Definition{Pattern: "a {doc:string}", Params: params("doc:string"), Body: []ir.Step{element()}}
	called := hand("xml")
	called.Bindings[0].Args = []ir.Template{tpl("<p>", ir.Plain)}
	const asItIs, asText = "<b><a>&lt;</a></b>", "<b>&lt;a&gt;&amp;lt;&lt;/a&gt;</b>"
	for name, c := range map[string]struct {
		want        string
		definitions []ir.Definition
		steps       []ir.Step
	}{
		"xml":                  {asItIs, []ir.Definition{wrapped}, []ir.Step{hand("xml")}},
		"its media type":       {asItIs, []ir.Definition{wrapped}, []ir.Step{hand("Application/SOAP+XML; charset=utf-8")}},
		"html":                 {asItIs, []ir.Definition{wrapped}, []ir.Step{hand("HTML")}},
		"no media type":        {asText, []ir.Definition{wrapped}, []ir.Step{hand("")}},
		"text":                 {asText, []ir.Definition{wrapped}, []ir.Step{hand("text")}},
		"passed on as text":    {asText, []ir.Definition{inner, passedOn}, []ir.Step{hand("xml")}},
		"a parameter":          {"<b>&lt;p&gt;</b>", []ir.Definition{parameter}, []ir.Step{called}},
		"a value that is kept": {"<b>&lt;k&gt;</b>", []ir.Definition{wrapped}, []ir.Step{keep("doc", `"<k>"`), hand("xml")}},
	} {
		var sent string
		_, err := newWorld(t, program(c.definitions, c.steps...), func(_ context.Context, r request) reply {
			sent = r.body
			return reply{status: 200}
		}).play(-1)
		if err != nil || sent != c.want {
			t.Errorf("%s: sent %s, %v, expected %s", name, sent, err, c.want)
		}
	}
}

// What a value says is what a parser of XML reads, whatever stands around it, and it adds no element and no attribute.
func TestXMLReadsWhatAValueSays(t *testing.T) {
	for value, want := range map[string]string{
		"a]]>b": "a]]]]><![CDATA[>b", "a]]": "a]]]]><![CDATA[", "]>": "]]><![CDATA[]>", ">": "]]><![CDATA[>", "a[0]>1": "a[0]>1", "\r": "]]>&#13;<![CDATA[",
	} {
		var b strings.Builder
		if err := encode(&b, ir.CDATA, value); err != nil || b.String() != want {
			t.Errorf("%q is %q, %v", value, b.String(), err)
		}
	}
	around := map[ir.Place][2]string{
		ir.XML: {"<a>", "</a>"}, ir.XMLQuoted: {`<a b="`, `"/>`}, ir.CDATA: {"<a><![CDATA[", "]]></a>"},
	}
	for place, tags := range around {
		rapid.Check(t, func(t *rapid.T) {
			piece := rapid.SampledFrom([]string{"\r", "\r\n", "", "]", "]]", ">", "]]>", "]>", "x", "<![CDATA[", "&amp;", `"`, "'", "</a>", " b='", "\n", "\t"})
			before, after := rapid.SampledFrom([]string{"", "]", "]]"}).Draw(t, "before"), rapid.SampledFrom([]string{"", ">", "]>"}).Draw(t, "after")
			if place == ir.CDATA && strings.Contains(before+after, "]]>") {
				after = "" // the author's own end of the section
			}
			values := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOf(piece).Draw(t, "pieces"), "") }), 1, 3).Draw(t, "values")
			var b strings.Builder
			for _, v := range values {
				if err := encode(&b, place, v); err != nil {
					t.Fatal(err)
				}
			}
			if place == ir.XML {
				before, after = "", "" // "]]>" is no text of XML
			}
			text := tags[0] + before + b.String() + after + tags[1]
			var read struct {
				Text string `xml:",chardata"`
				B    string `xml:"b,attr"`
				More []any  `xml:",any"`
			}
			if err := xml.Unmarshal([]byte(text), &read); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			if want := before + strings.Join(values, "") + after; read.Text+read.B != want || len(read.More) > 0 {
				t.Fatalf("%s is read as %q, expected %q", text, read.Text+read.B, want)
			}
		})
	}
}

func TestJSONValues(t *testing.T) {
	for _, c := range []struct {
		v    any
		want string
	}{
		{nil, "null"}, {true, "true"}, {int64(1 << 60), "1152921504606846976"}, {1.5, "1.5"}, {json.Number("12345678901234567890"), "12345678901234567890"},
		{90 * time.Second, `"1m30s"`}, {map[string]any{"b": json.Number("1.0"), "a": []any{"<&>"}}, `{"a":["<&>"],"b":1.0}`},
	} {
		var b strings.Builder
		if err := encode(&b, ir.JSONValue, c.v); err != nil || b.String() != c.want {
			t.Errorf("%v: %s %v, expected %s", c.v, b.String(), err, c.want)
		}
	}
}

// An id above 2^53 is sent back digit for digit: in a URL, in a JSON string, as a JSON value, through a
// parameter and a kept value.
func TestBigIntegersSurvive(t *testing.T) {
	p := program([]ir.Definition{{Pattern: "n", Params: params("id:int"), Body: []ir.Step{send("PUT", "/${id}", `{"id": ${id}, "text": "${id}", "all": ${whole}}`)}}},
		get("/"), keep("id2", "body.id"), keep("whole", "body"), call(1, "${id2}"))
	for _, id := range []string{"9007199254740993", "18446744073709551617", "1.10"} {
		w := newWorld(t, p, says(200, fmt.Sprintf(`{"id": %s}`, id)))
		_, err := w.play(-1)
		if id == "1.10" {
			if err == nil {
				t.Error("1.10 is an int")
			}
			continue
		}
		want := fmt.Sprintf(`PUT /%s {"id": %s, "text": "%s", "all": {"id":%s}}`, id, id, id, id)
		if got := w.driver.log(); err != nil || got[len(got)-1] != want {
			t.Errorf("%v: sent %s, expected %s", err, got[len(got)-1], want)
		}
	}
}

func TestTableAndDocOfTheCaller(t *testing.T) {
	step := call(1)
	step.Table = [][]ir.Template{
		{ir.Literal("name"), ir.Literal("n")},
		{ir.Literal("Tea"), tpl("${count}", ir.Plain)},
		{ir.Literal("Milk"), ir.Literal("3")},
		{ir.Literal("007"), ir.Literal("x")},
	}
	step.Doc = &ir.Doc{Content: tpl("hi ${count}", ir.Plain)}
	p := program([]ir.Definition{{Pattern: "d", Body: []ir.Step{
		expect(`len(table) == 3 and table[0].name == "Tea" and table[0].n == 2 and table[1].n == 3`),
		expect(`rows[0][0] == "name" and rows[2][1] == 3 and rows[3] == ["007", "x"]`),
		expect(`doc == "hi 2"`),
		call(2),
	}}, {Pattern: "none", Body: []ir.Step{keep("d", "doc")}}}, keep("count", "2"), step)
	_, err := newWorld(t, p, nil).play(-1)
	if f := failureOf(t, err); f.Message != "doc has no data: it is missing: the step has no doc string" {
		t.Error(f.Message) // the doc string is not that of the calls inside
	}
}

func TestHeadersAndRedirects(t *testing.T) {
	p := program([]ir.Definition{{Pattern: "d", Body: []ir.Step{
		do(&ir.Use{Redirects: ir.KeepRedirects}), get("/kept"), call(2), do(&ir.Use{Redirects: ir.FollowRedirects}), get("/followed"),
		do(&ir.Use{Redirects: ir.KeepRedirects}),
	}}, {Pattern: "inner", Body: []ir.Step{get("/inner")}}},
		get("/before"), call(1),
		do(&ir.Use{Headers: []ir.Field{{Name: "X-A", Value: tpl("${1+1}", ir.Header)}, {Name: "X-B", Value: ir.Literal("b")}}}),
		do(&ir.Use{Headers: []ir.Field{{Name: "x-a", Value: ir.Literal("3")}}}),
		get("/after"))
	w := newWorld(t, p, nil)
	if _, err := w.play(-1); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range w.driver.sent {
		got = append(got, fmt.Sprint(r.target, " ", r.follow, " ", r.headers))
	}
	want := []string{"/before true map[]", "/kept false map[]", "/inner false map[]", "/followed true map[]", "/after true map[X-A:3 X-B:b]"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// Each actor has cookies of his own; kept values are common.
func TestActors(t *testing.T) {
	as := func(name string) ir.Step { return do(&ir.Use{Actor: ir.Literal(name)}) }
	p := program(nil, get("/login"), as("bob"), get("/a"), keep("x", "1"), as("ann"), get("/b"), as("bob"), get("/c"), expect("x == 1"),
		as("eve"), expect("status == 200"))
	n := 0
	w := newWorld(t, p, func(_ context.Context, r request) reply {
		n++
		return reply{status: 200, cookies: map[string]string{"sid": fmt.Sprint(n)}}
	})
	_, err := w.play(-1)
	if f := failureOf(t, err); f.Code != "expect/no-data" {
		t.Errorf("%s: the answer was said to somebody else", f.Code)
	}
	var got []string
	for _, r := range w.driver.sent {
		got = append(got, r.target+" "+r.cookies["sid"])
	}
	if d := cmp.Diff([]string{"/login ", "/a ", "/b ", "/c 2"}, got); d != "" {
		t.Error(d)
	}
	if w.driver.open != 0 {
		t.Errorf("%d states were not closed", w.driver.open)
	}
}

// Random values are repeatable by the seed, and are others for another row, attempt or scenario.
func TestSeed(t *testing.T) {
	p := program(nil, get("/${uuid()}/${random(1, 1000000)}/${random(-9223372036854775808, 9223372036854775807)}"))
	draw := func(seed uint64, row, attempt int) string {
		w := newWorld(t, p, nil, func(p *runners.Plan) { p.Seed = seed })
		s := w.Open(w.script, row, attempt, nil)
		if err := s.Step(context.Background(), 0); err != nil {
			t.Fatal(err)
		}
		return w.driver.log()[0]
	}
	first := draw(1, -1, 1)
	if again := draw(1, -1, 1); again != first {
		t.Errorf("%s, then %s", first, again)
	}
	others := []string{first, draw(2, -1, 1), draw(1, 0, 1), draw(1, -1, 2)}
	slices.Sort(others)
	if len(slices.Compact(others)) != 4 {
		t.Errorf("the same values twice: %q", others)
	}
}

func TestRandomStaysInItsRange(t *testing.T) {
	w := newWorld(t, program(nil, get("/${random(1, body.max)}"), keep("low", `random(6, 1)`)), nil)
	s := w.open(-1)
	seen := map[string]bool{}
	for range 200 {
		s.Answered(answer{reply{text: `{"max": 3}`}})
		if err := s.Step(context.Background(), 0); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range w.driver.log() {
		seen[r] = true
	}
	if len(seen) != 3 || !seen["GET /1"] || !seen["GET /3"] {
		t.Errorf("drew %v", seen)
	}
	if err := s.Step(context.Background(), 1); err == nil {
		t.Error("random(6, 1) is a number")
	}
}

func TestSimpleStepAllocates(t *testing.T) {
	w := newWorld(t, program(nil, do(&ir.Expect{Check: ir.CheckStatus, Want: ir.Literal("200")}), expect("status == 200")), nil)
	s := w.open(-1)
	s.Answered(answer{reply{status: 200}})
	ctx := context.Background()
	for i, budget := range []float64{2, 12} {
		if err := s.Step(ctx, i); err != nil {
			t.Fatal(err)
		}
		if got := testing.AllocsPerRun(1000, func() { _ = s.Step(ctx, i) }); got > budget {
			t.Errorf("step %d allocates %v times, at most %v are expected", i, got, budget)
		}
	}
}
