package cmd_test

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/cucumber-value/hoops/cmd"
)

var update = flag.Bool("update", false, "write what the command prints into the scripts")

// binaries is a folder with the calculator of examples/, built once.
var binaries string

func TestMain(m *testing.M) {
	testscript.Main(suite{m}, map[string]func(){
		"hoops": func() { os.Exit(cmd.Main(os.Args[1:], cmd.Stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})) },
		"serve": serve,
	})
}

type suite struct{ m *testing.M }

func (s suite) Run() int {
	var err error
	if binaries, err = os.MkdirTemp("", "hoops"); err != nil {
		panic(err)
	}
	defer os.RemoveAll(binaries)
	build := exec.Command("go", "build", "-o", filepath.Join(binaries, "calculator"), "../examples/calculator/server")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%s%v\n", out, err)
		return 1
	}
	return s.m.Run()
}

// serve is software under test for start commands: it answers everything with 200 at the port it is given, or
// misbehaves as its second argument says.
func serve() {
	port, how := os.Args[1], ""
	if len(os.Args) > 2 {
		how = os.Args[2]
	}
	switch how {
	case "exit":
		fmt.Println("cannot read the settings")
		os.Exit(3)
	case "deaf":
		fmt.Println("thinking")
		time.Sleep(time.Minute)
	case "forever":
		if err := os.WriteFile("serve.pid", []byte(strconv.Itoa(os.Getpid())), 0o644); err != nil {
			panic(err)
		}
	}
	err := http.ListenAndServe("127.0.0.1:"+port, http.HandlerFunc(answer))
	fmt.Println(err)
	os.Exit(1)
}

// answer is 200 and "hello", but at /slow, which takes a minute, at /seen, which leaves a file, at
// /metrics, at /status/N, at /json, and at /echo.
func answer(w http.ResponseWriter, r *http.Request) {
	switch name, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/"); name {
	case "slow":
		select {
		case <-r.Context().Done():
		case <-time.After(time.Minute):
		}
	case "seen":
		_ = os.WriteFile("seen", []byte("yes"), 0o644)
	case "metrics":
		fmt.Fprintf(w, "# TYPE sums counter\nsums_total{path=%q} 6\n# TYPE mistakes counter\nmistakes_total 0\n# TYPE app_build info\napp_build_info{version=\"3.0\"} 1\n# EOF\n", rest)
	case "status":
		code, err := strconv.Atoi(rest)
		if err != nil {
			code = http.StatusBadRequest
		}
		w.WriteHeader(code)
	case "echo":
		fmt.Fprintf(w, "%s %s\n", r.Method, r.URL)
		r.Header.Write(w)
		io.Copy(w, r.Body)
	case "json":
		fmt.Fprintln(w, `{"is": "an object"}`)
	default:
		fmt.Fprintln(w, "hello")
	}
}

func TestScripts(t *testing.T)  { run(t, "testdata/script") }
func TestBadInput(t *testing.T) { run(t, "testdata/bad") }

func run(t *testing.T, dir string) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			examples, err := filepath.Abs("../examples")
			if err != nil {
				return err
			}
			env.Setenv("EXAMPLES", examples)
			env.Setenv("TZ", "UTC")
			env.Setenv("GORACE", "atexit_sleep_ms=0") // else each process of a -race test sleeps a second
			env.Setenv("PATH", binaries+string(os.PathListSeparator)+env.Getenv("PATH"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":      exits,
			"tells":      tells,
			"server":     server,
			"port":       port,
			"calculator": calculator,
			"expand":     expand,
			"crlf":       crlf,
			"line":       line,
			"binary":     binary,
			"cut":        cut,
			"undigest":   undigest,
			"undated":    undated,
			"killed":     killed,
			"holds":      holds,
			"interrupt":  interrupt,
			"until":      until,
			"scrape":     scrape,
		},
	})
}

// scrape asks a server until its answer matches: scrape URL PATTERN
func scrape(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: scrape URL PATTERN")
	}
	pattern := regexp.MustCompile(args[1])
	last := ""
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		answer, err := http.Get(args[0])
		if err != nil {
			last = err.Error()
			continue
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if last = string(body); err == nil && pattern.MatchString(last) {
			return
		}
	}
	ts.Fatalf("%s does not match %s:\n%s", args[0], args[1], last)
}

// exits runs a program and expects its exit code: exits CODE PROGRAM ARG…
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG…")
	}
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var ended *exec.ExitError
		if !errors.As(err, &ended) {
			ts.Fatalf("%v", err)
		}
		code = ended.ExitCode()
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("%s: exit code %d, expected %s", strings.Join(args[1:], " "), code, args[0])
	}
}

// tells runs a program again and again until it succeeds and prints what matches: tells PATTERN PROGRAM ARG…
func tells(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: tells PATTERN PROGRAM ARG…")
	}
	pattern := regexp.MustCompile(args[0])
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if ts.Exec(args[1], args[2:]...) == nil && pattern.MatchString(ts.ReadFile("stdout")) {
			return
		}
	}
	ts.Fatalf("waited in vain for %s from %s", args[0], strings.Join(args[1:], " "))
}

// server starts one that answers, until the script ends; at /mark it leaves a file in the script's folder: server
// VARIABLE
func server(ts *testscript.TestScript, _ bool, args []string) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/mark" {
			_ = os.WriteFile(ts.MkAbs("marked"), []byte("yes"), 0o644)
		}
		answer(w, r)
	}))
	ts.Defer(s.Close)
	ts.Setenv(args[0], s.URL)
}

// port finds one at which nothing listens: port VARIABLE…
func port(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		ts.Check(err)
		defer l.Close()
		ts.Setenv(name, strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
	}
}

// calculator copies examples/calculator to here, with ports of its own and the server that was built.
func calculator(ts *testscript.TestScript, neg bool, _ []string) {
	port(ts, neg, []string{"WORKING", "BROKEN"})
	ts.Check(os.CopyFS(ts.MkAbs("."), os.DirFS("../examples/calculator")))
	change(ts, "hoops.yaml", func(s string) string {
		return strings.NewReplacer("go run ./server", "calculator", "8031", ts.Getenv("WORKING"), "8032", ts.Getenv("BROKEN")).Replace(s)
	})
}

var variable = regexp.MustCompile(`\$[A-Z]+`)

// expand replaces those $VARIABLES in files that the script has set: expand FILE…
func expand(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		change(ts, name, func(s string) string {
			return variable.ReplaceAllStringFunc(s, func(name string) string { return cmp.Or(ts.Getenv(name[1:]), name) })
		})
	}
}

// crlf gives files a byte order mark and the line ends of Windows.
func crlf(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		change(ts, name, func(s string) string { return "\ufeff" + strings.ReplaceAll(s, "\n", "\r\n") })
	}
}

// line appends one of a length to a file: line FILE BYTES
func line(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	change(ts, args[0], func(s string) string { return s + strings.Repeat("x", n) + "\n" })
}

// binary writes a quoted Go string to a file: binary FILE TEXT
func binary(ts *testscript.TestScript, _ bool, args []string) {
	text, err := strconv.Unquote(`"` + args[1] + `"`)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

// cut leaves the first half of a file, or replaces in it: cut FILE [OLD NEW]
func cut(ts *testscript.TestScript, _ bool, args []string) {
	change(ts, args[0], func(s string) string {
		if len(args) == 1 {
			return s[:len(s)/2]
		}
		if !strings.Contains(s, args[1]) {
			ts.Fatalf("%s has no %q", args[0], args[1])
		}
		return strings.Replace(s, args[1], args[2], 1)
	})
}

var digest = regexp.MustCompile(`sha256:[0-9a-f]+|(is|says) [0-9a-f]{12}`)

// undigest copies what was printed without its digests, which change with the format of programs: undigest
// stdout|stderr FILE
func undigest(ts *testscript.TestScript, _ bool, args []string) {
	text := digest.ReplaceAllStringFunc(ts.ReadFile(args[0]), func(s string) string {
		return strings.TrimRight(s, "0123456789abcdef") + "…"
	})
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o644))
}

var changing = []struct {
	what *regexp.Regexp
	by   string
}{
	{regexp.MustCompile(`[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}`), "RUN"},
	{regexp.MustCompile(`[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?( UTC|Z)?`), "TIME"},
	{regexp.MustCompile(` in [0-9.]+(ms|s)`), " in TOOK"},
	{regexp.MustCompile(`seed [0-9]+`), "seed SEED"},
	{regexp.MustCompile(`127\.0\.0\.1:[0-9]+`), "127.0.0.1:PORT"},
	{regexp.MustCompile(` +\n`), "\n"},
}

// undated copies what was printed without digests, times, run ids, seeds and ports: undated stdout|stderr FILE
func undated(ts *testscript.TestScript, neg bool, args []string) {
	undigest(ts, neg, args)
	change(ts, args[1], func(s string) string {
		for _, c := range changing {
			s = c.what.ReplaceAllString(s, c.by)
		}
		return s
	})
}

// killed ends a program that the script runs in the background, so that it can do nothing more.
func killed(ts *testscript.TestScript, _ bool, args []string) {
	for _, c := range ts.BackgroundCmds() {
		ts.Check(c.Process.Kill())
	}
}

// holds looks for bytes in files: holds TEXT FILE…; with ! none may hold it.
func holds(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args[1:] {
		data, err := os.ReadFile(ts.MkAbs(name))
		ts.Check(err)
		if strings.Contains(string(data), args[0]) == neg {
			ts.Fatalf("%s: holds %q: %v", name, args[0], !neg)
		}
	}
}

func change(ts *testscript.TestScript, name string, f func(string) string) {
	file := ts.MkAbs(name)
	data, err := os.ReadFile(file)
	ts.Check(err)
	ts.Check(os.WriteFile(file, []byte(f(string(data))), 0o644))
}

// interrupt sends one, as Ctrl-C does, to a program that the script runs in the background as &NAME&.
func interrupt(ts *testscript.TestScript, _ bool, args []string) {
	for _, c := range ts.BackgroundCmds() {
		ts.Check(c.Process.Signal(os.Interrupt))
	}
}

// until waits until a file exists, and has a text if one is given, or with ! until the process whose id is in it
// has gone.
func until(ts *testscript.TestScript, neg bool, args []string) {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		data, err := os.ReadFile(ts.MkAbs(args[0]))
		switch {
		case err != nil || len(data) == 0 || len(args) > 1 && !strings.Contains(string(data), args[1]):
		case !neg:
			return
		default:
			if _, err := os.Stat("/proc/" + strings.TrimSpace(string(data))); err != nil {
				return
			}
		}
	}
	ts.Fatalf("waited in vain for %s", args[0])
}
