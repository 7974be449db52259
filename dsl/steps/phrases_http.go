package steps

import (
	"regexp"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

var phrasesOfHTTP = []entry{
	{driver: "http", source: "I {hoops method} {string}", build: func(b *binder, args []phrase) ir.Op { return b.request(args, nil) }},
	{driver: "http", source: "I {hoops method} {string} with JSON:", takes: doc, build: func(b *binder, args []phrase) ir.Op {
		body := &ir.Body{Kind: ir.BodyJSON}
		return b.request(args, body, func(p phrase) bool { return b.json(p, &body.Content) })
	}},
	{driver: "http", source: "I {hoops method} {string} with body:", takes: doc, build: func(b *binder, args []phrase) ir.Op {
		media, ok := b.media()
		if !ok {
			return nil
		}
		body := &ir.Body{Kind: ir.BodyText, Media: media}
		return b.request(args, body, func(p phrase) bool {
			if isJSON(body.Media) {
				body.Kind = ir.BodyJSON
			}
			return b.content(p, body.Media, &body.Content)
		})
	}},
	{driver: "http", source: "I {hoops method} {string} with form:", takes: pairs, build: func(b *binder, args []phrase) ir.Op {
		return b.fieldsRequest(args, ir.BodyForm)
	}},
	{driver: "http", source: "I {hoops method} {string} with parts:", takes: pairs, build: func(b *binder, args []phrase) ir.Op {
		return b.fieldsRequest(args, ir.BodyParts)
	}},
	{driver: "http", source: "I {hoops method} {string} with headers:", takes: pairs, build: func(b *binder, args []phrase) ir.Op {
		op := b.request(args, nil)
		headers, ok := b.headers()
		if r, isRequest := op.(*ir.Request); isRequest && ok {
			r.Headers = headers
			return r
		}
		return nil
	}},
	{driver: "http", source: "I send:", takes: doc, build: func(b *binder, _ []phrase) ir.Op { return b.raw() }},
	{driver: "http", source: "every request has headers:", takes: pairs, build: func(b *binder, _ []phrase) ir.Op {
		headers, ok := b.headers()
		if !ok {
			return nil
		}
		return &ir.Use{Headers: headers, Pos: b.line.Pos}
	}},
	{driver: "http", source: "I follow redirects", build: func(b *binder, _ []phrase) ir.Op {
		return &ir.Use{Redirects: ir.FollowRedirects, Pos: b.line.Pos}
	}},
	{driver: "http", source: "I don't follow redirects", build: func(b *binder, _ []phrase) ir.Op {
		return &ir.Use{Redirects: ir.KeepRedirects, Pos: b.line.Pos}
	}},
	{driver: "http", source: "the status is {int}", build: func(b *binder, args []phrase) ir.Op {
		return b.expect(ir.CheckStatus, args[0])
	}},
	{driver: "http", source: "the status is {hoops class}", build: func(b *binder, args []phrase) ir.Op {
		return b.expect(ir.CheckStatus, args[0])
	}},
	{driver: "http", source: "the response has JSON:", takes: doc, build: func(b *binder, _ []phrase) ir.Op {
		op := &ir.Expect{Check: ir.CheckJSON, Pos: b.line.Doc.At(0)}
		if p, ok := b.doc(); !ok || !b.json(p, &op.Want) {
			return nil
		}
		return op
	}},
	{driver: "http", source: "the response has:", takes: pairs, build: func(b *binder, _ []phrase) ir.Op {
		fields, ok := b.fields(ir.Plain, "an expression stands there without ${…}; what a value names is in square brackets: body[name]")
		if !ok {
			return nil
		}
		return &ir.Expect{Check: ir.CheckFields, Fields: fields, Pos: b.line.Table.Pos}
	}},
	{driver: "http", source: "the response takes less than {duration}", build: func(b *binder, args []phrase) ir.Op {
		if !b.typed(args[0], "duration") {
			return nil
		}
		return b.expect(ir.CheckTakes, args[0])
	}},
	{driver: "http", source: "the response matches the schema {string}", build: func(b *binder, args []phrase) ir.Op {
		return b.expect(ir.CheckSchema, args[0])
	}},
}

func (b *binder) expect(check ir.Check, want phrase) ir.Op {
	return &ir.Expect{Check: check, Want: want.template(everywhere(ir.Plain)), Pos: want.pos(0)}
}

// request is a request with the method and target that args name; fill gives it its body from the doc string.
func (b *binder) request(args []phrase, body *ir.Body, fill ...func(phrase) bool) ir.Op {
	method, ok := b.text(args[0], "the method")
	if !ok {
		return nil
	}
	target := args[1].urlTemplate()
	if len(target) == 0 {
		b.fail(diag.Errorf(diag.At(args[1].pos(0), 1), "steps/argument", "the address is empty").WithHelp(`write "/" for the root`))
		return nil
	}
	for _, f := range fill {
		if p, ok := b.doc(); !ok || !f(p) {
			return nil
		}
	}
	return &ir.Request{Method: method, Target: target, Body: body, Name: sampleName(method, target), Pos: args[1].pos(0)}
}

func (b *binder) fieldsRequest(args []phrase, kind ir.BodyKind) ir.Op {
	instead := "a value stands in the second column; for a name write the form out: with body:, below it \"\"\"form and ${name}=${value}"
	if kind == ir.BodyParts {
		instead = "a value stands in the second column; the names of parts are written out"
	}
	fields, ok := b.fields(ir.Plain, instead) // the driver encodes names and values as a whole
	if !ok {
		return nil
	}
	return b.request(args, &ir.Body{Kind: kind, Fields: fields})
}

func (b *binder) json(p phrase, into *ir.Template) bool {
	t, wrong := p.jsonTemplate()
	if wrong != nil {
		b.fail(*wrong)
		return false
	}
	*into = t
	return true
}

var methods = []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}

var headerName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

const nameOfHeader = "a value stands behind it; the names of headers are written out, a row for each"

// headers reads a table of headers.
func (b *binder) headers() ([]ir.Field, bool) {
	fields, ok := b.fields(ir.Header, nameOfHeader)
	for _, f := range fields {
		if !headerName.MatchString(f.Name) {
			b.fail(diag.Errorf(diag.At(f.Pos, len([]rune(f.Name))), "steps/argument", "%q is not the name of a header", f.Name))
			return nil, false
		}
	}
	return fields, ok
}

// raw reads "I send:": a request line, header lines, an empty line and the body.
func (b *binder) raw() ir.Op {
	p, ok := b.doc()
	if !ok {
		return nil
	}
	fail := func(offset, n int, format string, args ...any) ir.Op {
		b.fail(diag.Errorf(diag.At(p.pos(offset), max(1, n)), "steps/request", format, args...).
			WithHelp("write it as HTTP: METHOD /path, then Name: value lines, an empty line, the body"))
		return nil
	}
	end := lineEnd(p.text, 0)
	line := strings.TrimSuffix(strings.TrimRight(p.text[:end], " \t"), " HTTP/1.1")
	method, target, found := strings.Cut(strings.TrimSpace(line), " ")
	if !found || !slices.Contains(methods, method) {
		return fail(0, len([]rune(line)), "a request begins with its method and target, found %q", p.sub(0, end).source())
	}
	target = strings.TrimSpace(target)
	start := strings.LastIndex(line, target)
	if i := strings.IndexAny(target, " \t"); i >= 0 {
		return fail(start+i, 1, "a target holds no space, found one")
	}
	op := &ir.Request{Method: method, Target: p.sub(start, start+len(target)).urlTemplate(), Pos: p.pos(start), Body: &ir.Body{Kind: ir.BodyRaw}}
	op.Name = sampleName(method, op.Target)
	at := end + 1
	for ; at < len(p.text); at = lineEnd(p.text, at) + 1 {
		line := p.text[at:lineEnd(p.text, at)]
		if strings.TrimSpace(line) == "" {
			at += len(line) + 1
			break
		}
		name, value, found := strings.Cut(line, ":")
		if i := strings.IndexFunc(name, isPlaceholder); found && i >= 0 {
			b.fail(diag.Errorf(diag.At(p.pos(at+i), 2), "steps/request", "the name of a header must be written out, found %q", p.sub(at, at+len(name)).source()).
				WithHelp("%s", strings.Replace(nameOfHeader, "row", "line", 1)))
			return nil
		}
		if !found || !headerName.MatchString(name) {
			return fail(at, len([]rune(line)), "a header is Name: value, found %q", p.sub(at, at+len(line)).source())
		}
		trimmed := strings.TrimSpace(value)
		from := at + len(name) + 1 + strings.Index(value, trimmed)
		content := p.sub(from, from+len(trimmed))
		op.Headers = append(op.Headers, ir.Field{Name: name, Value: content.template(everywhere(ir.Header)), Pos: p.pos(at)})
		if media, fixed := content.plain(); fixed && strings.EqualFold(name, "Content-Type") {
			op.Body.Media = media
		}
	}
	if at >= len(p.text) {
		op.Body = nil
		return op
	}
	if !b.content(p.sub(at, len(p.text)), op.Body.Media, &op.Body.Content) {
		return nil
	}
	return op
}

func lineEnd(text string, from int) int {
	if i := strings.IndexByte(text[from:], '\n'); i >= 0 {
		return from + i
	}
	return len(text)
}
