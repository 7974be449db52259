package steps

import (
	"regexp"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// inScript places the value at byte i, between <script> and </script> or <style> and </style>. HTML decodes no
// references there: in JSON a value is JSON, and anywhere else it could be code.
func (m *markup) inScript(p phrase, i int) (ir.Place, *diag.Diagnostic) {
	before := m.text[m.begun:i]
	why, how := "", `as data it stands in <script type="application/json">, or in an attribute, data-value="${value}", where the script reads it`
	switch {
	case m.tag == "style":
		why = "a value in <style> may be read as code"
		how = `write the style out, and choose by a class, which is an attribute: class="${value}"`
	case !m.json:
		why = "a value in <script> may be read as code"
	case partOfTag.MatchString(before):
		why, how = "a value behind < in <script> may end the script", `write \u003c for the <`
	case inJSONString(before):
		return ir.PageString, nil
	default:
		return ir.PageValue, nil
	}
	d := diag.Errorf(diag.At(p.pos(i), 2), "steps/markup", "%s", why).WithHelp("%s", how)
	return "", &d
}

// partOfTag is the end of a text that a value could make </script or <!-- of.
var partOfTag = regexp.MustCompile(`<[/!A-Za-z-]*$`)

// inJSONString reports whether a JSON text ends inside of a string.
func inJSONString(text string) bool {
	inside := false
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '"':
			inside = !inside
		case inside && text[i] == '\\':
			i++
		}
	}
	return inside
}

// attributes of a tag of HTML: the name, and the value with its quotes if it has any.
var attributes = regexp.MustCompile(`([^\s"'>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?`)

// isScriptData reports whether <script …> holds JSON. Of attributes of one name HTML takes the first.
func isScriptData(tag string) bool {
	for _, a := range attributes.FindAllStringSubmatch(tag[len("script"):], -1) {
		if strings.EqualFold(a[1], "type") {
			media := strings.ToLower(strings.TrimSpace(strings.Trim(a[2], `"'`)))
			return isJSON(media) || media == "importmap" || media == "speculationrules"
		}
	}
	return false
}
