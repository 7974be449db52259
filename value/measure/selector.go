package measure

import (
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// Selector is a metric's name with optional label matchers, the part of PromQL that needs no server:
// name{a="b",c!="d",e=~"f.*",g!~"h"}.
type Selector struct {
	Name     string
	matchers []matcher
}

type matcher struct {
	label, op, value string
	re               *regexp.Regexp
}

// Labels of a series, without its name.
type Labels map[string]string

var (
	metricName = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*`)
	labelName  = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*`)
	labelOp    = regexp.MustCompile(`^(=~|!~|!=|=)`)
)

// ParseSelector reads a selector; functions, operators and ranges need a Prometheus server.
func ParseSelector(text string) (Selector, error) {
	rest := strings.TrimSpace(text)
	s := Selector{Name: metricName.FindString(rest)}
	if s.Name == "" {
		return s, fmt.Errorf("%q does not start with a metric's name", text)
	}
	rest = strings.TrimSpace(rest[len(s.Name):])
	if rest == "" {
		return s, nil
	}
	if rest[0] != '{' {
		return s, fmt.Errorf("%q is more than a metric and its labels", text)
	}
	rest = strings.TrimSpace(rest[1:])
	for !strings.HasPrefix(rest, "}") {
		m := matcher{label: labelName.FindString(rest)}
		rest = strings.TrimSpace(rest[len(m.label):])
		m.op = labelOp.FindString(rest)
		if m.label == "" || m.op == "" {
			return s, fmt.Errorf("%q has no label matcher at %q", text, rest)
		}
		rest = strings.TrimSpace(rest[len(m.op):])
		value, n, err := quoted(rest)
		if err != nil {
			return s, fmt.Errorf("in %q: %w", text, err)
		}
		m.value = value
		if m.op == "=~" || m.op == "!~" {
			if m.re, err = regexp.Compile("^(?s:" + value + ")$"); err != nil {
				return s, fmt.Errorf("in %q: %q is no regular expression", text, value)
			}
		} else {
			m.value = canonical(m.label, value)
		}
		s.matchers = append(s.matchers, m)
		rest = strings.TrimSpace(rest[n:])
		if strings.HasPrefix(rest, ",") {
			rest = strings.TrimSpace(rest[1:])
		} else if !strings.HasPrefix(rest, "}") {
			return s, fmt.Errorf("%q has no closing }", text)
		}
	}
	if rest = strings.TrimSpace(rest[1:]); rest != "" {
		return s, fmt.Errorf("%q is more than a metric and its labels: %q", text, rest)
	}
	return s, nil
}

// quoted reads "…" or '…' at the start of s and returns the bytes that it took.
func quoted(s string) (string, int, error) {
	if s == "" || s[0] != '"' && s[0] != '\'' {
		return "", 0, fmt.Errorf("a value needs quotes at %q", s)
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case s[0]:
			return b.String(), i + 1, nil
		case '\\':
			if i++; i == len(s) {
				break
			}
			switch s[i] {
			case 'n':
				b.WriteByte('\n')
			case '\\', '"', '\'':
				b.WriteByte(s[i])
			default:
				return "", 0, fmt.Errorf(`\%c is no escape`, s[i])
			}
		default:
			b.WriteByte(s[i])
		}
	}
	return "", 0, fmt.Errorf("a value has no closing quote")
}

// Matches follows Prometheus: a label that is absent is empty, and an expression matches as a whole.
func (s Selector) Matches(name string, labels Labels) bool {
	if name != s.Name {
		return false
	}
	for _, m := range s.matchers {
		v := labels[m.label]
		ok := v == m.value
		if m.re != nil {
			ok = m.re.MatchString(v)
		}
		if ok != (m.op == "=" || m.op == "=~") {
			return false
		}
	}
	return true
}

// canonical spells a bucket's bound in one way: the text format writes le="1", OpenMetrics le="1.0".
func canonical(label, value string) string {
	if label == "le" || label == "quantile" {
		if f, err := strconv.ParseFloat(value, 64); err == nil {
			return strconv.FormatFloat(f, 'g', -1, 64)
		}
	}
	return value
}

func (l Labels) key() string {
	names := make([]string, 0, len(l))
	for n := range l {
		names = append(names, n)
	}
	sort.Strings(names)
	var b strings.Builder
	for _, n := range names {
		b.WriteString(n + "\xff" + l[n] + "\xff")
	}
	return b.String()
}
