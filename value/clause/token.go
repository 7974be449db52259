package clause

import (
	"math/big"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
)

type kind int

const (
	word kind = iota + 1
	number
	mark // punctuation, a currency sign, %
)

type token struct {
	kind       kind
	text       string
	word       string // lower case
	num        *big.Rat
	refused    string // why a number is none
	at         diag.Pos
	start, end int // bytes of the joined text
	piece      int
	noun       int // index into spans, -1 when the token names no measure
}

// tokenise splits "300ms" into 300 and ms, "£40" into £ and 40, and drops the full stop at the end.
func (p *parser) tokenise(pieces []Piece) {
	for n, piece := range pieces {
		if p.text != "" {
			p.text += " "
		}
		base := len(p.text)
		text := strings.ToValidUTF8(piece.Text, "\uFFFD")
		p.text += text
		for i := 0; i < len(text); {
			r, size := utf8.DecodeRuneInString(text[i:])
			if unicode.IsSpace(r) {
				i += size
				continue
			}
			t := token{kind: mark, noun: -1, piece: n}
			j := i + size
			switch {
			case r >= '0' && r <= '9':
				t.kind = number
				j = i + numberEnd(text[i:])
				t.num, t.refused = readNumber(text[i:j])
			case unicode.IsLetter(r):
				t.kind = word
				j = i + wordEnd(text[i:])
			}
			t.text = text[i:j]
			t.word = strings.ReplaceAll(strings.ToLower(t.text), "’", "'")
			t.start, t.end = base+i, base+j
			t.at = piece.Pos
			if t.at.Col > 0 {
				t.at.Col += utf8.RuneCountInString(text[:i])
			}
			p.tokens = append(p.tokens, t)
			i = j
		}
	}
	for len(p.tokens) > 0 && strings.Contains(".!;", p.tokens[len(p.tokens)-1].text) {
		p.tokens = p.tokens[:len(p.tokens)-1]
	}
}

// wordEnd keeps hyphens, apostrophes and the point of "p99.9" inside a word.
func wordEnd(s string) int {
	end := 0
	var before rune
	for i, r := range s {
		next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
		inner := strings.ContainsRune("-'’_", r) && unicode.IsLetter(next) || r == '.' && unicode.IsDigit(before) && unicode.IsDigit(next)
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && !inner {
			break
		}
		before, end = r, i+utf8.RuneLen(r)
	}
	return end
}

func numberEnd(s string) int {
	i := 0
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.' || s[i] == ',') {
		i++
	}
	return len(strings.TrimRight(s[:i], ".,"))
}
