package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
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

// possible finds the browser, once.
func (b *browsers) possible() error {
	b.once.Do(func() {
		if b.driver.host.Env.Browser == "" {
			b.path, b.wrong = find(b.driver.config.Lookup)
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
	p := &process{}
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
	if !late.Stop() && err != nil {
		err = fmt.Errorf("it did not answer within %s", longestStart)
	}
	if err != nil {
		b.end(p)
		where := b.path
		if where == "" {
			where = h.Env.Browser
		}
		return nil, fmt.Errorf("the browser %s cannot be started: %w", where, err)
	}
	p.agent = version.UserAgent
	return p, nil
}

// options are those of a browser that is there to be tested with: nothing calls home, nothing is throttled, and
// frames of other sites can be looked into.
func (b *browsers) options(dir string) ([]chromedp.ExecAllocatorOption, error) {
	h := b.driver.host
	list := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	list = append(list,
		chromedp.ExecPath(b.path), chromedp.UserDataDir(dir), chromedp.WindowSize(1280, 800), chromedp.DisableGPU,
		chromedp.ModifyCmdFunc(own),
		chromedp.Env("TMPDIR="+dir), // what it leaves there goes with the profile
		chromedp.Flag("enable-blink-features", "ComputedAccessibilityInfo"),
		chromedp.Flag("disable-features", "Translate,BlinkGenPropertyTrees,SitePerProcess,IsolateOrigins,HttpsUpgrades,MediaRouter,OptimizationHints"),
		chromedp.Flag("disable-site-isolation-trials", true),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-crash-reporter", true), chromedp.Flag("disable-search-engine-choice-screen", true),
		chromedp.Flag("no-pings", true), chromedp.Flag("lang", "en-GB"),
	)
	if t := h.Env.TLS; t != nil && t.Insecure {
		list = append(list, chromedp.IgnoreCertErrors)
	}
	if h.Env.Proxy != nil {
		proxy, err := h.Text(h.Env.Proxy)
		if err != nil {
			return nil, err
		}
		list = append(list, chromedp.ProxyServer(proxy))
	}
	return list, nil
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

// profile is the browser's own folder. A lock that dies with this process tells later ones whether it is still
// in use: a process that is killed cannot clean up behind itself.
type profile struct {
	path string
	lock *os.File
}

const profilePrefix = "hoops-browser-"

func newProfile() (*profile, error) {
	sweep(os.TempDir())
	dir, err := os.MkdirTemp("", profilePrefix)
	if err != nil {
		return nil, err
	}
	lock, err := os.Create(dir + ".lock")
	if err == nil {
		err = take(lock)
	}
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return &profile{dir, lock}, nil
}

// remove deletes the folder. Children of the browser may still be writing into it for a moment.
func (p *profile) remove() {
	for range 50 {
		if os.RemoveAll(p.path) == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	os.Remove(p.lock.Name())
	p.lock.Close()
}

// sweep removes the folders of processes that were killed.
func sweep(temp string) {
	locks, _ := filepath.Glob(filepath.Join(temp, profilePrefix+"*.lock"))
	for _, name := range locks {
		lock, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			continue
		}
		if take(lock) == nil {
			if os.RemoveAll(strings.TrimSuffix(name, ".lock")) == nil {
				os.Remove(name)
			}
		}
		lock.Close()
	}
}
