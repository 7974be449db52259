package diag

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Source gives the text of a file by the name that positions use, "" when it is not at hand.
type Source func(file string) string

// Renderer prints diagnostics as people read them:
//
//	features/checkout.feature:9:10: error: undefined step for driver http [steps/undefined]
//	   |
//	 9 |     When the customer adds 2 "Tea" to the basket
//	   |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
//	   = help: define it, or use a phrase of the vocabulary
type Renderer struct {
	Source Source
	Colour bool // ANSI colours; the caller knows whether the writer is a terminal
}

const (
	red    = "\x1b[1;31m"
	yellow = "\x1b[1;33m"
	plain  = "\x1b[0m"
)

// widest is how much of a source line is printed: a line of 1 MB must not fill the screen.
const widest = 160

// Print writes every diagnostic, an empty line after each.
func (r Renderer) Print(w io.Writer, list List) error {
	for _, d := range list {
		if _, err := io.WriteString(w, r.Sprint(d)+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// FirstLine is the greppable "file:line:col: severity: message [code]".
func (d Diagnostic) FirstLine() string { return d.firstLine("", "") }

// firstLine puts on and off around the severity.
func (d Diagnostic) firstLine(on, off string) string {
	where := Printable(d.Range.Pos.String())
	if where != "" {
		where += ": "
	}
	code := ""
	if d.Code != "" {
		code = " [" + d.Code + "]"
	}
	return where + on + d.Severity.String() + ":" + off + " " + Printable(d.Message) + code
}

// Sprint renders one diagnostic, with a final newline.
func (r Renderer) Sprint(d Diagnostic) string {
	var b strings.Builder
	on, off := "", ""
	if r.Colour {
		on, off = red, plain
		if d.Severity == Warning {
			on = yellow
		}
	}
	b.WriteString(d.firstLine(on, off) + "\n")
	gutter := len(fmt.Sprint(d.Range.Line)) + 1
	r.snippet(&b, d.Range, d.Label, gutter, d.Hidden)
	pad := strings.Repeat(" ", gutter)
	for _, n := range d.Notes {
		where := ""
		if at := n.Range.Pos.String(); at != "" {
			where = " (" + Printable(at) + ")"
		}
		fmt.Fprintf(&b, "%s = note: %s%s\n", pad, indented(n.Text, gutter), where)
	}
	for _, h := range d.Help {
		fmt.Fprintf(&b, "%s = help: %s\n", pad, indented(h, gutter))
	}
	return b.String()
}

func indented(text string, gutter int) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = Printable(l)
	}
	return strings.Join(lines, "\n"+strings.Repeat(" ", gutter+5))
}

func (r Renderer) snippet(b *strings.Builder, at Range, label string, gutter int, hidden bool) {
	if r.Source == nil || at.Line <= 0 {
		return
	}
	line, ok := LineOf(r.Source(at.File), at.Line)
	if !ok {
		return
	}
	if hidden {
		line, at.Col = only(line, at)
	}
	pad := strings.Repeat(" ", gutter)
	shown, start, length := window(line, at.Col, at.Len)
	fmt.Fprintf(b, "%s |\n%*d | %s\n", pad, gutter, at.Line, shown)
	if start == 0 {
		return
	}
	before, under := cells(shown, start-1, length)
	if r.Colour {
		under = red + under + plain
	}
	if label != "" {
		under += " " + Printable(label)
	}
	fmt.Fprintf(b, "%s | %s%s\n", pad, before, under)
}

// only is a line with nothing in it but the range and white space before it, and the column of the range in there.
func only(line string, at Range) (string, int) {
	runes := []rune(line)
	from := min(len(runes), max(0, at.Col-1))
	to := min(len(runes), from+at.Len)
	before := string(runes[:from])
	if strings.TrimSpace(before) != "" {
		before = "…"
	}
	return before + string(runes[from:to]) + "…", 1 + utf8.RuneCountInString(before)
}

// window cuts a long line around its column and returns what to show with the column and length inside it;
// a returned column of 0 asks for no caret.
func window(line string, col, length int) (string, int, int) {
	runes := []rune(strings.ToValidUTF8(line, "\uFFFD"))
	for i, c := range runes {
		if c != '\t' && !printable(c) {
			runes[i] = '\uFFFD'
		}
	}
	if col <= 0 {
		col, length = 0, 0
	}
	if col > len(runes)+1 {
		col = len(runes) + 1
	}
	from := 0
	if len(runes) > widest && col > widest/2 {
		from = min(col-widest/2, len(runes)-widest)
	}
	to := min(len(runes), from+widest)
	shown := string(runes[from:to])
	if from > 0 {
		shown, from = "…"+shown, from-1
	}
	if to < len(runes) {
		shown += "…"
	}
	if col == 0 {
		return shown, 0, 0
	}
	col -= from
	length = max(1, min(length, utf8.RuneCountInString(shown)-col+1))
	return shown, col, length
}

// cells is the white space that fills the first n runes of line, and the carets under the length runes behind
// them: tabs stay tabs before the carets, wide characters take two cells and marks none.
func cells(line string, n, length int) (before, under string) {
	var b, c strings.Builder
	for _, r := range line + strings.Repeat(" ", length) {
		width := 1
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
			width = 0
		case wide(r):
			width = 2
		}
		switch {
		case n > 0 && r == '\t':
			b.WriteByte('\t')
		case n > 0:
			b.WriteString(strings.Repeat(" ", width))
		case n > -length:
			c.WriteString(strings.Repeat("^", width))
		}
		n--
	}
	if c.Len() == 0 {
		c.WriteByte('^') // under a mark alone
	}
	return b.String(), c.String()
}

// wide reports whether terminals draw c two cells wide: the East Asian scripts and emoji.
func wide(c rune) bool {
	return c >= 0x1100 && (c <= 0x115f || c >= 0x2e80 && c <= 0xa4cf || c >= 0xac00 && c <= 0xd7a3 ||
		c >= 0xf900 && c <= 0xfaff || c >= 0xfe30 && c <= 0xfe6f || c >= 0xff00 && c <= 0xff60 ||
		c >= 0xffe0 && c <= 0xffe6 || c >= 0x1f300 && c <= 0x1faff || c >= 0x20000 && c <= 0x3fffd)
}

// LineOf is line n (1-based) of text without its end; false when text has no such line.
func LineOf(text string, n int) (string, bool) {
	if text == "" {
		return "", false
	}
	for ; n > 1; n-- {
		i := strings.IndexByte(text, '\n')
		if i < 0 {
			return "", false
		}
		text = text[i+1:]
	}
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		text = text[:i]
	}
	return strings.TrimSuffix(text, "\r"), true
}

// Printable is s with every control and formatting character made visible, so that data in a message can
// neither move the cursor nor hide the rest of the line.
func Printable(s string) string {
	clean := true
	for _, c := range s {
		if !printable(c) {
			clean = false
			break
		}
	}
	if clean && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for _, c := range s {
		switch {
		case printable(c):
			b.WriteRune(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\t':
			b.WriteString(`\t`)
		default:
			fmt.Fprintf(&b, "\\u%04x", c)
		}
	}
	return b.String()
}

// Flat is text of several lines as one: each goes on behind the one before.
func Flat(s string) string {
	if !strings.ContainsAny(s, "\r\n") {
		return s
	}
	var b strings.Builder
	for l := range strings.FieldsFuncSeq(s, func(c rune) bool { return c == '\n' || c == '\r' }) {
		if l = strings.TrimSpace(l); l == "" {
			continue
		}
		switch before := b.String(); {
		case before == "":
		case strings.ContainsAny(before[len(before)-1:], ".,:;!?"):
			b.WriteByte(' ')
		default:
			b.WriteString("; ")
		}
		b.WriteString(l)
	}
	return b.String()
}

// Cut keeps at most n characters, the last of which is then "…".
func Cut(s string, n int) string {
	if len(s) <= n || utf8.RuneCountInString(s) <= n {
		return s
	}
	for i := range s {
		if n--; n == 0 {
			return s[:i] + "…"
		}
	}
	return s
}

// printable keeps letters, marks, signs and spaces of every script, and refuses controls and the
// bidirectional overrides, which can make a line read otherwise than it is.
func printable(c rune) bool {
	return c == ' ' || unicode.IsGraphic(c) || c == 0x200c || c == 0x200d // the joiners that Persian and emoji need
}
