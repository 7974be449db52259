package browser

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/remote"

	"github.com/cucumber-value/hoops/runners/session"
)

// browsers starts a browser when one is needed and none runs, and ends it. Not more than one runs at a time.
type browsers struct {
	driver *Driver

	once  sync.Once
	path  string // of the executable
	wrong error

	mu      sync.Mutex // held while a browser is started or ended
	current *process
	spare   chan *tab // of current: one page that is ready, or being made ready
	closed  bool
	ending  sync.WaitGroup
}

// process is a running browser.
type process struct {
	ctx    context.Context // chromedp's; done when the browser is gone
	cancel context.CancelFunc
	end    context.CancelFunc // of what started it
	dir    *profile           // nil for a remote one
	agent  string             // its User-Agent

	mu     sync.Mutex
	tabs   map[target.ID]*tab // that are open
	opened map[target.ID]*tab // tabs by those that they have opened
}

// names of executables, in the order in which they are tried.
var names = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge"}

// places where it is installed without being on the PATH.
var places = []string{
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
	"/Applications/Chromium.app/Contents/MacOS/Chromium",
	`C:\Program Files\Google\Chrome\Application\chrome.exe`,
	`C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe`,
}

// possible finds the browser and starts it, once, and says before anything runs what a browser cannot do for the
// environment: one that does not start is no fault of the software.
func (b *browsers) possible() error {
	b.once.Do(func() {
		if b.wrong = b.driver.impossible(); b.wrong != nil {
			return
		}
		if elsewhere := b.driver.host.Env.Browser; elsewhere != "" {
			if b.wrong = knock(elsewhere); b.wrong != nil {
				return
			}
		} else if b.path, b.wrong = find(b.driver.config.Lookup); b.wrong != nil {
			return
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		_, b.wrong = b.run()
		var failure *session.Failure
		if errors.As(b.wrong, &failure) {
			wrong := &session.Unavailable{Message: failure.Message, Help: strings.Join(failure.Help, "; ")}
			if len(failure.Lines) > 0 {
				wrong.Message += fmt.Sprintf(": it says %q", strings.Join(failure.Lines, "; "))
			}
			b.wrong = wrong
		}
	})
	return b.wrong
}

func find(lookup func(string) (string, bool)) (string, error) {
	if path, ok := lookup("HOOPS_CHROME"); ok && path != "" {
		found, err := exec.LookPath(path)
		if err != nil {
			return "", &session.Unavailable{Message: fmt.Sprintf("HOOPS_CHROME is %s, which cannot be run", path), Help: "let it name Chromium or Chrome"}
		}
		return found, nil
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	for _, path := range places {
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", &session.Unavailable{
		Message: "there is no browser for the browser driver (tried " + strings.Join(names, ", ") + ")",
		Help:    "install Chromium (apt-get install chromium, dnf install chromium, brew install --cask chromium), let HOOPS_CHROME name one, or use one elsewhere with browser: {remote: ws://…} in the environment",
	}
}

// longestStart of a browser on a busy machine.
const longestStart = 30 * time.Second

// run is the running browser, started if there is none. It is held by b.mu.
func (b *browsers) run() (*process, error) {
	if b.closed {
		return nil, errors.New("the browser driver is closed")
	}
	if b.current != nil && b.current.ctx.Err() == nil {
		return b.current, nil
	}
	if b.current != nil {
		b.end(b.current)
		b.current = nil
	}
	p, err := b.start()
	if err != nil {
		return nil, err
	}
	b.current, b.spare = p, make(chan *tab, 1)
	return p, nil
}

func (b *browsers) start() (*process, error) {
	h := b.driver.host
	p := &process{tabs: map[target.ID]*tab{}, opened: map[target.ID]*tab{}}
	var allocator context.Context
	if h.Env.Browser != "" {
		allocator, p.end = remote.NewAllocator(context.Background(), h.Env.Browser)
	} else {
		var err error
		if p.dir, err = newProfile(); err != nil {
			return nil, fmt.Errorf("a folder for the browser cannot be made: %w", err)
		}
		options, err := b.options(p.dir.path)
		if err != nil {
			p.dir.remove()
			return nil, err
		}
		allocator, p.end = chromedp.NewExecAllocator(context.Background(), options...)
	}
	silent := func(string, ...any) {}
	p.ctx, p.cancel = chromedp.NewContext(allocator, chromedp.WithLogf(silent), chromedp.WithErrorf(silent))
	late := time.AfterFunc(longestStart, p.end)
	version, err := chromedp.CallBrowser(p.ctx, cdpbrowser.GetVersion, cdp.Empty{})
	if err == nil {
		err = cmp.Or(p.watchDownloads(), p.holdNewTabs(b.driver))
	}
	if !late.Stop() && err != nil {
		err = fmt.Errorf("it did not answer within %s", longestStart)
	}
	if err != nil {
		b.end(p)
		if h.Env.Browser != "" {
			return nil, unreached(h.Env.Browser, err)
		}
		if f := b.driver.withoutScreen(err.Error()); f != nil {
			return nil, f
		}
		return nil, unstarted(b.path, err)
	}
	p.agent = version.UserAgent
	return p, nil
}

// unstarted is a browser that does not start. What it said is among the lines, warnings and those of a script that
// starts it left out.
func unstarted(path string, err error) error {
	f := session.Failf("browser/start", "the browser %s does not start", path)
	for _, line := range strings.Split(strings.ReplaceAll(err.Error(), `\n`, "\n"), "\n") {
		if line = strings.TrimSpace(strings.TrimPrefix(line, "chrome failed to start:")); line != "" && !strings.Contains(line, ":ERROR:") && !strings.Contains(line, ":WARNING:") && !strings.HasPrefix(line, path+":") && len(f.Lines) < 5 {
			f.Lines = append(f.Lines, short(line, 300))
		}
	}
	f.Help = []string{"start it by hand: " + path + " --headless --dump-dom about:blank; or let HOOPS_CHROME name another one"}
	f.Cause = err
	return f
}

// knock says whether somebody listens at the address of a browser elsewhere.
func knock(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return unreached(address, err)
	}
	host := u.Host
	if u.Port() == "" {
		host = net.JoinHostPort(u.Hostname(), "80")
		if u.Scheme == "https" || u.Scheme == "wss" {
			host = net.JoinHostPort(u.Hostname(), "443")
		}
	}
	conn, err := net.DialTimeout("tcp", host, longestHandshake)
	if err != nil {
		return unreached(address, err)
	}
	return conn.Close()
}

// unreached is a browser elsewhere that does not answer. Its address may hold a key.
func unreached(address string, err error) error {
	u, wrong := url.Parse(address)
	if wrong != nil {
		u = &url.URL{}
	}
	var long *url.Error
	if errors.As(err, &long) {
		err = long.Err
	}
	return &session.Unavailable{
		Message: fmt.Sprintf("the browser at %s://%s does not answer: %v", u.Scheme, u.Host, err),
		Help:    "start it there with --remote-debugging-port, and check browser: {remote: …} in the environment",
	}
}

// longestEnd of a browser that is asked to end; then it is killed.
const longestEnd = 3 * time.Second

// end stops a browser and removes what it left. It is asked first, so that it takes its children along.
func (b *browsers) end(p *process) {
	if p.cancel != nil {
		ctx, cancel := context.WithTimeout(p.ctx, longestEnd)
		chromedp.Cancel(ctx) // its error is that of a browser that is gone already
		cancel()
		p.cancel()
	}
	p.end()
	if p.dir != nil {
		p.dir.remove()
	}
}

func (b *browsers) close() error {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.ending.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.current != nil {
		b.end(b.current)
		b.current = nil
	}
	return nil
}

// tab is a page of a fresh browser context: the spare one, while the next is made ready behind the scenes.
func (b *browsers) tab(ctx context.Context) (*tab, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for {
		p, err := b.run()
		if err != nil {
			return nil, err
		}
		var t *tab
		select {
		case t = <-b.spare:
			if t.ctx.Err() != nil {
				continue
			}
		default:
			if t, err = newTab(p, b.driver); err != nil {
				if p.ctx.Err() != nil && ctx.Err() == nil {
					return nil, fmt.Errorf("the browser ended: %w", err)
				}
				return nil, err
			}
		}
		if b.driver.config.Headed {
			return t, nil // a window of its own would lie before the page
		}
		spare := b.spare
		b.ending.Add(1)
		go func() {
			defer b.ending.Done()
			t, err := newTab(p, b.driver)
			if err != nil {
				return // the next session finds out for itself
			}
			select {
			case spare <- t:
			default:
				t.close()
			}
		}()
		return t, nil
	}
}
