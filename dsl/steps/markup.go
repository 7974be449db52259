package steps

import (
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// markupTemplate makes a template of XML or HTML. A value is text where it stands: in an element, in an attribute's
// quotes, in a comment or in a section of CDATA. In a tag outside of quotes it is refused: there it could be a name, an
// attribute or the end of the tag. One that is all of the body is that body: the doc string that a caller hands over. In
// an element that doc string is markup if it says so.
func (p phrase) markupTemplate(html bool) (ir.Template, *diag.Diagnostic) {
	if text := strings.TrimSpace(p.text); len([]rune(text)) == 1 && isPlaceholder([]rune(text)[0]) {
		return p.template(everywhere(ir.Plain)), nil
	}
	m := markup{text: p.text, html: html, in: outside}
	places := map[int]ir.Place{}
	for i, r := range p.text {
		switch {
		case !isPlaceholder(r):
			m.next(i, r)
		case m.in == inTag:
			d := diag.Errorf(diag.At(p.pos(i), 2), "steps/markup", "a value in a tag outside of quotes may be read as markup").
				WithHelp(`as an attribute it stands in quotes: name="${value}"; names of elements and attributes are written out`)
			return nil, &d
		case m.in == verbatim:
			place, wrong := m.inScript(p, i)
			if wrong != nil {
				return nil, wrong
			}
			places[i] = place
		case m.in == inQuotes:
			places[i] = ir.XMLQuoted
		case m.in == section && !html: // HTML has none, and ends such a one at the first ">"
			places[i] = ir.CDATA
		case m.in == outside && p.values[r-firstPlaceholder].Expr == "doc":
			places[i] = ir.Markup
		default:
			places[i] = ir.XML
		}
	}
	return p.template(func(i int) ir.Place { return places[i] }), nil
}

// Contexts of markup.
type markupContext int

const (
	outside  markupContext = iota
	inTag                  // <a …>, </a>, <!…>, <?…>
	inQuotes               // in quotes in a tag
	remark                 // <!-- … -->
	section                // <![CDATA[ … ]]>
	verbatim               // between <script> and </script>, where HTML has no tags
)

// markup follows XML or HTML character by character, as far as it matters for values.
type markup struct {
	text  string
	html  bool
	in    markupContext
	quote rune
	tag   string // the name of the tag that it is in or behind, lowered
	begun int    // the byte behind what began a tag, a remark, a section or a script
	json  bool   // the script is JSON
}

func (m *markup) next(i int, r rune) {
	rest := m.text[i:]
	switch m.in {
	case outside:
		switch {
		case strings.HasPrefix(rest, "<!--"):
			m.in, m.begun = remark, i+len("<!--")
		case strings.HasPrefix(rest, "<![CDATA["):
			m.in, m.begun = section, i+len("<![CDATA[")
		case r == '<' && opensTag(rest[1:]):
			m.in, m.tag, m.begun = inTag, tagName(rest[1:]), i+1
		}
	case inTag:
		switch r {
		case '"', '\'':
			m.in, m.quote = inQuotes, r
		case '>':
			m.in = outside
			if m.html && (m.tag == "script" || m.tag == "style") {
				m.in, m.json, m.begun = verbatim, m.tag == "script" && isScriptData(m.text[m.begun:i]), i+1
			}
		}
	case inQuotes:
		if r == m.quote {
			m.in = inTag
		}
	case remark:
		if before := m.text[:i]; r == '>' && i >= m.begun && (strings.HasSuffix(before, "--") || m.html && strings.HasSuffix(before, "--!")) {
			m.in = outside
		}
	case section:
		if r == '>' && i >= m.begun+2 && strings.HasSuffix(m.text[:i], "]]") {
			m.in = outside
		}
	case verbatim:
		if end := "</" + m.tag; len(rest) >= len(end) && strings.EqualFold(rest[:len(end)], end) {
			m.in, m.tag = inTag, ""
		}
	}
}

// opensTag reports whether what follows a "<" makes it the beginning of a tag; in HTML "a < b" is text. A value is the
// name of one, or could be.
func opensTag(rest string) bool {
	for _, r := range rest {
		return !strings.ContainsRune(" \t\r\n<=0123456789", r)
	}
	return false
}

func tagName(rest string) string {
	end := strings.IndexAny(rest, " \t\r\n/>")
	if end < 0 {
		end = len(rest)
	}
	return strings.ToLower(rest[:end])
}
