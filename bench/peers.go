package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// peer is a generator that others wrote, in the version that is measured against.
type peer struct{ name, module, path, version string }

var (
	k6     = peer{"k6", "go.k6.io/k6", "go.k6.io/k6", "v1.3.0"}
	vegeta = peer{"vegeta", "github.com/tsenart/vegeta/v12", "github.com/tsenart/vegeta/v12", "v12.13.0"}
)

// find is a peer's command, built in a module of its own when it is not there yet: a peer is no dependency of hoops.
func (b *bench) find(p peer) (string, error) {
	command := filepath.Join(b.bin, p.name+"-"+p.version)
	if _, err := os.Stat(command); err == nil {
		return command, nil
	}
	fmt.Printf("building %s %s …\n", p.name, p.version)
	dir := filepath.Join(b.root, ".hoops", "bench", p.name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	module := fmt.Sprintf("module peer\n\ngo 1.24\n\nrequire %s %s\n", p.module, p.version)
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(module), 0o644); err != nil {
		return "", err
	}
	c := exec.CommandContext(b.ctx, "go", "build", "-mod=mod", "-o", command, p.path)
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s %s could not be built: %w\n%s", p.name, p.version, err, out)
	}
	return command, nil
}

// wrk is Debian's.
func (b *bench) wrk() (string, error) {
	command, err := exec.LookPath("wrk")
	if err != nil {
		return "", fmt.Errorf("no wrk command: apt-get install wrk")
	}
	return command, nil
}
