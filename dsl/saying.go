package dsl

import (
	"maps"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/gherkin"
	"github.com/cucumber-value/hoops/dsl/steps"
)

// keptNames collects every name that a step keeps, so that a body can be compiled before it is known who calls it.
func (c *compiler) keptNames(features, definitions []*gherkin.Document) {
	c.drivers = slices.Clone(c.declared)
	names, secrets := map[string]bool{}, map[string]bool{}
	for _, d := range features {
		c.saying(d).into(c, names, secrets)
	}
	for _, d := range definitions {
		s := c.saying(d)
		s.into(c, names, secrets)
		c.definitions = append(c.definitions, s)
	}
	c.kept, c.secretNames = slices.Sorted(maps.Keys(names)), slices.Sorted(maps.Keys(secrets))
}

// saying is what the steps of a file say by their words alone: names that they keep, which of these are secrets, and
// the drivers that have one of the steps in their own vocabulary.
type saying struct{ kept, secrets, drivers []string }

func (s saying) into(c *compiler, names, secrets map[string]bool) {
	for _, n := range s.kept {
		names[n] = true
	}
	for _, n := range s.secrets {
		secrets[n] = true
	}
	for _, own := range s.drivers {
		if !slices.Contains(c.drivers, own) {
			c.drivers = append(c.drivers, own)
		}
	}
}

func (c *compiler) saying(d *gherkin.Document) saying {
	var out saying
	eachStep(d.Feature, func(s *gherkin.Step) {
		text := s.Text
		if rest, ok := strings.CutPrefix(text, "within "); ok {
			_, text, _ = strings.Cut(rest, " ")
		}
		if name := steps.KeptName(text); name != "" {
			out.kept = append(out.kept, name)
			if strings.HasPrefix(text, "I keep secret ") {
				out.secrets = append(out.secrets, name)
			}
		}
		if own := c.library.OwnDriver(text); own != "" && !slices.Contains(out.drivers, own) {
			out.drivers = append(out.drivers, own)
		}
	})
	return out
}

func eachStep(f *gherkin.Feature, visit func(*gherkin.Step)) {
	for _, b := range backgrounds(f) {
		for _, s := range b.Steps {
			visit(s)
		}
	}
	for _, sc := range f.Scenarios {
		for _, s := range sc.Steps {
			visit(s)
		}
	}
}

func backgrounds(f *gherkin.Feature) []*gherkin.Background {
	var list []*gherkin.Background
	if f.Background != nil {
		list = append(list, f.Background)
	}
	for _, r := range f.Rules {
		if r.Background != nil {
			list = append(list, r.Background)
		}
	}
	return list
}
