package clause

import (
	"fmt"
	"regexp"
	"strings"
)

// suggest writes the clause again with a quantity, and the measure that it would need.
func (p *parser) suggest() (rewrites []string, stub string) {
	noun, better := p.guessNoun()
	if noun == "" {
		return nil, ""
	}
	if better != "higher" {
		rewrites = append(rewrites, "make 0 "+noun, "make fewer "+noun)
	}
	if better != "lower" {
		rewrites = append(rewrites, "have at least 100 "+noun, "have more "+noun)
	}
	if len(p.spans) > 0 {
		m := p.spans[0].measure
		if m.Quantile != "" {
			return []string{noun + " within 2 seconds", noun + " faster"}, ""
		}
		if m.Of != "" {
			return []string{fmt.Sprintf("have at %s 1%% %s", map[string]string{"lower": "most", "higher": "least"}[better], noun)}, ""
		}
		if m.Value != "" {
			return []string{"have an average " + noun + " above …", "have a higher " + noun}, ""
		}
		return rewrites, "" // the measure is there, only the quantity is missing
	}
	metric := strings.Trim(notMetric.ReplaceAllString(strings.ToLower(noun), "_"), "_")
	if metric == "" || metric[0] >= '0' && metric[0] <= '9' {
		metric = "my_" + metric
	}
	if better == "" {
		better = "lower               # or higher"
	}
	stub = fmt.Sprintf(`measures:
  %s:
    count: %s_total   # a counter that your software exports
    per: requests_total   # out of how many chances
    from: openmetrics
    better: %s
`, noun, metric, better)
	return rewrites, stub
}

var notMetric = regexp.MustCompile(`[^a-z0-9]+`)

// guessNoun is the bound noun, or the words after the verb up to the next connector.
func (p *parser) guessNoun() (noun, better string) {
	if len(p.spans) > 0 {
		return p.spans[0].measure.Name, p.spans[0].measure.Better
	}
	less := map[string]bool{"avoid": true, "prevent": true, "reduce": true, "cut": true, "fewer": true, "minimise": true, "minimize": true, "no": true, "never": true, "lower": true}
	more := map[string]bool{"increase": true, "grow": true, "more": true, "maximise": true, "maximize": true, "boost": true}
	var words []string
	for i, t := range p.tokens {
		if less[t.word] && better == "" {
			better = "lower"
		}
		if more[t.word] && better == "" {
			better = "higher"
		}
		_, number := p.lang.numbers[t.word]
		if _, speed := p.lang.comparatives[t.word]; speed {
			continue
		}
		filler := t.kind != word || number || p.lang.quantifies(t.word) || p.lang.articles[t.word] || p.lang.subjects[t.word] || p.lang.verbs[t.word] || p.lang.units[t.word] != "" || i > 0 && t.word != "s" && len(t.word) < 3
		if p.lang.connectors[t.word] != "" || t.word == "than" || len(words) == 4 {
			if len(words) > 0 {
				break
			}
			continue
		}
		if filler || i == 0 && len(p.tokens) > 1 && p.tokens[1].kind == word { // the verb
			continue
		}
		words = append(words, t.word)
	}
	return strings.Join(words, " "), better
}
