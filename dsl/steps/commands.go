package steps

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// command is what is known of the simple command that a script is in: enough to say whether a value there would name
// a command, or be a script itself.
type command struct {
	word   strings.Builder // the word so far, without its quotes
	inWord bool

	expecting  bool   // the next word names a command
	wrapper    string // behind whose options it is expected: sudo, env
	next       follow // what the next word is to the wrapper
	name       string // the command, "" when it is not known
	operands   int    // words behind it that are no options
	option     bool   // -c was there: the next operand is a script
	input      bool   // -s was there: its input is a script
	redirected bool   // the next word is the file of < or >
	test       bool   // between [[ and ]]
	list       bool   // between the brackets of x=( … )
	cases      int    // how many case … esac are open
	pattern    bool   // of a case: up to its ")"
}

func newCommand() *command { return &command{expecting: true} }

// Words that are followed by a command, and commands that read scripts.
var (
	beforeCommands = []string{"!", "{", "do", "elif", "else", "if", "then", "until", "while"}
	shells         = []string{"sh", "ash", "bash", "dash", "ksh", "zsh"}
	assignment     = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\[[^]]*\])?\+?=`)
	optionC        = regexp.MustCompile(`^-[a-z]*c$`)
	optionS        = regexp.MustCompile(`^-[a-z]*s$`)
)

const nameOfCommand = "a value cannot be the name of a command"

// use is what the shell would take a value for at the word that begins or goes on here: "" for data.
func (c *command) use() string {
	switch {
	case c.redirected, c.pattern, c.test, c.list:
		return ""
	case c.expecting && !assignment.MatchString(c.word.String()):
		if c.inOption() { // sudo -u ${user} id
			return ""
		}
		return nameOfCommand
	case c.name == "eval" || c.name == "trap" && c.operands == 0:
		return "a value in a script for " + c.name + " is read as code"
	case c.name == "." || c.name == "source":
		if c.operands == 0 {
			return "a value cannot name the script that is read as code"
		}
	case c.option && c.operands == 0 && slices.Contains(shells, c.name):
		return "a value in a script for " + c.name + " -c is read as code"
	}
	return ""
}

// readsScript reports whether what the command reads from its input is a script.
func (c *command) readsScript() bool {
	return slices.Contains(shells, c.name) && !c.option && (c.operands == 0 || c.input)
}

// add is a character of a word.
func (c *command) add(r rune) {
	c.inWord = true
	c.word.WriteRune(r)
}

// end ends the word.
func (c *command) end() {
	if !c.inWord {
		return
	}
	word := c.word.String()
	c.word.Reset()
	c.inWord = false
	switch {
	case c.redirected:
		c.redirected = false
		return
	case c.test:
		c.test = word != "]]"
		return
	case c.pattern:
		if word == "esac" {
			c.cases, c.pattern, c.expecting = max(0, c.cases-1), false, false
		}
		return
	case c.list:
		return
	case c.expecting:
		c.begin(word)
	case c.name == "case" && word == "in":
		c.cases, c.pattern = c.cases+1, true
	case strings.HasPrefix(word, "-") && word != "-":
		c.option, c.input = c.option || optionC.MatchString(word), c.input || optionS.MatchString(word)
	default:
		c.operands++
	}
}

// begin is the word where a command is expected.
func (c *command) begin(word string) {
	switch {
	case c.optionWord(word):
	case assignment.MatchString(word):
	case slices.Contains(beforeCommands, word):
		c.wrapper, c.next = "", aCommand
	case c.wraps(word):
	case word == "[[":
		c.test, c.expecting = true, false
	case word == "esac":
		c.cases, c.expecting = max(0, c.cases-1), false
	default:
		c.name, c.expecting = path.Base(word), false
	}
}

// separate is what ends a command: a newline, ; & | and brackets.
func (c *command) separate() {
	c.end()
	if c.test || c.list || c.pattern {
		return
	}
	c.expecting, c.redirected, c.wrapper, c.next = true, false, "", aCommand
	c.name, c.operands, c.option, c.input = "", 0, false, false
}

// operator is a character outside of quotes that is no part of a word, and no bracket; before is the text that ends with it.
func (c *command) operator(r rune, before string) {
	switch r {
	case ' ', '\t', '\r':
		c.end()
	case '<', '>':
		if c.inWord && strings.Trim(c.word.String(), "0123456789") == "" {
			c.word.Reset() // 2> is no word
			c.inWord = false
		}
		c.end()
		c.redirected = !c.test
	case '&':
		if !strings.HasSuffix(before, ">") && !strings.HasSuffix(before, "<") { // 2>&1
			c.separate()
		}
	case ';':
		c.separate()
		c.pattern = c.pattern || strings.HasSuffix(before, ";") && c.cases > 0
	case '|':
		if !c.redirected || c.inWord || !strings.HasSuffix(before, ">") { // >| writes over a file
			c.separate()
		}
	default: // a newline
		c.separate()
	}
}

// opens is an opening bracket. It reports whether commands stand in it.
func (c *command) opens() bool {
	if c.pattern || c.test {
		return false
	}
	c.list = strings.HasSuffix(c.word.String(), "=")
	c.end()
	return !c.list
}

// closes is a closing bracket. It reports whether it ends the one that commands stand in.
func (c *command) closes() bool {
	c.end()
	switch {
	case c.test:
	case c.pattern:
		c.pattern = false
		c.separate()
	case c.list:
		c.list = false
	default:
		return true
	}
	return false
}

// afterBrackets is behind (…), <(…) and, where its word goes on, $(…). Only behind the empty ones of name() a command
// follows.
func (c *command) afterBrackets(before string) {
	switch {
	case c.inWord:
	case c.redirected:
		c.redirected = false
	default:
		c.expecting, c.name, c.wrapper, c.next = strings.HasSuffix(strings.TrimRight(before, " \t"), "("), "", "", aCommand
	}
}
