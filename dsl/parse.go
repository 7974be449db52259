package dsl

import (
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/gherkin"
)

// yamlText is a YAML file without byte order mark and with Unix line ends, so that its digest does not depend on
// who checked it out.
func yamlText(data []byte) string {
	return strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n")
}

// parse reads every feature file, and tells features from definitions.
func (c *compiler) parse() (features, definitions []*gherkin.Document) {
	for _, s := range c.in.Features {
		doc, wrong := c.document(s)
		switch {
		case doc == nil:
			c.list = append(c.list, wrong...)
			c.partial = true
		case strings.HasSuffix(s.Path, stepsSuffix):
			for _, d := range wrong {
				if d.Code != "gherkin/no-steps" { // said of definitions where they are made
					c.add(d)
				}
			}
			definitions = append(definitions, doc)
		default:
			c.lint[s.Path] = wrong // said when the feature is compiled
			features = append(features, doc)
		}
	}
	if len(c.in.Features) == 0 {
		c.add(diag.Errorf(diag.Range{}, "project/no-features", "there is no *.feature file").
			WithHelp("hoops init writes a working project to begin with"))
	}
	return features, definitions
}

// document is a source, parsed, and what is wrong with it; nil when there is nothing in it to compile.
func (c *compiler) document(s Source) (*gherkin.Document, diag.List) {
	if p := c.again.parsed(s); p != nil {
		c.result.sources[s.Path] = p.text
		return p.doc, p.wrong
	}
	text, wrong := gherkin.Normalise(s.Path, s.Data)
	c.result.sources[s.Path] = text
	if wrong.HasErrors() {
		return nil, wrong
	}
	doc, more := gherkin.Parse(s.Path, text)
	wrong = append(wrong, more...)
	if doc.Feature == nil || wrong.HasErrors() {
		return nil, wrong
	}
	wrong = append(wrong, meantAsSteps(s.Path, doc.Feature)...)
	c.again.keep(s, &parsed{s.Data, text, doc, wrong})
	return doc, wrong
}
