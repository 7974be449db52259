package expr

import (
	"fmt"
	"slices"
	"strings"
)

// decider watches the elements of all(…), none(…) and one(…) for the one that makes it false: the first that all(…) does
// not hold for, the first that none(…) holds for, the second that one(…) holds for. What makes any(…) false is all of them.
type decider struct {
	operand // the condition on an element
	loop    string
	trace   int
}

// decided is the element that decided, or (at first, of one) the one that did not yet.
type decided struct {
	index any
	value any
	last  bool
}

func decides(loop string) bool { return loop == "all" || loop == "none" || loop == "one" }

func (f *frame) decide(d *decider, v, index, element any) (bool, error) {
	holds, err := f.truth(&d.operand, v)
	if err != nil || !f.tracing || holds == (d.loop == "all") {
		return holds, err
	}
	before, seen := f.traces[d.trace].(decided)
	switch {
	case !seen:
		f.traces[d.trace] = decided{index, value(element), d.loop != "one"}
	case !before.last:
		f.traces[d.trace] = decided{index, value(element), true}
	}
	return holds, nil
}

// decider says which element of a list decided, before the list is shown: that may be cut before it.
func (f *frame) decider(list operand, credentials []any, found []string) []string {
	if list.element == nil {
		return found
	}
	d, ok := f.traces[list.element.trace].(decided)
	if !ok || !d.last {
		return found
	}
	shown := list.show(d.value)
	if slices.ContainsFunc(credentials, func(c any) bool { return Equal(c, d.value) }) {
		shown = hidden
	}
	text := fmt.Sprintf("%s[%v]", list.text, d.index)
	if strings.ContainsAny(list.text, " ?:") {
		text = fmt.Sprintf("element %v", d.index)
	}
	return append(found, text+" = "+shown)
}

// asText says that two values which are not equal read the same, one of them being text; "" when it is not so.
func (f *frame) asText(c *comparison) string {
	if c == nil || c.op != "==" {
		return ""
	}
	text, number := c.left, c.right
	t, isText := f.known(text).(string)
	if !isText {
		text, number = number, text
		t, isText = f.known(text).(string)
	}
	n, isNumber := asNumber(f.known(number))
	read, reads := parseNumber(strings.TrimSpace(t))
	if !isText || !isNumber || len(t) > maxDigits || !reads || unfit(read.value()) != "" || compareNumbers(read, n) != 0 {
		return ""
	}
	how := fmt.Sprintf("write int(%s)", text.text)
	switch {
	case text.literal:
		how = "write " + strings.TrimSpace(t) + " without quotes"
	case read.float:
		how = fmt.Sprintf("write float(%s)", text.text)
	}
	return fmt.Sprintf("%s is text and %s is a number: %s", text.text, number.text, how)
}

// known is what an operand was, as far as anybody looked.
func (f *frame) known(o operand) any {
	switch {
	case o.literal:
		return o.value
	case o.trace < 0:
		return nil
	}
	return f.traces[o.trace]
}
