package expr

import (
	"errors"
	"strings"
	"time"
)

// unitHelp is what to write when a value with a unit is compared with a text that reads as one; "" otherwise.
func (c *comparison) unitHelp(l, r any) string {
	text, other := c.right, l
	s, isText := r.(string)
	if !isText {
		text, other = c.left, r
		s, isText = l.(string)
	}
	function := UnitOf(s)
	if _, is := other.(time.Duration); is != (function == "duration") {
		return ""
	}
	if _, is := asNumber(other); !is && function != "duration" {
		return ""
	}
	switch {
	case !isText || function == "":
		return ""
	case text.literal:
		return "write " + s + " without quotes"
	case strings.HasPrefix(text.text, "<") && strings.HasSuffix(text.text, ">"):
		return "write " + function + `("` + text.text + `")`
	}
	return "write " + function + "(" + text.text + ")"
}

// UnitOf is the function that makes a value of a text which reads as one with a unit: duration, percent or size; ""
// when it does not.
func UnitOf(text string) string {
	if _, err := ParseDuration(text); err == nil {
		return "duration"
	}
	if _, err := ParsePercent(text); err == nil {
		return "percent"
	}
	if _, err := ParseSize(text); err == nil {
		return "size"
	}
	return ""
}

// joinedUnit is a number and the unit behind it as one word, "" when that is none.
func joinedUnit(number, unit string) string {
	joined := number + unit
	c, err := literal(joined)
	var unknown *unitError
	if errors.As(err, &unknown) {
		return unknown.meant()
	}
	if err != nil || c.value == nil {
		return ""
	}
	return joined
}

// shareOutOfRange is the error of a gate that compares a share with what no share is, or can never be true.
func shareOutOfRange(c *comparison) *Error {
	share, limit, op := c.left, c.right, c.op
	if !limit.literal {
		share, limit = limit, share
		op = map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<="}[op]
	}
	errs := share.text == "errors" || strings.HasSuffix(share.text, ".errors")
	n, isNumber := asNumber(limit.value)
	if !errs && share.text != "achieved" || share.literal || !isNumber {
		return nil
	}
	zero, one := num{}, num{i: 1}
	below, above := compareNumbers(n, zero), compareNumbers(n, one)
	percent := strings.HasSuffix(limit.text, "%")
	always := ""
	switch {
	case above > 0, below < 0:
		always = "a share is at most 1, which is 100%"
		if below < 0 {
			always = "a share is at least 0"
		}
	case above == 0 && op == ">", below == 0 && op == "<": // "errors <= 100%" says that errors do not matter
		always = "a share is between 0 and 1: this never holds"
	case above == 0 && errs && !percent:
		always = "errors are a share, and 1 is all of them"
	default:
		return nil
	}
	e := limit.errorf("%s is compared with %s: %s", share.text, limit.text, always)
	if percent || below <= 0 || above == 0 && !errs || compareNumbers(n, num{i: 100}) > 0 {
		return e.withHelp("write a percentage from 0%% to 100%%: %s", map[bool]string{true: share.text + " < 1%", false: "achieved >= 95%"}[errs])
	}
	return e.withHelp("did you mean %s%%?", limit.text)
}
