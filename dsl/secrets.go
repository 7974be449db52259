package dsl

import (
	"slices"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/project"
	"github.com/cucumber-value/hoops/dsl/steps"
)

// openSecrets warns of secrets in addresses, and of credentials that are written out. hoops masks secrets in what it
// writes, but servers, proxies and browsers note addresses, and do not.
func (c *compiler) openSecrets() {
	public := len(c.program.Environments) == 0 || slices.ContainsFunc(c.program.Environments, func(e ir.Environment) bool { return !project.Local(&e) })
	if c.bodySecrets == nil {
		told := map[diag.Pos]bool{}
		c.bodySecrets = diag.List{}
		for i, d := range c.linked {
			c.bodySecrets = append(c.bodySecrets, openSecretsOf(c.program.Definitions[i].Body, d.Names, c.secretNames, told)...)
			if public {
				c.bodySecrets = append(c.bodySecrets, credentialsOf(c.program.Definitions[i].Body, told)...)
			}
		}
	}
	c.list = append(c.list, c.bodySecrets...)
	for i, u := range c.units {
		if u.secrets == nil {
			u.secrets = diag.List{}
			if !u.ops {
				continue
			}
			told := map[diag.Pos]bool{} // a background stands in every scenario
			for j := range c.program.Features[i].Scenarios {
				u.secrets = append(u.secrets, openSecretsOf(c.program.Features[i].Scenarios[j].Steps, c.scenarioNames(), c.secretNames, told)...)
				if public {
					u.secrets = append(u.secrets, credentialsOf(c.program.Features[i].Scenarios[j].Steps, told)...)
				}
			}
		}
		c.list = append(c.list, u.secrets...)
	}
}

func openSecretsOf(list []ir.Step, names *steps.Names, kept []string, told map[diag.Pos]bool) (found diag.List) {
	for i := range list {
		ir.WalkStep(&list[i], func(s *ir.Step) {
			ir.Templates(s, func(t ir.Template, _ string) {
				for _, part := range t {
					if part.Place != ir.Segment && part.Place != ir.Query || part.Expr == "" || told[part.Pos] {
						continue // a whole address may be a secret
					}
					if name := secretIn(part.Expr, names, kept); name != "" {
						told[part.Pos] = true
						found = append(found, diag.Warnf(diag.At(part.Pos, len([]rune(part.Expr))), "steps/secret", "the secret %s stands in an address, which servers and proxies write down", name).
							WithHelp("send it in a header or in the body"))
					}
				}
			})
		})
	}
	return found
}

// credentialsOf warns of credentials in the headers of steps. Where they are followed by the refusal that they must
// meet, they are wrong on purpose.
func credentialsOf(list []ir.Step, told map[diag.Pos]bool) (found diag.List) {
	refused := false
	for i := len(list) - 1; i >= 0; i-- {
		ir.WalkStep(&list[i], func(s *ir.Step) {
			for _, b := range s.Bindings {
				var headers []ir.Field
				switch op := b.Op.(type) {
				case *ir.Expect:
					status, _ := op.Want.Constant()
					refused = refused || op.Check == ir.CheckStatus && slices.Contains([]string{"400", "401", "403", "4xx"}, status)
				case *ir.Request:
					headers = op.Headers
				case *ir.Use:
					headers = op.Headers
				}
				for _, h := range headers {
					value, fixed := h.Value.Constant()
					if !fixed || refused || told[h.Pos] {
						continue
					}
					if remedy := project.HeaderCredential(h.Name, value); remedy != "" {
						told[h.Pos] = true
						found = append(found, project.Credential(diag.At(h.Pos, len([]rune(h.Name))), "a credential", remedy))
					}
				}
			}
		})
	}
	return found
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
