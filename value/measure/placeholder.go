package measure

import (
	"fmt"
	"regexp"
	"strings"
)

// dialect is how a database writes what is not code.
type dialect struct {
	from, to string // what stands for :from and :to
	dollar   bool   // $tag$ … $tag$ quotes, comments nest, E'…' has backslashes
	brackets bool   // [name] and `name` are names
}

var (
	postgresql = dialect{from: "($1::timestamptz)", to: "($2::timestamptz)", dollar: true}
	sqlite     = dialect{from: ":from", to: ":to", brackets: true}

	dollarTag = regexp.MustCompile(`^\$([A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*)?\$`)
	parameter = regexp.MustCompile(`^:([A-Za-z_][A-Za-z0-9_]*)`)
)

// bind writes the placeholders of a database for :from and :to, and leaves strings, names in quotes and comments
// as they are. A query that does not ask for :from is refused: it would count all there ever was.
func (d dialect) bind(sql string) (string, *Failure) {
	var b strings.Builder
	bound := false
	for i := 0; i < len(sql); {
		n, err := d.opaque(sql, i)
		if err != nil {
			return "", failed(SourceFailed, "the query cannot be read: %s", err)
		}
		if n > 0 {
			b.WriteString(sql[i : i+n])
			i += n
			continue
		}
		if strings.HasPrefix(sql[i:], "::") { // a cast
			b.WriteString("::")
			i += 2
			continue
		}
		p := parameter.FindStringSubmatch(sql[i:])
		switch {
		case p == nil:
			b.WriteByte(sql[i])
			i++
			continue
		case p[1] == "from":
			b.WriteString(d.from)
			bound = true
		case p[1] == "to":
			b.WriteString(d.to)
		case i > 0 && isPart(sql[i-1]): // a slice: a[1:n]
			b.WriteString(p[0])
		default:
			return "", failed(SourceFailed, "the query has the parameter %s, and there are :from and :to only", p[0])
		}
		i += len(p[0])
	}
	if !bound {
		return "", failed(SourceFailed, "the query does not ask for :from, so it would count what was before the window too").
			help("write for example: where placed_at >= :from and placed_at < :to")
	}
	return b.String(), nil
}

func isPart(c byte) bool {
	return c == '_' || c == ')' || c == ']' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// opaque is how many bytes at i are a string, a name in quotes or a comment, 0 if they are code.
func (d dialect) opaque(sql string, i int) (int, error) {
	rest := sql[i:]
	switch c := rest[0]; {
	case c == '\'':
		escapes := d.dollar && i > 0 && (sql[i-1] == 'E' || sql[i-1] == 'e') && (i == 1 || !isPart(sql[i-2]))
		return until(rest, '\'', escapes)
	case c == '"', c == '`' && d.brackets:
		return until(rest, c, false)
	case c == '[' && d.brackets:
		return until(rest, ']', false)
	case strings.HasPrefix(rest, "--"):
		if n := strings.IndexByte(rest, '\n'); n >= 0 {
			return n, nil
		}
		return len(rest), nil
	case strings.HasPrefix(rest, "/*"):
		return d.comment(rest)
	case c == '$' && d.dollar && (i == 0 || !isPart(sql[i-1])):
		tag := dollarTag.FindString(rest)
		if tag == "" {
			return 0, nil
		}
		n := strings.Index(rest[len(tag):], tag)
		if n < 0 {
			return 0, fmt.Errorf("a text in %s has no end", tag)
		}
		return n + 2*len(tag), nil
	}
	return 0, nil
}

// until is the length of a quoted text; its quote, written twice, stands for itself.
func until(s string, quote byte, escapes bool) (int, error) {
	for i := 1; i < len(s); i++ {
		switch {
		case escapes && s[i] == '\\':
			i++
		case s[i] == quote && i+1 < len(s) && s[i+1] == quote && quote != ']':
			i++
		case s[i] == quote:
			return i + 1, nil
		}
	}
	return 0, fmt.Errorf("a text in %c has no end", s[0])
}

func (d dialect) comment(s string) (int, error) {
	depth := 0
	for i := 0; i+1 < len(s); i++ {
		switch {
		case s[i:i+2] == "/*" && (d.dollar || depth == 0):
			depth++
			i++
		case s[i:i+2] == "*/":
			if depth--; depth == 0 {
				return i + 2, nil
			}
			i++
		}
	}
	return 0, fmt.Errorf("a comment has no end")
}
