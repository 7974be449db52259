package steps

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

func markupOf(t testing.TB, text string, html bool) (ir.Template, *diag.Diagnostic) {
	t.Helper()
	p, wrong := cut(oneLine(text, diag.Pos{Line: 1, Col: 1}), nil)
	if wrong != nil {
		t.Skip(wrong.Message)
	}
	return p.markupTemplate(html)
}

func TestMarkup(t *testing.T) {
	const refused = "a value in a tag outside of quotes may be read as markup"
	const script, style, behind = "a value in <script> may be read as code", "a value in <style> may be read as code", "a value behind < in <script> may end the script"
	for _, c := range []struct{ xml, want, html string }{
		{`<q>${x}</q>`, "xml", ""},
		{`<q a="${x}" b='${x}'>${x}</q>`, "xml-quoted xml-quoted xml", ""},
		{`<q a="it's ${x}"/>${x}`, "xml-quoted xml", ""},
		{`${x}`, "", ""},
		{"\n  ${x}\n", "", ""},
		{`${x}${x}`, "xml xml", ""},
		{`<?xml version="${x}"?><q/>${x}`, "xml-quoted xml", ""},
		{`<!-- " ${x} > ${x} --> ${x}`, "xml xml xml", ""},
		{`<![CDATA[ "<q ${x} > ]] ${x}]]>${x}`, "cdata cdata xml", "xml xml xml"},
		{`a < b ${x} <= ${x} <3 ${x}`, "xml xml xml", ""},
		{`<q ${x}>`, refused, ""},
		{`<q a=${x}>`, refused, ""},
		{`<${x}/>`, refused, ""},
		{`</${x}>`, refused, ""},
		{`<!${x}>`, refused, ""},
		{`<script>if (a <b) "c"</script> ${x} <p a="${x}">`, "xml xml-quoted", ""},
		{`<script>a = "${x}"</script>`, "xml", script}, {`<script type="module">${x}</script>`, "xml", script}, {`<script type="${x}">a</script>`, "xml-quoted", ""},
		{`<script type="${x}">${x}</script>`, "xml-quoted xml", script}, {`<script data-type="application/json">${x}</script>`, "xml", script},
		{`<script a=" type=application/json ">${x}</script>`, "xml", script}, {`<script type="text/javascript" type="application/json">${x}</script>`, "xml", script},
		{`<style>p { content: "${x}" }</style>`, "xml", style}, {`<style type="application/json">${x}</style>`, "xml", style}, {`<STYLE a='>'>p <b </style >${x}`, "xml", ""},
		{`<script type="application/json">{"a": "${x}", "${x}\\": ${x}, "\"${x}": [${x}]}</script>${x}`, "xml xml xml xml xml xml", "page-string page-string page-value page-string page-value xml"},
		{`<SCRIPT defer TYPE = ' Application/LD+JSON; charset=utf-8 ' id="a">${x}</SCRIPT>`, "xml", "page-value"}, {`<script type=importmap>{"a": "${x}"}</script>`, "xml", "page-string"},
		{`<script type="application/json">{"a": "< ${x}"}</script>`, "xml", "page-string"}, {`<script type="application/json">["a < b", ${x}]</script>`, "xml", "page-value"},
		{`<script type="application/json">"<${x}"</script>`, refused, behind}, {`<script type="application/json">"</scr${x}"</script>`, refused, behind}, {`<script type="application/json">"<!-${x}"</script>`, refused, behind},
		{`<a>${doc}</a>${doc}`, "markup markup", ""}, {`<a b="${doc}"><!-- ${doc} -->${x + doc}</a>`, "xml-quoted xml xml", ""}, {`<a><![CDATA[${doc}]]></a>`, "cdata", "xml"}, {`<style>${doc}</style>`, "markup", style}, {`<${doc}/>`, refused, ""},
	} {
		for html, want := range map[bool]string{false: c.want, true: c.html} {
			if html && c.html == "" {
				want = c.want
			}
			template, wrong := markupOf(t, c.xml, html)
			var got []string
			for _, part := range template {
				if part.Expr != "" {
					got = append(got, string(part.Place))
				}
			}
			said := strings.Join(got, " ")
			if wrong != nil {
				said = wrong.Message
			}
			if said != want {
				t.Errorf("%s (HTML: %v)\n got %s\nwant %s", c.xml, html, said, want)
			}
		}
	}
}

// FuzzMarkup holds, for any document that a parser of XML reads: with a value in it that is harmless, the parser finds
// the value where the places say that it stands.
func FuzzMarkup(f *testing.F) {
	for _, text := range []string{
		`<a b="${x}" c='${x}'>${x}<!-- ${x} --><![CDATA[${x}]]></a>`, `<?xml version="1.0"?><a>]] > ${x}</a>`, "<a\nb='>'>${x}</a>",
		`<!DOCTYPE a [<!ENTITY b "c">]><a>${x}</a>`, `<a>&lt;b ${x}</a>`, `<a><![CDATA[]]]]>${x}<![CDATA[>]]></a>`, `<a:b xmlns:a="${x}"/>`, `<!---->${x}`, `<?a "?>${x}`, `<a>${doc}<script>${doc}</script></a>`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		template, wrong := markupOf(t, text, false)
		if wrong != nil {
			return
		}
		var b strings.Builder
		want := map[ir.Place]int{}
		for _, part := range template {
			if part.Expr == "" {
				b.WriteString(part.Text)
				continue
			}
			b.WriteString("Zvalue")
			want[part.Place]++
		}
		if want[ir.Plain] > 0 || strings.Count(text, "Zvalue") > 0 { // the whole body; what looks like a value
			return
		}
		attributes, elsewhere := 0, 0
		for d := xml.NewDecoder(strings.NewReader(b.String())); ; {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				return // no XML
			}
			switch token := token.(type) {
			case xml.StartElement:
				if strings.Contains(token.Name.Local, "Zvalue") {
					t.Fatalf("a value names an element: %s", b.String())
				}
				for _, a := range token.Attr {
					attributes += strings.Count(a.Value, "Zvalue")
				}
			case xml.CharData:
				elsewhere += strings.Count(string(token), "Zvalue")
			case xml.Comment:
				elsewhere += strings.Count(string(token), "Zvalue")
			case xml.ProcInst, xml.Directive:
				return // of these only the quotes are known
			}
		}
		if attributes != want[ir.XMLQuoted] || elsewhere != want[ir.XML]+want[ir.Markup]+want[ir.CDATA] {
			t.Fatalf("%s\nhas %d values in attributes and %d elsewhere, and the places are %v", b.String(), attributes, elsewhere, want)
		}
	})
}

// What a doc string says of itself at run time is what it was encoded as when it was compiled.
func TestMarkupIsEncodedAsMarkup(t *testing.T) {
	said := []string{"", "XML", "xml; charset=utf-8", "html ;a", "text/xml", "Image/SVG+XML; a=b", "application/xhtml+xml", "text/html;charset=utf-8", "text/htmlx", "svg", "xm", "docbook", "a/xml/b", "TEXT/HTML"}
	for word := range shortMedia {
		said = append(said, word)
	}
	for _, media := range said {
		doc := ir.Doc{Media: media}
		if resolved := mediaType(media); doc.Markup() != (isXML(resolved) || isHTML(resolved)) {
			t.Errorf("%q: the doc string is markup: %v, and %q was encoded", media, doc.Markup(), resolved)
		}
	}
}

func TestWordsForMediaTypes(t *testing.T) {
	for said, want := range map[string]string{
		"yml": "application/yaml", "YAML": "application/yaml", "txt": "text/plain; charset=utf-8", "plain": "text/plain; charset=utf-8", "md": "text/markdown; charset=utf-8",
		"ndjson": "application/x-ndjson", "jsonl": "application/x-ndjson", "xml; charset=utf-8": "application/xml; charset=utf-8", "csv;header=present": "text/csv; header=present",
		"text;": "text/plain; charset=utf-8", "html ; charset=latin1": "text/html; charset=latin1", "image/png; a=b/c": "image/png; a=b/c", "jason; a=b/c": "", "; a": "", "": "",
	} {
		if got := mediaType(said); got != want {
			t.Errorf("%q is %q, expected %q", said, got, want)
		}
	}
}
