package expr

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Text is how a value is written in text: strings as they are, integers digit for digit, numbers of JSON as
// they came, durations as 1m30s, times as RFC 3339, lists and objects as compact JSON, null as null. A missing
// value has no text; Eval never gives one.
func Text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return string(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case int:
		return strconv.Itoa(v)
	case uint64:
		return strconv.FormatUint(v, 10)
	case float64:
		if math.Abs(v) < 1e21 {
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case time.Duration:
		return formatDuration(v)
	case time.Time:
		return v.Format(time.RFC3339Nano)
	case nil:
		return "null"
	case Missing:
		return ""
	case []any, map[string]any:
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(plain(v)); err != nil {
			return fmt.Sprint(v)
		}
		return strings.TrimSuffix(b.String(), "\n")
	}
	return Text(value(v))
}

// formatDuration is Go's form without its empty ends: 5m, not 5m0s.
func formatDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// plain is v with what JSON has no form for written as text.
func plain(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = plain(x)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[k] = plain(x)
		}
		return out
	case float64:
		return json.Number(Text(v))
	case nil, bool, string, json.Number, int64:
		return v
	}
	return Text(v)
}

// shown is how much of a value an explanation quotes, in runes.
const shown = 160

// show is a value as explanations quote it: text in quotes, and cut when it is long.
func show(v any) string {
	if s, ok := v.(string); ok {
		v = s
		if len(s) > 4*shown {
			s = strings.ToValidUTF8(s[:4*shown], "") // quoting 10 MB to show a line of it is work for nothing
		}
		v = json.Number(quote(s))
	}
	s := []rune(Text(v))
	if len(s) > shown {
		return string(s[:shown]) + "…"
	}
	return string(s)
}

func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always encodes
	return strings.TrimSuffix(b.String(), "\n")
}
