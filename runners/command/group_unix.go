//go:build unix

package command

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

func shell(script string) *exec.Cmd { return exec.Command("sh", "-c", script) }

// guarded is a script that does not outlive this process, however that ends: a second shell in its process group
// waits for the end of a pipe that only this process holds open. (Linux can signal the direct child only, and
// does so already when the thread that started it ends.)
func guarded(script string) *exec.Cmd {
	const guard = `(read x <&3; trap "" TERM; kill -TERM 0; sleep 5; kill -KILL 0) </dev/null >/dev/null 2>&1 &
exec 3<&-
exec sh -c "$1"`
	return exec.Command("sh", "-c", guard, "sh", script)
}

// guardFiles are the files that guarded expects.
func guardFiles(read *os.File) []*os.File { return []*os.File{read} }

func own(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// The number of a process stays taken as long as its group has a member, so these reach no stranger.
func ask(p *os.Process)  { _ = syscall.Kill(-p.Pid, syscall.SIGTERM) }
func kill(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }

// alive reports whether the group of a process that has ended still has a running member.
func alive(p *os.Process) bool {
	return syscall.Kill(-p.Pid, 0) == nil && running(p.Pid)
}

func exitCode(state *os.ProcessState) int {
	if s, ok := state.Sys().(syscall.WaitStatus); ok && s.Signaled() {
		return 128 + int(s.Signal())
	}
	return state.ExitCode()
}

func tooLarge(err error) bool { return errors.Is(err, syscall.E2BIG) }
