package clause

import (
	_ "embed" // english.words
	"fmt"
	"strings"
	"sync"
)

// table is the meaning of phrases.
type table map[string]string

// language is the words of one language, as its file says them.
type language struct {
	tables    map[string]table           // section → phrase → meaning
	particles map[string]map[string]bool // role → phrases
	senses    map[string]map[string]bool // verb → words of its sense
	printed   map[string]string          // key → template
	unitNames map[string]string          // unit → "second | seconds"
	longest   int                        // words of the longest phrase
	reach     map[string]map[string]int  // section or role → first word → words of the longest phrase that begins with it
}

//go:embed english.words
var englishWords string

var english = sync.OnceValue(func() *language {
	l, err := readLanguage(englishWords)
	if err != nil {
		panic("english.words: " + err.Error())
	}
	return l
})

// sections are what a language file must have: a file that lacks one would leave words unread.
var sections = []string{
	"connectors", "verbs", "gerunds", "worsens", "subjects", "modals", "articles", "fillers", "links", "participles", "durations",
	"comparators", "after", "numbers", "scales", "fractions", "units", "currencies", "adverbs", "trends", "spans", "comparatives", "changes",
	"change-nouns", "movers", "multiples", "multipliers", "aggregates", "baselines", "baseline-words", "vague", "hedges", "irregular",
	"plurals", "long-plurals", "past", "suggest-verbs", "suggest-more", "suggest-less", "suggest-rating", "suggest-speed", "suggest-time", "suggest-states", "suggest-stop", "suggest-they",
}

func readLanguage(text string) (*language, error) {
	l := &language{tables: map[string]table{}, particles: map[string]map[string]bool{},
		senses: map[string]map[string]bool{}, reach: map[string]map[string]int{}, printed: map[string]string{}, unitNames: map[string]string{}}
	section := ""
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if name, ok := strings.CutPrefix(line, "["); ok {
			section = strings.TrimSuffix(name, "]")
			if section != "particles" && section != "senses" && section != "say" && section != "suggest" && section != "units-said" {
				l.tables[section] = table{}
			}
			continue
		}
		if err := l.line(section, line); err != nil {
			return nil, fmt.Errorf("line %d: %w", n+1, err)
		}
	}
	for _, s := range sections {
		if len(l.tables[s]) == 0 {
			return nil, fmt.Errorf("no words in [%s]", s)
		}
	}
	return l, nil
}

func (l *language) line(section, line string) error {
	at := strings.Index(line, ": ")
	if at < 0 {
		return fmt.Errorf("%q is no \"key: phrase | phrase\"", line)
	}
	key, text := line[:at], strings.TrimSpace(line[at+2:])
	switch section {
	case "say", "suggest":
		if _, twice := l.printed[section+" "+key]; twice {
			return fmt.Errorf("%q is said twice", key)
		}
		l.printed[section+" "+key] = text
		return nil
	case "units-said":
		l.unitNames[key] = text
		return nil
	}
	for _, phrase := range strings.Split(text, " | ") {
		phrase = strings.TrimSpace(phrase)
		words := strings.Fields(phrase)
		if len(words) == 0 {
			return fmt.Errorf("%q has an empty phrase", line)
		}
		of := section
		if section == "particles" {
			of = "particles " + key
		}
		if l.reach[of] == nil {
			l.reach[of] = map[string]int{}
		}
		l.reach[of][words[0]] = max(l.reach[of][words[0]], len(words))
		l.longest = max(l.longest, len(words))
		if roles := map[string]map[string]map[string]bool{"particles": l.particles, "senses": l.senses}[section]; roles != nil {
			if roles[key] == nil {
				roles[key] = map[string]bool{}
			}
			roles[key][phrase] = true
			continue
		}
		t := l.tables[section]
		if t == nil {
			return fmt.Errorf("%q stands in no section", line)
		}
		if other, twice := t[phrase]; twice && other != key {
			return fmt.Errorf("%q means both %q and %q", phrase, other, key)
		}
		t[phrase] = key
	}
	return nil
}

func (l *language) meaning(section, phrase string) string { return l.tables[section][phrase] }

func (l *language) has(section, phrase string) bool {
	_, ok := l.tables[section][phrase]
	return ok
}

// say fills the slots of a template: say("count", "amount", "at most 5", "noun", "mistakes").
func (l *language) say(key string, slots ...string) string { return l.fill("say "+key, slots) }

func (l *language) suggest(key string, slots ...string) string { return l.fill("suggest "+key, slots) }

func (l *language) fill(key string, slots []string) string {
	pairs := make([]string, len(slots))
	for i := range slots {
		pairs[i] = slots[i]
		if i%2 == 0 {
			pairs[i] = "{" + slots[i] + "}"
		}
	}
	return strings.NewReplacer(pairs...).Replace(l.printed[key])
}

// says reports whether the language has words for a key.
func (l *language) says(key string) bool { return l.printed["say "+key] != "" }

// unit is the plain word for a unit of n.
func (l *language) unit(u string, n string) string {
	one, many, two := strings.Cut(l.unitNames[u], " | ")
	switch {
	case one == "":
		return u
	case n == "1" || !two:
		return one
	}
	return many
}

// singulars are the words that w can be the plural or the third person of, and w itself.
func (l *language) singulars(w string) []string {
	w = strings.ToLower(w)
	out := []string{w}
	if s := l.meaning("irregular", w); s != "" {
		out = append(out, s)
	}
	return append(out, l.without("plurals", w)...)
}

// without takes the endings of a section off: "ies" for y, "ed" for nothing.
func (l *language) without(section, w string) (out []string) {
	for ending, instead := range l.tables[section] {
		if rest, ok := strings.CutSuffix(w, ending); ok && len([]rune(rest)) > 1 {
			out = append(out, rest+strings.TrimPrefix(instead, "-"))
		}
	}
	return out
}

// same ignores case, the plural and "answering" for "answer".
func (l *language) same(a, b string) bool {
	if a == b {
		return true
	}
	for _, x := range l.singulars(a) {
		for _, y := range l.singulars(b) {
			if x == y {
				return true
			}
		}
	}
	return l.meaning("gerunds", a) == b && b != ""
}

// related ignores the ending of a participle besides: confirmed and confirm.
func (l *language) related(a, b string) bool {
	roots := func(w string) []string {
		out := l.singulars(w)
		return append(out, l.without("past", strings.ToLower(w))...)
	}
	for _, x := range roots(a) {
		for _, y := range roots(b) {
			if x == y {
				return true
			}
		}
	}
	return false
}

// one is the singular of a noun that is printed: question of questions, query of queries.
func (l *language) one(w string) string {
	if s := l.meaning("irregular", w); s != "" {
		return s
	}
	best, length := w, 0
	for ending, instead := range l.tables["plurals"] {
		rest, ok := strings.CutSuffix(w, ending)
		if !ok || len([]rune(rest)) < 2 {
			continue
		}
		if instead == "-" && len(ending) > 1 && !l.hisses(rest) || instead == "-" && len(ending) == 1 && l.hisses(rest) {
			continue
		}
		if len(ending) > length {
			best, length = rest+strings.TrimPrefix(instead, "-"), len(ending)
		}
	}
	return best
}

// hisses reports whether a noun takes the long ending: box, match, loss.
func (l *language) hisses(w string) bool {
	for end := range l.tables["long-plurals"] {
		if strings.HasSuffix(w, end) {
			return true
		}
	}
	return false
}

// verb is a verb without the ending of "keeping" and "keeps", "" when w is none that the language knows.
func (l *language) verb(w string) string {
	if g := l.meaning("gerunds", w); g != "" {
		return g
	}
	return w
}

// quantifies reports whether a word could carry a quantity, so that it must not be passed over.
func (l *language) quantifies(w string) bool {
	for _, section := range []string{"comparatives", "numbers", "fractions", "changes", "change-nouns", "multiples", "multipliers", "vague", "hedges"} {
		if l.has(section, w) {
			return true
		}
	}
	for _, role := range []string{"no", "never", "most", "every", "all", "unchanged"} {
		if l.particles[role][w] {
			return true
		}
	}
	for _, section := range []string{"comparators", "after"} {
		for phrase := range l.tables[section] {
			if first, _, _ := strings.Cut(phrase, " "); first == w {
				return true
			}
		}
	}
	return false
}
