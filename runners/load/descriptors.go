package load

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"syscall"

	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
)

// spare is how many open files a run needs beside its connections: reports, results, the history, pipes of what it
// has started.
const spare = 64

// CheckOpenFiles is why this process cannot have a connection for each journey that the load asks for, nil when it
// can. Run refuses the same; asked before, nothing has been started yet.
func (l *Runner) CheckOpenFiles() error {
	allowed, used, err := openFiles()
	if err != nil {
		return nil
	}
	r := &run{Runner: l, emit: func(runners.Event) {}}
	if err := r.limits(); err != nil {
		return nil // said by Run
	}
	return r.descriptors(allowed, used)
}

// descriptors checks before anything starts that there can be a connection for each journey in flight: afterwards
// the lack of one would look like a fault of the software. Who asked for so many is refused; where nobody did, the
// limit is only said.
func (r *run) descriptors(allowed, used int64) error {
	need, asked := r.inFlight, r.MaxInFlight > 0 && r.MaxInFlight != DefaultMaxInFlight
	flag := "--max-in-flight"
	if r.workers > 0 {
		need, asked = int64(r.workers), true
		if r.Users > 0 {
			flag = "--users"
		}
	}
	if r.workers == 0 { // no more can be in flight than arrive
		need = min(need, int64(math.Ceil(r.profile.Arrivals())))
	}
	room := max(0, allowed-used-spare)
	switch {
	case allowed <= 0 || need <= room:
		return nil
	case asked || room == 0:
		return fmt.Errorf("%s journeys at once need %s open files, and this process may have %s: raise it with ulimit -n %d, or ask for %s %d",
			thousands(need), thousands(need+used+spare), thousands(allowed), need+used+spare, flag, room)
	}
	r.notice("at most %s journeys can be in flight here: this process may have %s open files (ulimit -n %d allows %s)",
		thousands(room), thousands(allowed), need+used+spare, thousands(need))
	return nil
}

// noFiles reports whether a failure is one of this machine, which had no more open files to give.
func noFiles(f *session.Failure) bool {
	return errors.Is(f.Cause, syscall.EMFILE) || errors.Is(f.Cause, syscall.ENFILE) || strings.Contains(f.Message, "too many open files")
}

// noPorts reports whether a failure is one of this machine, which had no more ports for new connections: one that
// was closed keeps its port for a minute.
func noPorts(f *session.Failure) bool { return errors.Is(f.Cause, syscall.EADDRNOTAVAIL) }

// errNoLimit is of systems that have no such limit.
var errNoLimit = errors.New("no limit of open files is known")
