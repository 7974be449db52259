package session

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/cucumber-value/hoops/dsl/expr"
)

// compareJSON lists what keeps have from containing want, a line each: objects match in part, arrays whole.
func compareJSON(path string, have, want any, found []string) []string {
	if want == anything {
		if have == nil {
			return append(found, fmt.Sprintf("%s is null, expected any value", path))
		}
		return found
	}
	switch want := want.(type) {
	case map[string]any:
		object, ok := have.(map[string]any)
		if !ok {
			return append(found, fmt.Sprintf("%s is %s, expected an object", path, shown(have)))
		}
		keys := make([]string, 0, len(want))
		for k := range want {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		for _, k := range keys {
			v, present := object[k]
			if !present {
				found = append(found, fmt.Sprintf("%s is missing, expected %s", child(path, k), wanted(want[k])))
				continue
			}
			if differs := compareJSON(child(path, k), v, want[k], nil); len(differs) > 0 && expr.Identifies(k) {
				found = append(found, fmt.Sprintf("%s is %s, expected %s", child(path, k), withheld, wanted(want[k])))
			} else {
				found = append(found, differs...)
			}
		}
		return found
	case []any:
		list, ok := have.([]any)
		if !ok {
			return append(found, fmt.Sprintf("%s is %s, expected an array", path, shown(have)))
		}
		if len(list) != len(want) {
			items := "items"
			if len(list) == 1 {
				items = "item"
			}
			found = append(found, fmt.Sprintf("%s has %d %s, expected %d", path, len(list), items, len(want)))
		}
		for i := range min(len(list), len(want)) {
			found = compareJSON(fmt.Sprintf("%s[%d]", path, i), list[i], want[i], found)
		}
		return found
	case nil:
		if have == nil {
			return found
		}
	default:
		if expr.Equal(have, want) {
			return found
		}
	}
	return append(found, fmt.Sprintf("%s is %s, expected %s", path, shown(have), wanted(want)))
}

func child(path, key string) string {
	if key != "" && strings.IndexFunc(key, func(c rune) bool {
		return c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
	}) < 0 {
		return path + "." + key
	}
	return fmt.Sprintf("%s[%q]", path, key)
}

// wanted is an expected value in a message, with the words for what stands for any value.
func wanted(v any) string {
	if v == anything {
		return "any value"
	}
	return strings.ReplaceAll(shown(v), `"\u0000any\u0000"`, "any value")
}

// longestShown is how many runes of a value a message holds.
const longestShown = 200

// shown is a value in a message: text in quotes, the rest as JSON, long ones cut.
func shown(v any) string {
	if v == nil {
		return "null"
	}
	s := expr.Text(v)
	if _, ok := v.(string); ok {
		s = fmt.Sprintf("%q", s)
	}
	if r := []rune(s); len(r) > longestShown {
		s = string(slices.Concat(r[:longestShown], []rune("…")))
	}
	return s
}
