package dsl

import (
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/gherkin"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/steps"
)

// ofDefinitions are the reserved tags that say something of a step definition alone.
var ofDefinitions = []string{"@read", "@write", "@each", "@once", "@undo"}

// ofScenarios are the reserved tags that say something of a feature or a scenario alone.
var ofScenarios = []string{"@id", "@wip", "@safe-in-production"}

// withValue are the reserved tags that say nothing without a value.
var withValue = map[string]string{"@owner": "@owner:payments", "@runbook": "@runbook:docs/checkout.md", "@driver": "@driver:http", "@escalate": "@escalate:team"}

func tagRange(t gherkin.Tag) diag.Range { return diag.At(t.Pos, len([]rune(t.Name))) }

// featureTags warns of reserved tags that do nothing in a feature.
func (c *compiler) featureTags(f *gherkin.Feature) {
	see := func(tags []gherkin.Tag) {
		c.incomplete(tags)
		for _, t := range tags {
			if name, _, _ := strings.Cut(t.Name, ":"); slices.Contains(ofDefinitions, name) {
				c.add(diag.Warnf(tagRange(t), "steps/tag", "%s says something of a step definition, and nothing here", name).
					WithHelp("write it on the definition, in a *%s file, or give your own tag another name", stepsSuffix))
			}
		}
	}
	see(f.Tags)
	for _, r := range f.Rules {
		see(r.Tags)
	}
	for _, s := range f.Scenarios {
		see(s.Tags)
		for _, e := range s.Examples {
			see(e.Tags)
		}
	}
}

func (c *compiler) incomplete(tags []gherkin.Tag) {
	for _, t := range tags {
		name, value, _ := strings.Cut(t.Name, ":")
		if example, reserved := withValue[name]; reserved && value == "" && t.Name != "@driver:" { // an unknown driver is an error
			c.add(diag.Warnf(tagRange(t), "steps/tag", "%s says nothing without a value", name).WithHelp("write it as %s", example))
		}
	}
}

// definitionTags reads the tags of a definition: those of its feature, which its own override.
func (c *compiler) definitionTags(d *steps.Definition, ofFeature, own []gherkin.Tag) {
	for _, tags := range [][]gherkin.Tag{ofFeature, own} {
		c.opposed(tags, "@read", "@write", "it either changes something or it does not")
		for _, t := range tags {
			c.definitionTag(d, t)
		}
	}
	c.incomplete(own)
	c.opposed(append(slices.Clone(ofFeature), own...), "@undo", "@once", "a compensation runs for each step that it undoes")
}

// scenarioTags warns of reserved tags that do nothing in a file of definitions.
func (c *compiler) scenarioTags(tags []gherkin.Tag) {
	for _, t := range tags {
		if name, _, _ := strings.Cut(t.Name, ":"); slices.Contains(ofScenarios, name) {
			c.add(diag.Warnf(tagRange(t), "steps/tag", "%s says something of a scenario, and nothing of a definition", name).
				WithHelp("write it on the scenarios that use the definition, or remove it"))
		}
	}
}

// opposed refuses two tags that cannot both be meant.
func (c *compiler) opposed(tags []gherkin.Tag, one, other, why string) {
	at := func(name string) int {
		return slices.IndexFunc(tags, func(t gherkin.Tag) bool {
			bare, _, _ := strings.Cut(t.Name, ":")
			return bare == name
		})
	}
	i, j := at(one), at(other)
	if i < 0 || j < 0 {
		return
	}
	c.add(diag.Errorf(tagRange(tags[max(i, j)]), "steps/tag", "%s and %s contradict each other: %s", tags[min(i, j)].Name, tags[max(i, j)].Name, why).
		WithNote(tagRange(tags[min(i, j)]), "the other tag").WithHelp("remove one of the two"))
}

func (c *compiler) definitionTag(d *steps.Definition, t gherkin.Tag) {
	name, argument, hasArgument := strings.Cut(t.Name, ":")
	switch name {
	case "@driver":
	case "@read":
		d.Effect = ir.Reads
	case "@write":
		d.Effect = ir.Writes
	case "@each":
		d.Each = true
	case "@undo":
		d.IsUndo = true
	case "@once":
		d.Once, d.MaxAge = true, 0
		if hasArgument {
			age, err := expr.ParseDuration(argument)
			if err != nil || age <= 0 {
				c.add(diag.Errorf(tagRange(t), "steps/tag", "%q is not a duration", argument).WithHelp("write the age at which it is renewed: @once:10m"))
			}
			d.MaxAge = ir.Duration(age)
		}
	}
}
