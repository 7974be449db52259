package owners_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/reporters/owners"
	"github.com/cucumber-value/hoops/runners"
)

// hostileNames are what somebody could call a thing.
var hostileNames = []string{
	`<script>window.pwned=1</script>`,
	`"><img src=x onerror=window.pwned=1>`,
	`</style><script>window.pwned=1</script>`,
	`</title></details></article></main><iframe src="javascript:parent.pwned=1">`,
	`javascript:window.pwned=1`,
	`' onmouseover='window.pwned=1`,
	"]]><script>window.pwned=1</script><![CDATA[",
	"--><script>window.pwned=1</script>",
	"\x1b[31mred\x1b[0m\x1b]0;title\a\x9b2J",
	"nul\x00 bell\a back\b\b\b del\x7f cr\rlf\nff\f",
	"\u202eesrever\u202c \u2066isolate\u2069 \u200e\u200f\u061c",
	"שלום עולם مرحبا بالعالم",
	strings.Repeat("long ", 2000),
	strings.Repeat("x", 10000),
	"| a | b |\n|---|---|\n@everyone [x](http://evil.example) <!-- ![](http://evil.example/x.png) `code` **bold** #1 www.evil.example",
	"::error file=x::pwned %0A",
	"{{.}} {{template \"page\"}} ${x} %s %d %!",
	"\xff\xfe not UTF-8",
	"",
	"#verdict=missed&owner=<b>",
}

// hostile is a history in which everything is called so.
func hostile(t testing.TB) *book {
	b := newBook(t, filepath.Join(t.TempDir(), "history.db"), hostileNames[1])
	for _, release := range []string{"1.0", hostileNames[0]} {
		var list []said
		for i, n := range hostileNames {
			v := share(3, 400, "missed", b.now)
			if i%3 == 1 {
				v.Verdict = unbound().Verdict
				v.Stub, v.Rewrites = n+"\n\n"+n, []string{n, n}
			}
			v.Feature, v.Name, v.Tags = n, n, []string{"@owner:" + n, "@runbook:" + n, "@runbook:javascript:" + n, n}
			v.Pos = diag.Pos{File: n, Line: 1, Col: 1}
			v.Clause, v.Words, v.Reading, v.Measure, v.Sentence, v.Observed, v.Target = fmt.Sprint(i, "#", n), n, n, n, n, n, n
			if v.Claim != "" {
				v.Claim = v.Clause + "/1"
			}
			v.Exposure, v.Window, v.Interval, v.Grade, v.WouldChange, v.Owner, v.Source, v.Query = n, n, n, n, n, n, n, n
			v.Unit, v.Compare, v.Needed, v.Premise, v.Again, v.Action, v.Notes, v.Help = n, n, n, n, n, n, []string{n}, []string{n}
			v.Baseline = &runners.Baseline{Words: n, Release: n, Observed: n, Exposure: n}
			list = append(list, v)
		}
		b.run(hostileNames[2], release, hostileNames[3], []gate{{hostileNames[4], "functional", "http", hostileNames[0], hostileNames, nil}, {"x", hostileNames[0], "", "passed", nil, nil}}, list...)
	}
	return b
}

// No format lets a name out of its place.
func TestHostileNamesAreHarmless(t *testing.T) {
	r := hostile(t).report(owners.Filter{})
	if r.Totals.Promises != len(hostileNames) {
		t.Errorf("%d promises of %d", r.Totals.Promises, len(hostileNames))
	}
	for _, format := range owners.Formats() {
		got := written(t, format, r)
		for i, c := range got {
			if c != '\n' && !unicode.IsGraphic(c) && c != 0x200c && c != 0x200d && c != '\t' || c == unicode.ReplacementChar && got[i] != 0xef {
				t.Errorf("%s: character %U at %.60q", format, c, got[max(0, i-30):])
				break
			}
		}
		if n := strings.Count(got, "x"); n > 1<<20 {
			t.Errorf("%s: %d letters of a long name", format, n)
		}
	}
	if md := written(t, "markdown", r); regexp.MustCompile("[^&]@everyone|\\]\\(http|<script|<img|<iframe|`code`|\\*\\*bold").MatchString(md) {
		t.Error("Markdown is not escaped")
	} else if len(md) > 65_536 {
		t.Errorf("%d bytes are no comment", len(md))
	}
	for _, line := range strings.Split(written(t, "text", r), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "::error") && strings.HasPrefix(line, "::") {
			t.Errorf("a line that a CI server takes for its own: %q", line)
		}
	}
	if !json.Valid([]byte(written(t, "json", r))) {
		t.Error("JSON is not valid")
	}
	d := xml.NewDecoder(strings.NewReader(written(t, "junit", r)))
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("JUnit is not well formed: %v", err)
		}
	}
	html := written(t, "html", r)
	if n := strings.Count(html, "<script"); n != 1 {
		t.Errorf("%d scripts in the page", n)
	}
}

// JSON has every character of what it was given.
func TestJSONLosesNothing(t *testing.T) {
	r := hostile(t).report(owners.Filter{})
	var back owners.Report
	must(t, json.Unmarshal([]byte(written(t, "json", r)), &back))
	for i, f := range r.Features {
		want := strings.ToValidUTF8(f.Name, "\ufffd")
		if strings.Contains(f.Name, "\xff") {
			continue // JSON has no such bytes
		}
		if back.Features[i].Name != want {
			t.Errorf("%.50q came back as %.50q", f.Name, back.Features[i].Name)
		}
	}
}
