package secret_test

import (
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"html/template"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"

	"github.com/cucumber-value/hoops/runners/secret"
)

func TestMask(t *testing.T) {
	pem := "-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQ==\n-----END KEY-----"
	for _, c := range []struct {
		title   string
		secrets []string
		text    string
		want    string
	}{
		{"nothing to mask", []string{"s3cret"}, "all is well", "all is well"},
		{"no secrets", nil, "all is well", "all is well"},
		{"several places", []string{"s3cret"}, "s3cret and s3cret", "*** and ***"},
		{"side by side", []string{"s3cret"}, "s3crets3cret!", "***!"},
		{"the whole text", []string{"s3cret"}, "s3cret", "***"},
		{"four letters", []string{"pass"}, "a pass b", "a *** b"},
		{"almost", []string{"s3cret"}, "s3cre s3creT", "s3cre s3creT"},
		{"the longer one first", []string{"abcd", "abcdefgh"}, "abcdefgh abcdef", "*** ***ef"},
		{"part of another", []string{"hunter", "my hunter2 key"}, "my hunter2 key, hunter2", "***, ***2"},
		{"overlapping", []string{"abcdef", "defghi"}, "xabcdefghix", "x***x"},
		{"a common beginning", []string{"eyJh.one", "eyJh.two", "eyJh"}, "eyJh.two eyJh.twx eyJh.zzz", "*** ***.twx ***.zzz"},
		{"spaces around it", []string{"  s3cret\n"}, "X-Key: s3cret", "X-Key: ***"},
		{"not ASCII", []string{"pässwörd"}, `pässwörd p%C3%A4ssw%c3%b6rd p\u00e4ssw\u00F6rd p&auml;ssw&#246;rd`, "*** *** *** ***"},

		{"several lines", []string{pem}, "key: " + pem + ".", "key: ***."},
		{"several lines, CRLF", []string{pem}, strings.ReplaceAll(pem, "\n", "\r\n"), "***"},
		{"several lines, printed", []string{pem}, strconv.Quote(pem), `"***"`},
		{"one of several lines", []string{pem}, "  unexpected MIIEvQIBADANBg here", "  unexpected *** here"},

		{"in a query", []string{"a b&c/d"}, "?k=a+b%26c%2Fd&x=1", "?k=***&x=1"},
		{"in a path", []string{"a b&c/d"}, "/a%20b&c%2fd/x", "/***/x"},
		{"as JavaScript encodes", []string{"it's (a) b"}, "?k=it's%20(a)%20b", "?k=***"},
		{"needlessly encoded", []string{"s3cret"}, "%73%33cr%65t!", "***!"},
		{"in a query in a query", []string{"a b&c/d"}, "?to=%2Fx%3Fk%3Da%2520b%2526c%252Fd", "?to=%2Fx%3Fk%3D***"},
		{"not an escape", []string{"100%41 sure"}, "100%41 sure", "***"},

		{"in JSON", []string{"a\"b\\c<d>\n&/"}, `{"k":"a\"b\\c\u003cd\u003e\n\u0026\/"}`, `{"k":"***"}`},
		{"in JSON in JSON", []string{`a"b\c`}, `{"k":"{\"k\":\"a\\\"b\\\\c\"}"}`, `{"k":"{\"k\":\"***\"}"}`},
		{"astral", []string{"key 🗝 key"}, `"key \ud83d\udddd key"`, `"***"`},
		{"in HTML", []string{`a"b<c>&'d`}, `<i>a&#34;b&lt;c&gt;&amp;&apos;d</i>`, `<i>***</i>`},
		{"a URL in an attribute", []string{"a b&c"}, `href="?x=1&amp;k=a%20b%26c"`, `href="?x=1&amp;k=***"`},

		{"base64", []string{"s3cret"}, "czNjcmV0", "***"},
		{"base64, padded", []string{"s3crets"}, "k=czNjcmV0cw==;", "k=***;"},
		{"base64, unpadded", []string{"s3crets"}, "k=czNjcmV0cw;", "k=***;"},
		{"base64 of user:secret", []string{"s3cret"}, "X: Basic YW5uOnMzY3JldA==", "X: Basic YW5uO***"},
		{"base64, URL alphabet", []string{"\xfb\xff\xfe?>~~~"}, base64.URLEncoding.EncodeToString([]byte("\xfb\xff\xfe?>~~~")), "***"},
		{"base64 in a query", []string{"???>>>"}, "k=" + url.QueryEscape(base64.StdEncoding.EncodeToString([]byte("???>>>"))) + "&x", "k=***&x"},

		{"header", nil, "GET / HTTP/1.1\r\nAuthorization: Bearer abc def\r\nHost: x", "GET / HTTP/1.1\r\nAuthorization: ***\r\nHost: x"},
		{"header, any case", nil, "> proxy-AUTHORIZATION:x\n> sEt-cOOkie :  a=b; Path=/ \nok", "> proxy-AUTHORIZATION:***\n> sEt-cOOkie :  *** \nok"},
		{"header, other names", nil, "X-Cookie: a\nCookies: b\nThe-Authorization: c", "X-Cookie: a\nCookies: b\nThe-Authorization: c"},
		{"header without a value", nil, "Cookie:\nHost: x", "Cookie:\nHost: x"},
		{"header, masked already", nil, "Cookie: ***", "Cookie: ***"},
		{"header in JSON", nil, `{"Cookie":"a=\"b\"; c","n":1}`, `{"Cookie":"***","n":1}`},
		{"header in JSON, spaced", nil, "{\"cookie\" : \n [ \"a\", \"b]\" ], \"n\": [1]}", "{\"cookie\" : \n [ \"***\" ], \"n\": [1]}"},
		{"header in JSON, object", nil, `{"Cookie":{"sid":"a}"},"n":1}`, `{"Cookie":{"***"},"n":1}`},
		{"header in JSON, number", nil, `{"Authorization": 12345, "n":1}`, `{"Authorization": ***, "n":1}`},
		{"header in JSON, unfinished", nil, `{"Authorization":"Bearer ab`, `{"Authorization":"***`},
		{"header in JSON in JSON", nil, `{"h":"{\"Cookie\":\"a=b\"}","n":1}`, `{"h":"{\"Cookie\":\"***\"}","n":1}`},
		{"header in JSON in HTML", nil, `{&quot;Cookie&quot;:&quot;a=b&quot;,&quot;n&quot;:1}`, `{&quot;Cookie&quot;:&quot;***&quot;,&quot;n&quot;:1}`},
		{"header, single quotes", nil, `{'Authorization': 'Basic x', 'n': 1}`, `{'Authorization': '***', 'n': 1}`},
		{"headers as Go prints them", nil, fmt.Sprint(http.Header{"Authorization": {"Bearer a"}, "Set-Cookie": {"a=x]y", "b"}, "X-N": {"1"}}),
			"map[Authorization:[***] Set-Cookie:[***] X-N:[1]]"},
		{"in the letters of a style sheet", []string{"top-Secret value"}, "TOP-SECRET VALUE top-secret value Top-Secret Value Top-Secret value ToP-secret", "*** *** *** *** ToP-secret"},
		{"in large letters, cut and escaped", []string{"top-Secret value"}, "TOP-SECRET%20VALUE TOP-SEC…", "*** ***…"},
		{"cut", []string{"a-long-secret"}, "t = a-long-sec… and a-l…", "t = ***… and a-l…"},
		{"cut, one of several alike", []string{"eyJh.aaaa.zzzz", "eyJh.bbbb.zzzz", "eyJh.cccc.zzzz"}, "eyJh.bbbb.z… eyJh.dddd.z…", "***… eyJh.dddd.z…"},
		{"cut in JSON", []string{`pa"ss"word`}, `{"k":"pa\"ss\"wo…`, `{"k":"***…`},
		{"cut inside an escape", []string{`pass"word`}, `{"k":"pass\…`, `{"k":"***…`},
		{"cut inside an encoded byte", []string{"pass/word"}, `?k=pass%2…`, `?k=***…`},
		{"cut in base64", []string{"a-long-secret"}, base64.StdEncoding.EncodeToString([]byte("ann:a-long-secret"))[:14] + "…", "YW5uO***…"},
		{"cut behind it", []string{"s3cret"}, "s3cret is…", "*** is…"},

		{"fields of a secret", []string{`{"name": "ann of hoops", "n": 987654, "s": 12345, "deep": [{"t": "inner\"secret", "x": "abc", "yes": true}]}`},
			`name n 987654 12345 ann of hoops inner\"secret inner"secret abc true ` + base64.StdEncoding.EncodeToString([]byte("987654")),
			`name n *** 12345 *** *** *** abc true ***`},
		{"elements of a secret", []string{`["one-1", ["two-2"], "k", -1.23456]`}, "one-1, two-2, k, -1.23456", "***, ***, k, ***"},
		{"fields of one name", []string{`{"k": "first-1", "k": "second-2"}`}, "first-1 second-2", "*** ***"},
		{"no JSON", []string{`{"name": "ann of hoops"`}, "ann of hoops", "ann of hoops"},

		{"a dump as Go quotes it", nil, `"GET /\r\nCookie: a=b\r\nX-N: 1\r\n\r\nbody"`, `"GET /\r\nCookie: ***\r\nX-N: 1\r\n\r\nbody"`},
	} {
		t.Run(c.title, func(t *testing.T) {
			s := store(t, c.secrets...)
			got := s.Mask(c.text)
			if got != c.want {
				t.Errorf("Mask(%q)\n got %q\nwant %q", c.text, got, c.want)
			}
			if again := s.Mask(got); again != got {
				t.Errorf("masked again: %q", again)
			}
		})
	}
}

var lower = regexp.MustCompile(`%[0-9A-F]{2}`)

func inJSON(s string) string {
	b, _ := json.Marshal(s)
	return string(b[1 : len(b)-1])
}

// encodings in which a text that holds a secret can leave a program.
var encodings = map[string]func(string) string{
	"plain":            func(s string) string { return s },
	"query":            url.QueryEscape,
	"query, lower hex": func(s string) string { return lower.ReplaceAllStringFunc(url.QueryEscape(s), strings.ToLower) },
	"path":             url.PathEscape,
	"path, lower hex":  func(s string) string { return lower.ReplaceAllStringFunc(url.PathEscape(s), strings.ToLower) },
	"url":              func(s string) string { return (&url.URL{Path: "/p/" + s, RawQuery: "x"}).String() },
	"base64 std":       func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"base64 raw std":   func(s string) string { return base64.RawStdEncoding.EncodeToString([]byte(s)) },
	"base64 url":       func(s string) string { return base64.URLEncoding.EncodeToString([]byte(s)) },
	"base64 raw url":   func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
	"JSON":             inJSON,
	"JSON, no HTML": func(s string) string {
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		_ = e.Encode(s)
		return b.String()
	},
	"JSON, ASCII": strconv.QuoteToASCII,
	"JSON, \\u for all but capitals": func(s string) string {
		var b strings.Builder
		for _, r := range s {
			switch {
			case r > 0xffff:
				a, z := utf16.EncodeRune(r)
				fmt.Fprintf(&b, `\u%04x\u%04X`, a, z)
			case 'A' <= r && r <= 'Z':
				b.WriteRune(r)
			default:
				fmt.Fprintf(&b, `\u%04X`, r)
			}
		}
		return b.String()
	},
	"HTML":          html.EscapeString,
	"HTML template": template.HTMLEscapeString,
	"XML": func(s string) string {
		var b strings.Builder
		_ = xml.EscapeText(&b, []byte(s))
		return b.String()
	},
}

// TestMaskLeavesNoTrace: what encodes a text with a secret, alone or within another encoding, can be decoded
// to nothing that the text without the secret would not have shown.
func TestMaskLeavesNoTrace(t *testing.T) {
	characters := rapid.RuneFrom([]rune("abXY019 +/=%&<>\"'\\?~:;,.-_\näß€🗝"))
	secrets := rapid.StringOfN(characters, 4, 24, -1).Filter(func(s string) bool {
		return len([]rune(strings.TrimSpace(s))) >= 4
	})
	// Letters around it that the secret never has, so that a leftover is the secret's.
	around := rapid.StringOfN(rapid.RuneFrom([]rune("qwzQWZ567!$")), 0, 9, -1)
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(secrets, 1, 5).Draw(t, "secrets")
		s := secret.NewStore(secret.Options{})
		for _, v := range values {
			if err := s.Add(v); err != nil {
				t.Fatal(err)
			}
		}
		value := strings.TrimSpace(rapid.SampledFrom(values).Draw(t, "secret"))
		before, after := around.Draw(t, "before"), around.Draw(t, "after")
		text := before + value + after
		for name, encode := range encodings {
			got := s.Mask(encode(text))
			if strings.HasPrefix(name, "base64") {
				left, right, masked := strings.Cut(got, "***")
				rest := len(encode(text)) - len(right) // where it begins, in characters of 6 bits
				if !masked || 6*len(left) > 8*len(before) || 6*rest < 8*len(before+value) && strings.Trim(right, "=") != "" {
					t.Fatalf("%s of %q: %q\nmasked   %q", name, text, encode(text), got)
				}
			} else if want := strings.ReplaceAll(encode(before+"MASK"+after), "MASK", "***"); got != want {
				t.Fatalf("%s of %q: %q\nmasked %q\nwant   %q", name, text, encode(text), got, want)
			}
			for outer, wrap := range encodings {
				if strings.HasPrefix(outer, "base64") || strings.HasPrefix(name, "base64") && outer == "query" {
					continue // base64 of something encoded is not promised
				}
				if got := s.Mask(wrap(encode(value))); !strings.Contains(got, "***") {
					t.Fatalf("%s of %s of %q: %q\nnot masked: %q", outer, name, value, wrap(encode(value)), got)
				}
			}
		}
	})
}

// TestMaskWhateverPrecedes: an escape that the text around begins does not hide a secret.
func TestMaskWhateverPrecedes(t *testing.T) {
	for _, value := range []string{"41 b/c", `n"x\y`, "34;a<b>"} {
		s := store(t, value)
		for _, before := range []string{"%", `\`, "&#", `\u00`, "&", "+", "a%4"} {
			for name, encode := range encodings {
				if strings.HasPrefix(name, "base64") || name == "url" || strings.Contains(name, "ASCII") || strings.Contains(name, "capitals") {
					continue
				}
				text := before + strings.TrimSpace(encode(value))
				if got := s.Mask(text); !strings.Contains(got, "***") {
					t.Errorf("%s: %q is still %q", name, text, got)
				}
			}
		}
	}
}

func FuzzMask(f *testing.F) {
	f.Add("s3cret", `{"Cookie":["a", {"b":"s3cret"]`)
	f.Add(`a"b`+"\n", "%2\\u12&#x;Authorization:[")
	f.Fuzz(func(t *testing.T, value, text string) {
		s := secret.NewStore(secret.Options{})
		if strings.Contains(value, "*") || s.Add(value) != nil {
			return // the mask itself could complete a secret with asterisks
		}
		if got := s.Mask(text + value + text); strings.Contains(got, strings.TrimSpace(value)) {
			t.Errorf("%q with %q: %q", text, value, got)
		}
	})
}

const ordinary = `{"items":[{"name":"Tea & \"Co\"","url":"https://shop.example/a%20b?q=1+2","price":"3.50"}],` +
	`"html":"<p>Fish &amp; chips &#233;</p>","note":"a:b \u00e9 \\ 100%"}`

func many(t testing.TB, n int) *secret.Store {
	s, r := secret.NewStore(secret.Options{}), rand.New(rand.NewPCG(1, 2))
	for range n {
		// As real ones, they have long beginnings in common.
		if err := s.Add(fmt.Sprintf("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.%016x%016x", r.Uint64(), r.Uint64())); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func BenchmarkMask(b *testing.B) {
	for _, n := range []int{0, 10, 10_000} {
		s := many(b, n)
		for name, text := range map[string]string{
			"ordinary": strings.Repeat(ordinary, 5),
			"token":    strings.Repeat("a log line of the software under test\n", 20) + "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.00",
		} {
			b.Run(fmt.Sprintf("%d secrets/%s", n, name), func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				b.ReportAllocs()
				for b.Loop() {
					s.Mask(text)
				}
			})
		}
	}
}

// BenchmarkScope is what a session pays that keeps one token and emits one text, among 10,000 others.
func BenchmarkScope(b *testing.B) {
	s := many(b, 10_000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		c := s.Scope()
		if err := c.Add("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." + strconv.Itoa(1_000_000+i)); err != nil {
			b.Fatal(err)
		}
		s.Mask("a step of this session passed")
		c.Release()
	}
}
