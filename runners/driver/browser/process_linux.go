package browser

import (
	"os/exec"
	"syscall"
)

// own gives the browser a process group of its own, so that Ctrl-C does not end it under the steps that undo
// something, and lets it die with this process.
func own(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
