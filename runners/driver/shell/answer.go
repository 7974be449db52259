package shell

import (
	"fmt"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/runners/command"
	"github.com/cucumber-value/hoops/runners/session"
)

// answer is what a script said.
type answer struct {
	shown  string
	result command.Result
}

var _ session.Answer = (*answer)(nil)

// Value of exit, out and err.
func (a *answer) Value(name string) any {
	switch name {
	case "exit":
		return int64(a.result.Exit)
	case "out":
		return text(a.result.Out)
	case "err":
		return text(a.result.Err)
	}
	return expr.Missing{What: name, Why: "a command has none"}
}

// Call knows no function.
func (a *answer) Call(string, []any) (any, bool, error) { return nil, false, nil }

// Describe is the script's first line as written, its exit code, and the ends of what it printed.
func (a *answer) Describe() string {
	first := fmt.Sprintf("%s → exit code %d in %s", a.shown, a.result.Exit, a.result.Duration.Round(time.Millisecond))
	if a.result.Truncated {
		first += ", its output cut"
	}
	return strings.Join(append([]string{first}, a.tails()...), "\n") + "\n"
}

// How much of each output a failure shows: the end of it, where scripts say why they gave up.
const (
	shownLines = 10
	shownBytes = 1000
)

func (a *answer) tails() []string {
	var all []string
	for _, output := range []struct{ name, text string }{{"out", a.result.Out}, {"err", a.result.Err}} {
		s := text(output.text)
		if s == "" {
			continue
		}
		cut := false
		if len(s) > shownBytes {
			s, cut = strings.ToValidUTF8(s[len(s)-shownBytes:], ""), true
			if _, whole, more := strings.Cut(s, "\n"); more {
				s = whole // the rest of a line can be the end of a secret, which nobody knows as one
			}
		}
		lines := strings.Split(s, "\n")
		if len(lines) > shownLines {
			lines, cut = lines[len(lines)-shownLines:], true
		}
		if cut {
			lines[0] = "…" + lines[0]
		}
		for _, l := range lines {
			all = append(all, "  "+output.name+": "+strings.TrimRight(l, "\r"))
		}
	}
	return all
}

// text is an output without the ends of its last lines; what is not UTF-8 becomes U+FFFD.
func text(s string) string { return strings.ToValidUTF8(strings.TrimRight(s, "\r\n"), "\uFFFD") }
