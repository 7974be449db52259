package gherkin

import (
	"strings"
	"unicode"
	"unicode/utf8"

	gk "github.com/cucumber/gherkin/go/v26"
)

// matcher is the library's, with lines of tags and of steps read here: the library compiles two regular expressions
// for each of the first, and makes a list of all keywords for each of the second, which took a fifth of all
// compiling. What it would refuse it reads itself, and says so.
type matcher struct {
	gk.Matcher
	steps []string // the language's keywords
}

func newMatcher() *matcher {
	m := &matcher{Matcher: gk.NewLanguageMatcher(gk.DialectsBuiltin(), gk.DefaultDialect)}
	m.speak(gk.DefaultDialect)
	return m
}

func (m *matcher) speak(language string) {
	m.steps = gk.DialectsBuiltin().GetDialect(language).StepKeywords()
}

func (m *matcher) Reset() {
	m.Matcher.Reset()
	m.speak(gk.DefaultDialect)
}

func (m *matcher) MatchLanguage(line *gk.Line) (bool, *gk.Token, error) {
	if !strings.Contains(line.TrimmedLineText, gk.CommentPrefix) {
		return false, nil, nil
	}
	ok, token, err := m.Matcher.MatchLanguage(line)
	if ok && err == nil {
		m.speak(token.Text)
	}
	return ok, token, err
}

func (m *matcher) MatchStepLine(line *gk.Line) (bool, *gk.Token, error) {
	for _, k := range m.steps {
		if rest, ok := strings.CutPrefix(line.TrimmedLineText, k); ok {
			return true, &gk.Token{
				Type: gk.TokenTypeStepLine, Keyword: k, Text: strings.Trim(rest, " "),
				Location: &gk.Location{Line: line.LineNumber, Column: line.Indent() + 1},
			}, nil
		}
	}
	return false, nil, nil
}

func (m *matcher) MatchTagLine(line *gk.Line) (bool, *gk.Token, error) {
	if !strings.HasPrefix(line.TrimmedLineText, gk.TagPrefix) {
		return false, nil, nil
	}
	column := line.Indent() + 1
	token := &gk.Token{Type: gk.TokenTypeTagLine, Location: &gk.Location{Line: line.LineNumber, Column: column}}
	for i, piece := range strings.Split(beforeComment(line.TrimmedLineText), gk.TagPrefix) {
		name := strings.TrimRightFunc(piece, unicode.IsSpace)
		if strings.ContainsFunc(name, unicode.IsSpace) {
			return m.Matcher.MatchTagLine(line)
		}
		if name != "" {
			token.Items = append(token.Items, &gk.LineSpan{Column: column, Text: gk.TagPrefix + name})
		}
		if i > 0 {
			column += utf8.RuneCountInString(piece) + 1
		}
	}
	return true, token, nil
}

// beforeComment is a line without what stands behind a "#" that follows a space.
func beforeComment(text string) string {
	for i := range len(text) {
		if i > 0 && text[i] == '#' && strings.IndexByte(" \t\n\f\r", text[i-1]) >= 0 {
			return strings.TrimRight(text[:i], " \t\n\f\r")
		}
	}
	return text
}
