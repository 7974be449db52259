package command

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// running reports whether a process group has more than zombies. In a container without an init nobody collects
// them, and they would count as members for ever.
func running(group int) bool {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(stats) == 0 {
		return true
	}
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		// pid (name) state ppid pgrp …: the name can be anything, so what follows is counted from its end.
		var (
			state     byte
			ppid, grp int
		)
		_, err = fmt.Sscanf(string(stat[bytes.LastIndexByte(stat, ')')+1:]), " %c %d %d", &state, &ppid, &grp)
		if err == nil && grp == group && state != 'Z' && state != 'X' {
			return true
		}
	}
	return false
}
