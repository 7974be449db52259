package clause

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// suggest writes the clause again with a quantity, in the author's own words, and the measure that it would need. Each
// rewrite is bound when the measure is pasted.
func (p *parser) suggest() (rewrites []string, stub string) {
	if len(p.spans) > 0 {
		return p.suggestFor(&p.spans[0]), "" // the measure is there, only the quantity is missing
	}
	return p.suggestMeasure()
}

// suggestFor names quantities for a measure that is declared.
func (p *parser) suggestFor(sp *span) []string {
	m, noun := sp.measure, sp.measure.Name
	if sp.phrase != "" && m.Count != "" && m.Of == "" {
		noun = sp.phrase
	}
	say := p.lang.suggest
	switch {
	case m.Quantile != "" && !m.Timed():
		return []string{say("number-most", "noun", m.Name), say("number-less", "noun", m.Name)}
	case m.Quantile != "":
		return []string{say("time-most", "noun", m.Name), say("time-less", "noun", m.Name)}
	case m.Value != "":
		amount := p.exampleOf(m.Unit)
		if m.Better == "lower" {
			return []string{say("value-lower", "noun", m.Name, "amount", amount), say("value-less", "noun", m.Name)}
		}
		return []string{say("value-higher", "noun", m.Name, "amount", amount), say("value-more", "noun", m.Name)}
	}
	verb := p.verbOf(noun)
	switch {
	case m.Of != "" && m.Better == "lower":
		return []string{say("share-lower", "noun", m.Name, "verb", say("verb")), say("lower-fewer", "noun", m.Name, "verb", say("verb"))}
	case m.Of != "":
		return []string{say("share-higher", "noun", m.Name, "verb", say("verb")), say("higher-more", "noun", m.Name, "verb", say("verb"))}
	}
	return p.suggestCount(noun, verb, m.Better)
}

func (p *parser) suggestCount(noun, verb, better string) []string {
	say := p.lang.suggest
	if better == "higher" {
		return []string{say("higher-least", "noun", noun, "verb", verb), say("higher-more", "noun", noun, "verb", verb)}
	}
	return []string{say("lower-none", "noun", noun, "verb", verb), say("lower-most", "noun", noun, "verb", verb), say("lower-fewer", "noun", noun, "verb", verb)}
}

// exampleOf is an amount in a unit, as an author would write it.
func (p *parser) exampleOf(unit string) string {
	s := p.segment(part{})
	switch c := p.lang.meaning("currencies", strings.ToLower(unit)); {
	case c != "":
		return c + "40"
	case clockUnits[unit] != nil:
		return s.withUnit("2", "m")
	case sizeUnits[unit] != nil:
		return "2 MB"
	case unit == "%":
		return "50%"
	}
	return "4"
}

// verbOf is the verb that goes with a noun: make mistakes, get calls.
func (p *parser) verbOf(noun string) string {
	for _, one := range p.lang.singulars(p.headOf(noun)) {
		if v := p.lang.meaning("suggest-verbs", one); v != "" {
			return v
		}
	}
	return p.lang.suggest("verb")
}

// suggestMeasure guesses from the first words what kind of promise is meant.
func (p *parser) suggestMeasure() (rewrites []string, stub string) {
	words, from := p.promised()
	if len(words) == 0 {
		return nil, ""
	}
	if rewrites, stub := p.suggestQuantified(from, from+len(words)); len(rewrites) > 0 {
		return rewrites, stub
	}
	say := p.lang.suggest
	for _, kind := range []struct{ section, better string }{{"suggest-less", "lower"}, {"suggest-more", "higher"}} {
		if n := p.starts(words, kind.section); n > 0 {
			if noun := p.nounOf(words[n:]); noun != "" {
				return p.suggestNoun(noun, "", kind.better)
			}
		}
	}
	if n := p.starts(words, "suggest-rating"); n > 0 {
		if noun := p.nounOf(words[n:]); noun != "" {
			return p.suggestLevel(say("rating", "noun", noun))
		}
	}
	if n := p.starts(words, "suggest-speed"); n > 0 && len(words) > n {
		return p.suggestTime(say("duration-of", "words", strings.Join(p.until(words[n:]), " ")))
	}
	if rest, n := p.ends(words, "suggest-time"); n > 0 && len(rest) > 0 {
		return p.suggestTime(say("duration", "words", strings.Join(rest, " ")))
	}
	if p.starts(words, "suggest-states") > 0 {
		for i, w := range words {
			if t := p.lang.meaning("suggest-they", strings.ToLower(w)); t != "" {
				words[i] = t
			}
		}
		return p.suggestShare("survey", "half", strings.Join(words, " "))
	}
	return p.suggestShare("attempts", "share", strings.Join(words, " "))
}

// suggestNoun is for what is counted, or could be.
func (p *parser) suggestNoun(noun, verb, better string) ([]string, string) {
	switch {
	case p.plural(noun):
	case better == "higher": // grow our customer base
		return p.suggestLevel(noun)
	default:
		noun, verb = p.lang.suggest("cases", "noun", noun), p.lang.suggest("verb")
	}
	if verb == "" {
		verb = p.verbOf(noun)
	}
	return p.suggestCount(noun, verb, better), p.countStub(noun, better)
}

// suggestQuantified is for a clause that has a quantity, and lacks nothing but its measure: "take fewer calls",
// "answer 95% of calls within 2 minutes".
func (p *parser) suggestQuantified(from, to int) ([]string, string) {
	s := p.segment(part{from, to, ""})
	words := func(i int) (out []string) {
		for ; i < to; i++ {
			out = append(out, p.tokens[i].text)
		}
		return out
	}
	for i := from; i < min(from+2, to); i++ {
		verb := ""
		if i > from {
			if verb = s.word(from); !p.lang.has("verbs", verb) {
				verb = ""
			}
		}
		compare, k := s.longest(i, "comparators")
		a, n := s.readAmount(i+k, false)
		way, m := s.longest(i+k+n, "comparatives")
		better, noun := "lower", ""
		switch {
		case m > 0 && (way == "less" || way == "more"):
			if way == "more" {
				better = "higher"
			}
			noun = p.nounOf(words(i + k + n + m))
		case a != nil && (a.unit == "%" || a.share) && m == 0:
			return p.suggestPart(s, i, i+k+n, to, compare)
		case a != nil && a.unit == "":
			if compare != "" && compare[0] == '>' {
				better = "higher"
			}
			noun = p.nounOf(words(i + k + n))
		case s.find(i, "no") > 0:
			noun = p.nounOf(words(i + s.find(i, "no")))
		}
		if noun == "" {
			continue
		}
		rewrites, stub := p.suggestNoun(noun, verb, better)
		text, _, _ := p.words(from, to)
		trial := &parser{lang: p.lang, measures: []ir.Measure{{Name: noun, Count: noun, Per: noun, Better: better}}}
		own := trial.read([]Piece{{Text: text}}, "")
		if own.Unbound == "" && p.plural(noun) && !slices.Contains(rewrites, text) {
			rewrites = append([]string{text}, rewrites...)
		}
		return rewrites, stub
	}
	return nil, ""
}

// suggestPart makes a says of the clause around its quantity, which stands from token i to j.
func (p *parser) suggestPart(s *segment, i, j, to int, compare string) ([]string, string) {
	rest, _, _ := p.words(j, to)
	name, _, _ := p.words(min(to, j+s.find(j, "of")), to)
	for first, after, ok := strings.Cut(name, " "); ok && p.lang.has("articles", plainWord(first)); first, after, ok = strings.Cut(name, " ") {
		name = after
	}
	head, _, _ := p.words(s.part.from, i)
	text, _, _ := p.words(s.part.from, to)
	if name == "" {
		return nil, ""
	}
	better := "higher"
	if compare != "" && compare[0] == '<' {
		better = "lower"
	}
	return []string{text}, p.shareStub(name, strings.TrimSpace(head+" "+hole+" "+rest), metric(name), "all_"+metric(name), better)
}

func (p *parser) shareStub(name, says, count, of, better string) string {
	say := p.lang.suggest
	return fmt.Sprintf("measures:\n  %s:\n    says: [%q]\n    count: %s_total   # %s\n    of: %s_total   # %s\n    from: openmetrics\n    better: %s\n",
		key(name), says, count, say("parts"), of, say("wholes"), better)
}

// suggestLevel is for what is high or low and not counted.
func (p *parser) suggestLevel(noun string) ([]string, string) {
	m := ir.Measure{Name: noun, Value: noun, Better: "higher"}
	return p.suggestFor(&span{measure: &m}), fmt.Sprintf("measures:\n  %s:\n    value: %s   # %s\n    from: prometheus\n    better: higher\n",
		key(noun), metric(noun), p.lang.suggest("gauge"))
}

// suggestTime: what is done shall take less time. The article is the sentence's, not the measure's.
func (p *parser) suggestTime(noun string) ([]string, string) {
	if first, rest, _ := strings.Cut(noun, " "); p.lang.has("articles", first) {
		noun = rest
	}
	say := p.lang.suggest
	return []string{say("duration-most", "noun", noun), say("duration-less", "noun", noun)},
		fmt.Sprintf("measures:\n  %s:\n    quantile: duration   # %s\n    from: run\n    better: lower\n", key(noun), say("steps"))
}

// suggestShare: how many attempts succeed, or how many of those who were asked agree.
func (p *parser) suggestShare(kind, share, words string) ([]string, string) {
	say := p.lang.suggest
	name := say(kind, "words", words)
	says := say(kind+"-says", "words", words)
	sentence := strings.Replace(says, hole, say(share), 1)
	return []string{sentence, say("higher-more", "noun", name, "verb", say("verb"))},
		p.shareStub(name, says, metric(words)+"_"+say(kind+"-count"), metric(words)+"_"+say(kind+"-of"), "higher")
}

func (p *parser) countStub(noun, better string) string {
	say := p.lang.suggest
	return fmt.Sprintf("measures:\n  %s:\n    count: %s_total   # %s\n    per: requests_total   # %s\n    from: openmetrics\n    better: %s\n",
		key(noun), metric(noun), say("counter"), say("chances"), better)
}
