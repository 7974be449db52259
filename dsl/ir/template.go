package ir

import (
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// Template is a text with expressions in it. Each expression knows the place it stands in, and so how its
// value is encoded: data never becomes syntax.
type Template []Part

// Part is a literal (Expr is "") or an expression. Literals are verbatim: they are encoded already, since the
// author wrote them at that place.
type Part struct {
	Text   string   `json:"text,omitempty"`
	Expr   string   `json:"expr,omitempty"`
	Place  Place    `json:"place,omitempty"`  // of an expression
	Origin Origin   `json:"origin,omitempty"` // of an expression
	Pos    diag.Pos `json:"pos,omitempty"`    // of the expression's first character
}

// Place is where an expression's value lands.
type Place string

const (
	Plain       Place = ""             // as text: a message, a parameter that is passed on
	URLText     Place = "url"          // the beginning of a URL: parsed and resolved, never encoded
	Segment     Place = "segment"      // a path segment: percent-encoded, "/" included
	Query       Place = "query"        // a query part: percent-encoded, "&" and "=" included
	Fragment    Place = "fragment"     // behind "#"
	Header      Place = "header"       // a header value: CR, LF and NUL refused
	JSONString  Place = "json-string"  // inside the quotes of a JSON string: escaped
	JSONValue   Place = "json-value"   // outside them: JSON of the value's type
	Form        Place = "form"         // a form field: percent-encoded
	XML         Place = "xml"          // text of XML or HTML: & < > " ' and CR become references
	XMLQuoted   Place = "xml-quoted"   // inside the quotes of an attribute: the same, and LF and tab too, which a parser would make spaces
	CDATA       Place = "cdata"        // inside <![CDATA[…]]>: "]]>" is split
	Markup      Place = "markup"       // text of XML or HTML, for the caller's doc string: as it is when that is XML or HTML, else as XML
	PageString  Place = "page-string"  // inside the quotes of a JSON string in <script type="application/json">: "<" is escaped too
	PageValue   Place = "page-value"   // outside them: JSON of the value's type, likewise
	Shell       Place = "shell"        // an unquoted word of a shell script: travels as an environment variable
	ShellQuoted Place = "shell-quoted" // the same, inside double quotes
	Selector    Place = "selector"     // a CSS or XPath string: quoted
)

// Places in the order of their constants, for tests that walk them all.
var Places = []Place{Plain, URLText, Segment, Query, Fragment, Header, JSONString, JSONValue, Form, XML, XMLQuoted, CDATA, Markup, PageString, PageValue, Shell, ShellQuoted, Selector}

// Origin is where an expression's value comes from. Of several the latest to become known counts, in the
// order of the constants: a request without any but the first four can be built once for each row.
type Origin string

const (
	OfLiteral     Origin = ""
	OfEnvironment Origin = "environment" // env, param, run
	OfParameter   Origin = "parameter"   // of the definition it stands in; table, rows, doc
	OfRow         Origin = "row"
	OfSecret      Origin = "secret"
	OfGenerated   Origin = "generated" // uuid, now, random
	OfKept        Origin = "kept"      // kept values and what the last response said
)

var originRank = map[Origin]int{OfLiteral: 0, OfEnvironment: 1, OfParameter: 2, OfRow: 3, OfSecret: 4, OfGenerated: 5, OfKept: 6}

// Later is whichever of a and b becomes known later.
func Later(a, b Origin) Origin {
	if originRank[b] > originRank[a] {
		return b
	}
	return a
}

// Literal is a template without expressions.
func Literal(text string) Template {
	if text == "" {
		return nil
	}
	return Template{{Text: text}}
}

// Constant is the text of a template that has no expressions; false if it has any.
func (t Template) Constant() (string, bool) {
	var b strings.Builder
	for _, p := range t {
		if p.Expr != "" {
			return "", false
		}
		b.WriteString(p.Text)
	}
	return b.String(), true
}

// NamesFile reports whether a part of a multipart body names a file of the project: "@cat.jpg". An "@" that comes with
// data is data, and "@@" is text that begins with "@".
func NamesFile(value Template) bool {
	return len(value) > 0 && strings.HasPrefix(value[0].Text, "@") && !strings.HasPrefix(value[0].Text, "@@") && value.String() != "@"
}

// Whole is the single expression that a template consists of, so that its value keeps its type; nil otherwise.
func (t Template) Whole() *Part {
	if len(t) == 1 && t[0].Expr != "" {
		return &t[0]
	}
	return nil
}

// String is the template as written, "${…}" around expressions and "\${" where a literal reads like one.
func (t Template) String() string {
	var b strings.Builder
	for _, p := range t {
		if p.Expr != "" {
			b.WriteString("${" + p.Expr + "}")
			continue
		}
		b.WriteString(strings.ReplaceAll(p.Text, "${", `\${`))
	}
	return b.String()
}
