package steps

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/cucumber-value/hoops/dsl/expr"
)

// hint says what is wrong with a step that would be a phrase or a definition but for one thing. When it is certain,
// a definition to paste would only hide the mistake.
func (b *binder) hint(text phrase) (help []string, certain bool) {
	for _, ask := range []func(phrase) (string, bool){b.oddCharacters, b.badName, b.badDuration} {
		if said, sure := ask(text); said != "" {
			return []string{said}, sure
		}
	}
	return nil, false
}

// binds reports whether a text means something on the driver.
func (b *binder) binds(text string) bool {
	f := b.library.lookup(b.driver, text, b.context.Inside, &tried{})
	return f.definitions != nil || f.entry != nil
}

var (
	plainQuotes = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "‟", `"`, "‘", "'", "’", "'", "‚", "'", "‛", "'")
	guillemets  = regexp.MustCompile(`[«‹]\s*([^«»‹›]*?)[\s\x{a0}\x{202f}]*[»›]`)
	oddQuotes   = regexp.MustCompile(`[“”„‟«»‹›]|[‘‚‛][^’]*’`)
)

// oddCharacters finds quotes and spaces that look like those of the language and are others.
func (b *binder) oddCharacters(text phrase) (string, bool) {
	spaced := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, text.text)
	straight := plainQuotes.Replace(guillemets.ReplaceAllString(spaced, `"$1"`))
	shown := func(s string) string { p := text; p.text = s; return p.source() }
	switch {
	case spaced != text.text && b.binds(spaced):
		return "a space of another kind stands in it: write plain spaces: " + shown(spaced), true
	case straight != spaced && b.binds(straight):
		return "write straight quotes: " + shown(straight), true
	case oddQuotes.MatchString(text.text):
		return `write straight quotes around values, "…": others are letters of the step`, false
	}
	return "", false
}

var keeping = regexp.MustCompile(`^(I keep (?:secret )?)(.*?)\s*(:=|==|=)\s*(.*)$`)

// badName finds what is wrong with a step that keeps a value.
func (b *binder) badName(text phrase) (string, bool) {
	m := keeping.FindStringSubmatch(text.text)
	if m == nil {
		return "", false
	}
	name, value := m[2], m[4]
	right := func(name string) string {
		p := text
		p.text = m[1] + name + " = " + value
		return p.source()
	}
	if !expr.IsName(name) && !identifier.MatchString(name) {
		if strings.ContainsFunc(name, isPlaceholder) {
			return "the name must be written out, and cannot be a value", true
		}
		other := strings.Trim(notName.ReplaceAllString(name, "_"), "_")
		if other == "" || !expr.IsName(other) {
			other = "_" + other
		}
		return fmt.Sprintf("%q is not a name: letters, digits and _, and no digit first: %s", name, right(other)), true
	}
	switch {
	case value == "":
		value = "body.id"
		return "the value is missing: " + right(name), true
	case m[3] != "=":
		return fmt.Sprintf("a value is kept with =, found %s: %s", m[3], right(name)), true
	}
	return "write a space before and behind the =: " + right(name), true
}

var notName = regexp.MustCompile(`[^\pL\pN_]+`)

// timed are the phrases that take a duration: what stands before it, and, in the last group, behind it.
var timed = []*regexp.Regexp{
	regexp.MustCompile(`^(I wait |within |the response takes less than )(\d+(?:\.\d+)? [a-zµ]+)(.*)$`),
	regexp.MustCompile(`^(I wait )(\S+)()$`),
	regexp.MustCompile(`^(within )(\S+)( \S.*)$`),
	regexp.MustCompile(`^(the response takes less than )(\S+)()$`),
}

var (
	bareNumber = regexp.MustCompile(`^\d+(?:\.\d+)?$`)
	unitApart  = regexp.MustCompile(`^(\d+(?:\.\d+)?) (ns|us|µs|ms|s|m|h|d|milliseconds?|seconds?|secs?|minutes?|mins?|hours?|days?)$`)
	someNumber = regexp.MustCompile(`^[-+]?\.?\d`)
	longUnits  = map[string]string{"millisecond": "ms", "second": "s", "sec": "s", "minute": "m", "min": "m", "hour": "h", "day": "d"}
)

// badDuration finds a duration that has no unit, or is none for another reason.
func (b *binder) badDuration(text phrase) (string, bool) {
	for _, form := range timed {
		m := form.FindStringSubmatch(text.text)
		if m == nil {
			continue
		}
		written := m[2]
		right := func(value string) string {
			p := text
			p.text = m[1] + value + m[3]
			return p.source()
		}
		// A text that goes on behind the duration is a phrase only when that is a step.
		sure := m[3] == "" || b.binds(strings.TrimSpace(m[3]))
		switch apart := unitApart.FindStringSubmatch(written); {
		case apart != nil:
			unit, word := apart[2], longUnits[strings.TrimSuffix(apart[2], "s")]
			if word != "" {
				unit = word
				sure = sure && m[3] != "" // else it may well be a step of somebody's own
			}
			return "a duration has its unit right behind the number: " + right(apart[1]+unit), sure
		case strings.Contains(written, " ") || !someNumber.MatchString(written) && (m[3] == "" || !sure):
			continue
		case bareNumber.MatchString(written):
			return fmt.Sprintf("a duration needs a unit, %sms or %[1]ss: %s", written, right(written+"s")), sure
		case strings.HasPrefix(written, "-"):
			return "a duration cannot be negative: " + right(strings.TrimPrefix(written, "-")), sure
		default:
			return fmt.Sprintf("%q is no duration: write 300ms, 10s or 1m30s", written), sure
		}
	}
	return "", false
}
