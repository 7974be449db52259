package gherkin

import (
	"strings"
	"unicode"
	"unicode/utf8"

	gk "github.com/cucumber/gherkin/go/v26"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// builder makes the tree of the parser's tokens. They come in the order of the lines, and each says what it is,
// so that it is enough to know what the last title and the last step were.
type builder struct {
	path     string
	lines    []string
	doc      *Document
	words    words
	problems diag.List

	waiting     []Tag // for the title below them
	rule        *Rule
	scenario    *Scenario
	examples    *Examples
	steps       *[]*Step
	description *[]Line // of the last title; nil after what follows a description
	step        *Step   // the last one, nil after a title
	open        *DocString
	content     []string
}

func newBuilder(path, text string) *builder {
	return &builder{
		path:  path,
		lines: strings.Split(text, "\n"),
		doc:   &Document{Path: path, Language: gk.DefaultDialect},
		words: wordsOf(gk.DefaultDialect),
	}
}

func (b *builder) Reset()                              {}
func (b *builder) StartRule(gk.RuleType) (bool, error) { return true, nil }
func (b *builder) EndRule(gk.RuleType) (bool, error)   { return true, nil }

// Build takes the next token.
func (b *builder) Build(t *gk.Token) (bool, error) {
	switch t.Type {
	case gk.TokenTypeLanguage:
		b.doc.Language = t.Text
		b.words = wordsOf(t.Text)
	case gk.TokenTypeTagLine:
		b.tags(t)
	case gk.TokenTypeStepLine:
		b.stepLine(t)
	case gk.TokenTypeDocStringSeparator:
		b.fence(t)
	case gk.TokenTypeTableRow:
		b.row(t)
	case gk.TokenTypeOther:
		b.other(t)
	case gk.TokenTypeFeatureLine, gk.TokenTypeRuleLine, gk.TokenTypeBackgroundLine, gk.TokenTypeScenarioLine, gk.TokenTypeExamplesLine:
		b.title(t)
	}
	return true, nil
}

// finish puts the last loose ends into the tree.
func (b *builder) finish() {
	if b.open != nil { // never closed
		b.open.Content = strings.Join(b.content, "\n")
		b.open.EndLine = b.open.Pos.Line + len(b.content)
	}
	f := b.doc.Feature
	if f == nil {
		return
	}
	trim := func(d *[]Line) {
		for len(*d) > 0 && (*d)[len(*d)-1].Text == "" {
			*d = (*d)[:len(*d)-1]
		}
	}
	trim(&f.Description)
	if f.Background != nil {
		trim(&f.Background.Description)
	}
	for _, r := range f.Rules {
		trim(&r.Description)
		if r.Background != nil {
			trim(&r.Background.Description)
		}
	}
	for _, s := range f.Scenarios {
		trim(&s.Description)
		for _, e := range s.Examples {
			trim(&e.Description)
		}
	}
}

func (b *builder) title(t *gk.Token) {
	pos := b.pos(t)
	name := b.after(pos, t.Keyword+gk.TitleKeywordSeparator)
	tags := b.waiting
	b.waiting, b.step, b.steps = nil, nil, nil
	switch t.Type {
	case gk.TokenTypeFeatureLine:
		f := &Feature{Keyword: t.Keyword, Name: t.Text, Pos: pos, NamePos: name, Tags: tags}
		b.doc.Feature, b.description = f, &f.Description
	case gk.TokenTypeRuleLine:
		r := &Rule{Keyword: t.Keyword, Name: t.Text, Pos: pos, NamePos: name, Tags: tags}
		b.doc.Feature.Rules = append(b.doc.Feature.Rules, r)
		b.rule, b.scenario, b.examples, b.description = r, nil, nil, &r.Description
	case gk.TokenTypeBackgroundLine:
		bg := &Background{Keyword: t.Keyword, Name: t.Text, Pos: pos, NamePos: name}
		if b.rule != nil {
			b.rule.Background = bg
		} else {
			b.doc.Feature.Background = bg
		}
		b.steps, b.description = &bg.Steps, &bg.Description
	case gk.TokenTypeScenarioLine:
		s := &Scenario{Keyword: t.Keyword, Name: t.Text, Pos: pos, NamePos: name, Tags: tags, Rule: b.rule, From: pos.Line, To: pos.Line}
		if len(tags) > 0 {
			s.From = tags[0].Pos.Line
		}
		b.doc.Feature.Scenarios = append(b.doc.Feature.Scenarios, s)
		b.scenario, b.examples, b.steps, b.description = s, nil, &s.Steps, &s.Description
	case gk.TokenTypeExamplesLine:
		e := &Examples{Keyword: t.Keyword, Name: t.Text, Pos: pos, NamePos: name, Tags: tags}
		b.scenario.Examples = append(b.scenario.Examples, e)
		b.examples, b.description = e, &e.Description
		b.scenario.To = pos.Line
	}
}

func (b *builder) tags(t *gk.Token) {
	b.description = nil
	for _, item := range t.Items {
		b.waiting = append(b.waiting, Tag{Name: item.Text, Pos: b.at(t, item.Column)})
	}
}

func (b *builder) stepLine(t *gk.Token) {
	b.description = nil
	pos := b.pos(t)
	b.step = &Step{Keyword: strings.TrimSpace(t.Keyword), Text: t.Text, Pos: pos, TextPos: b.after(pos, t.Keyword)}
	*b.steps = append(*b.steps, b.step)
	b.belongs(t)
}

func (b *builder) fence(t *gk.Token) {
	b.belongs(t)
	if d := b.open; d != nil {
		d.Content = strings.Join(b.content, "\n")
		d.EndLine = t.Location.Line
		b.open, b.content = nil, nil
		return
	}
	b.open = &DocString{MediaType: strings.TrimSpace(t.Text), Delimiter: t.Keyword, Pos: b.pos(t)}
	b.step.DocString = b.open
}

func (b *builder) row(t *gk.Token) {
	b.description = nil
	b.belongs(t)
	row := Row{Pos: b.pos(t)}
	for _, item := range t.Items {
		row.Cells = append(row.Cells, Cell{Value: item.Text, Pos: b.at(t, item.Column)})
	}
	b.unclosed(row)
	switch {
	case b.examples != nil && b.step == nil:
		if b.examples.Header == nil {
			b.examples.Header = append([]Cell{}, row.Cells...) // not nil, even without cells: there is a table
			b.examples.HeaderPos = row.Pos
			return
		}
		if b.sameCells(row, Row{Cells: b.examples.Header, Pos: b.examples.HeaderPos}) {
			b.examples.Rows = append(b.examples.Rows, row)
		}
	case b.step.Table == nil:
		b.step.Table = &Table{Rows: []Row{row}, Pos: row.Pos}
	case b.sameCells(row, b.step.Table.Rows[0]):
		b.step.Table.Rows = append(b.step.Table.Rows, row)
	}
}

func (b *builder) other(t *gk.Token) {
	line := b.line(t.Location.Line)
	if b.open != nil {
		spaces := len(line) - len(strings.TrimLeft(line, " "))
		b.open.cols = append(b.open.cols, 1+min(spaces, b.open.Pos.Col-1))
		b.content = append(b.content, t.Text)
		b.belongs(t)
		return
	}
	if b.description == nil {
		return
	}
	text := strings.TrimSpace(line)
	if text == "" && len(*b.description) == 0 {
		return
	}
	lead := line[:len(line)-len(strings.TrimLeftFunc(line, unicode.IsSpace))]
	*b.description = append(*b.description, Line{Text: text, Pos: b.at(t, 1+utf8.RuneCountInString(lead))})
	if text != "" {
		b.belongs(t)
	}
}

// belongs makes the scenario reach to this token's line.
func (b *builder) belongs(t *gk.Token) {
	if b.scenario != nil {
		b.scenario.To = t.Location.Line
	}
}

func (b *builder) line(n int) string {
	if n < 1 || n > len(b.lines) {
		return ""
	}
	return strings.TrimSuffix(b.lines[n-1], "\r")
}

func (b *builder) pos(t *gk.Token) diag.Pos { return b.at(t, t.Location.Column) }

func (b *builder) at(t *gk.Token, col int) diag.Pos {
	return diag.Pos{File: b.path, Line: t.Location.Line, Col: col}
}

// after is the place of what follows the keyword at p and the spaces after it.
func (b *builder) after(p diag.Pos, keyword string) diag.Pos {
	rest := strings.TrimLeft(b.line(p.Line), " \t")
	rest = strings.TrimPrefix(rest, keyword)
	p.Col += utf8.RuneCountInString(keyword) + len(rest) - len(strings.TrimLeft(rest, " "))
	return p
}
