package dsl

import (
	"slices"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/steps"
)

// openSecrets warns of secrets in addresses. hoops masks them in what it writes, but servers, proxies and browsers
// note addresses, and do not.
func (c *compiler) openSecrets() {
	var kept []string
	ir.WalkSteps(c.program, func(s *ir.Step) {
		for _, b := range s.Bindings {
			if k, ok := b.Op.(*ir.Keep); ok && k.Secret {
				kept = append(kept, k.Name)
			}
		}
	})
	told := map[diag.Pos]bool{}
	see := func(list []ir.Step, names *steps.Names) {
		for i := range list {
			ir.WalkStep(&list[i], func(s *ir.Step) {
				ir.Templates(s, func(t ir.Template, _ string) {
					for _, part := range t {
						if part.Place != ir.Segment && part.Place != ir.Query || part.Expr == "" || told[part.Pos] {
							continue // a whole address may be a secret
						}
						if name := secretIn(part.Expr, names, kept); name != "" {
							told[part.Pos] = true
							c.add(diag.Warnf(diag.At(part.Pos, len([]rune(part.Expr))), "secrets/address", "the secret %s stands in an address, which servers and proxies write down", name).
								WithHelp("send it in a header or in the body"))
						}
					}
				})
			})
		}
	}
	for i, d := range c.linked {
		see(c.program.Definitions[i].Body, d.Names)
	}
	for i := range c.program.Features {
		for j := range c.program.Features[i].Scenarios {
			see(c.program.Features[i].Scenarios[j].Steps, c.scenarioNames())
		}
	}
}

// secretIn is a secret that an expression reads as such, "" when it reads none.
func secretIn(source string, names *steps.Names, kept []string) string {
	p, wrong := names.Program(source)
	if wrong != nil {
		return ""
	}
	for _, r := range p.Reads() {
		switch {
		case r.Name == "secret":
			return "secret." + r.Field
		case slices.Contains(kept, r.Name) && !names.IsParameter(r.Name):
			return r.Name
		}
	}
	return ""
}
