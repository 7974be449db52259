package http

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/runners/session"
)

// How much of an exchange a transcript shows, in bytes.
const (
	longestHead = 8 << 10
	longestBody = 16 << 10
)

// mostEarlier exchanges stand before the last one, a line each.
const mostEarlier = 7

// trail is what one actor sent and received: the last exchange in full, for as long as its answer can be asked,
// and of some before it how they ended. It is written for each request, and must not allocate.
type trail struct {
	last    exchanged
	earlier [mostEarlier]ending // the one before the last is at (sent-2) modulo its length
	sent    int
}

// exchanged is a message as it was sent, and what came of it.
type exchanged struct {
	ending
	message *message
	header  http.Header
	got     *response // nil without an answer
}

type ending struct {
	name   string
	status int    // 0 without an answer
	failed string // why there is no answer, or not all of it
	took   time.Duration
}

func (t *trail) add(o order, s session.Sample, got *response) {
	if t.sent > 0 {
		t.earlier[(t.sent-1)%mostEarlier] = t.last.ending
	}
	t.sent++
	t.last = exchanged{ending{s.Name, s.Code, s.Err, s.Duration}, o.message, o.header, got}
}

var _ session.Transcriber = (*state)(nil)

// Transcript is the last exchange as it was on the wire, and those before it in a line each.
func (s *state) Transcript() string {
	t := &s.trail
	if t.sent == 0 {
		return ""
	}
	mask := s.driver.host.Secrets.Mask
	var b strings.Builder
	before := t.sent - 1
	if before > mostEarlier {
		fmt.Fprintf(&b, "# %d requests before these are left out\n", before-mostEarlier)
	}
	for i := max(0, before-mostEarlier); i < before; i++ {
		fmt.Fprintf(&b, "# %s\n", mask(t.earlier[i%mostEarlier].String()))
	}
	x := &t.last
	fmt.Fprintf(&b, "# %s\n\n", mask(x.ending.String()))

	sent := *x.message
	sent.body = nil
	head := appendRequest(nil, &sent, x.header)
	lines := strings.Split(strings.TrimRight(string(head), "\r\n"), "\r\n")
	lines[0] = fmt.Sprintf("%s %s", sent.method, sent.text)
	for i, line := range lines { // its length is of the body that follows
		if strings.HasPrefix(line, "Content-Length: ") {
			lines[i] = "Content-Length: " + strconv.Itoa(len(x.message.body))
		}
	}
	b.WriteString(shownHead(lines, mask))
	b.WriteString(shownBody(string(x.message.body), mask))
	b.WriteString("\n")
	if x.got == nil {
		fmt.Fprintf(&b, "# no answer: %s\n", mask(cmp.Or(x.failed, "nothing came")))
		return b.String()
	}
	reason := cmp.Or(x.got.reason, http.StatusText(x.got.status))
	b.WriteString(shownHead(append([]string{strings.TrimSpace(fmt.Sprintf("%d %s", x.got.status, reason))}, x.got.fields.all()...), mask))
	b.WriteString(shownBody((&answer{fields: x.got.fields, raw: x.got.body}).decoded(), mask))
	if x.failed != "" {
		fmt.Fprintf(&b, "# not all of it came: %s\n", mask(x.failed))
	}
	return b.String()
}

func (o ending) String() string {
	said := o.failed
	if o.status > 0 {
		said = strconv.Itoa(o.status)
	}
	return fmt.Sprintf("%s → %s in %s", o.name, said, rounded(o.took))
}

// identifying are the headers that are masked whatever they say.
var identifying = []string{"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie"}

// shownHead masks before it cuts: half a secret is known to nobody as one.
func shownHead(lines []string, mask func(string) string) string {
	for i, line := range lines {
		name, _, field := strings.Cut(line, ":")
		if field && i > 0 && slices.ContainsFunc(identifying, func(h string) bool { return strings.EqualFold(h, name) }) {
			lines[i] = name + ": ***"
		}
	}
	return cutMasked(strings.Join(lines, "\n"), longestHead, mask) + "\n"
}

func shownBody(text string, mask func(string) string) string {
	switch {
	case text == "":
		return ""
	case binary(text):
		return fmt.Sprintf("\n# %d bytes that are no text\n", len(text))
	}
	return "\n" + strings.TrimRight(cutMasked(strings.ToValidUTF8(text, "\uFFFD"), longestBody, mask), "\r\n") + "\n"
}

// cutMasked is the beginning of a text. Of a long one not all is masked: so much beyond the cut that no secret
// stands on both sides of it.
func cutMasked(text string, n int, mask func(string) string) string {
	const beyond = 64 << 10
	masked := ""
	if len(text) > n+beyond {
		masked = mask(text[:n+beyond])
	}
	if len(masked) < n+beyond/2 { // short, or mostly secrets
		masked = mask(text)
	}
	if len(masked) <= n {
		return masked
	}
	return fmt.Sprintf("%s\n# cut here: %d bytes in all", short(masked, n), len(text))
}

// all are the fields in their order, those that were parsed by name: "Name: value".
func (f fields) all() []string {
	if f.parsed == nil {
		if f.lines == "" {
			return nil
		}
		return strings.Split(strings.TrimSuffix(f.lines, "\r\n"), "\r\n")
	}
	var list []string
	for _, name := range slices.Sorted(maps.Keys(f.parsed)) {
		for _, value := range f.parsed[name] {
			list = append(list, name+": "+value)
		}
	}
	return list
}
