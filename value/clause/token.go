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
	baseline   int // index into names, -1 when the token names no declared baseline
}

// quotes say nothing about what stands between them, and neither does emphasis.
const quotes = "\"'“”„‟«»‹›‘’‚`*"

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
			if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(quotes, r) {
				i += size
				continue
			}
			t := token{kind: mark, noun: -1, baseline: -1, piece: n}
			j := i + size
			switch {
			case r >= '0' && r <= '9' || r == '.' && digitsAt(text[j:]) > 0:
				t.kind = number
				j = i + numberEnd(text[i:])
				t.num, t.refused = readNumber(text[i:j])
			case unicode.IsLetter(r):
				t.kind = word
				j = i + wordEnd(text[i:])
			case (r == '<' || r == '>') && strings.HasPrefix(text[j:], "="):
				j++
			}
			t.text = text[i:j]
			t.word = plainWord(t.text)
			t.start, t.end = base+i, base+j
			t.at = piece.Pos
			if t.at.Col > 0 {
				t.at.Col += utf8.RuneCountInString(text[:i])
			}
			p.tokens = append(p.tokens, t)
			i = j
		}
	}
	for len(p.tokens) > 0 && strings.Contains(".!;,…", p.tokens[len(p.tokens)-1].text) {
		p.tokens = p.tokens[:len(p.tokens)-1]
	}
}

// plainWord is a word in lower case, with the apostrophe and the hyphen of a keyboard.
func plainWord(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '’':
			return '\''
		case r == '‐' || r == '‑':
			return '-'
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// wordEnd keeps hyphens, apostrophes and the point of "p99.9" inside a word.
func wordEnd(s string) int {
	end := 0
	var before rune
	for i, r := range s {
		next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
		inner := strings.ContainsRune("-'’_‐‑", r) && unicode.IsLetter(next) || r == '.' && unicode.IsDigit(before) && unicode.IsDigit(next)
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && !unicode.Is(unicode.Cf, r) && !inner {
			break
		}
		before, end = r, i+utf8.RuneLen(r)
	}
	return end
}

// numberEnd takes the separators of thousands of any country, so that readNumber can refuse them: 1'000, 1_000.
// Three digits behind a space that does not break belong to the number: 1 000.
func numberEnd(s string) int {
	i := 0
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r >= '0' && r <= '9':
		case (r == '.' || r == ',' || r == '\'' || r == '’' || r == '_') && digitsAt(s[i+size:]) > 0:
		case (r == '\u00a0' || r == '\u202f' || r == '\u2009') && digitsAt(s[i+size:]) == 3:
		default:
			return i
		}
		i += size
	}
	return i
}

func digitsAt(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
