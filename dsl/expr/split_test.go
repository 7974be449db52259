package expr_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/expr"
)

func TestSplit(t *testing.T) {
	for template, want := range map[string]string{
		"":                         "",
		"plain $x {y} \\n":         `"plain $x {y} \\n"@0:1:1`,
		"a${b}c":                   `"a"@0:1:1 ${b}@3:1:4 "c"@5:1:6`,
		`\${b}`:                    `"${b}"@0:1:1`,
		`é\n${ b }`:                `"é\\n"@0:1:1 ${ b }@6:1:6`,
		`${ {"a": "}"}['a'] }x`:    `${ {"a": "}"}['a'] }@2:1:3 "x"@20:1:21`,
		"${`}`}${'\\'}'}":          "${`}`}@2:1:3 ${'\\'}'}@8:1:9",
		"{\n  \"u\": \"${user}\"}": `"{\n  \"u\": \""@0:1:1 ${user}@12:2:11 "\"}"@17:2:16`,
	} {
		pieces, err := expr.Split(template)
		if err != nil {
			t.Errorf("%q: %v", template, err)
			continue
		}
		var got []string
		for _, p := range pieces {
			s := fmt.Sprintf("%q", p.Text)
			if p.Source != "" {
				s = "${" + p.Source + "}"
			}
			got = append(got, fmt.Sprintf("%s@%d:%d:%d", s, p.Offset, p.Line, p.Col))
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q\n got %s\nwant %s", template, s, want)
		}
	}
	for template, want := range map[string]string{
		"ab ${x":    "1:4+2 the placeholder is never closed: } is missing",
		"a\n é${ }": "2:3+2 the placeholder is empty",
		"${'}":      "1:1+2 the placeholder is never closed: } is missing",
	} {
		_, err := expr.Split(template)
		var e *expr.Error
		if !errors.As(err, &e) {
			t.Errorf("%q: no error", template)
		} else if got := fmt.Sprintf("%d:%d+%d %s", e.Line, e.Col, e.Len, e.Message); got != want {
			t.Errorf("%q: %s", template, got)
		}
	}
	p := expr.Piece{Line: 3, Col: 5}
	if got := p.At(expr.Span{Line: 1, Col: 2, Len: 1}); got != (expr.Span{Line: 3, Col: 6, Len: 1}) {
		t.Error(got)
	}
	if got := p.At(expr.Span{Line: 2, Col: 2}); got != (expr.Span{Line: 4, Col: 2}) {
		t.Error(got)
	}
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{"a${b}c", `\${x}${'}'}`, "${", "${`", "\n${a\n}b", "$\\${"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, template string) {
		pieces, err := expr.Split(template)
		if err != nil {
			var e *expr.Error
			if !errors.As(err, &e) {
				t.Fatalf("%T", err)
			}
			within(t, template, e.Span, e.Message)
			return
		}
		// Written back, the pieces are the template.
		var b strings.Builder
		for _, p := range pieces {
			if p.Source != "" {
				if !strings.HasPrefix(template[p.Offset:], p.Source) {
					t.Fatalf("%q: %q is not at %d", template, p.Source, p.Offset)
				}
				b.WriteString("${" + p.Source + "}")
				continue
			}
			b.WriteString(strings.ReplaceAll(p.Text, "${", `\${`))
		}
		if b.String() != template {
			t.Fatalf("%q became %q", template, b.String())
		}
	})
}

func TestUnits(t *testing.T) {
	for s, want := range map[string]string{
		"300ms": "300ms", "1m30s": "1m30s", "1.5h": "1h30m", "0s": "0s", "7d": "168h", "2w": "336h", "5µs": "5µs", ".5s": "500ms",
		"300": "a duration needs a unit: write 300ms or 300s", "": `"" is not a duration: write 300ms, 1m30s or 7d`,
		"5x": `unknown unit "x" in 5x`, "-5s": `"-5s" is not a duration: write 300ms, 1m30s or 7d`, "1.2.3s": `"1.2.3s" is not a duration: write 300ms, 1m30s or 7d`,
		"9999999999h": "9999999999h is too long a time", "5 s": `unknown unit " s" in 5 s`,
	} {
		d, err := expr.ParseDuration(s)
		got := expr.Text(d)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
	if d, err := expr.ParseDuration("106751d"); err != nil || d != 106751*24*time.Hour {
		t.Error(d, err)
	}
	for s, want := range map[string]float64{"0.1%": 0.001, "0.7%": 0.007, "100%": 1, "12.5%": 0.125} {
		if got, err := expr.ParsePercent(s); err != nil || got != want {
			t.Error(s, got, err)
		}
	}
	for s, want := range map[string]int64{"2MB": 2e6, "1.5MiB": 1572864, "512B": 512, "0.1kB": 100, "10GiB": 10 << 30} {
		if got, err := expr.ParseSize(s); err != nil || got != want {
			t.Error(s, got, err)
		}
	}
	for _, s := range []string{"", "%", "1", "x%", "1.5B", "MB", "2 MB", "99999999TB", "1e3B"} {
		if _, err := expr.ParseSize(s); err == nil {
			t.Error("size", s)
		}
		if _, err := expr.ParsePercent(s); err == nil {
			t.Error("percent", s)
		}
	}
}
