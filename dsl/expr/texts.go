package expr

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

func onText(fn func(string) string) *function {
	return &function{1, 1, []Kind{String}, String, func(c *context, a []any) (any, error) {
		s := a[0].(string)
		if err := c.grow(c.place, len(s)); err != nil {
			return nil, err
		}
		return fn(s), nil
	}}
}

func length(c *context, a []any) (any, error) {
	switch v := a[0].(type) {
	case string:
		return int64(utf8.RuneCountInString(v)), c.charge(c.place, len(v)/64)
	case []any:
		return int64(len(v)), nil
	case map[string]any:
		return int64(len(v)), nil
	}
	return nil, c.args[0].errorf("len(…) needs text, a list or an object: %s = %s", c.args[0].text, c.args[0].show(a[0]))
}

func trim(space func(string) string, cut func(s, t string) string) func(*context, []any) (any, error) {
	return func(c *context, a []any) (any, error) {
		s := a[0].(string)
		if len(a) == 1 {
			return space(s), c.charge(c.place, len(s)/64)
		}
		return cut(s, a[1].(string)), c.charge(c.place, len(s)/64)
	}
}

func split(c *context, a []any) (any, error) {
	s, by := a[0].(string), a[1].(string)
	if err := c.grow(c.place, 32*(strings.Count(s, by)+1)+len(s)/8); err != nil {
		return nil, err
	}
	parts := strings.Split(s, by)
	list := make([]any, len(parts))
	for i, p := range parts {
		list[i] = p
	}
	return list, nil
}

func join(c *context, a []any) (any, error) {
	by := ""
	if len(a) == 2 {
		by = a[1].(string)
	}
	var b strings.Builder
	for i, x := range a[0].([]any) {
		s := Text(value(x))
		if err := c.grow(c.place, len(s)+len(by)); err != nil {
			return nil, err
		}
		if i > 0 {
			b.WriteString(by)
		}
		b.WriteString(s)
	}
	return b.String(), nil
}

func replace(c *context, a []any) (any, error) {
	s, from, to := a[0].(string), a[1].(string), a[2].(string)
	if err := c.grow(c.place, len(s)+strings.Count(s, from)*len(to)); err != nil {
		return nil, err
	}
	return strings.ReplaceAll(s, from, to), nil
}

func repeat(c *context, a []any) (any, error) {
	n, err := c.whole(1, a[1])
	if err != nil {
		return nil, err
	}
	s := a[0].(string)
	if n < 0 || len(s) > 0 && n > maxMemory/int64(len(s)) {
		return nil, c.errorf("repeat(…) cannot repeat a text %d times", n)
	}
	if s == "" {
		return "", nil
	}
	return strings.Repeat(s, int(n)), c.grow(c.place, len(s)*int(n))
}

// position counts in characters, as indexes do.
func position(find func(s, part string) int) func(*context, []any) (any, error) {
	return func(c *context, a []any) (any, error) {
		s := a[0].(string)
		i := find(s, a[1].(string))
		if i > 0 {
			i = utf8.RuneCountInString(s[:i])
		}
		return int64(i), c.charge(c.place, len(s)/64)
	}
}

func toJSON(c *context, a []any) (any, error) {
	v := a[0]
	s := Text(v)
	switch v := v.(type) {
	case string:
		s = quote(v)
	case time.Duration, time.Time:
		s = quote(s)
	}
	return s, c.grow(c.place, len(s))
}

func fromJSON(c *context, a []any) (any, error) {
	s := a[0].(string)
	if err := c.grow(c.place, 8*len(s)); err != nil {
		return nil, err
	}
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("%s is not JSON: %s", c.args[0].text, c.args[0].show(s))
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("%s is not one JSON value: %s", c.args[0].text, c.args[0].show(s))
	}
	return v, nil
}

func fromBase64(c *context, a []any) (any, error) {
	b, err := base64.StdEncoding.DecodeString(a[0].(string))
	if err != nil {
		return nil, fmt.Errorf("%s is not base64: %s", c.args[0].text, c.args[0].show(a[0]))
	}
	return string(b), c.grow(c.place, len(b))
}

func date(c *context, a []any) (any, error) {
	s := a[0].(string)
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly, time.DateTime, time.RFC1123, time.RFC1123Z} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return nil, fmt.Errorf("%s is not a date: %s; write 2006-01-02 or 2006-01-02T15:04:05Z", c.args[0].text, c.args[0].show(s))
}
