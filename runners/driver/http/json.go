package http

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// reader reads the JSON that servers send nearly always, in one pass and without copying text. Where it stops,
// encoding/json has the last word: what is strange or wrong is read and explained by that alone.
type reader struct {
	text  string
	at    int
	depth int
}

// deepest is how deep a reader follows lists and objects in each other.
const deepest = 200

// parseJSON is the value that a text holds, with numbers as they are written; false when it is left to others.
func parseJSON(text string) (any, bool) {
	r := reader{text: text}
	r.space()
	v, ok := r.value()
	if !ok {
		return nil, false
	}
	r.space()
	return v, r.at == len(text)
}

// parsePath is what parseJSON's value has at the end of a path of names. It is false when there is nothing, or
// something else than objects on the way. The whole text is read all the same: half an answer is none.
func parsePath(text string, names []string) (any, bool) {
	r := reader{text: text}
	r.space()
	v, found, ok := r.along(names)
	if !ok || !found {
		return nil, false
	}
	r.space()
	return v, r.at == len(text)
}

func (r *reader) space() {
	for r.at < len(r.text) {
		switch r.text[r.at] {
		case ' ', '\n', '\r', '\t':
			r.at++
		default:
			return
		}
	}
}

// next reports whether c comes next, and takes it with the space behind it.
func (r *reader) next(c byte) bool {
	if r.at >= len(r.text) || r.text[r.at] != c {
		return false
	}
	r.at++
	r.space()
	return true
}

func (r *reader) word(w string, v any) (any, bool) {
	if !strings.HasPrefix(r.text[r.at:], w) {
		return nil, false
	}
	r.at += len(w)
	return v, true
}

func (r *reader) value() (any, bool) {
	if r.at >= len(r.text) {
		return nil, false
	}
	switch r.text[r.at] {
	case '{':
		var object map[string]any
		ok := r.members(func(name string) bool {
			v, ok := r.value()
			if object == nil {
				object = map[string]any{}
			}
			object[name] = v
			return ok
		})
		if object == nil {
			object = map[string]any{}
		}
		return object, ok
	case '[':
		list := []any{}
		ok := r.elements(func() bool {
			v, ok := r.value()
			list = append(list, v)
			return ok
		})
		return list, ok
	case '"':
		s, ok := r.string()
		return s, ok
	case 't':
		return r.word("true", true)
	case 'f':
		return r.word("false", false)
	case 'n':
		return r.word("null", nil)
	}
	n, ok := r.number()
	return json.Number(n), ok
}

// skip reads a value and makes nothing of it.
func (r *reader) skip() (ok bool) {
	if r.at >= len(r.text) {
		return false
	}
	switch r.text[r.at] {
	case '{':
		return r.members(func(string) bool { return r.skip() })
	case '[':
		return r.elements(r.skip)
	case '"':
		_, ok = r.string()
	case 't':
		_, ok = r.word("true", nil)
	case 'f':
		_, ok = r.word("false", nil)
	case 'n':
		_, ok = r.word("null", nil)
	default:
		_, ok = r.number()
	}
	return ok
}

// along reads a value and makes only what lies at the end of the path. Of a name that stands twice the last counts.
func (r *reader) along(names []string) (v any, found, ok bool) {
	if len(names) == 0 {
		v, ok = r.value()
		return v, true, ok
	}
	if r.at >= len(r.text) || r.text[r.at] != '{' {
		return nil, false, false
	}
	ok = r.members(func(name string) (ok bool) {
		if name != names[0] {
			return r.skip()
		}
		v, found, ok = r.along(names[1:])
		return ok
	})
	return v, found, ok
}

func (r *reader) members(each func(name string) bool) bool {
	if r.depth++; r.depth > deepest {
		return false
	}
	r.next('{')
	if r.at < len(r.text) && r.text[r.at] == '}' {
		r.at++
		r.depth--
		return true
	}
	for {
		name, ok := r.string()
		r.space()
		if !ok || !r.next(':') || !each(name) {
			return false
		}
		r.space()
		if r.at < len(r.text) && r.text[r.at] == '}' {
			r.at++
			r.depth--
			return true
		}
		if !r.next(',') {
			return false
		}
	}
}

func (r *reader) elements(each func() bool) bool {
	if r.depth++; r.depth > deepest {
		return false
	}
	r.next('[')
	if r.at < len(r.text) && r.text[r.at] == ']' {
		r.at++
		r.depth--
		return true
	}
	for each() {
		r.space()
		if r.at < len(r.text) && r.text[r.at] == ']' {
			r.at++
			r.depth--
			return true
		}
		if !r.next(',') {
			return false
		}
	}
	return false
}

// string is one without escapes.
func (r *reader) string() (string, bool) {
	if r.at >= len(r.text) || r.text[r.at] != '"' {
		return "", false
	}
	from := r.at + 1
	ascii := true
	for i := from; i < len(r.text); i++ {
		switch c := r.text[i]; {
		case c == '"':
			s := r.text[from:i]
			r.at = i + 1
			return s, ascii || utf8.ValidString(s)
		case c == '\\' || c < ' ':
			return "", false
		case c >= 0x80:
			ascii = false
		}
	}
	return "", false
}

func (r *reader) number() (string, bool) {
	from := r.at
	if r.at < len(r.text) && r.text[r.at] == '-' {
		r.at++
	}
	if r.at < len(r.text) && r.text[r.at] == '0' {
		r.at++
	} else if !r.digits() {
		return "", false
	}
	if r.at < len(r.text) && r.text[r.at] == '.' {
		r.at++
		if !r.digits() {
			return "", false
		}
	}
	if r.at < len(r.text) && (r.text[r.at] == 'e' || r.text[r.at] == 'E') {
		r.at++
		if r.at < len(r.text) && (r.text[r.at] == '+' || r.text[r.at] == '-') {
			r.at++
		}
		if !r.digits() {
			return "", false
		}
	}
	return r.text[from:r.at], true
}

func (r *reader) digits() bool {
	from := r.at
	for r.at < len(r.text) && r.text[r.at] >= '0' && r.text[r.at] <= '9' {
		r.at++
	}
	return r.at > from
}
