package browser

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// What a page says may hold a secret, and may be long. It is masked first and cut then: of a secret that is cut in two,
// nobody knows the beginning as one.

// mostMasked letters of a text are masked, however long it is: much more than is shown.
const mostMasked = 10_000

// cut masks a text of the page and cuts it after n letters.
func (d *Driver) cut(text string, n int) string {
	return short(d.host.Secrets.Mask(short(text, mostMasked)), n)
}

// page.js leaves the cutting to the driver: \x02, how many letters, a blank, the text, \x03.
var markInJSON = []byte(`\u0002`)

// unmarked is an answer of page.js whose marked texts are masked and cut.
func (d *Driver) unmarked(answer []byte) ([]byte, error) {
	if !bytes.Contains(answer, markInJSON) {
		return answer, nil
	}
	var v any
	if err := json.Unmarshal(answer, &v); err != nil {
		return nil, err
	}
	return json.Marshal(d.unmarkedIn(v))
}

func (d *Driver) unmarkedIn(v any) any {
	switch v := v.(type) {
	case string:
		return d.unmarkedText(v)
	case []any:
		for i := range v {
			v[i] = d.unmarkedIn(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = d.unmarkedIn(v[k])
		}
	}
	return v
}

func (d *Driver) unmarkedText(text string) string {
	var b strings.Builder
	for {
		before, marked, begins := strings.Cut(text, "\x02")
		b.WriteString(before)
		most, rest, counted := strings.Cut(marked, " ")
		n, err := strconv.Atoi(most)
		inner, after, ends := strings.Cut(rest, "\x03")
		if !begins || !counted || err != nil || !ends { // not ours: a page may write such letters itself
			b.WriteString(marked)
			return b.String()
		}
		b.WriteString(d.cut(inner, n))
		text = after
	}
}
