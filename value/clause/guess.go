package clause

import (
	"regexp"
	"strconv"
	"strings"
)

// promised are the words of the clause's first sentence, without "be able to", and the token that they begin at.
func (p *parser) promised() (words []string, from int) {
	letters := false
	for _, t := range p.tokens {
		if t.kind == mark && strings.Contains(".!?;:", t.text) {
			break
		}
		if t.kind == mark && t.text == "," { // what follows explains
			break
		}
		letters = letters || t.kind == word
		words = append(words, t.text)
	}
	if !letters || len(words) > 30 || len(words) == 1 && p.lang.has("vague", plainWord(words[0])) {
		return nil, 0
	}
	for n := 1; n > 0 && len(words) > 0; {
		n = max(p.starts(words, "modals"), p.starts(words, "subjects"))
		if n < len(words) {
			words, from = words[n:], from+n
		} else {
			n = 0
		}
	}
	return words, from
}

// starts is how many words the longest phrase of a section takes at the start.
func (p *parser) starts(words []string, section string) int {
	length := 0
	for n := 1; n <= min(len(words), p.lang.longest); n++ {
		if p.lang.has(section, plainWord(strings.Join(words[:n], " "))) {
			length = n
		}
	}
	return length
}

// ends takes the longest phrase of a section from the end.
func (p *parser) ends(words []string, section string) ([]string, int) {
	for n := min(len(words), p.lang.longest); n > 0; n-- {
		if p.lang.has(section, plainWord(strings.Join(words[len(words)-n:], " "))) {
			return words[:len(words)-n], n
		}
	}
	return words, 0
}

// until are the words before one that begins another thought.
func (p *parser) until(words []string) []string {
	for i, w := range words {
		w = plainWord(w)
		if i > 0 && (p.lang.has("suggest-stop", w) || p.lang.has("connectors", w)) {
			return words[:i]
		}
		if i > 0 && i+1 < len(words) && (p.lang.particles["a"][w] || p.lang.particles["each"][w]) && p.lang.has("units", plainWord(words[i+1])) { // a day
			return words[:i]
		}
	}
	return words
}

// nounOf is what is spoken of behind a verb: without articles, and no more than five words.
func (p *parser) nounOf(words []string) string {
	words = p.until(words)
	for len(words) > 0 && (p.lang.has("articles", plainWord(words[0])) || p.starts(words, "fillers") > 0) {
		words = words[max(1, p.starts(words, "fillers")):]
	}
	for len(words) > 0 && (p.lang.has("suggest-time", plainWord(words[len(words)-1])) || p.lang.has("vague", plainWord(words[len(words)-1]))) {
		words = words[:len(words)-1]
	}
	if len(words) == 0 || len(words) > 5 || p.lang.has("suggest-stop", plainWord(words[0])) || p.lang.has("connectors", plainWord(words[0])) || p.lang.has("hedges", plainWord(words[0])) {
		return ""
	}
	return strings.Join(words, " ")
}

// plural reports whether a noun can be counted: its head has a singular.
func (p *parser) plural(noun string) bool {
	w := p.headOf(noun)
	return p.lang.one(w) != w
}

// headOf is the word that a noun is about: its last, or the one before "of".
func (p *parser) headOf(noun string) string {
	words := strings.Fields(noun)
	for i, w := range words {
		if i > 0 && p.lang.particles["of"][plainWord(w)] {
			return plainWord(words[i-1])
		}
	}
	return plainWord(words[len(words)-1])
}

var (
	notMetric = regexp.MustCompile(`[^a-z0-9]+`)
	plainKey  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9 -]*$`)
)

// key is a name as a key of hoops.yaml.
func key(name string) string {
	if plainKey.MatchString(name) {
		return name
	}
	return strconv.Quote(name)
}

// metric is a name that a metric could have, of at most 40 characters.
func metric(words string) string {
	m := notMetric.ReplaceAllString(strings.ToLower(words), "_")
	if len(m) > 40 {
		m = m[:40]
		if i := strings.LastIndexByte(m, '_'); i > 20 {
			m = m[:i]
		}
	}
	if m = strings.Trim(m, "_"); m == "" || m[0] >= '0' && m[0] <= '9' {
		m = "my_" + m
	}
	return strings.Trim(m, "_")
}
