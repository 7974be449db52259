package steps

import (
	"slices"
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
	places  func(offset int) diag.Pos
	from    int // where the text begins in that of places
}

// pos is the place of a byte of the text.
func (p phrase) pos(offset int) diag.Pos { return p.places(p.from + offset) }

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
	if i := placeholderIn(s.text); i >= 0 {
		d := diag.Errorf(diag.At(s.pos(i), 1), "steps/character", "the private character %U cannot stand in a step", []rune(s.text[i:])[0])
		return phrase{}, &d
	}
	if _, column := firstColumn(s.text, columns); column == "" && !strings.Contains(s.text, "${") {
		return phrase{text: s.text, places: s.pos}, nil
	}
	pieces, err := expr.Split(s.text)
	if err != nil {
		e := err.(*expr.Error)
		at := s.pos(offsetOf(s.text, e.Line, e.Col))
		d := diag.Errorf(diag.At(at, e.Len), "steps/placeholder", "%s", e.Message)
		d.Help = e.Help
		return phrase{}, &d
	}
	c := cutting{stretches: make([]stretch, 0, len(pieces)), values: make([]ir.Part, 0, (len(pieces)+1)/2), written: make([]string, 0, (len(pieces)+1)/2)}
	c.text.Grow(len(s.text))
	for _, piece := range pieces {
		if piece.Source != "" {
			source := strings.TrimSpace(piece.Source)
			at := piece.Offset + strings.Index(piece.Source, source)
			c.value(ir.Part{Expr: source, Pos: s.pos(at)}, s.text[piece.Offset-len("${"):piece.Offset+len(piece.Source)+len("}")], at)
			continue
		}
		rest, offset := piece.Text, piece.Offset
		for rest != "" {
			at, column := firstColumn(rest, columns)
			if column == "" {
				c.literal(rest, s.text, offset)
				break
			}
			offset = c.literal(rest[:at], s.text, offset)
			name := "<" + column + ">"
			c.value(ir.Part{Expr: rowExpression(column), Origin: ir.OfRow, Pos: s.pos(offset)}, name, offset)
			rest, offset = rest[at+len(name):], offset+len(name)
		}
	}
	if most := lastPlaceholder - firstPlaceholder + 1; len(c.values) > most {
		d := diag.Errorf(diag.At(c.values[most].Pos, 1), "steps/placeholder", "a text holds at most %d values, and this one has %d", most, len(c.values)).
			WithHelp("send it in parts, or make it outside and read it: ${file('data/body.json')}")
		return phrase{}, &d
	}
	p := phrase{text: c.text.String(), values: c.values, written: c.written}
	stretches, text, places := c.stretches, p.text, s.pos
	end := len(s.text)
	p.places = func(offset int) diag.Pos {
		if offset >= len(text) {
			return places(end)
		}
		return places(original(stretches, offset))
	}
	return p, nil
}

// cutting is a text that is cut at its placeholders.
type cutting struct {
	text      strings.Builder
	stretches []stretch
	values    []ir.Part
	written   []string
}

// stretch is where a part of the new text begins, and where that stood in the original. A placeholder stands at one
// place.
type stretch struct {
	at, original int
	placeholder  bool
}

// original is where a byte of the new text stood.
func original(list []stretch, offset int) int {
	i, exactly := slices.BinarySearchFunc(list, offset, func(s stretch, offset int) int { return s.at - offset })
	if !exactly {
		i--
	}
	if s := list[i]; !s.placeholder {
		return s.original + offset - s.at
	}
	return list[i].original
}

// literal puts text that stands at an offset of the original, and returns where it ends there: an escaped ${ was longer.
func (c *cutting) literal(text, original string, offset int) (end int) {
	for text != "" {
		n, escaped := untilEscape(text, original[offset:])
		c.stretches = append(c.stretches, stretch{at: c.text.Len(), original: offset})
		c.text.WriteString(text[:n])
		if text, offset = text[n:], offset+n; escaped {
			offset += len(`\`)
		}
	}
	return offset
}

// untilEscape is where a text leaves what it was written as: behind the first $ that had a backslash.
func untilEscape(text, original string) (end int, escaped bool) {
	for i := 0; ; i++ {
		next := strings.IndexByte(text[i:], '$')
		if next < 0 {
			return len(text), false
		}
		if i += next; strings.HasPrefix(original[i:], `\${`) {
			return i + 1, true
		}
	}
}

func (c *cutting) value(part ir.Part, written string, offset int) {
	c.stretches = append(c.stretches, stretch{c.text.Len(), offset, true})
	c.text.WriteRune(rune(firstPlaceholder + len(c.values)))
	c.values, c.written = append(c.values, part), append(c.written, written)
}

// sub is the part of a phrase from a byte to another.
func (p phrase) sub(start, end int) phrase {
	p.text, p.from = p.text[start:end], p.from+start
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

// placeholderIn is the byte of the first placeholder in a text, -1 when it holds none, as most do: all of them begin
// with one byte, which is looked for first.
func placeholderIn(text string) int {
	const begins = 0xf0 | firstPlaceholder>>18 // in UTF-8
	if strings.IndexByte(text, begins) < 0 {
		return -1
	}
	return strings.IndexFunc(text, isPlaceholder)
}

// plain is the phrase's text when nothing stands for a value; false otherwise.
func (p phrase) plain() (string, bool) {
	return p.text, placeholderIn(p.text) < 0
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
	if p.text != "" && placeholderIn(p.text) < 0 {
		return ir.Literal(p.text)
	}
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
	whole := p
	p.text, p.from, p.places = b.String(), 0, func(offset int) diag.Pos {
		if offset >= len(from) {
			return whole.pos(len(whole.text))
		}
		return whole.pos(from[offset])
	}
	return p
}
