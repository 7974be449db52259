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

func (p *parser) guessNoun() (noun, better string) {
	if len(p.spans) > 0 {
		return p.spans[0].measure.Name, p.spans[0].measure.Better
	}
	return "", ""
}
