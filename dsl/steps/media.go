package steps

import (
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// shortMedia are words for media types, as people write them behind """. Bodies are UTF-8, which texts have to say.
var shortMedia = map[string]string{
	"json": "application/json", "ndjson": "application/x-ndjson", "jsonl": "application/x-ndjson",
	"xml": "application/xml", "xhtml": "application/xhtml+xml",
	"yaml": "application/yaml", "yml": "application/yaml", "graphql": "application/graphql",
	"form": "application/x-www-form-urlencoded",
	"text": "text/plain; charset=utf-8", "txt": "text/plain; charset=utf-8", "plain": "text/plain; charset=utf-8",
	"html": "text/html; charset=utf-8", "csv": "text/csv; charset=utf-8", "md": "text/markdown; charset=utf-8", "markdown": "text/markdown; charset=utf-8",
}

// mediaType is the media type that a doc string says, its short word resolved; "" when it says none or an unknown word.
// Parameters behind a word replace those that it brings.
func mediaType(said string) string {
	word, parameters, more := strings.Cut(said, ";")
	if strings.Contains(word, "/") {
		return said
	}
	media := shortMedia[bareType(word)]
	if parameters = strings.TrimSpace(parameters); media != "" && more && parameters != "" {
		media = bareType(media) + "; " + parameters
	}
	return media
}

// media is the Content-Type of a body by the word or media type behind its """.
func (b *binder) media() (string, bool) {
	said := b.line.Doc.Media
	media := mediaType(said)
	if media != "" || said == "" {
		return media, true
	}
	var known []string
	for word := range shortMedia {
		known = append(known, word)
	}
	slices.Sort(known)
	at := b.line.Doc.Pos
	at.Col += len(`"""`)
	d := diag.Errorf(diag.At(at, len([]rune(said))), "steps/media", "%q is not a media type", said)
	if near := diag.Closest(bareType(said), known); near != "" {
		d = d.WithHelp("did you mean %s? It is %s", near, shortMedia[near])
	}
	b.fail(d.WithHelp("write a media type, application/pdf, or one of the words %s", strings.Join(known, ", ")))
	return "", false
}

// content makes a body of its media type: JSON, XML, HTML and forms are encoded as such, everything else is text.
func (b *binder) content(p phrase, media string, into *ir.Template) bool {
	var wrong *diag.Diagnostic
	switch {
	case isJSON(media):
		return b.json(p, into)
	case isXML(media), isHTML(media):
		*into, wrong = p.markupTemplate(isHTML(media))
	case bareType(media) == "application/x-www-form-urlencoded":
		*into = p.template(everywhere(ir.Form))
	default:
		*into = p.template(everywhere(ir.Plain))
	}
	if wrong != nil {
		b.fail(*wrong)
	}
	return wrong == nil
}

// bareType is a media type without its parameters.
func bareType(media string) string {
	media, _, _ = strings.Cut(media, ";")
	return strings.TrimSpace(strings.ToLower(media))
}

func isJSON(media string) bool {
	media = bareType(media)
	return media == "json" || media == "application/json" || strings.HasSuffix(media, "+json")
}

func isXML(media string) bool {
	media = bareType(media)
	return strings.HasSuffix(media, "/xml") || strings.HasSuffix(media, "+xml")
}

func isHTML(media string) bool { return bareType(media) == "text/html" }
