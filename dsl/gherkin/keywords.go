package gherkin

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// commonWords are near a keyword and mean themselves: a sentence may begin with each.
var commonWords = []string{"the", "they", "them", "than", "thin", "ten", "went"}

// nearKeyword is the step keyword that a word nearly is, "" for none. What is one letter from a keyword of four must
// begin like it, and one of three must have its letters: else "Ann" is "And".
func nearKeyword(word string, w words) string {
	if utf8.RuneCountInString(word) < 3 || slices.Contains(commonWords, strings.ToLower(word)) {
		return ""
	}
	for _, k := range w.steps {
		k = strings.TrimSpace(k)
		if k == word || diag.Closest(word, []string{k}) == "" {
			continue
		}
		switch n := utf8.RuneCountInString(k); {
		case strings.EqualFold(k, word), n > 4:
			return k
		case n == 4 && strings.EqualFold(first(k), first(word)):
			return k
		case n == 3 && letters(k) == letters(word):
			return k
		}
	}
	return ""
}

func first(text string) string {
	_, size := utf8.DecodeRuneInString(text)
	return text[:size]
}

func letters(word string) string {
	runes := []rune(strings.ToLower(word))
	slices.Sort(runes)
	return string(runes)
}

// bareKeyword reports whether a line is a step keyword and nothing else.
func bareKeyword(text string, w words) bool {
	return !strings.HasPrefix(text, "*") && slices.ContainsFunc(w.steps, func(k string) bool { return strings.TrimSpace(k) == text })
}

// oddSpace is the step keyword that a line begins with, and what stands behind it where Gherkin wants a space: a
// character that looks like one. The line is no step.
func oddSpace(text string, keywords []string) (keyword, space string) {
	for _, k := range keywords {
		word, spaced := strings.CutSuffix(k, " ")
		rest, begins := strings.CutPrefix(text, word)
		r, _ := utf8.DecodeRuneInString(rest)
		if !spaced || !begins || word == "*" || r == ' ' || !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) {
			continue
		}
		switch r {
		case '\t':
			return word, "a tab"
		case '\u00a0', '\u202f':
			return word, fmt.Sprintf("a no-break space (%U)", r)
		}
		return word, fmt.Sprintf("a space of another kind (%U)", r)
	}
	return "", ""
}
