package steps

import (
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// shellTemplate makes a template of a script. Its values travel as environment variables, and the shell expands
// them where they stand: so it matters in which quotes they do. A value is refused where the shell would not
// expand it (single quotes, a quoted heredoc), and where expanding it could execute it (arithmetic, backticks, the name
// of a command, a script for eval or sh -c).
func (p phrase) shellTemplate() (ir.Template, *diag.Diagnostic) {
	s := scriptScanner{phrase: p, places: map[int]ir.Place{}, contexts: []byte{plainWords}, commands: []*command{newCommand()}}
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
	substitution = '(' // $(…) and (…)
	arithmetic   = '+' // $((…))
	comment      = '#'
	openHeredoc  = '<' // the body below <<END
	fixedHeredoc = '[' // the body below <<'END'
)

// scriptScanner follows a script's quoting character by character. It knows what a POSIX shell knows of quotes,
// and of its grammar where a command begins.
type scriptScanner struct {
	phrase
	places   map[int]ir.Place
	contexts []byte
	escaped  bool
	heredocs []heredoc  // whose bodies begin at the next line
	body     int        // where the body of the first of them begins
	commands []*command // of the script and of each $(…), innermost last
}

type heredoc struct {
	end   string // the line that ends it
	tabs  bool   // leading tabs do not count: <<-
	fixed bool   // nothing is expanded in it
	code  bool   // a shell reads it
}

func (s *scriptScanner) in() byte          { return s.contexts[len(s.contexts)-1] }
func (s *scriptScanner) command() *command { return s.commands[len(s.commands)-1] }

func (s *scriptScanner) push(c byte) {
	s.contexts = append(s.contexts, c)
	if c == substitution {
		s.commands = append(s.commands, newCommand())
	}
}

func (s *scriptScanner) pop() {
	if s.in() == substitution {
		s.commands = s.commands[:len(s.commands)-1]
	}
	s.contexts = s.contexts[:len(s.contexts)-1]
}

func (s *scriptScanner) next(i int, r rune) *diag.Diagnostic {
	if isPlaceholder(r) {
		s.escaped = false
		return s.value(i)
	}
	rest := s.text[i:]
	if s.escaped {
		if before := s.text[:i]; r != '\n' && strings.HasSuffix(before, `\`) {
			s.command().add(r)
		}
		s.escaped = false
		return nil
	}
	switch c := s.in(); c {
	case singleQuotes:
		if r == '\'' {
			s.pop()
		} else {
			s.command().add(r)
		}
	case comment:
		if r == '\n' {
			s.pop()
			s.command().operator(r, "")
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
			s.command().add(r)
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
		s.command().inWord = true // even when it is empty
		s.push(byte(r))
	case r == '#' && (i == 0 || strings.ContainsRune(" \t\n;(", rune(s.text[i-1]))):
		s.push(comment)
	case r == '(' && c == arithmetic:
		s.push(c)
	case r == ')' && c == arithmetic:
		s.pop()
	case r == '(':
		if s.command().opens() {
			s.push(substitution)
		}
	case r == ')':
		if s.command().closes() && c == substitution {
			s.pop()
			s.command().afterBrackets(s.text[:i])
		}
	case r == '<' && strings.HasPrefix(rest, "<<") && !strings.HasPrefix(rest, "<<<") && (i == 0 || s.text[i-1] != '<'):
		s.command().operator(r, "")
		s.heredoc(rest[2:])
	case r == '\n':
		s.command().operator(r, "")
		s.lineEnded(i)
	case c != arithmetic && strings.ContainsRune(" \t\r;&|<>", r):
		s.command().operator(r, s.text[:i])
	default:
		s.command().add(r)
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
	h.fixed, h.code = h.end != rest[:end], s.command().readsScript()
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
		s.body = i + 1
	}
	line, _, _ := strings.Cut(s.text[i+1:], "\n")
	if s.heredocs[0].tabs {
		line = strings.TrimLeft(line, "\t")
	}
	if line == s.heredocs[0].end {
		s.heredocs = s.heredocs[1:]
		s.pop()
		s.body = i + 1
	}
}

// value places the value that stands at byte i, or refuses it there.
func (s *scriptScanner) value(i int) *diag.Diagnostic {
	refuse := func(why, how string) *diag.Diagnostic {
		d := diag.Errorf(diag.At(s.pos(i), 2), "steps/shell-quote", "%s", why).WithHelp("%s", how)
		return &d
	}
	const assign = "give it to a variable first: x=${value}, and use \"$x\""
	const asArgument = `give it to the script as an argument: sh -c 'echo "$1"' sh ${value}`
	switch s.in() {
	case singleQuotes:
		return refuse("a value in single quotes is not expanded by the shell", "use double quotes")
	case fixedHeredoc:
		return refuse("a value in a quoted heredoc is not expanded by the shell", "write the word behind << without quotes")
	case backticks:
		return refuse("a value in backticks may be read as code", "write $(…) instead")
	case arithmetic:
		return refuse("a value in arithmetic may be read as code", assign+" after checking that it is a number")
	case openHeredoc:
		if s.heredocs[0].code {
			return refuse("a value in a script that a shell reads is read as code", asArgument)
		}
		if inExpansion(s.text[s.body:i]) {
			return refuse("a value in $(…) or backticks of a heredoc may be read as code", assign)
		}
		s.places[i] = ir.ShellQuoted
	case comment: // says nothing to the shell
		s.places[i] = ir.ShellQuoted
	default:
		s.places[i] = ir.Shell
		if s.in() == doubleQuotes {
			s.places[i] = ir.ShellQuoted
		}
		command := s.command()
		switch use := command.use(); {
		case use == nameOfCommand:
			return refuse(use, "write the command out, and give it the value as an argument; to say where a command lies: PATH=${value}:$PATH, a line above")
		case use != "":
			return refuse(use, asArgument)
		}
		command.add(firstPlaceholder)
	}
	return nil
}

// inExpansion reports whether a heredoc's text ends inside of $(…) or `…`.
func inExpansion(text string) bool {
	depth, ticks := 0, false
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
		case text[i] == '`':
			ticks = !ticks
		case strings.HasPrefix(text[i:], "$("), text[i] == '(' && depth > 0:
			depth++
			if text[i] == '$' {
				i++
			}
		case text[i] == ')' && depth > 0:
			depth--
		}
	}
	return depth > 0 || ticks
}
