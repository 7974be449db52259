package reporters

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html/template"
	"path"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/reporters/page"
	"github.com/cucumber-value/hoops/runners"
)

// Evidence up to these sizes, in bytes, is in the page; of what is longer the page has the name of the file.
const (
	mostPicture  = 1 << 20
	mostText     = 64 << 10
	mostEmbedded = 25 << 20 // together
)

// pictures are what a browser shows. A script in an SVG does not run in an img element, and the page's policy forbids
// what it would fetch.
var pictures = []string{"image/png", "image/jpeg", "image/webp", "image/gif", "image/svg+xml"}

type htmlEvidence struct {
	Name, Words, Text string
	Where             string // of what is not in the page
	Picture           template.URL
	Tall              bool // a trace, which has its size
}

// evidenceRoom is how much more evidence the page takes.
type evidenceRoom struct {
	read func(name string) ([]byte, error)
	used int
}

func (e *evidenceRoom) of(r *result) []htmlEvidence {
	var list []htmlEvidence
	for _, a := range r.evidence {
		list = append(list, e.one(a))
	}
	return list
}

func (e *evidenceRoom) one(a runners.Attachment) htmlEvidence {
	media, data := e.content(a)
	out := htmlEvidence{Name: page.Line(path.Base(a.Name), 300), Words: page.Line(media, 60) + ", " + size(a.Size)}
	switch {
	case data == nil:
		out.Where = page.Line(a.Name, 500)
	case a.Text == "" && slices.Contains(pictures, media):
		out.Picture, out.Tall = template.URL("data:"+media+";base64,"+base64.StdEncoding.EncodeToString(data)), media == "image/svg+xml"
	default:
		out.Text = page.Block(string(data), 2000, 500)
	}
	return out
}

// content of evidence that a report can hold, nil of what it cannot.
func (e *evidenceRoom) content(a runners.Attachment) (media string, data []byte) {
	media, _, _ = strings.Cut(a.Media, ";")
	switch {
	case a.Text != "":
		return media, []byte(page.CutBytes(a.Text, mostText))
	case slices.Contains(pictures, media) && a.Size <= mostPicture, strings.HasPrefix(media, "text/") && a.Size <= mostText:
		return media, e.file(a)
	}
	return media, nil
}

// file is the evidence itself, nil when it is not at hand, is another by now, or there is no room for it.
func (e *evidenceRoom) file(a runners.Attachment) []byte {
	if e.read == nil || e.used+int(a.Size) > mostEmbedded {
		return nil
	}
	data, err := e.read(a.Name)
	if err != nil || int64(len(data)) != a.Size {
		return nil
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != a.Digest {
		return nil
	}
	e.used += len(data)
	return data
}

func size(n int64) string {
	switch {
	case n < 1<<10:
		return plural(n, "byte")
	case n < 1<<20:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}
