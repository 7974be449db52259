package steps

import (
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// shellTemplate makes a template of a script. Its values travel as environment variables, and the shell expands
// them where they stand: so it matters in which quotes they do. A value is refused where the shell would not
// expand it (single quotes, a quoted heredoc), and where expanding it could execute it (arithmetic, backticks).
func (p phrase) shellTemplate() (ir.Template, *diag.Diagnostic) {
	s := scriptScanner{phrase: p, places: map[int]ir.Place{}, contexts: []byte{plainWords}}
	for i, r := range p.text {
		if wrong := s.next(i, r); wrong != nil {
			return nil, wrong
		}
	}
	return p.template(func(i int) ir.Place { return s.places[i] }), nil
}

// Contexts of a script, innermost last.
const (
	plainWords   = 'w'
	singleQuotes = '\''
	doubleQuotes = '"'
	backticks    = '`'
	substitution = '(' // $(…), and ( … ) inside it
	arithmetic   = '+' // $((…))
	comment      = '#'
	openHeredoc  = '<' // the body below <<END
	fixedHeredoc = '[' // the body below <<'END'
)

// scriptScanner follows a script's quoting character by character. It knows what a POSIX shell knows of quotes,
// and nothing of its grammar.
type scriptScanner struct {
	phrase
	places   map[int]ir.Place
	contexts []byte
	escaped  bool
	heredocs []heredoc // whose bodies begin at the next line
}

type heredoc struct {
	end   string // the line that ends it
	tabs  bool   // leading tabs do not count: <<-
	fixed bool   // nothing is expanded in it
}

func (s *scriptScanner) in() byte    { return s.contexts[len(s.contexts)-1] }
func (s *scriptScanner) push(c byte) { s.contexts = append(s.contexts, c) }
func (s *scriptScanner) pop()        { s.contexts = s.contexts[:len(s.contexts)-1] }

func (s *scriptScanner) next(i int, r rune) *diag.Diagnostic {
	if isPlaceholder(r) {
		s.escaped = false
		return s.value(i)
	}
	rest := s.text[i:]
	if s.escaped {
		s.escaped = false
		return nil
	}
	switch c := s.in(); c {
	case singleQuotes:
		if r == '\'' {
			s.pop()
		}
	case comment:
		if r == '\n' {
			s.pop()
			s.lineEnded(i)
		}
	case openHeredoc, fixedHeredoc:
		if r == '\n' {
			s.lineEnded(i)
		}
	case doubleQuotes:
		switch {
		case r == '\\':
			s.escaped = true
		case r == '"':
			s.pop()
		default:
			s.expansion(r, rest)
		}
	case backticks:
		switch r {
		case '\\':
			s.escaped = true
		case '`':
			s.pop()
		}
	default:
		s.words(i, r, rest, c)
	}
	return nil
}

// words is the scanner outside of quotes.
func (s *scriptScanner) words(i int, r rune, rest string, c byte) {
	switch {
	case r == '\\':
		s.escaped = true
	case r == '\'' || r == '"':
		s.push(byte(r))
	case r == '#' && (i == 0 || strings.ContainsRune(" \t\n;(", rune(s.text[i-1]))):
		s.push(comment)
	case r == '(' && c != plainWords:
		s.push(c) // a parenthesis of its own inside $(…) or $((…))
	case r == ')' && c != plainWords:
		s.pop()
	case r == '<' && strings.HasPrefix(rest, "<<") && !strings.HasPrefix(rest, "<<<") && (i == 0 || s.text[i-1] != '<'):
		s.heredoc(rest[2:])
	case r == '\n':
		s.lineEnded(i)
	default:
		s.expansion(r, rest)
	}
}

// expansion enters $(…), $((…)) and `…`, which begin in double quotes too, with quotes of their own.
func (s *scriptScanner) expansion(r rune, rest string) {
	switch {
	case r == '`':
		s.push(backticks)
	case strings.HasPrefix(rest, "$(("):
		s.push(arithmetic) // its second parenthesis is pushed when it comes
	case strings.HasPrefix(rest, "$("):
		s.push(substitution)
		s.escaped = true // over its parenthesis
	}
	if strings.HasPrefix(rest, "$((") {
		s.escaped = true
	}
}

// heredoc notes the word behind <<.
func (s *scriptScanner) heredoc(rest string) {
	var h heredoc
	if strings.HasPrefix(rest, "-") {
		h.tabs, rest = true, rest[1:]
	}
	rest = strings.TrimLeft(rest, " \t")
	end := strings.IndexAny(rest, " \t\n;|&)>")
	if end < 0 {
		end = len(rest)
	}
	h.end = strings.NewReplacer(`'`, "", `"`, "", `\`, "").Replace(rest[:end])
	h.fixed = h.end != rest[:end]
	if h.end != "" {
		s.heredocs = append(s.heredocs, h)
	}
}

// lineEnded begins the body of a heredoc, or ends it when the next line is its word.
func (s *scriptScanner) lineEnded(i int) {
	if len(s.heredocs) == 0 {
		return
	}
	if c := s.in(); c != openHeredoc && c != fixedHeredoc {
		if s.heredocs[0].fixed {
			s.push(fixedHeredoc)
		} else {
			s.push(openHeredoc)
		}
	}
	line, _, _ := strings.Cut(s.text[i+1:], "\n")
	if s.heredocs[0].tabs {
		line = strings.TrimLeft(line, "\t")
	}
	if line == s.heredocs[0].end {
		s.heredocs = s.heredocs[1:]
		s.pop()
	}
}

// value places the value that stands at byte i, or refuses it there.
func (s *scriptScanner) value(i int) *diag.Diagnostic {
	refuse := func(why, how string) *diag.Diagnostic {
		d := diag.Errorf(diag.At(s.pos(i), 2), "steps/shell-quote", "%s", why).WithHelp("%s", how)
		return &d
	}
	const assign = "give it to a variable first: x=${value}, and use \"$x\""
	switch s.in() {
	case singleQuotes:
		return refuse("a value in single quotes is not expanded by the shell", "use double quotes")
	case fixedHeredoc:
		return refuse("a value in a quoted heredoc is not expanded by the shell", "write the word behind << without quotes")
	case backticks:
		return refuse("a value in backticks may be read as code", "write $(…) instead")
	case arithmetic:
		return refuse("a value in arithmetic may be read as code", assign+" after checking that it is a number")
	case doubleQuotes, openHeredoc:
		s.places[i] = ir.ShellQuoted
	case comment: // says nothing to the shell
		s.places[i] = ir.ShellQuoted
	default:
		s.places[i] = ir.Shell
	}
	return nil
}
