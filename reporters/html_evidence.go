package reporters

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html/template"
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

// pictures are what a browser shows and cannot run.
var pictures = []string{"image/png", "image/jpeg", "image/webp", "image/gif"}

type htmlEvidence struct {
	Name, Words, Text string
	Picture           template.URL
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
	media, _, _ := strings.Cut(a.Media, ";")
	out := htmlEvidence{Name: line(a.Name, 300), Words: line(media, 60) + ", " + size(a.Size)}
	picture := slices.Contains(pictures, media)
	switch {
	case a.Text != "":
		out.Text = page.Block(cutBytes(a.Text, mostText), 2000, 500)
	case picture && a.Size <= mostPicture, strings.HasPrefix(media, "text/") && a.Size <= mostText:
		data := e.file(a)
		switch {
		case data == nil:
		case picture:
			out.Picture = template.URL("data:" + media + ";base64," + base64.StdEncoding.EncodeToString(data))
		default:
			out.Text = page.Block(string(data), 2000, 500)
		}
	}
	return out
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
