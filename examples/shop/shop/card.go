package shop

import "strings"

// The cards that the shop knows: the test numbers that payment providers publish. It takes no other, so that
// nobody's real card ends in an example's database.
var cards = map[string]string{
	"4242424242424242": "",
	"5555555555554444": "",
	"4000000000000002": "Your card was declined.",
	"4000000000009995": "Your card has insufficient funds.",
	"4000000000000069": "Your card has expired.",
}

// charge asks the card's bank; what it declines is a refusal.
func charge(number string) (ending string, err error) {
	digits := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, number)
	if !isCard(digits) {
		return "", refuse(invalid, "That is not a card number.")
	}
	ending = digits[len(digits)-4:]
	why, known := cards[digits]
	switch {
	case !known:
		return ending, refuse(declined, "We take test cards only, such as 4242 4242 4242 4242.")
	case why != "":
		return ending, refuse(declined, "%s", why)
	}
	return ending, nil
}

// isCard checks length and check digit (Luhn).
func isCard(digits string) bool {
	if len(digits) < 13 || len(digits) > 19 {
		return false
	}
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i]) - '0'
		if d < 0 || d > 9 {
			return false
		}
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
