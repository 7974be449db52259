package gherkin

import (
	"testing"

	gk "github.com/cucumber/gherkin/go/v26"
)

func TestLanguagesAreThoseOfTheLibrary(t *testing.T) {
	for _, code := range languages {
		d := gk.DialectsBuiltin().GetDialect(code)
		if d == nil {
			t.Errorf("the library does not know %q", code)
			continue
		}
		doc, list := Parse("x", "# language: "+code+"\n"+d.FeatureKeywords()[0]+": x\n  "+wordsOf(code).scenario+": y\n    "+d.Keywords["given"][1]+"z\n")
		if len(list) > 0 || doc.Language != code || len(doc.Feature.Scenarios[0].Steps) != 1 {
			t.Errorf("%s: %v", code, list)
		}
	}
}
