// Package diag is how hoops says where something is wrong: positions, diagnostics and their rendering, the
// same at compile time and at run time.
//
// A diagnostic is strings and positions only: it can be stored, sent and compared. The package reads no
// files, knows no severity that can be switched off, and imports nothing of hoops.
package diag

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
)

// Pos is a place in a source: a slash-separated path relative to the project, a line and a column, both
// 1-based, columns counted in runes. The zero Pos is "nowhere"; a Pos with a File only is the whole file.
type Pos struct {
	File string
	Line int
	Col  int
}

// IsZero reports whether p is nowhere.
func (p Pos) IsZero() bool { return p == Pos{} }

// String is "file:line:col", leaving out what is not known.
func (p Pos) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Col == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// MarshalText writes the position as String does.
func (p Pos) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what MarshalText wrote. Numbers are taken from the right, so a file may have colons.
func (p *Pos) UnmarshalText(b []byte) error {
	*p = Pos{}
	file, last, ok := cutNumber(b)
	if ok {
		p.Line = last
		if shorter, line, two := cutNumber(file); two {
			file, p.Line, p.Col = shorter, line, last
		}
	}
	p.File = string(file)
	return nil
}

// cutNumber takes ":123" from the end of b.
func cutNumber(b []byte) (before []byte, n int, ok bool) {
	i := bytes.LastIndexByte(b, ':')
	if i < 0 || i+1 == len(b) || len(b)-i > 10 {
		return b, 0, false
	}
	for _, c := range b[i+1:] {
		if c < '0' || c > '9' {
			return b, 0, false
		}
		n = n*10 + int(c-'0')
	}
	return b[:i], n, true
}

// Less orders positions by file, line and column.
func (p Pos) Less(q Pos) bool {
	if p.File != q.File {
		return p.File < q.File
	}
	if p.Line != q.Line {
		return p.Line < q.Line
	}
	return p.Col < q.Col
}

// Range is a stretch of one line: Len runes from Pos. Len 0 is a point.
type Range struct {
	Pos
	Len int
}

// MarshalJSON keeps the position's text form from standing for the whole range.
func (r Range) MarshalJSON() ([]byte, error) {
	return json.Marshal(rangeJSON{r.Pos, r.Len})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *Range) UnmarshalJSON(b []byte) error {
	var v rangeJSON
	err := json.Unmarshal(b, &v)
	*r = At(v.At, v.Len)
	return err
}

type rangeJSON struct {
	At  Pos `json:"at"`
	Len int `json:"len,omitempty"`
}

// At is the range of n runes at p.
func At(p Pos, n int) Range { return Range{Pos: p, Len: n} }

// Severity of a diagnostic. Its zero value is none, so that a forgotten one shows.
type Severity int

const (
	Unset   Severity = iota
	Error            // nothing may run
	Warning          // it runs, and probably not as meant
)

func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	}
	return "invalid"
}

// MarshalText writes the severity as its word.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (s *Severity) UnmarshalText(b []byte) error {
	for _, v := range []Severity{Error, Warning} {
		if v.String() == string(b) {
			*s = v
			return nil
		}
	}
	return fmt.Errorf("unknown severity %q", b)
}

// Note points at a second place that explains the first: the other definition, the step inside a body.
type Note struct {
	Range Range  `json:"range"`
	Text  string `json:"text"`
}

// Diagnostic is one finding about a source. Message says what was found and what was expected, in lower
// case without a final period; Label stands beside the caret; each Help is one thing that the reader can do.
type Diagnostic struct {
	Severity Severity `json:"severity"`
	Code     string   `json:"code"` // a stable slug "room/what", explained in docs/diagnostics.md
	Range    Range    `json:"range"`
	Message  string   `json:"message"`
	Label    string   `json:"label,omitempty"`
	Notes    []Note   `json:"notes,omitempty"`
	Help     []string `json:"help,omitempty"`
	Hidden   bool     `json:"-"` // beside Range stands a secret: nothing else of its line is shown
}

// Errorf makes an error; add Label, Notes and Help to what it returns.
func Errorf(r Range, code, format string, args ...any) Diagnostic {
	return Diagnostic{Severity: Error, Code: code, Range: r, Message: fmt.Sprintf(format, args...)}
}

// Warnf makes a warning.
func Warnf(r Range, code, format string, args ...any) Diagnostic {
	d := Errorf(r, code, format, args...)
	d.Severity = Warning
	return d
}

// Headline is the first line of the message, which is what lists and events say.
func (d Diagnostic) Headline() string {
	line, _, _ := strings.Cut(d.Message, "\n")
	return line
}

// WithHelp returns d with one more remedy.
func (d Diagnostic) WithHelp(format string, args ...any) Diagnostic {
	d.Help = append(d.Help[:len(d.Help):len(d.Help)], fmt.Sprintf(format, args...))
	return d
}

// WithNote returns d with one more place.
func (d Diagnostic) WithNote(r Range, format string, args ...any) Diagnostic {
	d.Notes = append(d.Notes[:len(d.Notes):len(d.Notes)], Note{Range: r, Text: fmt.Sprintf(format, args...)})
	return d
}

// List is what a room found. It is not an error (a nil list in an error variable would not be nil): see Err.
type List []Diagnostic

// HasErrors reports whether anything in the list stops a run.
func (l List) HasErrors() bool {
	for _, d := range l {
		if d.Severity != Warning {
			return true
		}
	}
	return false
}

// Sort orders the list by position, errors before warnings at one place, keeping the order of equals, and drops
// exact repetitions: one mistake in a body that ten scenarios reach is one diagnostic.
func (l *List) Sort() {
	s := *l
	sort.SliceStable(s, func(i, j int) bool {
		if s[i].Range.Pos != s[j].Range.Pos {
			return s[i].Range.Pos.Less(s[j].Range.Pos)
		}
		return s[i].Severity < s[j].Severity
	})
	seen := map[string]bool{}
	kept := s[:0]
	for _, d := range s {
		key := d.Range.String() + "\x00" + d.Code + "\x00" + d.Message
		if !seen[key] {
			seen[key] = true
			kept = append(kept, d)
		}
	}
	*l = kept
}

// Err is nil when the list holds no error, and otherwise an error with every error's first line.
func (l List) Err() error {
	if !l.HasErrors() {
		return nil
	}
	return &listError{l}
}

type listError struct{ list List }

func (e *listError) Error() string {
	var lines []string
	for _, d := range e.list {
		if d.Severity != Warning {
			lines = append(lines, d.FirstLine())
		}
	}
	return strings.Join(lines, "\n")
}
