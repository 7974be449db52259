// Command browser measures the browser driver beside playwright-core: the same scenario on the same pages in the
// same Chromium, one after the other, each in a fresh browser context, both warm. Rounds alternate, so that what
// the machine does meanwhile meets both; the medians of the rounds are compared. It exits 1 when a scenario takes
// hoops longer than playwright-core, or when an element is not found in time.
//
// It refuses to run playwright-core in another browser than hoops, and to install anything: `make bench-browser`
// does.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	floor     = 1.0 // of playwright-core's time, at most
	goal      = 0.8
	locateP50 = 10 * time.Millisecond // on a page of 2,000 elements
	warmUp    = 5                     // scenarios before anything is measured
)

func main() {
	modules := flag.String("playwright", ".hoops/bench", "the `folder` with node_modules/playwright-core")
	scenarios := flag.Int("scenarios", 40, "scenarios in a round")
	rounds := flag.Int("rounds", 7, "rounds of each")
	alone := flag.Bool("alone", false, "measure hoops only")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ok, err := run(ctx, *modules, *scenarios, *rounds, *alone)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(3)
	}
	if !ok {
		os.Exit(1)
	}
}

func run(ctx context.Context, modules string, scenarios, rounds int, alone bool) (bool, error) {
	url, closeShop, err := serve()
	if err != nil {
		return false, err
	}
	defer closeShop()
	ours, err := newHoops(url)
	if err != nil {
		return false, err
	}
	defer ours.close()
	contenders := []contender{ours, filming{ours}}
	if !alone {
		theirs, err := newPlaywright(ctx, modules, url)
		if err != nil {
			return false, err
		}
		defer theirs.close()
		contenders = append(contenders, theirs)
	}
	took := make([][]time.Duration, len(contenders))
	for _, c := range contenders {
		progress("warming up: %s", c.name())
		if _, err := c.round(ctx, warmUp); err != nil {
			return false, fmt.Errorf("%s: %w", c.name(), err)
		}
	}
	for round := range rounds {
		for i, c := range contenders {
			d, err := c.round(ctx, scenarios)
			if err != nil {
				return false, fmt.Errorf("%s: %w", c.name(), err)
			}
			each := d / time.Duration(scenarios)
			progress("round %d of %d: %-16s %6.1f ms a scenario", round+1, rounds, c.name(), ms(each))
			took[i] = append(took[i], each)
		}
	}
	fmt.Printf("%d rounds of %d scenarios (open, fill, click, see), a fresh context each, one after the other\n\n", rounds, scenarios)
	for i, c := range contenders {
		slices.Sort(took[i])
		fmt.Printf("  %-16s median %6.1f ms a scenario, rounds from %.1f to %.1f\n", c.name(), ms(median(took[i])), ms(took[i][0]), ms(took[i][rounds-1]))
	}
	ok := true
	if !alone {
		theirs := ms(median(took[2]))
		ratio := ms(median(took[0])) / theirs
		fmt.Printf("\n  ratio %.2f, with evidence %.2f (goal %.1f, at most %.1f)\n", ratio, ms(median(took[1]))/theirs, goal, floor)
		ok = ratio <= floor
	}
	located, err := ours.locate(ctx, 51)
	if err != nil {
		return false, err
	}
	fmt.Printf("  a look at a page of 2,000 elements: p50 %.1f ms (at most %.0f)\n", ms(median(located)), ms(locateP50))
	return ok && median(located) < locateP50, nil
}

// progress tells who waits that it goes on: on a busy machine a round takes minutes.
func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...) }

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func median(sorted []time.Duration) time.Duration { return sorted[len(sorted)/2] }

// contender runs a number of scenarios one after the other and says how long they took, their clearing up
// included.
type contender interface {
	name() string
	round(ctx context.Context, scenarios int) (time.Duration, error)
}

// filming is hoops with the pictures of a trace, which playwright-core leaves out unless it is asked.
type filming struct{ *hoops }

func (filming) name() string { return "hoops, evidence" }

func (f filming) round(ctx context.Context, scenarios int) (time.Duration, error) {
	f.film = true
	defer func() { f.film = false }()
	return f.hoops.round(ctx, scenarios)
}

// serve answers with the pages that both see.
func serve() (url string, end func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	page := func(title, body string) http.HandlerFunc {
		text := fmt.Sprintf("<!doctype html><html lang=en><title>%s</title><link rel=stylesheet href=/style.css><h1>%s</h1>%s", title, title, body)
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, text)
		}
	}
	var many strings.Builder
	for i := range 500 {
		fmt.Fprintf(&many, "<tr><td>Item %d<td><button>Delete</button>", i)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", page("Sign in", `<form action=/in method=post><label>Name <input name=name></label> <label>Password <input name=password type=password></label> <button>Sign in</button></form>`))
	mux.HandleFunc("POST /in", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/me", http.StatusSeeOther) })
	mux.HandleFunc("GET /me", page("Your basket", `<p>Signed in as <b>ann</b></p><ul><li>Tea <li>Cake</ul>`))
	mux.HandleFunc("GET /many", page("Many", `<table>`+many.String()+`</table><button>Only one</button>`))
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css")
		io.WriteString(w, "body { font: 16px sans-serif; margin: 2em } label { display: block }")
	})
	server := &http.Server{Handler: mux}
	go server.Serve(listener)
	return "http://" + listener.Addr().String(), func() { server.Close() }, nil
}

// playwright is a process that runs rounds on demand.
type playwright struct {
	version string
	process *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Scanner
}

func newPlaywright(ctx context.Context, modules, url string) (*playwright, error) {
	modules, err := filepath.Abs(modules)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(modules, "node_modules", "playwright-core", "package.json"))
	if err != nil {
		return nil, fmt.Errorf("no playwright-core: %w; make bench-browser installs it", err)
	}
	var manifest struct{ Version string }
	if err := json.Unmarshal(text, &manifest); err != nil {
		return nil, err
	}
	binary, err := chromium()
	if err != nil {
		return nil, err
	}
	p := &playwright{version: manifest.Version, process: exec.CommandContext(ctx, "node", "bench/browser/playwright.mjs", modules, url, binary)}
	p.process.Stderr = os.Stderr
	if p.in, err = p.process.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewScanner(out)
	if err := p.process.Start(); err != nil {
		return nil, fmt.Errorf("no node: %w", err)
	}
	return p, nil
}

// chromium is the browser that hoops finds first.
func chromium() (string, error) {
	if path := os.Getenv("HOOPS_CHROME"); path != "" {
		return path, nil
	}
	return exec.LookPath("chromium")
}

func (p *playwright) name() string { return "playwright " + p.version }

func (p *playwright) round(_ context.Context, scenarios int) (time.Duration, error) {
	fmt.Fprintln(p.in, scenarios)
	if !p.out.Scan() {
		return 0, fmt.Errorf("playwright-core ended: %v", p.out.Err())
	}
	took, err := strconv.ParseFloat(p.out.Text(), 64)
	return time.Duration(took * float64(time.Millisecond)), err
}

func (p *playwright) close() {
	p.in.Close() // it ends its browser and itself
	p.process.Wait()
}
