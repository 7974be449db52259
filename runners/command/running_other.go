//go:build unix && !linux

package command

// running is not known better here than from the signal that reached the group.
func running(int) bool { return true }
