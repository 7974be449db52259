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
		{`<script>if (a <b) "${x}"</script> ${x} <p a="${x}">`, "xml-quoted xml xml-quoted", "xml xml xml-quoted"},
		{`<STYLE a='>'>p <${x} </style >${x}`, refused, "xml xml"},
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
		`<!DOCTYPE a [<!ENTITY b "c">]><a>${x}</a>`, `<a>&lt;b ${x}</a>`, `<a><![CDATA[]]]]>${x}<![CDATA[>]]></a>`, `<a:b xmlns:a="${x}"/>`, `<!---->${x}`, `<?a "?>${x}`,
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
		if attributes != want[ir.XMLQuoted] || elsewhere != want[ir.XML]+want[ir.CDATA] {
			t.Fatalf("%s\nhas %d values in attributes and %d elsewhere, and the places are %v", b.String(), attributes, elsewhere, want)
		}
	})
}
