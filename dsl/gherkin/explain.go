package gherkin

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	gk "github.com/cucumber/gherkin/go/v26"

	"github.com/cucumber-value/hoops/dsl/diag"
)

var failureForm = regexp.MustCompile(`^\((\d+):(\d+)\): (.*)$`)

// explain says the library's errors in our words. They are text; a form that is not known is passed on as it is.
func (b *builder) explain(failures []string) diag.List {
	var list diag.List
	fence := "" // of a doc string that stands where none may: its lines are not errors of their own
	for _, f := range failures {
		m := failureForm.FindStringSubmatch(f)
		if m == nil {
			if f != "Parser errors:" && f != "" {
				list = append(list, diag.Errorf(diag.Range{Pos: diag.Pos{File: b.path}}, "gherkin/syntax", "%s", f))
			}
			continue
		}
		line, _ := strconv.Atoi(m[1])
		col, _ := strconv.Atoi(m[2])
		at := diag.Pos{File: b.path, Line: line, Col: col}
		message := m[3]
		switch {
		case strings.HasPrefix(message, "Language not supported: "):
			// Every keyword of the file is unknown now: what else is wrong cannot be said.
			return diag.List{b.unknownLanguage(at, strings.TrimPrefix(message, "Language not supported: "))}
		case message == "A tag may not contain whitespace":
			list = append(list, b.spacedTag(at))
		case strings.HasPrefix(message, "unexpected end of file, expected: "):
			list = append(list, b.unexpectedEnd())
		case strings.HasPrefix(message, "expected: "):
			text := b.trimmed(line)
			if fence != "" {
				if strings.HasPrefix(text, fence) {
					fence = ""
				}
				continue
			}
			if fence = fenceOf(text); fence != "" && strings.Contains(text[len(fence):], fence) {
				fence = ""
			}
			expected, _, _ := strings.Cut(strings.TrimPrefix(message, "expected: "), ", got '")
			list = append(list, b.unexpectedLine(at, text, strings.Split(expected, ", ")))
		default:
			list = append(list, diag.Errorf(b.rest(at), "gherkin/syntax", "%s", message))
		}
	}
	return list
}

func fenceOf(text string) string {
	for _, f := range []string{gk.DocstringSeparator, gk.DocstringAlternativeSeparator} {
		if strings.HasPrefix(text, f) {
			return f
		}
	}
	return ""
}

func (b *builder) unknownLanguage(at diag.Pos, name string) diag.Diagnostic {
	d := diag.Errorf(b.rest(at), "gherkin/unknown-language", "unknown language %q", name)
	if code := closestLanguage(name); code != "" {
		return d.WithHelp(`did you mean "# language: %s"?`, code)
	}
	return d.WithHelp(`name it by its code: "# language: fr", "# language: pt"; the default is en`)
}

var tagComment = regexp.MustCompile(`\s+#`)

// spacedTag finds the tag again: the library's column is too small after "@@" and "@ ".
func (b *builder) spacedTag(at diag.Pos) diag.Diagnostic {
	text := tagComment.Split(b.trimmed(at.Line), 2)[0]
	at.Col = b.indent(at.Line) + 1
	tag := text
	for _, piece := range strings.SplitAfter(text, gk.TagPrefix)[1:] { // a piece is the tag after its "@", and the next "@"
		tag = gk.TagPrefix + strings.TrimRightFunc(strings.TrimSuffix(piece, gk.TagPrefix), unicode.IsSpace)
		if strings.ContainsFunc(tag, unicode.IsSpace) {
			break
		}
		at.Col += utf8.RuneCountInString(piece)
	}
	d := diag.Errorf(diag.At(at, utf8.RuneCountInString(tag)), "gherkin/tag", "a tag with white space in it; expected a name without, or another tag")
	words := strings.Fields(tag)
	if words[0] == gk.TagPrefix || strings.HasSuffix(words[0], ":") { // "@ owner", "@owner: payments"
		words = append([]string{words[0] + words[1]}, words[2:]...)
	}
	return d.WithHelp("write: %s", strings.Join(words, "-")).WithHelp("or begin each tag with @, and a comment with #")
}

// unexpectedEnd points at what the end of the file left open, because at the end there is nothing to see.
func (b *builder) unexpectedEnd() diag.Diagnostic {
	if d := b.open; d != nil {
		return diag.Errorf(b.rest(d.Pos), "gherkin/unexpected-end", "this doc string is not closed; expected %s on a line of its own before the end of the file", d.Delimiter).
			WithHelp("a doc string ends with the fence that it begins with")
	}
	if n := len(b.waiting); n > 0 {
		at := b.waiting[n-1].Pos
		at.Col = b.indent(at.Line) + 1
		return diag.Errorf(b.rest(at), "gherkin/unexpected-end", "the file ends after a tag; expected what it tags: a feature, a rule, a scenario or examples").
			WithHelp("remove the tag, or write what it belongs to below it")
	}
	at := diag.Pos{File: b.path, Line: len(b.lines)}
	for at.Line > 1 && b.trimmed(at.Line) == "" {
		at.Line--
	}
	at.Col = b.indent(at.Line) + 1
	return diag.Errorf(b.rest(at), "gherkin/unexpected-end", `the file ends here; expected "Feature:" and a name`).
		WithHelp("write the feature, or remove the file")
}

// nouns are the token types as people call them, in the order in which they are told.
var nouns = []struct{ token, noun string }{
	{"#FeatureLine", "a feature"}, {"#StepLine", "a step"}, {"#DocStringSeparator", "a doc string"}, {"#TableRow", "a table row"},
	{"#ExamplesLine", "examples"}, {"#BackgroundLine", "a background"}, {"#ScenarioLine", "a scenario"}, {"#RuleLine", "a rule"}, {"#TagLine", "a tag"},
}

func (b *builder) unexpectedLine(at diag.Pos, text string, expected []string) diag.Diagnostic {
	may := func(token string) bool { return slices.Contains(expected, token) }
	// Below tags the library looks ahead, finds nothing that it knows, and settles for a rule.
	tagged := may("#RuleLine") && may("#TagLine") && len(expected) == 4
	var wanted []string
	for _, n := range nouns {
		if may(n.token) || n.token == "#ScenarioLine" && tagged {
			wanted = append(wanted, n.noun)
		}
	}
	found, help := b.describe(text, may)
	d := diag.Errorf(b.rest(at), "gherkin/unexpected-line", "expected %s, found %s", oneOf(wanted), found)
	if help != "" {
		d = d.WithHelp("%s", help)
	}
	return d
}

// describe says what a line is that may not stand where it does, and what its writer may do about it.
func (b *builder) describe(text string, may func(token string) bool) (found, help string) {
	if fenceOf(text) != "" {
		return "a doc string", "a doc string stands below its step, and a step has one doc string or one table"
	}
	if strings.HasPrefix(text, "|") {
		return "a table row", "a table stands below its step or below Examples, and a step has one doc string or one table"
	}
	if strings.HasPrefix(text, "@") {
		return "a tag", "tags stand above a feature, a rule, a scenario or examples"
	}
	if word, ok := title(text); ok {
		found := `"` + clip(word) + `:"`
		if !slices.Contains(b.words.titles, word) {
			if near := diag.Closest(word, b.words.titles); near != "" {
				return found, `did you mean "` + near + `:"?`
			}
			return found, aboutText(may)
		}
		switch {
		case !strings.HasPrefix(text, word+gk.TitleKeywordSeparator):
			return found, `write "` + word + `:", without white space before the colon`
		case may("#FeatureLine"):
			return found, `write "Feature:" and a name above it`
		case slices.Contains(b.words.features, word):
			return found, "a file holds one feature: move the second one to a file of its own"
		case slices.Contains(b.words.backgrounds, word):
			return found, "a background stands once, without tags, before the first scenario of its feature or rule"
		case slices.Contains(b.words.examples, word):
			return found, "examples stand below the steps of their scenario outline"
		}
		return found, aboutText(may)
	}
	if word := stepKeyword(text, b.words.steps); word != "" {
		if may("#FeatureLine") {
			return "a step", `a file begins with "Feature:" and a name; steps stand below "Scenario:"`
		}
		return "a step", "steps stand below a scenario or a background, and no longer after its examples"
	}
	found = `"` + clip(text) + `"`
	if may("#StepLine") {
		if bareKeyword(text, b.words) {
			return found, "the words of the step are missing behind the keyword"
		}
		if keyword, space := oddSpace(text, b.words.steps); keyword != "" {
			return found, space + ` follows "` + keyword + `": write a plain space there`
		}
		word, rest, _ := strings.Cut(text, " ")
		if near := nearKeyword(word, b.words); near != "" && rest != "" {
			return found, `did you mean "` + near + " " + rest + `"?`
		}
	}
	for _, t := range b.words.titles {
		if after, ok := strings.CutPrefix(text, t+" "); ok && unicode.IsLetter([]rune(t)[0]) {
			return found, `did you mean "` + t + `: ` + clip(after) + `"?`
		}
	}
	return found, aboutText(may)
}

func aboutText(may func(token string) bool) string {
	if may("#FeatureLine") {
		return `a feature file begins with "Feature:" and a name; begin a comment with #`
	}
	return "free text stands only right below a Feature:, Rule:, Background:, Scenario: or Examples: line; begin a comment with #"
}

// title is the word before the colon of a line that looks like "Scenario: …".
func title(text string) (string, bool) {
	word, _, found := strings.Cut(text, ":")
	word = strings.TrimSpace(word)
	if !found || word == "" || len(strings.Fields(word)) > 3 || len([]rune(word)) > 40 {
		return "", false
	}
	return word, true
}

// stepKeyword is the step keyword that a line begins with, as the language writes it.
func stepKeyword(text string, keywords []string) string {
	for _, k := range keywords {
		if strings.HasPrefix(text, k) {
			return k
		}
	}
	return ""
}

func clip(text string) string { return diag.Cut(text, 40) }

func oneOf(words []string) string {
	switch n := len(words); n {
	case 0:
		return "nothing more"
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " or " + words[n-1]
	}
}
