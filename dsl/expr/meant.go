package expr

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ofOtherLanguages are words that people bring along, and what they are here.
var ofOtherLanguages = map[string]string{
	"null": "nil", "undefined": "nil", "None": "nil", "NULL": "nil", "Null": "nil",
	"True": "true", "TRUE": "true", "False": "false", "FALSE": "false",
	"is": "==", "equals": "==", "eq": "==", "equal": "==", "isnt": "!=", "ne": "!=", "gt": ">", "lt": "<", "gte": ">=", "lte": "<=",
	"AND": "and", "OR": "or", "NOT": "not",
	"“": `"`, "”": `"`, "„": `"`, "‘": "'", "’": "'", "≤": "<=", "≥": ">=", "≠": "!=", "×": "*", "÷": "/", "−": "-",
}

// methodsElsewhere are methods of other languages, and what says the same here.
var methodsElsewhere = map[string]string{
	"size": "write len(…) with the value inside", "length": "write len(…) with the value inside", "isEmpty": "write len(…) == 0 with the value inside",
	"startsWith": "write a startsWith b", "endsWith": "write a endsWith b", "contains": "write a contains b", "matches": "write a matches b",
	"includes": "write a contains b of texts, and b in a of lists", "equals": "write a == b", "toString": "write string(…) with the value inside",
	"toLowerCase": "write lower(…) with the value inside", "toUpperCase": "write upper(…) with the value inside",
}

// meant is what was probably meant by an unknown name; "" when nobody knows.
func meant(name string) string {
	if word := ofOtherLanguages[name]; word != "" {
		return "write `" + word + "`"
	}
	if first, _ := utf8.DecodeRuneInString(name); unicode.IsUpper(first) {
		return "text stands in quotes: '" + name + "'"
	}
	return ""
}

// timeWords are units as people say them.
var timeWords = map[string]string{
	"second": "s", "seconds": "s", "sec": "s", "secs": "s", "minute": "m", "minutes": "m", "min": "m", "mins": "m",
	"hour": "h", "hours": "h", "day": "d", "days": "d", "week": "w", "weeks": "w",
	"millisecond": "ms", "milliseconds": "ms", "msec": "ms", "millis": "ms",
}

var statusClass = regexp.MustCompile(`^[1-5]xx$`)

// meant is a literal with its unit as it is written here, "" when the unit is none.
func (e *unitError) meant() string {
	unit := strings.TrimSpace(e.unit)
	if short := timeWords[strings.ToLower(unit)]; short != "" {
		unit = short
	}
	if unit == e.unit || !strings.Contains(" "+allUnits, " "+unit+" ") && !strings.Contains(allUnits, " "+unit+",") {
		return ""
	}
	return strings.Replace(e.literal, e.unit, unit, 1)
}
