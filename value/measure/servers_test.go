package measure

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// missing says loudly that a test cannot run here; where CI is set that is a failure.
func missing(t *testing.T, what, pack string) {
	t.Helper()
	text := fmt.Sprintf("NOT TESTED: %s needs %s, which is not here: apt-get install %s", t.Name(), what, pack)
	fmt.Fprintln(os.Stderr, text)
	if os.Getenv("CI") != "" {
		t.Fatal(text)
	}
	t.Skip(text)
}

func program(t *testing.T, pack string, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
		if found, _ := filepath.Glob(name); len(found) > 0 {
			return found[len(found)-1]
		}
	}
	missing(t, names[0], pack)
	return ""
}

func freePort(t *testing.T) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// started runs a server until the test ends, or stop is called.
func started(t *testing.T, cmd *exec.Cmd) (stop func()) {
	t.Helper()
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	over := false
	stop = func() {
		if over {
			return
		}
		over = true
		_ = cmd.Process.Signal(syscall.SIGCONT)
		_ = cmd.Process.Signal(syscall.SIGINT)
		timer := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	}
	t.Cleanup(stop)
	return stop
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("%s: not within 30 s", what)
}

// prometheusServer is a real server whose past is the exposition, and which scrapes the targets.
func prometheusServer(t *testing.T, past string, targets ...string) (url string, cmd *exec.Cmd, stop func()) {
	t.Helper()
	binary, tool := program(t, "prometheus", "prometheus"), program(t, "prometheus", "promtool")
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	if past != "" {
		file := filepath.Join(dir, "past.txt")
		write(t, file, past+"# EOF\n")
		if out, err := exec.Command(tool, "tsdb", "create-blocks-from", "openmetrics", file, data).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	config := "global: {scrape_interval: 200ms, scrape_timeout: 200ms}\nscrape_configs: [{job_name: calculator, static_configs: [{targets: [" + strings.Join(targets, ", ") + "]}]}]\n"
	write(t, filepath.Join(dir, "prometheus.yml"), config)
	address := fmt.Sprintf("127.0.0.1:%d", freePort(t))
	cmd = exec.Command(binary, "--config.file="+filepath.Join(dir, "prometheus.yml"), "--storage.tsdb.path="+data,
		"--storage.tsdb.retention.time=50y", "--web.listen-address="+address)
	stop = started(t, cmd)
	url = "http://" + address
	eventually(t, "prometheus is ready", func() bool {
		res, err := http.Get(url + "/-/ready")
		if err != nil {
			return false
		}
		res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
	return url, cmd, stop
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

const password = "s3cr3t-of-the-database"

// postgresServer is a real server with an empty database; it refuses to run as root, so as root it runs as postgres.
func postgresServer(t *testing.T) (dsn string, cmd *exec.Cmd, stop func()) {
	t.Helper()
	binary := program(t, "postgresql", "postgres", "/usr/lib/postgresql/*/bin/postgres")
	if real, err := filepath.EvalSymlinks(binary); err == nil {
		binary = real
	}
	dir, err := os.MkdirTemp("", "hoops-pg")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	write(t, filepath.Join(dir, "password"), password)
	run := &syscall.SysProcAttr{}
	if os.Getuid() == 0 {
		who, err := user.Lookup("postgres")
		if err != nil {
			missing(t, "the user postgres", "postgresql")
		}
		uid, _ := strconv.Atoi(who.Uid)
		gid, _ := strconv.Atoi(who.Gid)
		run.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		for _, path := range []string{dir, filepath.Join(dir, "password")} {
			if err := os.Chown(path, uid, gid); err != nil {
				t.Fatal(err)
			}
		}
	}
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(filepath.Dir(binary), "initdb"), "-D", data, "-U", "shop", "-A", "scram-sha-256", "--pwfile="+filepath.Join(dir, "password"), "-N", "-E", "UTF8", "--locale=C")
	initdb.SysProcAttr, initdb.Dir = run, dir
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	port := freePort(t)
	cmd = exec.Command(binary, "-D", data, "-p", strconv.Itoa(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "timezone=America/New_York")
	cmd.SysProcAttr, cmd.Dir = run, dir
	stop = started(t, cmd)
	dsn = fmt.Sprintf("postgres://shop:%s@127.0.0.1:%d/postgres", password, port)
	return dsn, cmd, stop
}
