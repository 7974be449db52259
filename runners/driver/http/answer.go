package http

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/runners/session"
	"github.com/cucumber-value/hoops/runners/session/site"
	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
)

// answer is a response as expressions read it. What is costly is made when it is first read; like its session
// it is used by one goroutine at a time.
type answer struct {
	method   string
	url      string
	state    *state
	to       site.Destination
	status   int
	reason   string
	fields   fields
	raw      string
	duration time.Duration // from the first request to the end of the last response
	now      func() time.Time

	text   *string
	looked bool // at one field
	body   *any
	page   *html.Node
}

var (
	_ session.FieldAnswer = (*answer)(nil)
	_ session.RetryAfter  = (*answer)(nil)
)

// Value of status, duration, body, text and url.
func (a *answer) Value(name string) any {
	switch name {
	case "status":
		return int64(a.status)
	case "duration":
		return a.duration
	case "url":
		return a.url
	case "text":
		return a.decoded()
	case "body":
		if a.body == nil {
			v := a.parsed()
			a.body = &v
		}
		return *a.body
	}
	return expr.Missing{What: name, Why: "a response has none"}
}

// Field is one of the body's JSON. Who looks twice at a body gets all of it made: then the third look is cheap.
func (a *answer) Field(path []string) (any, bool) {
	if a.body != nil || a.looked {
		return nil, false
	}
	if media := a.media(); media != "application/json" && !strings.HasSuffix(media, "+json") {
		return nil, false
	}
	a.looked = true
	return parsePath(a.raw, path)
}

// Call of header, cookie, css and xpath.
func (a *answer) Call(name string, args []any) (any, bool, error) {
	text := make([]string, len(args))
	for i, v := range args {
		text[i] = expr.Text(v)
	}
	switch {
	case name == "header" && len(text) == 1:
		values := a.fields.values(text[0])
		if values == nil {
			return missing(name, text[0], "the response has no such header"), true, nil
		}
		return strings.Join(values, ", "), true, nil
	case name == "cookie" && len(text) == 1:
		for _, c := range a.state.cookies(a.to) {
			if c.Name == text[0] {
				return c.Value, true, nil
			}
		}
		return missing(name, text[0], "there is no such cookie"), true, nil
	case name == "css" && (len(text) == 1 || len(text) == 2):
		v, err := a.css(text[0], text[1:])
		return v, true, err
	case name == "xpath" && len(text) == 1:
		v, err := a.xpath(text[0])
		return v, true, err
	}
	return nil, false, nil
}

func missing(function, arg, why string) expr.Missing {
	return expr.Missing{What: function + "(" + strconv.Quote(arg) + ")", Why: why}
}

// RetryAfter is what the server asks for, in seconds or as a date.
func (a *answer) RetryAfter() time.Duration {
	value := strings.TrimSpace(a.fields.get("Retry-After"))
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(a.now()))
	}
	return 0
}

// encoding is what the response is compressed with, "" when it is not or is read as if it were not.
func (a *answer) encoding() string {
	switch name := strings.ToLower(strings.TrimSpace(a.fields.get("Content-Encoding"))); name {
	case "identity", "gzip":
		return ""
	default:
		return name
	}
}

// encoded is why what is compressed so cannot be read.
func (a *answer) encoded() string {
	return fmt.Sprintf("the response is encoded as %q, and only gzip is understood", a.encoding())
}

func (a *answer) media() string {
	if a.fields.get("Content-Type") == "application/json" { // nearly always, and quickly said
		return "application/json"
	}
	media, _, err := mime.ParseMediaType(a.fields.get("Content-Type"))
	if err != nil {
		media, _, _ = strings.Cut(a.fields.get("Content-Type"), ";")
	}
	return strings.ToLower(strings.TrimSpace(media))
}

// decoded is the body as text: of the charset it names, and UTF-8 when it names none or one that is unknown.
// What is not valid becomes U+FFFD.
func (a *answer) decoded() string {
	if a.text == nil {
		raw := a.raw
		if _, params, err := mime.ParseMediaType(a.fields.get("Content-Type")); err == nil {
			if label := params["charset"]; label != "" && !strings.EqualFold(label, "utf-8") {
				if r, err := charset.NewReaderLabel(label, strings.NewReader(raw)); err == nil {
					if converted, err := io.ReadAll(r); err == nil {
						raw = string(converted)
					}
				}
			}
		}
		text := strings.ToValidUTF8(raw, "\uFFFD")
		a.text = &text
	}
	return *a.text
}

// parsed is the body's JSON. Servers that send JSON as plain text, or do not say what they send, are believed
// when it is JSON; HTML never is.
func (a *answer) parsed() any {
	if strings.TrimSpace(a.raw) == "" {
		return expr.Missing{What: "body", Why: "the response has no body"}
	}
	media := a.media()
	says := media
	if says == "" {
		says = "of no stated type"
	}
	isJSON := media == "application/json" || strings.HasSuffix(media, "+json") || media == "text/json"
	if !isJSON && media != "" && media != "text/plain" && media != "application/octet-stream" {
		return expr.Missing{What: "body", Why: fmt.Sprintf("the response is %s, not JSON", says)}
	}
	v, err := decodeJSON(a.raw)
	switch {
	case err == nil:
		return v
	case a.encoding() != "":
		return expr.Missing{What: "body", Why: a.encoded()}
	case isJSON:
		return expr.Missing{What: "body", Why: fmt.Sprintf("the response says %s, but is not valid JSON: %v", says, err)}
	}
	return expr.Missing{What: "body", Why: fmt.Sprintf("the response is %s, not JSON", says)}
}

// decodeJSON reads exactly one value; numbers stay as they are written.
func decodeJSON(text string) (any, error) {
	text = strings.TrimPrefix(text, "\uFEFF")
	if v, ok := parseJSON(text); ok {
		return v, nil
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("it ends too early")
		}
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("something follows the JSON value")
	}
	return v, nil
}

// How much of a body a failure shows.
const (
	shownLines = 10
	shownBytes = 1000
)

// Describe is the exchange in a line, and the beginning of the body. Headers are left out: some of them
// identify people.
func (a *answer) Describe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s → %d", a.method, a.url, a.status)
	if reason := a.reason; reason != "" || http.StatusText(a.status) != "" {
		if reason == "" {
			reason = http.StatusText(a.status)
		}
		b.WriteString(" " + short(reason, 60))
	}
	fmt.Fprintf(&b, " in %s", rounded(a.duration))
	if len(a.raw) == 0 {
		b.WriteString(", no body\n")
		return b.String()
	}
	if media := a.media(); media != "" {
		b.WriteString(", " + short(media, 60))
	}
	fmt.Fprintf(&b, ", %d bytes\n", len(a.raw))
	text := a.decoded()
	if binary(text) {
		b.WriteString("  (binary)\n")
		return b.String()
	}
	left := shownBytes
	all := lines(text)
	for i, line := range all {
		line = strings.TrimRight(line, "\r")
		if i == shownLines || left <= 0 {
			b.WriteString("  …\n")
			break
		}
		b.WriteString("  " + short(line, left) + "\n")
		left -= len(line) + 1
	}
	return b.String()
}

func lines(text string) []string { return strings.Split(strings.TrimRight(text, "\r\n"), "\n") }

// short cuts s after n bytes, between runes.
func short(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

func binary(text string) bool {
	head := text[:min(len(text), shownBytes)]
	return strings.IndexFunc(head, func(c rune) bool {
		return c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7f
	}) >= 0 || strings.Count(head, "\uFFFD") > len(head)/20
}

func rounded(d time.Duration) time.Duration {
	switch {
	case d >= 10*time.Second:
		return d.Round(100 * time.Millisecond)
	case d >= time.Millisecond:
		return d.Round(time.Millisecond)
	}
	return d.Round(time.Microsecond)
}
