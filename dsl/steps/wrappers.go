package steps

import (
	"path"
	"slices"
	"strings"
)

// wrapper is a command that runs the one that follows its options. Letters and words are options: those that take an
// argument, which may be the word behind them; those that take none but what is joined to them; and those without any.
// What a wrapper does not list may or may not take the next word: nothing behind such an option is refused.
type wrapper struct {
	takes, joined, flags string
	words, wordFlags     []string
}

// Of GNU, BSD and POSIX together, where they agree; -v of command and -l of sudo run nothing, and are left out.
var wrappers = map[string]wrapper{
	"builtin": {},
	"busybox": {},
	"command": {flags: "p"},
	"env": {takes: "CPau", flags: "0Siv", words: []string{"argv0", "chdir", "unset"},
		wordFlags: []string{"block-signal", "debug", "default-signal", "ignore-environment", "ignore-signal", "list-signal-handling", "null", "split-string"}},
	"exec":   {takes: "a", flags: "cl"},
	"nohup":  {},
	"setsid": {flags: "cfw", wordFlags: []string{"ctty", "fork", "wait"}},
	"sudo": {takes: "CDRTUacghprtu", flags: "ABEHKPSbiknsv",
		words:     []string{"chdir", "chroot", "close-from", "command-timeout", "group", "host", "other-user", "prompt", "role", "type", "user"},
		wordFlags: []string{"askpass", "background", "bell", "login", "no-update", "non-interactive", "preserve-env", "preserve-groups", "reset-timestamp", "set-home", "shell", "stdin"}},
	"time": {takes: "fo", flags: "apqv", words: []string{"format", "output"}, wordFlags: []string{"append", "portability", "quiet", "verbose"}},
	"xargs": {takes: "EIJLPRSadns", joined: "eil", flags: "0oprtx",
		words:     []string{"arg-file", "delimiter", "max-args", "max-chars", "max-procs", "process-slot-var"},
		wordFlags: []string{"eof", "exit", "interactive", "max-lines", "no-run-if-empty", "null", "open-tty", "replace", "show-limits", "verbose"}},
}

// follow says what the word behind an option of a wrapper may be.
type follow byte

const (
	aCommand   follow = iota // the command, or another option
	anArgument               // of the option
	either                   // one of the two
	doubtful                 // the command, or an operand when the word before was it
)

// after is what follows an option.
func (w wrapper) after(option string) follow {
	if word, long := strings.CutPrefix(option, "--"); long {
		switch word, _, joined := strings.Cut(word, "="); {
		case joined, word == "", slices.Contains(w.wordFlags, word):
			return aCommand
		case slices.Contains(w.words, word):
			return anArgument
		}
		return either
	}
	letters := strings.TrimPrefix(option, "-")
	for i, letter := range letters {
		switch {
		case strings.ContainsRune(w.joined, letter):
			return aCommand
		case strings.ContainsRune(w.takes, letter) && i == len(letters)-1:
			return anArgument
		case strings.ContainsRune(w.takes, letter):
			return aCommand
		case !strings.ContainsRune(w.flags, letter):
			return either
		}
	}
	return aCommand
}

// wraps makes word the wrapper that the command is behind; false when it is none.
func (c *command) wraps(word string) bool {
	name := path.Base(word)
	if _, known := wrappers[name]; !known {
		return false
	}
	c.wrapper, c.next = name, aCommand
	return true
}

// inOption reports whether the word that begins or goes on here is an option of a wrapper, or its argument. What env -S
// is given is a command.
func (c *command) inOption() bool {
	word := c.word.String()
	switch {
	case c.wrapper == "":
		return false
	case c.wrapper == "env" && c.next != anArgument && (strings.HasPrefix(word, "-S") || strings.HasPrefix(word, "--split-string=")):
		return false
	}
	return c.next != aCommand || strings.HasPrefix(word, "-") && strings.Trim(word, "-") != ""
}

// optionWord takes a word where a command is expected that is an option of a wrapper, or its argument; false when it is
// neither.
func (c *command) optionWord(word string) bool {
	switch {
	case c.wrapper == "":
		return false
	case c.next == anArgument:
		c.next = aCommand
	case strings.HasPrefix(word, "-"):
		c.next = wrappers[c.wrapper].after(word)
	case c.next == either && !slices.Contains(shells, path.Base(word)):
		if _, another := wrappers[path.Base(word)]; another || assignment.MatchString(word) {
			return false
		}
		c.next = doubtful
	default:
		return false
	}
	return true
}
