package secret

import (
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// pattern is a text to look for, at least 4 bytes long.
type pattern struct {
	text string
	// In base64 a byte is spread over two characters. Where the secret's first or last bits share a character
	// with their neighbours', that character is none of the pattern's, and is masked with it.
	before, after bool
	refs          int // how many values need it
}

// patterns are what a value can look like. What escapes one character at a time is decoded by a view (see
// escape.go), whoever escaped it and how often; the usual escaped forms stand here all the same, since what
// precedes them can look like the beginning of another escape.
func patterns(value string) []pattern {
	texts := forms(value)
	for _, leaf := range leaves(value) {
		texts = append(texts, forms(leaf)...)
	}
	var list []pattern
	for _, t := range texts {
		list = append(list, inBase64(t)...)
		for _, e := range escaped(t) {
			list = append(list, pattern{text: e})
		}
	}
	for _, t := range inOtherLetters(texts) {
		for _, e := range escaped(t) {
			list = append(list, pattern{text: e})
		}
	}
	slices.SortFunc(list, func(a, b pattern) int { return strings.Compare(a.text, b.text) })
	return slices.CompactFunc(list, func(a, b pattern) bool { return a.text == b.text })
}

// inOtherLetters are the texts as a style sheet may show them: text-transform makes all letters large or small, or the
// first of a word large.
func inOtherLetters(texts []string) []string {
	var list []string
	for _, t := range texts {
		inWord := false
		words := strings.Map(func(c rune) rune {
			first := !inWord
			inWord = unicode.IsLetter(c) || unicode.IsDigit(c)
			if first {
				return unicode.ToUpper(c)
			}
			return c
		}, t)
		first, width := utf8.DecodeRuneInString(t)
		for _, other := range []string{strings.ToUpper(t), strings.ToLower(t), words, string(unicode.ToUpper(first)) + t[width:]} {
			if other != t && len(other) >= shortest && utf8.ValidString(t) {
				list = append(list, other)
			}
		}
	}
	return list
}

// forms are a value and, of several lines, each that is long enough.
func forms(value string) []string {
	value = strings.TrimSpace(value) // as headers and shells do; spaces at the edges tell nothing
	texts := []string{value}
	if strings.Contains(value, "\n") {
		lf := strings.ReplaceAll(value, "\r\n", "\n")
		texts = append(texts, lf, strings.ReplaceAll(lf, "\n", "\r\n"))
		for line := range strings.SplitSeq(lf, "\n") {
			// Messages show single lines of a key. Short ones are no secrets: "}", "name:".
			if line = strings.TrimSpace(line); utf8.RuneCountInString(line) >= 2*shortest {
				texts = append(texts, line)
			}
		}
	}
	return texts
}

// escaped are the value itself and its forms in a query, a path, JSON, HTML and XML. Bytes that are not UTF-8
// become U+FFFD in some of them; without UTF-8 in the value there would be nothing left to recognise.
func escaped(value string) []string {
	if strings.IndexFunc(value, func(c rune) bool { return !isUnreserved(c) }) < 0 {
		return []string{value} // nearly every token: nothing in it is ever escaped
	}
	query, path := url.QueryEscape(value), url.PathEscape(value)
	var plain, markup strings.Builder
	enc := json.NewEncoder(&plain)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(value) // a string can always be encoded
	_ = xml.EscapeText(&markup, []byte(value))
	withHTML, _ := json.Marshal(value)
	return []string{
		value, query, lowerHex(query), path, lowerHex(path),
		strings.Trim(strings.TrimSuffix(plain.String(), "\n"), `"`), unquoted(string(withHTML)),
		html.EscapeString(value), markup.String(), html.UnescapeString(markup.String()),
	}
}

func isUnreserved(c rune) bool {
	return c < utf8.RuneSelf && (isWord(byte(c)) || c == '.' || c == '~')
}

func unquoted(s string) string { return s[1 : len(s)-1] }

var hexes = regexp.MustCompile(`%[0-9A-F]{2}`)

func lowerHex(s string) string { return hexes.ReplaceAllStringFunc(s, strings.ToLower) }

// inBase64 are the characters that only the value decides, for each of the three ways in which it can lie in
// the three-byte groups of a longer text, in both alphabets.
func inBase64(value string) []pattern {
	var list []pattern
	for offset := range 3 {
		text := base64.RawStdEncoding.EncodeToString(append(make([]byte, offset), value...))
		from, to := 8*offset, 8*(offset+len(value)) // bits
		p := pattern{
			text:   text[(from+5)/6 : to/6],
			before: from%6 != 0,
			after:  to%6 != 0,
		}
		list = append(list, p)
		if strings.ContainsAny(p.text, "+/") {
			p.text = strings.NewReplacer("+", "-", "/", "_").Replace(p.text)
			list = append(list, p)
		}
	}
	return list
}
