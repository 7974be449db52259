package gherkin

import (
	"bytes"
	"strings"
	"unicode/utf8"

	gk "github.com/cucumber/gherkin/go/v26"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// longestLine is in bytes. The functional runner's parser reads lines of less than 64 KiB and panics on more.
const longestLine = 60 << 10

// Normalise makes one text of all ways to store a feature file: without byte order mark, lines ended by LF, one
// line end at the end, and comment lines inside descriptions emptied, which the parser would refuse. Every line
// keeps its number. The text is what is parsed, hashed and embedded in an artefact.
//
// What is not UTF-8 text is refused: the text is then "". A line that is too long is an error beside the text.
func Normalise(path string, src []byte) (string, diag.List) {
	if d, ok := notText(path, src); ok {
		return "", diag.List{d}
	}
	whole := unixLines(withoutBOM(src))
	text := strings.TrimRight(whole, "\n")
	if text == "" {
		return "", nil
	}
	var list diag.List
	n := 0
	for l := range strings.SplitSeq(text, "\n") {
		if n++; len(l) > longestLine {
			list = append(list, diag.Errorf(diag.At(diag.Pos{File: path, Line: n, Col: 1}, utf8.RuneCountInString(l)), "gherkin/long-line",
				"a line of %d bytes; expected at most %d", len(l), longestLine).
				WithHelp("put the data in a file of the project and use ${file('data/body.json')}"))
		}
	}
	if comments := commentsInDescriptions(text); comments != nil {
		lines := strings.Split(text, "\n")
		for _, n := range comments {
			lines[n-1] = ""
		}
		return strings.Join(lines, "\n") + "\n", list
	}
	if len(whole) > len(text) {
		return whole[:len(text)+1], list
	}
	return text + "\n", list
}

func withoutBOM(src []byte) []byte {
	for bytes.HasPrefix(src, []byte("\ufeff")) {
		src = src[len("\ufeff"):]
	}
	return src
}

func unixLines(src []byte) string {
	if bytes.IndexByte(src, '\r') < 0 {
		return string(src)
	}
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(src))
}

func notText(path string, src []byte) (diag.Diagnostic, bool) {
	for _, mark := range []struct{ bytes, name string }{
		{"\xff\xfe\x00\x00", "UTF-32"}, {"\x00\x00\xfe\xff", "UTF-32"}, {"\xff\xfe", "UTF-16"}, {"\xfe\xff", "UTF-16"},
	} {
		if bytes.HasPrefix(src, []byte(mark.bytes)) {
			return diag.Errorf(diag.At(diag.Pos{File: path, Line: 1, Col: 1}, 1), "gherkin/not-utf8", "the file is %s; expected UTF-8", mark.name).
				WithHelp("save it as UTF-8, for example: iconv -f %s -t UTF-8", mark.name), true
		}
	}
	src = withoutBOM(src)
	if utf8.Valid(src) && bytes.IndexByte(src, 0) < 0 {
		return diag.Diagnostic{}, false
	}
	for i := 0; i < len(src); {
		c, size := utf8.DecodeRune(src[i:])
		if c != 0 && (c != utf8.RuneError || size > 1) {
			i += size
			continue
		}
		before := unixLines(src[:i])
		last := before[strings.LastIndexByte(before, '\n')+1:]
		at := diag.At(diag.Pos{File: path, Line: 1 + strings.Count(before, "\n"), Col: 1 + utf8.RuneCountInString(last)}, 1)
		if c == 0 {
			return diag.Errorf(at, "gherkin/binary", "not a text file: it holds a NUL byte; expected UTF-8 text").
				WithHelp("a feature file saved as UTF-16 looks so: save it as UTF-8"), true
		}
		return diag.Errorf(at, "gherkin/not-utf8", "byte 0x%02x is not UTF-8; expected UTF-8 text", src[i]).
			WithHelp("save the file as UTF-8; if it was written as Latin-1: iconv -f LATIN1 -t UTF-8"), true
	}
	return diag.Diagnostic{}, false
}

// commentsInDescriptions is the lines of the comments that a line of description follows. The library's own
// parser finds them, so that keywords of every language, doc strings and tags are told apart as it does.
func commentsInDescriptions(text string) []int {
	if !strings.Contains(text, "#") {
		return nil
	}
	f := &commentFinder{Matcher: newMatcher()}
	_, _ = run(text, f, f) // what is wrong with the file, Parse will say
	return f.found
}

// commentFinder makes the parser take comments in a description for description, and notes their lines.
type commentFinder struct {
	gk.Matcher
	describing bool
	waiting    []int // comments that are inside only if description follows
	found      []int
}

func (f *commentFinder) MatchComment(line *gk.Line) (bool, *gk.Token, error) {
	if f.describing {
		return false, nil, nil
	}
	return f.Matcher.MatchComment(line)
}

// MatchTagLine ends a description before the parser looks ahead from a tag, over comments, for what it tags.
func (f *commentFinder) MatchTagLine(line *gk.Line) (bool, *gk.Token, error) {
	ok, token, err := f.Matcher.MatchTagLine(line)
	if ok {
		f.describing = false
	}
	return ok, token, err
}

func (f *commentFinder) Build(t *gk.Token) (bool, error) {
	switch t.Type {
	case gk.TokenTypeFeatureLine, gk.TokenTypeRuleLine, gk.TokenTypeBackgroundLine, gk.TokenTypeScenarioLine, gk.TokenTypeExamplesLine:
		f.describing, f.waiting = true, nil
	case gk.TokenTypeEmpty:
	case gk.TokenTypeOther:
		switch trimmed := strings.TrimSpace(t.Text); {
		case !f.describing || trimmed == "":
		case strings.HasPrefix(trimmed, gk.CommentPrefix):
			f.waiting = append(f.waiting, t.Location.Line)
		default:
			f.found = append(f.found, f.waiting...)
			f.waiting = nil
		}
	default:
		f.describing, f.waiting = false, nil
	}
	return true, nil
}

func (f *commentFinder) StartRule(gk.RuleType) (bool, error) { return true, nil }
func (f *commentFinder) EndRule(gk.RuleType) (bool, error)   { return true, nil }
func (f *commentFinder) Reset() {
	f.Matcher.Reset()
}
