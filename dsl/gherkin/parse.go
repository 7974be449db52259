package gherkin

import (
	"fmt"
	"strings"

	gk "github.com/cucumber/gherkin/go/v26"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// Parse reads the text that Normalise made. The list holds every error of the file, and warnings about what
// Gherkin accepts and nobody means. The document is never nil; with errors it holds what could be read, which
// may be told about but not run.
func Parse(path string, text string) (*Document, diag.List) {
	b := newBuilder(path, text)
	failures, crash := run(text, newMatcher(), b)
	b.finish()
	list := append(b.problems, b.explain(failures)...)
	if crash != nil {
		list = append(list, diag.Errorf(diag.Range{Pos: diag.Pos{File: path}}, "gherkin/internal",
			"the parser failed on this file: %v", crash).WithHelp("please report this file: no text should do that"))
	}
	if f := b.doc.Feature; f != nil {
		f.Narrative = readNarrative(f.Description, b.words)
	}
	list = append(list, lint(b.doc, b.words, list.HasErrors(), text)...)
	list.Sort()
	return b.doc, list
}

// run is the library's parser on our scanner and our builder; its errors come as text, one a line.
func run(text string, m gk.Matcher, b gk.Builder) (failures []string, crash error) {
	defer func() {
		if p := recover(); p != nil {
			crash = fmt.Errorf("%v", p)
		}
	}()
	if err := gk.NewParser(b).Parse(&scanner{rest: text}, m); err != nil {
		failures = strings.Split(err.Error(), "\n")
	}
	return failures, nil
}

// scanner gives lines of any length; the library's own gives nil for one of 64 KiB, and its parser panics.
type scanner struct {
	rest string
	line int
}

func (s *scanner) Scan() (*gk.Line, bool, error) {
	s.line++
	if s.rest == "" {
		return &gk.Line{LineNumber: s.line, AtEof: true}, true, nil
	}
	text, rest, _ := strings.Cut(s.rest, "\n")
	s.rest = rest
	text = strings.TrimSuffix(text, "\r")
	return &gk.Line{LineText: text, LineNumber: s.line, TrimmedLineText: strings.TrimLeft(text, " \t")}, false, nil
}
