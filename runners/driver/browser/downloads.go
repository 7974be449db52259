package browser

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
)

// A file that a page gives is kept as evidence, under its own name, when a browser on this machine has it: the browser
// writes it into a folder of its profile, under a name that the page has no say in. One elsewhere keeps none.

// download is a file that a page gives.
type download struct {
	id       string // and its name in the folder
	name     string // as the page calls it
	url      string
	received int64
	over     bool
	canceled bool
	tooLarge bool
}

// files are those of a tab.
type files struct {
	downloads []*download // that nobody has been told about
	promised  int         // announced by an answer, and not begun
}

// gives reports whether an answer is a file to be kept, and no page.
func gives(headers map[string]string) bool {
	if disposition, _, _ := mime.ParseMediaType(headers["content-disposition"]); disposition == "attachment" {
		return true
	}
	media, _, _ := mime.ParseMediaType(headers["content-type"])
	return media == "application/octet-stream" || media == "application/zip" || media == "text/csv" || strings.HasPrefix(media, "application/vnd.")
}

func lowered(headers network.Headers) map[string]string {
	named := map[string]string{}
	for name, value := range headers {
		named[strings.ToLower(name)] = fmt.Sprint(value)
	}
	return named
}

// downloadFolder is where the browser writes files, "" where they would be on another machine.
func (p *process) downloadFolder() string {
	if p.dir == nil {
		return ""
	}
	return filepath.Join(p.dir.path, "hoops-downloads")
}

// mayDownload says what becomes of the files that the pages of a browser context give.
func (p *process) mayDownload(of *tab) error {
	params := cdpbrowser.SetDownloadBehaviorParams{Behavior: cdpbrowser.SetDownloadBehaviorBehaviorDeny, EventsEnabled: yes(),
		BrowserContextID: chromedp.FromContext(of.ctx).BrowserContextID}
	if folder := p.downloadFolder(); folder != "" {
		params.Behavior, params.DownloadPath = cdpbrowser.SetDownloadBehaviorBehaviorAllowAndName, folder
	}
	_, err := chromedp.CallBrowser(of.ctx, cdpbrowser.SetDownloadBehavior, params)
	return err
}

// watchDownloads tells the tabs of a browser about their files.
func (p *process) watchDownloads() error {
	of := map[string]*tab{}
	return chromedp.ListenBrowser(p.ctx, func(ev any) { // one event at a time
		switch e := ev.(type) {
		case *cdpbrowser.EventDownloadWillBegin:
			if t := p.tabOf(target.ID(e.FrameID)); t != nil {
				of[e.GUID] = t
				t.beginning(&download{id: e.GUID, name: e.SuggestedFilename, url: e.URL})
			}
		case *cdpbrowser.EventDownloadProgress:
			if t := of[e.GUID]; t != nil {
				t.goesOn(e)
			}
			if e.State != cdpbrowser.DownloadProgressStateInProgress {
				delete(of, e.GUID)
			}
		}
	})
}

// tabOf is the tab that a frame is in, or the one that opened it: a new tab for a file alone closes at once.
func (p *process) tabOf(id target.ID) *tab {
	p.mu.Lock()
	defer p.mu.Unlock()
	if t := p.tabs[id]; t != nil {
		return t
	}
	for _, t := range p.tabs {
		if t.has(id) {
			return t
		}
	}
	return p.opened[id]
}

func (t *tab) has(id target.ID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.ContainsFunc(t.worlds, func(f frame) bool { return string(f.id) == string(id) })
}

func (t *tab) beginning(d *download) {
	if t.of.downloadFolder() == "" {
		return // it has been promised, and is refused
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.downloads = append(t.downloads, d)
	t.promised--
	t.signal()
}

// goesOn notes how far a file is. One that grows too large is given up.
func (t *tab) goesOn(e *cdpbrowser.EventDownloadProgress) {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.IndexFunc(t.downloads, func(d *download) bool { return d.id == e.GUID })
	if i < 0 {
		if e.State == cdpbrowser.DownloadProgressStateCompleted { // it was faster than who gave it up
			os.Remove(t.fileOf(e.GUID))
		}
		return
	}
	d := t.downloads[i]
	d.received = int64(e.ReceivedBytes)
	switch e.State {
	case cdpbrowser.DownloadProgressStateCompleted:
		d.over = true
	case cdpbrowser.DownloadProgressStateCanceled:
		d.over, d.canceled = true, true
	}
	if most := t.driver.mostReceived(); !d.over && max(int64(e.TotalBytes), d.received) > most {
		d.over, d.tooLarge = true, true
		go t.cancelDownload(d.id)
	}
	t.signal()
}

func (d *Driver) mostReceived() int64 { return cmp.Or(d.host.Env.MaxBody, ir.DefaultMaxBody) }

func (t *tab) cancelDownload(id string) {
	chromedp.CallBrowser(t.ctx, cdpbrowser.CancelDownload, cdpbrowser.CancelDownloadParams{GUID: id, BrowserContextID: chromedp.FromContext(t.ctx).BrowserContextID})
}

// keepFiles waits for those that an act has begun, and keeps what has come.
func (t *tab) keepFiles(ctx context.Context, st *state, wait bool) error {
	if t.of.downloadFolder() == "" {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.promised > 0 {
			t.notes = t.driver.keep(t.notes, "refused: the browser is on another machine")
		}
		t.promised = 0
		return nil
	}
	var err error
	if wait {
		limited, cancel := context.WithTimeoutCause(ctx, longestAsked, errBusy)
		t.wait(limited, func() bool { return t.promised <= 0 }) // its error comes again, or does not matter
		cancel()
		err = t.wait(ctx, func() bool { return !slices.ContainsFunc(t.downloads, func(d *download) bool { return !d.over }) })
	}
	t.mu.Lock()
	t.promised = 0
	var over []*download
	var late *download
	t.downloads = slices.DeleteFunc(t.downloads, func(d *download) bool {
		if d.over {
			over = append(over, d)
		} else if late == nil {
			late = d
		}
		return d.over || wait
	})
	t.mu.Unlock()
	for _, d := range over {
		said, wrong := t.keepFile(st, d)
		err = cmp.Or(err, wrong)
		t.mu.Lock()
		t.notes = t.driver.keep(t.notes, said)
		t.mu.Unlock()
	}
	if err == errOverdue && late != nil {
		t.cancelDownload(late.id)
		f := session.Failf("browser/download", "the download of %q has not ended within %s: %s until then", t.driver.cut(late.name, 100), st.session.Patience(context.Background()), bytesOf(late.received))
		f.Lines = []string{"still coming from " + t.driver.cut(late.url, 200)}
		f.Help = []string{"look whether the server ends its answer; if it may take that long, give the environment another step-timeout"}
		f.Cause = errOverdue
		return f
	}
	return err
}

// keepFile makes evidence of a file, and says what has become of it.
func (t *tab) keepFile(st *state, d *download) (string, error) {
	name := t.driver.cut(d.name, 100)
	file := t.fileOf(d.id)
	defer os.Remove(file) // its error is that of one that has not come
	switch {
	case d.tooLarge:
		return fmt.Sprintf("%q given up: it is larger than max-body, %s", name, bytesOf(t.driver.mostReceived())), nil
	case d.canceled:
		return fmt.Sprintf("%q broken off after %s", name, bytesOf(d.received)), nil
	}
	if !st.session.Attaches() {
		return fmt.Sprintf("%q, %s", name, bytesOf(d.received)), nil
	}
	data, err := readMost(file, t.driver.mostReceived())
	if err != nil {
		return "", fmt.Errorf("the download of %q cannot be read: %w", name, err)
	}
	media := cmp.Or(mime.TypeByExtension(path.Ext(d.name)), http.DetectContentType(data))
	if utf8.Valid(data) {
		data = []byte(st.driver.host.Secrets.Mask(string(data)))
	}
	where, err := st.session.Attach(ownName(d.name), media, data)
	if err != nil {
		return "", fmt.Errorf("the download of %q cannot be kept: %w", name, err)
	}
	return fmt.Sprintf("%q, %s, in %s", name, bytesOf(int64(len(data))), where), nil
}

func (t *tab) fileOf(id string) string {
	return filepath.Join(t.of.downloadFolder(), filepath.Base(id))
}

// ownName is a file's own name without a way out of a folder.
func ownName(name string) string {
	return path.Base(path.Clean("/" + strings.ReplaceAll(name, `\`, "/")))
}

func readMost(name string, most int64) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, most))
}

func bytesOf(n int64) string {
	switch {
	case n >= 10_000_000:
		return fmt.Sprintf("%d MB", n/1_000_000)
	case n >= 10_000:
		return fmt.Sprintf("%d kB", n/1_000)
	case n == 1:
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}
