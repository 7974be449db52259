//go:build unix

package load

import (
	"os"
	"syscall"
)

// openFiles is how many descriptors this process may have, and has. The soft limit is raised to the hard one
// first, as Go's runtime does at the start where it may.
func openFiles() (allowed, used int64, err error) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0, 0, err
	}
	if limit.Cur < limit.Max {
		higher := limit
		higher.Cur = limit.Max
		if syscall.Setrlimit(syscall.RLIMIT_NOFILE, &higher) == nil {
			limit = higher
		}
	}
	const enough = 1 << 40
	if uint64(limit.Cur) > enough { // unlimited
		return 0, 0, errNoLimit
	}
	if list, err := os.ReadDir("/dev/fd"); err == nil {
		used = int64(len(list))
	}
	return int64(limit.Cur), used, nil
}
