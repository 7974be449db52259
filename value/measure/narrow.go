package measure

import (
	"regexp"
	"strings"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// synthetic leaves out what carries OpenTelemetry's mark of traffic that no user made, as hoops' own does. A metric
// without the label is not changed by it.
const synthetic = `user_agent_synthetic_type!~"test|bot"`

// HasLabels reports whether series of a source have labels.
func HasLabels(from string) bool { return from == "prometheus" || from == "openmetrics" }

// Narrowed is a measure of those series only that label matchers choose, such as version="2": an arm of an
// experiment.
func Narrowed(m ir.Measure, matchers string) (ir.Measure, *Failure) {
	matchers = strings.TrimSpace(matchers)
	if strings.HasPrefix(matchers, "{") && strings.HasSuffix(matchers, "}") {
		matchers = matchers[1 : len(matchers)-1]
	}
	matchers = strings.TrimSuffix(strings.TrimSpace(matchers), ",")
	if !HasLabels(m.From) {
		return m, failed(SourceFailed, "%s comes from %s, whose numbers have no labels, so no group can be told from another", m.Name, m.From).
			help("declare a measure for each group, or use from: prometheus")
	}
	if _, err := ParseSelector("x{" + matchers + "}"); err != nil || matchers == "" {
		return m, failed(SourceFailed, "%q are no label matchers", matchers).help(`write them as in version="2", region!="eu"`)
	}
	return narrowed(m, matchers), nil
}

// WithoutSynthetic is a measure without the traffic of hoops itself, where its source can tell.
func WithoutSynthetic(m ir.Measure) ir.Measure {
	if !HasLabels(m.From) {
		return m
	}
	return narrowed(m, synthetic)
}

func narrowed(m ir.Measure, matchers string) ir.Measure {
	for _, s := range []*string{&m.Count, &m.Per, &m.Of, &m.Quantile, &m.Value} {
		*s = withMatchers(*s, matchers)
	}
	return m
}

// ofOne is a selector, alone or summed up.
var ofOne = regexp.MustCompile(`^(\s*(?:sum\s*(?:(?:by|without)\s*\([^()]*\)\s*)?\(\s*)?[a-zA-Z_:][a-zA-Z0-9_:]*\s*)(?:\{(.*)\})?(\s*\)?\s*)$`)

// withMatchers adds matchers to a selector. What is no selector is left as it is: the source says what is wrong
// with it.
func withMatchers(selector, matchers string) string {
	p := ofOne.FindStringSubmatch(selector)
	if p == nil {
		return selector
	}
	inside := strings.TrimSuffix(strings.TrimSpace(p[2]), ",")
	if inside != "" {
		inside += ","
	}
	return strings.TrimRight(p[1], " ") + "{" + inside + matchers + "}" + p[3]
}
