package dsl

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// doubledKeys finds objects in JSON doc strings that have a key twice: most readers take the last one, and the first
// was written for nothing.
func (a *advice) doubledKeys() {
	told := map[diag.Range]bool{} // a step may be bound for several drivers
	ir.WalkSteps(a.program, func(s *ir.Step) {
		for _, b := range s.Bindings {
			var text ir.Template
			switch op := b.Op.(type) {
			case *ir.Request:
				if op.Body != nil && op.Body.Kind == ir.BodyJSON {
					text = op.Body.Content
				}
			case *ir.Expect:
				if op.Check == ir.CheckJSON {
					text = op.Want
				}
			}
			for _, d := range doubled(text) {
				at := a.occurrence(s, d)
				if !told[at] {
					told[at] = true
					a.say(diag.Warnf(at, "steps/doubled-key", "this object has the key %s twice, and most readers take the last one alone", d.key).
						WithHelp("remove one of them, or correct its name"))
				}
			}
		}
	})
}

// doubledKey is a key as it is written, and how many such keys stand before it in its text.
type doubledKey struct {
	key    string
	before int
}

// someKeyTwice reports whether a text may have a key twice, in whatever objects: of most it says no, and quickly.
func someKeyTwice(text string) bool {
	var keys []string
	for at := 0; ; {
		colon := strings.IndexByte(text[at:], ':')
		if colon < 0 {
			return false
		}
		at += colon + 1
		before := strings.TrimRight(text[:at-1], " \t\r\n")
		if !strings.HasSuffix(before, `"`) {
			continue
		}
		key := before[strings.LastIndexByte(before[:len(before)-1], '"')+1:]
		if slices.Contains(keys, key) || strings.Contains(key, `\`) { // an escape may spell any key
			return true
		}
		if keys = append(keys, key); len(keys) > 100 {
			return true
		}
	}
}

// doubled are the keys of a JSON text that stand twice in one object.
func doubled(t ir.Template) (found []doubledKey) {
	var b strings.Builder // something harmless for each value
	for _, p := range t {
		switch {
		case p.Expr == "":
			b.WriteString(p.Text)
		case p.Place == ir.JSONString:
			b.WriteByte(0x7f) // in no key that is written out
		default:
			b.WriteString("null")
		}
	}
	text := b.String()
	if !someKeyTwice(text) {
		return nil
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var value func() bool
	value = func() bool {
		token, err := d.Token()
		if err != nil {
			return false
		}
		there := map[string]bool{}
		for d.More() && token == json.Delim('{') {
			from := int(d.InputOffset())
			name, err := d.Token()
			if err != nil {
				return false
			}
			key := strings.TrimLeft(text[from:d.InputOffset()], " \t\r\n,")
			if there[name.(string)] && !strings.Contains(key, "\x7f") {
				before := keyPattern(key).FindAllString(text[:from], -1)
				found = append(found, doubledKey{key, len(before)})
			}
			there[name.(string)] = true
			if !value() {
				return false
			}
		}
		for token == json.Delim('[') && d.More() {
			if !value() {
				return false
			}
		}
		if _, open := token.(json.Delim); open {
			_, err = d.Token()
		}
		return err == nil
	}
	value()
	return found
}

func keyPattern(key string) *regexp.Regexp {
	return regexp.MustCompile(regexp.QuoteMeta(key) + `\s*:`)
}

// occurrence is where a key stands below a step, or the step.
func (a *advice) occurrence(s *ir.Step, k doubledKey) diag.Range {
	left := k.before
	for line, source := range a.linesFrom(s) {
		if line == s.Pos.Line {
			continue
		}
		for _, at := range keyPattern(k.key).FindAllStringIndex(source, -1) {
			if left--; left < 0 {
				return inLine(s, line, source, at[0], k.key)
			}
		}
	}
	return s.Range()
}
