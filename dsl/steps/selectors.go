package steps

import (
	"fmt"

	"github.com/andybalholm/cascadia"
	"github.com/antchfx/xpath"

	"github.com/cucumber-value/hoops/dsl/expr"
)

// badSelector finds the first selector of css(…) or xpath(…) that is written out and cannot be read.
func badSelector(p *expr.Program) *expr.Error {
	for _, c := range p.Calls() {
		if !c.Literal {
			continue
		}
		var err error
		what := ""
		switch c.Name {
		case "css":
			what = "CSS selector"
			_, err = cascadia.ParseGroup(c.Arg)
		case "xpath":
			what = "XPath expression"
			err = parseXPath(c.Arg)
		}
		if err != nil {
			return &expr.Error{Span: c.ArgSpan, Message: fmt.Sprintf("the %s %q is not valid: %v", what, c.Arg, err)}
		}
	}
	return nil
}

// parseXPath holds the library's panics: it has some where a function gets other arguments than it takes.
func parseXPath(source string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	_, err = xpath.Compile(source)
	return err
}
