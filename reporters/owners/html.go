package owners

import (
	"bytes"
	"embed"
	"html/template"
	"io"
	"strings"

	"github.com/cucumber-value/hoops/reporters/page"
)

//go:embed page.gohtml
var sources embed.FS

//go:embed owners.css
var style string

//go:embed owners.js
var script string

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6" fill="none" stroke="#1a7f4b" stroke-width="3"/></svg>`

// HTML writes the report as one page. It is complete without its script, which only keeps the filters in the address.
func HTML(w io.Writer, r Report) error {
	t, err := template.ParseFS(sources, "page.gohtml")
	if err != nil {
		return err
	}
	v := view(r)
	var body bytes.Buffer
	if err := t.ExecuteTemplate(&body, "page", v); err != nil {
		return err
	}
	return page.Document{Title: v.Headline + " – value report", Icon: icon, Style: style, Bare: rules(v.Filters), Script: script,
		Body: template.HTML(body.String())}.Write(w)
}

// rules filter where no script runs: each option has a link to an anchor before the promises, and what has not its
// class is not shown while the anchor is the target. Selects that style sheets read (:has) would do more, and take a
// browser seconds when a page has 500 features.
func rules(filters []filter) string {
	var b strings.Builder
	for _, f := range filters {
		for _, o := range f.Options {
			b.WriteString("#f-" + o.Class + ":target~main .f:not(." + o.Class + "){display:none}\n")
		}
	}
	return b.String()
}
