package session

import (
	"fmt"
	"strings"

	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// withheld stands for a value that tells who somebody is.
const withheld = "***"

// shortestWithheld is the fewest characters of a text that is replaced in a message: fewer stand everywhere.
const shortestWithheld = 4

// credentials are the expressions of a template whose values tell who somebody is.
func (l *Lowering) credentials(t ir.Template) ([]*expr.Program, error) {
	var list []*expr.Program
	for _, part := range t {
		if part.Expr == "" {
			continue
		}
		program, err := l.Expression(part.Expr)
		if err != nil {
			return nil, err
		}
		if program.Hides() {
			list = append(list, program)
		}
	}
	return list, nil
}

// withhold takes the values of credentials out of what is said of an expectation.
func (f *Frame) withhold(lines []string, credentials []*expr.Program) []string {
	for _, program := range credentials {
		v, err := program.Eval(f)
		if err != nil {
			continue
		}
		text := expr.Text(v)
		if len([]rune(text)) < shortestWithheld {
			continue
		}
		quoted := fmt.Sprintf("%q", text)
		for i := range lines {
			lines[i] = strings.ReplaceAll(lines[i], quoted[1:len(quoted)-1], withheld)
			lines[i] = strings.ReplaceAll(lines[i], text, withheld)
		}
	}
	return lines
}
