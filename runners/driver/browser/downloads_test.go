package browser

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// given serves a file that the browser is to keep.
func given(disposition, content string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Disposition", disposition)
		io.WriteString(w, content)
	}
}

func TestDownloadsAreEvidence(t *testing.T) {
	release := make(chan struct{})
	b := newBench(t, map[string]any{
		"/": `<h1>Shop</h1><a href=/csv>Table</a><a href=/csv target=_blank>Table in a tab</a><a href=/climb>Climb</a><a href=/root>Root</a><a href=/back>Back</a><a href=/device>Device</a>
			<a href=/long>Long</a><a href=/large>Large</a><a href=/stream>Stream</a><a href=/never>Never</a><a href=/secret>Secret</a><a href=/broken>Broken</a>
			<a id=own download="own.txt">Own</a><script>own.href = URL.createObjectURL(new Blob(['made by a script']))</script><iframe src=/inner></iframe>`,
		"/inner":  `<a href=/csv>Table in a frame</a>`,
		"/csv":    given(`attachment; filename="order 1.csv"`, "a,b\n1,2\n"),
		"/climb":  given(`attachment; filename="../../../../climbed.txt"`, "climbed"),
		"/root":   given(`attachment; filename="/etc/climbed.txt"`, "climbed"),
		"/back":   given(`attachment; filename*=UTF-8''..%5C..%5Cclimbed.txt`, "climbed"),
		"/device": given(`attachment; filename="CON"`, "device"),
		"/long":   given(`attachment; filename="`+strings.Repeat("long", 100)+`.txt"`, "long"),
		"/secret": given(`attachment; filename="keys.txt"`, "the password is open-sesame"),
		"/large": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "5000")
			given("attachment; filename=large.bin", strings.Repeat("x", 5000))(w, r)
		},
		"/stream": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Disposition", "attachment; filename=stream.bin")
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, strings.Repeat("x", 5000)); err != nil {
					return
				}
			}
		},
		"/never": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/csv")
			w.Header().Set("Content-Disposition", "attachment; filename=never.csv")
			io.WriteString(w, "a,b\n")
			w.(http.Flusher).Flush()
			<-release
		},
		"/broken": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/csv")
			w.Header().Set("Content-Disposition", "attachment; filename=broken.csv")
			w.Header().Set("Content-Length", "50")
			io.WriteString(w, "a,b\n")
			w.(http.Flusher).Flush()
			c, _, _ := w.(http.Hijacker).Hijack()
			c.Close()
		},
	}, func(b *bench) { b.env.MaxBody, b.env.StepTimeout = 1000, ir.Duration(time.Minute) })
	t.Cleanup(func() { close(release) })
	b.host.Secrets.Add("open-sesame")
	for _, c := range []struct{ link, name, content, note string }{
		{"Table", "order-1.csv", "a,b\n1,2\n", `"order 1.csv", 8 bytes, in .hoops/failures/run/pages-a-visit/01-order-1.csv`},
		{"Table in a tab", "order-1.csv", "a,b\n1,2\n", ""},
		{"Table in a frame", "order-1.csv", "a,b\n1,2\n", ""},
		{"Own", "own.txt", "made by a script", ""},
		{"Climb", "climbed.txt", "climbed", ""},
		{"Root", "climbed.txt", "climbed", ""},
		{"Back", "climbed.txt", "climbed", ""},
		{"Device", "CON", "device", ""},
		{"Long", "long", "long", ""},
		{"Secret", "keys.txt", "the password is ***", ""},
		{"Large", "", "", `"large.bin" given up: it is larger than max-body, 1000 bytes`},
		{"Stream", "", "", `"stream.bin" given up: it is larger than max-body, 1000 bytes`},
		{"Broken", "", "", `"broken.csv" broken off after`},
	} {
		t.Run(c.link, func(t *testing.T) {
			own := *b
			own.t, own.dir = t, b.dir
			v := own.visit(open("/"), click(named(c.link)), see("Shop"))
			defer v.close()
			if err := v.all(); err != nil {
				t.Fatalf("%v\n%s", err, strings.Join(lines(err), "\n"))
			}
			notes := v.session.State(b.driver).(*state).tabs[0].notes
			if len(notes) != 1 || !strings.HasPrefix(notes[0], c.note) {
				t.Errorf("noted %q, expected %s", notes, c.note)
			}
			if c.name == "" {
				if len(v.attached) > 0 {
					t.Errorf("attached %+v", v.attached)
				}
				return
			}
			if len(v.attached) != 1 {
				t.Fatalf("attached %+v", v.attached)
			}
			a := v.attached[0]
			data, err := os.ReadFile(filepath.Join(b.dir, filepath.FromSlash(a.Name)))
			digest := sha256.Sum256([]byte(c.content))
			if err != nil || string(data) != c.content || a.Digest != hex.EncodeToString(digest[:]) {
				t.Errorf("%+v holds %q, %v", a, data, err)
			}
			if name, ok := strings.CutPrefix(a.Name, ".hoops/failures/run/pages-a-visit/01-"); !ok || !strings.Contains(name, c.name) || slices.Contains(strings.Split(name, "/"), "..") || len(name) > 110 {
				t.Errorf("it is called %s", a.Name)
			}
		})
	}
	// Nothing lies anywhere else.
	filepath.WalkDir(filepath.Dir(b.dir), func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.Contains(d.Name(), "climbed") && !strings.Contains(path, "pages-a-visit") {
			t.Errorf("%s", path)
		}
		return nil
	})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var left []string
	if poll(ctx, func() (bool, error) { // the browser itself takes away what is given up
		var err error
		left, err = filepath.Glob(filepath.Join(b.driver.browsers.current.downloadFolder(), "*"))
		return len(left) == 0, err
	}) != nil {
		t.Errorf("the browser keeps %q", left)
	}
	b.little = 2 * time.Second
	f := b.fails(`the download of "never.csv" has not ended within 2s`, open("/"), click(named("Never")))
	if text := fmt.Sprint(f.Lines, f.Help); f.Code != "browser/download" || !strings.Contains(text, "still coming from "+b.url+"/never") {
		t.Errorf("%s %s", f.Code, text)
	}
}

// A browser on another machine has no folder of ours.
func TestABrowserElsewhereKeepsNoFile(t *testing.T) {
	b := newBench(t, map[string]any{"/": `<h1>Shop</h1><a href=/csv>Table</a>`, "/csv": given("attachment; filename=a.csv", "a,b")},
		func(b *bench) { b.env.Browser, b.env.StepTimeout = elsewhere(t), ir.Duration(time.Minute) })
	v := b.visit(open("/"), click(named("Table")), see("Shop"))
	defer v.close()
	if err := v.all(); err != nil {
		t.Fatal(err)
	}
	if notes := v.session.State(b.driver).(*state).tabs[0].notes; len(v.attached) > 0 || len(notes) != 1 || notes[0] != "refused: the browser is on another machine" {
		t.Errorf("attached %+v, noted %q", v.attached, notes)
	}
}

func TestOwnName(t *testing.T) {
	for name, want := range map[string]string{
		"a.csv": "a.csv", "../../a.csv": "a.csv", `..\..\a.csv`: "a.csv", "/etc/passwd": "passwd", `C:\Windows\a.csv`: "a.csv", "..": "/", "": "/", "a/..": "/",
	} {
		if got := ownName(name); got != want {
			t.Errorf("%q is called %q, expected %q", name, got, want)
		}
	}
}

func TestFolded(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "short": "short", "one two three four": "one two|three fou…", "http://127.0.0.1/orders": "http://127|.0.0.1/or…",
	} {
		if got := strings.Join(folded(text, 10, 2), "|"); got != want {
			t.Errorf("%q became %q, expected %q", text, got, want)
		}
	}
}
