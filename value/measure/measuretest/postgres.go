//go:build unix

package measuretest

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// Password is that of the database; it must be seen nowhere.
const Password = "s3cr3t-of-the-database"

// Postgres is a real server with an empty database; it refuses to run as root, so as root it runs as postgres.
func Postgres(t testing.TB) (dsn string, cmd *exec.Cmd, stop func()) {
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
	write(t, filepath.Join(dir, "password"), Password)
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
	port := FreePort(t)
	cmd = exec.Command(binary, "-D", data, "-p", strconv.Itoa(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "timezone=America/New_York")
	cmd.SysProcAttr, cmd.Dir = run, dir
	stop = started(t, cmd)
	dsn = fmt.Sprintf("postgres://shop:%s@127.0.0.1:%d/postgres", Password, port)
	return dsn, cmd, stop
}
