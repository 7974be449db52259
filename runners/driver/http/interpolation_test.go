package http

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
	"pgregory.net/rapid"
)

var hostile = []string{
	"", ".", "..", "/", "//evil", "../../etc/passwd", "%2e%2e", "%2F", "%00", "%", "?", "&", "=", "#", "&admin=1", "?x=1", "#frag", ";", "+", " ", "\t", "\n", "\r\n", "\r\nX-Evil: 1", "\x00",
	`"`, `'`, `\`, `","admin":true,"x":"`, `\u0022`, "{}", "[]", "null", "<script>", "</script>", "<!--", "--boundary", "\r\n--boundary\r\n", "@/etc/passwd", "@data.txt", "${env.v}", "é", "日本", "\u2028", "😀", "\x7f", "a@b", "http://evil/", ":80", "\\\\evil",
}

func hostileText() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(hostile), rapid.String()), 1, 4).Draw(t, "parts"), "")
	})
}

// A value arrives as it is, at its place, and nothing else changes; or it is refused before anything is sent.
func TestValuesAreData(t *testing.T) {
	server := record(t, nil)
	places := []struct {
		name    string
		request ir.Request
		saw     func(seen) (string, error) // the value, as the server reads it
		refused func(v string) bool        // nil: never
	}{
		{
			"segment", ir.Request{Target: ir.Template{lit("/cats/"), val("v", ir.Segment), lit("/owner?fixed=1")}},
			func(s seen) (string, error) {
				segments := strings.Split(s.URL.EscapedPath(), "/")
				if len(segments) != 4 || segments[1] != "cats" || segments[3] != "owner" || s.URL.RawQuery != "fixed=1" {
					return "", errors.New("the URL changed: " + s.RequestURI)
				}
				return url.PathUnescape(segments[2])
			},
			func(v string) bool { return v == "" || v == "." || v == ".." },
		}, {
			"part of a segment", ir.Request{Target: ir.Template{lit("/cats/."), val("v", ir.Segment)}},
			func(s seen) (string, error) {
				segments := strings.Split(s.URL.EscapedPath(), "/")
				if len(segments) != 3 || s.URL.RawQuery != "" {
					return "", errors.New("the URL changed: " + s.RequestURI)
				}
				text, err := url.PathUnescape(segments[2])
				return strings.TrimPrefix(text, "."), err
			},
			func(v string) bool { return v == "" || v == "." || v == ".." },
		}, {
			"query", ir.Request{Target: ir.Template{lit("/cats?q="), val("v", ir.Query), lit("&fixed=1")}},
			func(s seen) (string, error) {
				q, err := url.ParseQuery(s.URL.RawQuery)
				if len(q) != 2 || q.Get("fixed") != "1" || s.URL.Path != "/cats" {
					return "", errors.New("the URL changed: " + s.RequestURI)
				}
				return q.Get("q"), err
			}, nil,
		}, {
			"behind a next with a query", ir.Request{Target: ir.Template{val("next", ir.URLText), lit("&limit="), val("v", ir.Segment)}},
			func(s seen) (string, error) {
				q, err := url.ParseQuery(s.URL.RawQuery)
				if len(q) != 2 || q.Get("page") != "2" || s.URL.Path != "/cats" {
					return "", errors.New("the URL changed: " + s.RequestURI)
				}
				return q.Get("limit"), err
			}, nil,
		}, {
			"header", ir.Request{Target: ir.Literal("/"), Headers: []ir.Field{cellOf("X-Value", lit("<"), val("v", ir.Header), lit(">"))}},
			func(s seen) (string, error) {
				v := s.Header["X-Value"]
				if len(v) != 1 || s.Header.Get("X-Evil") != "" {
					return "", errors.New("the headers changed")
				}
				return strings.TrimSuffix(strings.TrimPrefix(v[0], "<"), ">"), nil
			},
			func(v string) bool {
				return strings.IndexFunc(v, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }) >= 0
			},
		}, {
			"JSON string", ir.Request{Target: ir.Literal("/"), Body: &ir.Body{Kind: ir.BodyJSON, Content: ir.Template{lit(`{"v": "`), val("v", ir.JSONString), lit(`", "fixed": 1}`)}}},
			readJSON, nil,
		}, {
			"JSON value", ir.Request{Target: ir.Literal("/"), Body: &ir.Body{Kind: ir.BodyJSON, Content: ir.Template{lit(`{"v": `), val("v", ir.JSONValue), lit(`, "fixed": 1}`)}}},
			readJSON, nil,
		}, {
			"form, encoded as a whole", ir.Request{Target: ir.Literal("/"), Body: &ir.Body{Kind: ir.BodyForm, Fields: []ir.Field{cellOf("v&=", lit("&<"), val("v", ir.Form)), cell("fixed", "1")}}},
			func(s seen) (string, error) {
				q, err := url.ParseQuery(s.body)
				if len(q) != 2 || q.Get("fixed") != "1" || s.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
					return "", errors.New("the form changed: " + s.body)
				}
				return strings.TrimPrefix(q.Get("v&="), "&<"), err
			}, nil,
		}, {
			"multipart field", ir.Request{Target: ir.Literal("/"), Body: &ir.Body{Kind: ir.BodyParts, Fields: []ir.Field{cellOf("v", val("v", ir.Form)), cell("fixed", "1")}}},
			func(s seen) (string, error) {
				parts, err := readParts(s)
				if err != nil || len(parts) != 2 || parts[1].text != "1" || parts[0].file != "" {
					return "", errors.Join(errors.New("the parts changed"), err)
				}
				return parts[0].text, nil
			}, nil,
		}, {
			"text of XML", xmlRequest(lit("<x><v>"), val("v", ir.XML), lit("</v><fixed>1</fixed></x>")), readXML, notInXML,
		}, {
			"attribute of XML", xmlRequest(lit(`<x a="`), val("v", ir.XMLQuoted), lit(`"><fixed>1</fixed></x>`)), readXML, notInXML,
		}, {
			"JSON string in a page", pageRequest(lit(`{"v": "`), val("v", ir.PageString), lit(`", "fixed": 1}`)), readPage, nil,
		}, {
			"JSON value in a page", pageRequest(lit(`{"v": `), val("v", ir.PageValue), lit(`, "fixed": 1}`)), readPage, nil,
		}, {
			"CDATA", xmlRequest(lit("<x><v><![CDATA["), val("v", ir.CDATA), lit("]]></v><fixed>1</fixed></x>")), readXML, notInXML,
		}, {
			"text", ir.Request{Target: ir.Literal("/"), Body: &ir.Body{Kind: ir.BodyText, Content: ir.Template{val("v", ir.Plain)}}},
			func(s seen) (string, error) { return s.body, nil }, nil,
		},
	}
	for _, p := range places {
		t.Run(p.name, func(t *testing.T) {
			p.request.Method = "POST"
			rapid.Check(t, func(t *rapid.T) {
				v := hostileText().Draw(t, "value")
				w := at(server.URL)
				w.vars = map[string]string{"v": v, "next": "/cats?page=2"}
				b := w.open(t, &p.request)
				before := len(server.all())
				err := b.run(context.Background())
				if p.refused != nil && p.refused(v) {
					var f *session.Failure
					if !errors.As(err, &f) || len(server.all()) != before || len(b.samples) != 0 {
						t.Fatalf("%q was not refused: %v", v, err)
					}
					return
				}
				if err != nil {
					t.Fatalf("%q: %v", v, err)
				}
				got, err := p.saw(server.last(t))
				if err != nil {
					t.Fatalf("%q: %v", v, err)
				}
				if got != v {
					t.Fatalf("the server saw %q, expected %q", got, v)
				}
				if n := len(server.all()); n != before+1 {
					t.Fatalf("%d requests were sent", n-before)
				}
			})
		})
	}
}

func xmlRequest(parts ...ir.Part) ir.Request {
	return ir.Request{Target: ir.Literal("/"), Body: &ir.Body{Kind: ir.BodyText, Media: "application/xml", Content: parts}}
}

func pageRequest(parts ...ir.Part) ir.Request {
	content := append(append(ir.Template{lit(`<script type="application/json">`)}, parts...), lit("</script>"))
	return ir.Request{Target: ir.Literal("/"), Body: &ir.Body{Kind: ir.BodyText, Media: "text/html", Content: content}}
}

// readPage reads the JSON up to the first end of the script, which HTML looks for in any case.
func readPage(s seen) (string, error) {
	script, rest, _ := strings.Cut(strings.TrimPrefix(s.body, `<script type="application/json">`), "</")
	if rest != "script>" || strings.Contains(script, "<") {
		return "", errors.New("the page changed: " + s.body)
	}
	s.body = script
	return readJSON(s)
}

func readXML(s seen) (string, error) {
	var read struct {
		V     string   `xml:"v"`
		A     string   `xml:"a,attr"`
		Fixed []string `xml:"fixed"`
	}
	err := xml.Unmarshal([]byte(s.body), &read)
	if err != nil || len(read.Fixed) != 1 || read.Fixed[0] != "1" {
		return "", errors.Join(errors.New("the XML changed: "+s.body), err)
	}
	return read.V + read.A, nil
}

// notInXML are characters that XML has no form for.
func notInXML(v string) bool {
	return strings.IndexFunc(v, func(c rune) bool { return c < ' ' && !strings.ContainsRune("\t\n\r", c) || c == 0xFFFE || c == 0xFFFF }) >= 0
}

func readJSON(s seen) (string, error) {
	var object map[string]any
	err := json.Unmarshal([]byte(s.body), &object)
	if err != nil || len(object) != 2 || object["fixed"] != 1.0 {
		return "", errors.Join(errors.New("the JSON changed: "+s.body), err)
	}
	text, _ := object["v"].(string)
	return text, nil
}

type partSeen struct{ name, file, media, text string }

func readParts(s seen) ([]partSeen, error) {
	_, params, err := mime.ParseMediaType(s.Header.Get("Content-Type"))
	if err != nil {
		return nil, err
	}
	var parts []partSeen
	r := multipart.NewReader(strings.NewReader(s.body), params["boundary"])
	for {
		p, err := r.NextPart()
		if err == io.EOF {
			return parts, nil
		}
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(p)
		if err != nil {
			return nil, err
		}
		parts = append(parts, partSeen{p.FormName(), p.FileName(), p.Header.Get("Content-Type"), string(text)})
	}
}

// The fragment is never sent; the session's url has it.
func TestFragmentIsData(t *testing.T) {
	server := record(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		v := hostileText().Draw(t, "value")
		w := at(server.URL)
		w.vars = map[string]string{"v": v}
		kept := w.open(t, &ir.Request{Method: "GET", Target: ir.Template{lit("/cats?q=1#top-"), val("v", ir.Fragment)}}, keep("url", "url")).kept()
		if uri := server.last(t).RequestURI; uri != "/cats?q=1" {
			t.Fatalf("the server saw %q", uri)
		}
		u, err := url.Parse(kept["url"].(string))
		if err != nil || u.Fragment != "top-"+v {
			t.Fatalf("the url is %v (%v)", kept["url"], err)
		}
	})
}

// An empty value makes another address of what stands around it.
func TestEmptyValuesDoNotChangeThePath(t *testing.T) {
	server := record(t, nil)
	for _, target := range []ir.Template{
		{lit("/cats/."), val("none", ir.Segment), lit("./x")},
		{lit("/cats/%2e"), val("none", ir.Segment), lit("%2E/x")},
		{lit("/"), val("none", ir.Segment), lit("/evil.example/")},
		{lit("/cats/"), val("none", ir.Segment)},
	} {
		w := at(server.URL + "/v1/")
		w.vars = map[string]string{"none": ""}
		b := w.open(t, &ir.Request{Method: "DELETE", Target: target})
		b.fails("session/url")
	}
	if n := len(server.all()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
	// What the author wrote may climb.
	if at(server.URL+"/v1/").open(t, get("../v2/x")).kept(); server.last(t).URL.Path != "/v2/x" {
		t.Errorf("the path is %s", server.last(t).URL.Path)
	}
}
