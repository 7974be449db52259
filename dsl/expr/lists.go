package expr

import (
	"math"
	"math/big"
	"sort"
	"strconv"
	"strings"
	"time"
)

// parsed is a number, or the number that a text says.
func (c *context) parsed(v any) (num, error) {
	n, ok := asNumber(v)
	if s, text := v.(string); text {
		s = strings.TrimSpace(s)
		if n, ok = parseNumber(s); len(s) > maxDigits || ok && unfit(n.value()) != "" {
			ok = false
		}
	}
	if !ok {
		return num{}, c.args[0].errorf("%s is not a number: %s", c.args[0].text, c.args[0].show(v))
	}
	return n, nil
}

// toInt cuts what stands behind the point.
func toInt(c *context, a []any) (any, error) {
	n, err := c.parsed(a[0])
	if err != nil || !n.float {
		return n.value(), err
	}
	b, _ := new(big.Float).SetFloat64(n.f).Int(nil)
	return num{big: b}.value(), nil
}

func toFloat(c *context, a []any) (any, error) {
	n, err := c.parsed(a[0])
	return n.toFloat(), err
}

func abs(c *context, a []any) (any, error) {
	if d, ok := a[0].(time.Duration); ok {
		return d.Abs(), nil
	}
	n, ok := asNumber(a[0])
	switch {
	case !ok:
		return nil, c.args[0].errorf("abs(…) needs a number or a duration: %s = %s", c.args[0].text, c.args[0].show(a[0]))
	case n.float:
		return math.Abs(n.f), nil
	case n.toBig().Sign() < 0:
		n, _ = arithmetic("-", num{}, n)
	}
	return n.value(), nil
}

func rounded(fn func(float64) float64) *function {
	return &function{1, 1, []Kind{Number}, Number, func(_ *context, a []any) (any, error) {
		n, _ := asNumber(a[0])
		if n.float {
			return fn(n.f), nil
		}
		return n.value(), nil
	}}
}

// each is the arguments, or the elements of the one list among them.
func (c *context) each(a []any) ([]any, error) {
	list := a
	if l, ok := a[0].([]any); ok && len(a) == 1 {
		list = l
	}
	if len(list) == 0 {
		return nil, &NoData{Span: c.at, What: c.text, Why: "has nothing to look at: " + c.args[0].text + " is empty"}
	}
	for i := range list {
		v := value(list[i])
		if err := c.place.noData(v); err != nil {
			return nil, err
		}
		if _, ok := asNumber(v); !ok && kindOf(v) != Duration {
			return nil, c.errorf("%s(…) needs numbers or durations, not %s", c.name, c.show(v))
		}
	}
	return list, c.charge(c.place, len(list))
}

func extreme(sign int) func(*context, []any) (any, error) {
	return func(c *context, a []any) (any, error) {
		list, err := c.each(a)
		if err != nil {
			return nil, err
		}
		best := value(list[0])
		for _, v := range list[1:] {
			order, ok := compareValues(value(v), best)
			if !ok {
				return nil, c.errorf("%s(…) cannot compare %s with %s", c.name, c.show(value(v)), c.show(best))
			}
			if order == sign {
				best = value(v)
			}
		}
		return best, nil
	}
}

// sum of nothing is 0.
func sum(c *context, a []any) (any, error) {
	list := a[0].([]any)
	if len(list) == 0 {
		return int64(0), nil
	}
	list, err := c.each(a)
	if err != nil {
		return nil, err
	}
	add := &computation{place: c.place, op: "+"}
	all := value(list[0])
	for _, v := range list[1:] {
		if all, err = c.compute(add, all, v); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func mean(c *context, a []any) (any, error) {
	list, err := c.each(a)
	if err != nil {
		return nil, err
	}
	all, err := sum(c, []any{list})
	if err != nil {
		return nil, err
	}
	return c.compute(&computation{place: c.place, op: "/"}, all, int64(len(list)))
}

func median(c *context, a []any) (any, error) {
	list, err := c.each(a)
	if err != nil {
		return nil, err
	}
	list = append([]any(nil), list...)
	if err := c.order(list, list, "asc"); err != nil {
		return nil, err
	}
	middle := len(list) / 2
	if len(list)%2 == 1 {
		return value(list[middle]), nil
	}
	return mean(c, []any{list[middle-1 : middle+1]})
}

func (c *context) element(list []any, i int) (any, error) {
	if len(list) == 0 {
		return Missing{What: c.text, Why: c.args[0].text + " is empty"}, nil
	}
	return value(list[(i+len(list))%len(list)]), nil
}

func (c *context) whole(i int, v any) (int64, error) {
	n, _ := asNumber(v)
	if n.float || n.big != nil {
		return 0, c.args[i].errorf("%s(…) needs a whole number: %s = %s", c.name, c.args[i].text, c.args[i].show(v))
	}
	return n.i, nil
}

func take(c *context, a []any) (any, error) {
	list := a[0].([]any)
	n, err := c.whole(1, a[1])
	if err != nil {
		return nil, err
	}
	if n < 0 {
		return nil, c.errorf("take(…) cannot take %d elements", n)
	}
	return list[:min(n, int64(len(list)))], nil
}

// keys and values go by the alphabet: maps have no order, and a run must repeat.
func keys(c *context, a []any) (any, error) {
	object := a[0].(map[string]any)
	list := make([]any, 0, len(object))
	for k := range object {
		list = append(list, k)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].(string) < list[j].(string) })
	return list, c.grow(c.place, 32*len(list))
}

func values(c *context, a []any) (any, error) {
	names, err := keys(c, a)
	if err != nil {
		return nil, err
	}
	list := names.([]any)
	for i, k := range list {
		list[i] = a[0].(map[string]any)[k.(string)]
	}
	return list, nil
}

func sorted(c *context, a []any) (any, error) {
	list := append([]any(nil), a[0].([]any)...)
	by := append([]any(nil), list...)
	how := "asc"
	if len(a) == 2 {
		how = a[1].(string)
	}
	return list, c.order(list, by, how)
}

// sortPairs orders what sortBy gathered: [element, key] for each.
func sortPairs(c *context, a []any) (any, error) {
	pairs := a[0].([]any)
	list, by := make([]any, len(pairs)), make([]any, len(pairs))
	for i, p := range pairs {
		list[i], by[i] = p.([]any)[0], p.([]any)[1]
	}
	return list, c.order(list, by, a[1].(string))
}

// order sorts list by the values beside it, keeping the order of equals.
func (c *context) order(list, by []any, how string) error {
	if how != "asc" && how != "desc" {
		return c.errorf("%s(…) orders by \"asc\" or \"desc\", not by %s", c.name, c.show(how))
	}
	if err := c.grow(c.place, 32*len(list)*strings.Count(strconv.FormatInt(int64(len(list)), 2), "")); err != nil {
		return err
	}
	for _, v := range by {
		v = value(v)
		if err := c.place.noData(v); err != nil {
			return err
		}
		if _, ok := compareValues(v, value(by[0])); !ok {
			return c.errorf("%s(…) cannot order %s and %s", c.name, c.show(value(by[0])), c.show(v))
		}
	}
	at := make([]int, len(list))
	for i := range at {
		at[i] = i
	}
	keys, elements := append([]any(nil), by...), append([]any(nil), list...)
	sort.SliceStable(at, func(i, j int) bool {
		n, _ := compareValues(value(keys[at[i]]), value(keys[at[j]]))
		return n < 0 && how == "asc" || n > 0 && how == "desc"
	})
	for i, j := range at {
		list[i] = elements[j]
	}
	return nil
}

func reverse(c *context, a []any) (any, error) {
	list := a[0].([]any)
	out := make([]any, len(list))
	for i, v := range list {
		out[len(list)-1-i] = v
	}
	return out, c.grow(c.place, 16*len(list))
}

func uniq(c *context, a []any) (any, error) {
	out := []any{}
next:
	for _, v := range a[0].([]any) {
		for _, o := range out {
			same, err := c.equal(c.place, v, o)
			if err != nil {
				return nil, err
			}
			if same {
				continue next
			}
		}
		out = append(out, v)
	}
	return out, c.grow(c.place, 16*len(out))
}

func concat(c *context, a []any) (any, error) {
	out := []any{}
	for _, l := range a {
		if err := c.grow(c.place, 16*len(l.([]any))); err != nil {
			return nil, err
		}
		out = append(out, l.([]any)...)
	}
	return out, nil
}
