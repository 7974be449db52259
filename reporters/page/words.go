package page

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// Line is data as one harmless line of at most n characters: what was several lines is one, and no control character
// and no bidirectional override is left in it. It is not yet escaped for any format.
func Line(s string, n int) string { return diag.Cut(diag.Printable(diag.Flat(diag.Cut(s, n))), n) }

// Block is Line for data of several lines, of which at most most are kept.
func Block(s string, n, most int) string {
	lines := strings.Split(strings.ReplaceAll(strings.TrimRight(s, "\n"), "\r\n", "\n"), "\n")
	left := len(lines) - most
	if left > 0 {
		lines = lines[:most]
	}
	for i, l := range lines {
		lines[i] = Line(strings.ReplaceAll(l, "\t", "    "), n)
	}
	if left > 0 {
		lines = append(lines, fmt.Sprintf("… %s more", Count(int64(left), "line")))
	}
	return strings.Join(lines, "\n")
}

// CutBytes keeps at most n bytes of valid text.
func CutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	n -= len("…")
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// Markdown is Line escaped for a paragraph, a table cell or an HTML element within Markdown: it makes no link, no
// tag and no cell, and mentions nobody.
func Markdown(s string, n int) string { return unlinked.Replace(special.Replace(Line(s, n))) }

// unlinked has a space without width behind what hosts make links and mentions of after the entities were read.
var unlinked = strings.NewReplacer("&#64;", "@&#8203;", "&#35;", "#&#8203;")

// MarkdownPre is text of several lines in a pre element within Markdown, where entities are plain text, too.
func MarkdownPre(s string) string { return "<pre>\n" + special.Replace(s) + "</pre>\n" }

var special = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "|", "&#124;", "@", "&#64;", "`", "&#96;", "*", "&#42;",
	"_", "&#95;", "[", "&#91;", "]", "&#93;", "\\", "&#92;", "~", "&#126;", "#", "&#35;", "://", "&#58;//", "!", "&#33;", "www.", "www&#46;")

// Thousands writes 12004 as 12,004.
func Thousands(n int64) string { return grouped(strconv.FormatInt(n, 10)) }

// Count is "1 promise" or "12,004 promises".
func Count(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Thousands(n) + " " + noun + "s"
}

func grouped(text string) string {
	sign := ""
	if strings.HasPrefix(text, "-") {
		sign, text = "−", text[1:]
	}
	whole, rest, fraction := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction {
		whole += "." + rest
	}
	return sign + whole
}

// Number has three digits that count, and all of a whole part: 0.00123, 96.1, 17,512.
func Number(f float64) string {
	switch {
	case math.IsNaN(f):
		return "unknown"
	case math.IsInf(f, 0):
		return strings.Replace(strings.Replace(fmt.Sprint(f), "+Inf", "∞", 1), "-Inf", "−∞", 1)
	case f == 0:
		return "0"
	}
	digits := 2 - int(math.Floor(math.Log10(math.Abs(f))))
	text := strconv.FormatFloat(f, 'f', min(max(digits, 0), 12), 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if text == "-0" || text == "" {
		text = "0"
	}
	return grouped(text)
}

// Percent writes a share: 0.961 as 96.1%.
func Percent(share float64) string { return Number(share*100) + "%" }

// Change writes a ratio as people say it: 0.63 as −37%, 1.03 as +3%.
func Change(ratio float64) string {
	change := (ratio - 1) * 100
	if math.Abs(change) < 0.05 {
		return "no change"
	}
	text := Number(math.Round(change*10) / 10)
	if change > 0 {
		text = "+" + text
	}
	return text + "%"
}

// Day is "21 November 2026".
func Day(t time.Time) string { return t.UTC().Format("2 January 2006") }

// Moment is "21 November 2026, 14:51 UTC".
func Moment(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }

// Span is from when to when, and says a date once: "21 November 2026, 14:51 to 15:10 UTC".
func Span(from, to time.Time) string {
	from, to = from.UTC(), to.UTC()
	clock := "15:04"
	if to.Sub(from) < 2*time.Minute {
		clock = "15:04:05"
	}
	switch {
	case from.IsZero() && to.IsZero():
		return ""
	case from.IsZero():
		return "until " + Moment(to)
	case to.IsZero():
		return "since " + Moment(from)
	case to.Sub(from) < time.Second:
		return Day(from) + ", " + from.Format(clock) + " UTC"
	case from.Format(time.DateOnly) == to.Format(time.DateOnly):
		return Day(from) + ", " + from.Format(clock) + " to " + to.Format(clock) + " UTC"
	case to.Sub(from) >= 72*time.Hour:
		to = to.Add(-1) // what ends with a day does not touch the next
		if from.Year() == to.Year() {
			return from.Format("2 January") + " to " + Day(to)
		}
		return Day(from) + " to " + Day(to)
	}
	return from.Format("2 January 2006, 15:04") + " to " + Moment(to)
}

// Duration is a length of time in words: "19 seconds", "3 hours", "12 days".
func Duration(d time.Duration) string {
	for _, unit := range []struct {
		length time.Duration
		noun   string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if n := int64((d + unit.length/2) / unit.length); n >= 2 || n == 1 && d >= unit.length*9/10 {
			return Count(n, unit.noun)
		}
	}
	return "less than a second"
}

// Anchor is a name within a page made of the letters and digits of parts, and of a number when it is taken.
func Anchor(taken map[string]bool, parts ...string) string {
	var b strings.Builder
	for _, c := range strings.ToLower(strings.Join(parts, "-")) {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			b.WriteRune(c)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= 80 {
			break
		}
	}
	name := strings.Trim(b.String(), "-")
	if name == "" {
		name = "feature"
	}
	unique := name
	for n := 2; taken[unique]; n++ {
		unique = fmt.Sprintf("%s-%d", name, n)
	}
	taken[unique] = true
	return unique
}
