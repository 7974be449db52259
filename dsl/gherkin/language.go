package gherkin

import (
	"strings"

	gk "github.com/cucumber/gherkin/go/v26"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// words is the keywords of a file's language, as the file writes them.
type words struct {
	titles      []string // "Feature", "Scenario Outline", …, without ":"
	scenario    string   // the plainest for a scenario
	steps       []string // "Given ", with the space that the language wants
	joining     []string // "And ", "But ": those that only continue
	outlines    []string
	features    []string
	backgrounds []string
	examples    []string
}

func wordsOf(language string) words {
	d := gk.DialectsBuiltin().GetDialect(language)
	if d == nil {
		d = gk.DialectsBuiltin().GetDialect(gk.DefaultDialect)
	}
	w := words{features: d.FeatureKeywords(), outlines: d.ScenarioOutlineKeywords(), backgrounds: d.BackgroundKeywords(), examples: d.ExamplesKeywords()}
	w.scenario = d.ScenarioKeywords()[len(d.ScenarioKeywords())-1] // the first is "Example" in most languages
	for _, kind := range [][]string{d.ScenarioKeywords(), w.outlines, w.features, w.backgrounds, d.RuleKeywords(), w.examples} {
		w.titles = append(w.titles, kind...)
	}
	for _, kind := range []string{"given", "when", "then"} {
		w.steps = append(w.steps, d.Keywords[kind]...)
	}
	for _, kind := range []string{"and", "but"} {
		w.joining = append(w.joining, d.Keywords[kind]...)
	}
	w.steps = append(w.steps, w.joining...)
	return w
}

// languages is every code that the library knows; it has no list of its own to ask.
var languages = strings.Fields(`en af am amh an ar ast az be bg bm bs ca cs cy-GB da de el em en-Scouse en-au en-lol en-old en-pirate
	en-tx eo es et fa fi fr ga gj gl he hi hr ht hu id is it ja jv ka kn ko lt lu lv mk-Cyrl mk-Latn mn mr ne nl no pa pl pt ro
	ru sk sl sr-Cyrl sr-Latn sv ta te th tlh tr tt uk ur uz vi zh-CN zh-TW`)

// closestLanguage is the code that was meant: by the language's name, by its first part (pt_BR), or by its letters.
func closestLanguage(name string) string {
	for _, code := range languages {
		if d := gk.DialectsBuiltin().GetDialect(code); d != nil && (strings.EqualFold(d.Name, name) || strings.EqualFold(d.Native, name) || strings.EqualFold(code, name)) {
			return code
		}
	}
	first, _, parts := strings.Cut(strings.ReplaceAll(name, "_", "-"), "-")
	for _, code := range languages {
		if parts && strings.EqualFold(code, first) {
			return code
		}
	}
	if len(name) < 4 {
		return "" // any two short codes are close
	}
	return diag.Closest(name, languages)
}
