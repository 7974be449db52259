package expr

import (
	"slices"
	"strconv"
	"strings"
)

// hidden stands in explanations for a value that tells who somebody is.
const hidden = "***"

// identifying are the headers whose values are credentials.
var identifying = []string{"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie"}

// Identifies reports whether the value of a header, or of a field that is called like one, is a credential.
func Identifies(header string) bool {
	return slices.ContainsFunc(identifying, func(h string) bool { return strings.EqualFold(h, header) })
}

// Hides reports whether the program's value is made of what tells who somebody is: a cookie, a header that
// Identifies, a value of Scope.Hidden. Explanations do not show it, and nobody else should.
func (p *Program) Hides() bool { return p.whole.hides && p.kind != Bool && p.kind != Number }

// hides reports whether the part's value is made of a credential. Its length may be known.
func (l *lowering) hides(p *part) bool {
	if t := l.tokens[p.first]; t.text == "len" && p.first+1 <= p.last && l.tokens[p.first+1].match == p.last {
		return false
	}
	for i := p.first; i <= p.last; i++ {
		if l.credential(i) {
			return true
		}
	}
	return false
}

// credential reports whether token i is the name of something that is one.
func (l *lowering) credential(i int) bool {
	next := func(n int) token {
		if i+n < len(l.tokens) {
			return l.tokens[i+n]
		}
		return token{}
	}
	t := l.tokens[i]
	field := i > 0 && l.tokens[i-1].text == "."
	switch {
	case t.kind == word && field:
		return Identifies(t.text)
	case t.kind == word && next(1).text == "(":
		f, ok := l.scope.Funcs[t.text]
		if !ok || f.Hides == nil {
			return false
		}
		name, literal := written(next(2))
		if literal && next(3).text == ")" {
			return f.Hides(name)
		}
		return f.Hides("") // whatever its argument says
	case t.kind == word:
		return l.scope.Hidden[t.text]
	case t.kind == text && i > 0 && l.tokens[i-1].text == "[" && next(1).text == "]":
		name, _ := written(t)
		return Identifies(name)
	}
	return false
}

// written is the text of a literal.
func written(t token) (string, bool) {
	if t.kind != text || len(t.text) < 2 {
		return "", false
	}
	if s, err := strconv.Unquote(t.text); err == nil {
		return s, true
	}
	return t.text[1 : len(t.text)-1], true
}

// asked notes the credential that a call gave whose argument was not known before.
func (f *frame) asked(a *application, args []any, v any) {
	if a.identifies == nil || a.hides || len(args) == 0 {
		return
	}
	if name, ok := args[0].(string); ok && a.identifies(name) {
		f.credentials = append(f.credentials, v)
	}
}

// withheld is a message without the credentials that were asked for.
func (f *frame) withheld(message string) string {
	for _, v := range f.credentials {
		if _, missing := v.(Missing); !missing {
			message = strings.ReplaceAll(message, show(v), hidden)
		}
	}
	return message
}
