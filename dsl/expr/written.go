package expr

import "strings"

// stretch is a part of a source, in runes, that was written in other words: row.age was <age>.
type stretch struct {
	from, to int
	words    string
}

// stretches lays a source beside the text that it was made from, in which values stand as ${name} and <column>. It
// is empty where the one is not made from the other.
func stretches(source, written string) []stretch {
	if !strings.ContainsAny(written, "$<") {
		return nil
	}
	s, w := []rune(source), []rune(written)
	var list []stretch
	i, j := 0, 0
	for j < len(w) {
		words, made := placeholder(w[j:], s[i:])
		switch {
		case made > 0:
			list = append(list, stretch{i, i + made, words})
			i, j = i+made, j+len([]rune(words))
		case i < len(s) && s[i] == w[j]:
			i, j = i+1, j+1
		default:
			return nil
		}
	}
	if i < len(s) {
		return nil
	}
	return list
}

// placeholder is what stands for a value at the beginning of what was written, and how much of the source was made
// of it; 0 when it is no placeholder.
func placeholder(written, source []rune) (words string, made int) {
	var inner []string
	text := string(written)
	switch {
	case strings.HasPrefix(text, "${"):
		n, closed := placeholderEnd(text[2:])
		if !closed {
			return "", 0
		}
		words, inner = text[:n+3], []string{text[2 : n+2]}
	case strings.HasPrefix(text, "<"):
		n := strings.IndexByte(text, '>')
		if n < 0 {
			return "", 0
		}
		name := text[1:n]
		words, inner = text[:n+1], []string{"row." + name, `row["` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"]`}
	default:
		return "", 0
	}
	rest := string(source)
	for _, source := range inner {
		forms := []string{`" + string(` + source + `) + "`, `' + string(` + source + `) + '`, "` + string(" + source + ") + `", "(" + source + ")", source}
		for _, form := range forms {
			if strings.HasPrefix(rest, form) {
				return words, len([]rune(form))
			}
		}
	}
	return "", 0
}

// spelt is a part of the source in the words in which it was written.
func (l *lowering) spelt(from, to int) string {
	var b strings.Builder
	for _, s := range l.written {
		if s.from < from || s.to > to {
			continue
		}
		b.WriteString(string(l.runes[from:s.from]))
		b.WriteString(s.words)
		from = s.to
	}
	b.WriteString(string(l.runes[from:to]))
	return b.String()
}

// SpanAsWritten is where a span of a source of one line stands in what that was made from, with ${name} and <column> in
// it; all of it where that cannot be told.
func SpanAsWritten(source, written string, at Span) Span {
	if source == written {
		return at
	}
	all := len([]rune(written))
	list := stretches(source, written)
	if at.Line > 1 || list == nil {
		return Span{1, 1, all}
	}
	from, to := at.Col-1, at.Col-1+at.Len
	begin, end, longer := from, to, 0
	for _, s := range list {
		words := len([]rune(s.words))
		switch {
		case from >= s.to:
			begin = from + longer + words - (s.to - s.from)
		case from >= s.from:
			begin = s.from + longer
		}
		switch {
		case to >= s.to:
			end = to + longer + words - (s.to - s.from)
		case to > s.from:
			end = s.from + longer + words
		}
		longer += words - (s.to - s.from)
	}
	begin = min(begin, all)
	return Span{1, begin + 1, max(1, min(end, all)-begin)}
}
