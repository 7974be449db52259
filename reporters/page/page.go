// Package page is what reports for people share: text as harmless data, numbers and dates as people write them,
// charts, and the shell of an HTML page.
//
// A page is one file. It fetches nothing, needs no script to be read, and refuses by its own content security policy
// every style and script but those it was written with. The package refuses to know what a report is about.
package page

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html"
	"html/template"
	"io"
	"strings"
)

//go:embed page.css
var style string

// Document is a page. Style and Script are the program's own, never data; Body is escaped by whoever made it.
type Document struct {
	Title  string
	Icon   string // a symbol in the browser's tab: an SVG of the program's own, or ""
	Style  string // beside the style of every page
	Bare   string // a style for where no script runs; "" is none
	Script string // of extras; "" is none
	Body   template.HTML
}

// Write writes the page.
func (d Document) Write(w io.Writer) error {
	css := style + d.Style
	policy := "default-src 'none'; img-src data:; style-src '" + hash(css) + "'"
	if d.Bare != "" {
		policy += " '" + hash(d.Bare) + "'"
	}
	policy += "; base-uri 'none'; form-action 'none'"
	if d.Script != "" {
		policy += "; script-src '" + hash(d.Script) + "'"
	}
	var b strings.Builder
	b.Grow(len(d.Body) + len(css) + len(d.Script) + 2000)
	b.WriteString("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
	b.WriteString("<meta http-equiv=\"Content-Security-Policy\" content=\"" + policy + "\">\n")
	b.WriteString("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n")
	b.WriteString("<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"robots\" content=\"noindex\">\n")
	b.WriteString("<title>" + html.EscapeString(Line(d.Title, 200)) + "</title>\n")
	if d.Icon != "" {
		b.WriteString("<link rel=\"icon\" href=\"data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(d.Icon)) + "\">\n")
	}
	b.WriteString("<style>" + css + "</style>\n")
	if d.Bare != "" {
		b.WriteString("<noscript><style>" + d.Bare + "</style></noscript>\n")
	}
	b.WriteString("</head>\n<body>\n")
	b.WriteString(string(d.Body))
	if d.Script != "" {
		b.WriteString("<script>" + d.Script + "</script>\n")
	}
	b.WriteString("</body>\n</html>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func hash(of string) string {
	sum := sha256.Sum256([]byte(of))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
