package secret

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// fewestDigits of a number inside a structured secret that is masked: a shorter one stands everywhere.
const fewestDigits = 6

// leaves are the texts and numbers inside a secret that is a JSON object or list, long enough to be told from
// ordinary words: what reads one of them reads a secret.
func leaves(value string) []string {
	value = strings.TrimSpace(value)
	if !strings.HasPrefix(value, "{") && !strings.HasPrefix(value, "[") || !json.Valid([]byte(value)) {
		return nil
	}
	// Tokens, not values: of two fields with one name both count.
	tokens := json.NewDecoder(strings.NewReader(value))
	tokens.UseNumber()
	type level struct{ object, name bool } // name: the next text is that of a field
	var within []level
	var list []string
	for {
		t, err := tokens.Token()
		if err != nil {
			return list
		}
		top := len(within) - 1
		if top >= 0 && within[top].object && t != json.Delim('}') {
			within[top].name = !within[top].name
			if !within[top].name { // it was one
				continue
			}
		}
		switch t := t.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				within = append(within, level{object: t == '{', name: true})
			} else {
				within = within[:top]
			}
		case string:
			if utf8.RuneCountInString(strings.TrimSpace(t)) >= shortest {
				list = append(list, t)
			}
		case json.Number:
			if digits(t.String()) >= fewestDigits {
				list = append(list, t.String())
			}
		}
	}
}

func digits(s string) (n int) {
	for _, c := range s {
		if '0' <= c && c <= '9' {
			n++
		}
	}
	return n
}
