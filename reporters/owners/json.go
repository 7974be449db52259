package owners

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// JSON writes the whole report. Characters that could move a cursor or turn a line around are written as escapes.
func JSON(w io.Writer, r Report) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, plain(string(text))+"\n")
	return err
}

// plain is JSON with every character that is not to be shown as an escape: outside of its texts JSON has none of these
// but line ends.
func plain(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for _, c := range text {
		switch {
		case c == '\n' || c < unicode.MaxASCII:
			b.WriteRune(c)
		case diag.Printable(string(c)) == string(c):
			b.WriteRune(c)
		case c > 0xffff:
			c -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+c>>10, 0xdc00+c&0x3ff)
		default:
			fmt.Fprintf(&b, `\u%04x`, c)
		}
	}
	return b.String()
}
