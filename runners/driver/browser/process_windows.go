package browser

import (
	"os"
	"os/exec"
	"syscall"
)

// take has nothing to do: Windows deletes no file that another process has open.
func take(*os.File) error { return nil }

// own gives the browser a process group of its own, so that Ctrl-C does not end it.
func own(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}
