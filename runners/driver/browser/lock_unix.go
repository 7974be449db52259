//go:build unix

package browser

import (
	"os"
	"syscall"
)

// take locks a file for this process alone; its error means that another one has it.
func take(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }
