package http

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/andybalholm/cascadia"
	"github.com/antchfx/htmlquery"
	"github.com/antchfx/xpath"
	"github.com/cucumber-value/hoops/dsl/expr"
	"golang.org/x/net/html"
)

// document is the response as HTML, nil with the reason when it is something else.
func (a *answer) document() (*html.Node, string, error) {
	media := a.media()
	switch {
	case len(a.raw) == 0:
		return nil, "the response has no body", nil
	case media != "" && media != "text/plain" && !strings.Contains(media, "html") && !strings.Contains(media, "xml"):
		return nil, fmt.Sprintf("the response is %s, not HTML", media), nil
	case a.encoding() != "" && !utf8.ValidString(a.raw):
		return nil, a.encoded(), nil
	}
	if a.page == nil {
		page, err := html.Parse(strings.NewReader(a.decoded()))
		if err != nil {
			return nil, "", fmt.Errorf("the response cannot be read as HTML: %w", err)
		}
		a.page = page
	}
	return a.page, "", nil
}

// css is the text of the first element that a selector finds, or one of its attributes.
func (a *answer) css(selector string, attribute []string) (any, error) {
	matcher, err := cascadia.ParseGroup(selector)
	if err != nil {
		return nil, fmt.Errorf("the CSS selector %q is not valid: %w", selector, err)
	}
	page, why, err := a.document()
	if err != nil {
		return nil, err
	}
	if page == nil {
		return missing("css", selector, why), nil
	}
	found := cascadia.Query(page, matcher)
	if found == nil {
		return missing("css", selector, "the page has no such element"), nil
	}
	if len(attribute) == 0 {
		return shown(htmlquery.InnerText(found)), nil
	}
	for _, at := range found.Attr {
		if strings.EqualFold(at.Key, attribute[0]) {
			return at.Val, nil
		}
	}
	return expr.Missing{What: fmt.Sprintf("css(%q, %q)", selector, attribute[0]), Why: "the element has no such attribute"}, nil
}

// xpath is the value of an XPath expression; of a set of nodes the text of the first.
func (a *answer) xpath(source string) (v any, err error) {
	defer func() {
		if r := recover(); r != nil { // the library panics where a function gets arguments it does not like
			v, err = nil, fmt.Errorf("xpath(%q): %v", source, r)
		}
	}()
	compiled, err := xpath.Compile(source)
	if err != nil {
		return nil, fmt.Errorf("the XPath expression %q is not valid: %w", source, err)
	}
	page, why, err := a.document()
	if err != nil {
		return nil, err
	}
	if page == nil {
		return missing("xpath", source, why), nil
	}
	switch v := compiled.Evaluate(htmlquery.CreateXPathNavigator(page)).(type) {
	case *xpath.NodeIterator:
		if !v.MoveNext() {
			return missing("xpath", source, "the page has no such node"), nil
		}
		if v.Current().NodeType() == xpath.AttributeNode {
			return v.Current().Value(), nil
		}
		return shown(v.Current().Value()), nil
	case string, float64, bool:
		return v, nil
	}
	return missing("xpath", source, "it has no value"), nil
}

// shown is text as a page shows it: white space in the source is layout.
func shown(text string) string { return strings.Join(strings.Fields(text), " ") }
