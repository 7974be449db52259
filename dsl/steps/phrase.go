package steps

import (
	"strings"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// phrase is a text of one step, doc string or cell, cut at its placeholders. In text each placeholder is one
// private character, so that patterns match around it.
type phrase struct {
	text    string
	values  []ir.Part // by placeholder, with the place not set
	written []string  // by placeholder, as it stood in the source
	pos     func(offset int) diag.Pos
}

// source is a text that a person wrote, with the way back from its bytes to the file.
type source struct {
	text string
	pos  func(offset int) diag.Pos // of a byte of text
}

// oneLine is a source that stands on one line at pos.
func oneLine(text string, pos diag.Pos) source {
	return source{text, func(offset int) diag.Pos {
		p := pos
		p.Col += utf8.RuneCountInString(text[:max(0, min(offset, len(text)))])
		return p
	}}
}

// cut splits a text at ${…} and, in an outline, at <column>. A placeholder that is never closed is a
// diagnostic.
func cut(s source, columns []string) (phrase, *diag.Diagnostic) {
	var b strings.Builder
	var p phrase
	var offsets []int32 // of each byte of the new text, in the original
	put := func(text string, offset int) (end int) {
		for i := range len(text) {
			offsets = append(offsets, int32(offset))
			if text[i] == '$' && strings.HasPrefix(s.text[offset:], `\${`) {
				offset++ // the text is shorter than what was written
			}
			offset++
		}
		b.WriteString(text)
		return offset
	}
	value := func(part ir.Part, written string, offset int) {
		for range utf8.RuneLen(firstPlaceholder) {
			offsets = append(offsets, int32(offset))
		}
		b.WriteRune(rune(firstPlaceholder + len(p.values)))
		p.values, p.written = append(p.values, part), append(p.written, written)
	}
	if i := strings.IndexFunc(s.text, isPlaceholder); i >= 0 {
		d := diag.Errorf(diag.At(s.pos(i), 1), "steps/character", "the private character %U cannot stand in a step", []rune(s.text[i:])[0])
		return p, &d
	}
	if _, column := firstColumn(s.text, columns); column == "" && !strings.Contains(s.text, "${") {
		return phrase{text: s.text, pos: s.pos}, nil
	}
	pieces, err := expr.Split(s.text)
	if err != nil {
		e := err.(*expr.Error)
		at := s.pos(offsetOf(s.text, e.Line, e.Col))
		d := diag.Errorf(diag.At(at, e.Len), "steps/placeholder", "%s", e.Message)
		d.Help = e.Help
		return p, &d
	}
	offsets = make([]int32, 0, len(s.text)+utf8.RuneLen(firstPlaceholder)*len(pieces))
	for _, piece := range pieces {
		if piece.Source != "" {
			source := strings.TrimSpace(piece.Source)
			at := piece.Offset + strings.Index(piece.Source, source)
			value(ir.Part{Expr: source, Pos: s.pos(at)}, "${"+piece.Source+"}", at)
			continue
		}
		rest, offset := piece.Text, piece.Offset
		for rest != "" {
			at, column := firstColumn(rest, columns)
			if column == "" {
				put(rest, offset)
				break
			}
			offset = put(rest[:at], offset)
			name := "<" + column + ">"
			value(ir.Part{Expr: rowExpression(column), Origin: ir.OfRow, Pos: s.pos(offset)}, name, offset)
			rest, offset = rest[at+len(name):], offset+len(name)
		}
	}
	if most := lastPlaceholder - firstPlaceholder + 1; len(p.values) > most {
		d := diag.Errorf(diag.At(p.values[most].Pos, 1), "steps/placeholder", "a text holds at most %d values, and this one has %d", most, len(p.values)).
			WithHelp("send it in parts, or make it outside and read it: ${file('data/body.json')}")
		return p, &d
	}
	p.text = b.String()
	p.pos = func(offset int) diag.Pos {
		if offset >= len(offsets) {
			return s.pos(len(s.text))
		}
		return s.pos(int(offsets[offset]))
	}
	return p, nil
}

// sub is the part of a phrase from a byte to another.
func (p phrase) sub(start, end int) phrase {
	whole := p.pos
	p.text, p.pos = p.text[start:end], func(offset int) diag.Pos { return whole(start + offset) }
	return p
}

// source is the phrase as it was written.
func (p phrase) source() string {
	var b strings.Builder
	for _, r := range p.text {
		if isPlaceholder(r) {
			b.WriteString(p.written[r-firstPlaceholder])
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func isPlaceholder(r rune) bool { return r >= firstPlaceholder && r <= lastPlaceholder }

// plain is the phrase's text when nothing stands for a value; false otherwise.
func (p phrase) plain() (string, bool) {
	return p.text, strings.IndexFunc(p.text, isPlaceholder) < 0
}

// expression is the phrase as the source of an expression: placeholders become parts of it.
func (p phrase) expression() string {
	var b strings.Builder
	quote, escaped := rune(0), false
	for _, r := range p.text {
		switch {
		case isPlaceholder(r):
			source := p.values[r-firstPlaceholder].Expr
			switch {
			case quote != 0: // a value inside a text is a part of it, not its name
				source = string(quote) + " + string(" + source + ") + " + string(quote)
			case !identifier.MatchString(source) && p.values[r-firstPlaceholder].Origin != ir.OfRow:
				source = "(" + source + ")"
			}
			b.WriteString(source)
			escaped = false
			continue
		case escaped:
			escaped = false
		case quote != 0 && r == '\\' && quote != '`':
			escaped = true
		case r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\'' || r == '`'):
			quote = r
		}
		b.WriteRune(r)
	}
	return b.String()
}

// template makes parts of the phrase; place says where the value that stands at a byte of the text lands.
func (p phrase) template(place func(offset int) ir.Place) ir.Template {
	t := make(ir.Template, 0, p.parts())
	start := 0
	literal := func(end int) {
		if end > start {
			t = append(t, ir.Part{Text: p.text[start:end]})
		}
	}
	for i, r := range p.text {
		if !isPlaceholder(r) {
			continue
		}
		literal(i)
		part := p.values[r-firstPlaceholder]
		part.Place = place(i)
		t = append(t, part)
		start = i + utf8.RuneLen(r)
	}
	literal(len(p.text))
	return t
}

// parts is how many a template of the phrase has, so that it is made in one piece.
func (p phrase) parts() int {
	n, literal := 0, false
	for _, r := range p.text {
		switch {
		case isPlaceholder(r):
			n, literal = n+1, false
		case !literal:
			n, literal = n+1, true
		}
	}
	return n
}

func everywhere(place ir.Place) func(int) ir.Place { return func(int) ir.Place { return place } }

func firstColumn(text string, columns []string) (int, string) {
	at, found := -1, ""
	for _, c := range columns {
		if i := strings.Index(text, "<"+c+">"); i >= 0 && (at < 0 || i < at) {
			at, found = i, c
		}
	}
	return at, found
}

func rowExpression(column string) string {
	if identifier.MatchString(column) {
		return "row." + column
	}
	return `row["` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(column) + `"]`
}

// offsetOf is the byte of a 1-based line and column in runes.
func offsetOf(text string, line, col int) int {
	offset := 0
	for ; line > 1; line-- {
		i := strings.IndexByte(text[offset:], '\n')
		if i < 0 {
			return len(text)
		}
		offset += i + 1
	}
	for ; col > 1 && offset < len(text); col-- {
		_, size := utf8.DecodeRuneInString(text[offset:])
		offset += size
	}
	return offset
}

// argument is what a parameter of a type matched in a phrase.
func (p phrase) argument(a argument, typ string) phrase {
	arg := p.sub(a.start, a.start+len(a.text))
	if typ == "string" {
		return arg.unescaped()
	}
	return arg
}

// unescaped resolves \", \' and \\ of a quoted parameter.
func (p phrase) unescaped() phrase {
	if !strings.Contains(p.text, `\`) {
		return p
	}
	var b strings.Builder
	var from []int // of each byte, in the phrase
	for i := 0; i < len(p.text); i++ {
		if p.text[i] == '\\' && i+1 < len(p.text) && strings.IndexByte(`"'\`, p.text[i+1]) >= 0 {
			i++
		}
		b.WriteByte(p.text[i])
		from = append(from, i)
	}
	whole, end := p.pos, len(p.text)
	p.text, p.pos = b.String(), func(offset int) diag.Pos {
		if offset >= len(from) {
			return whole(end)
		}
		return whole(from[offset])
	}
	return p
}
