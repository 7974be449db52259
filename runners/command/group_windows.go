package command

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

func shell(script string) *exec.Cmd {
	cmd := exec.Command("cmd")
	// cmd reads its line by itself; the quotes that Go puts around arguments would become part of the script.
	cmd.SysProcAttr = &syscall.SysProcAttr{CmdLine: `cmd /S /C "` + script + `"`}
	return cmd
}

// guarded is the script as it is: what happens to it when this process is killed is left to Windows.
func guarded(script string) *exec.Cmd { return shell(script) }

// guardFiles are none: Windows passes no further files on.
func guardFiles(*os.File) []*os.File { return nil }

func own(cmd *exec.Cmd) { cmd.SysProcAttr.CreationFlags |= syscall.CREATE_NEW_PROCESS_GROUP }

// Programs without a window cannot be asked; taskkill ends the tree as far as its parents still live.
func ask(p *os.Process) {
	_ = exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(p.Pid)).Run()
}

func kill(p *os.Process) { _ = p.Kill() }

func alive(*os.Process) bool { return false }

func exitCode(state *os.ProcessState) int { return state.ExitCode() }

func tooLarge(err error) bool {
	return errors.Is(err, syscall.Errno(206)) // ERROR_FILENAME_EXCED_RANGE: the command line is too long
}
