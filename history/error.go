package history

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"time"

	"modernc.org/sqlite"
)

// Reason is why a history cannot be used, in one word.
type Reason string

const (
	Missing  Reason = "missing"   // there is none to read
	Damaged  Reason = "damaged"   // it was cut off or written over
	Newer    Reason = "newer"     // a newer hoops wrote it
	Older    Reason = "older"     // it cannot be brought forward, because it cannot be written
	Foreign  Reason = "foreign"   // it is something else
	Busy     Reason = "busy"      // another process would not let go of it
	ReadOnly Reason = "read-only" // it cannot be written
	Full     Reason = "full"      // there is no room on the disk
	Wrong    Reason = "wrong"     // a row that may not be kept
	Failed   Reason = "failed"    // all else
)

// Error is why a history cannot be used, or a row not be kept. errors.Is with fs.ErrNotExist holds for Missing.
type Error struct {
	Path   string
	Reason Reason
	Text   string // lower case, no final period
	Help   []string
	Err    error // beneath; may be nil
}

func (e *Error) Error() string { return "history " + e.Path + ": " + e.Text }

func (e *Error) Unwrap() error { return e.Err }

// remedies are what to do, by reason.
var remedies = map[Reason][]string{
	Missing:  {"run a stage first, or record a release: hoops release VERSION"},
	Damaged:  {"put a copy from before in its place, or move it away to begin a new history; hoops deletes nothing"},
	Newer:    {"use the version of hoops that wrote it, or a newer one"},
	Older:    {"run any stage where the file can be written"},
	Foreign:  {"give another path in history: of hoops.yaml or in HOOPS_HISTORY"},
	Busy:     {"end the process that holds it, and try again"},
	ReadOnly: {"make the folder writable, or give another path in history: of hoops.yaml or in HOOPS_HISTORY"},
	Full:     {"make room on the disk; what was recorded before is kept"},
}

func (s *Store) fail(why Reason, err error, format string, args ...any) error {
	return &Error{Path: s.path, Reason: why, Text: fmt.Sprintf(format, args...), Help: remedies[why], Err: err}
}

// wrap says in our words what SQLite or the system said.
func (s *Store) wrap(err error) error {
	var ours *Error
	if err == nil || errors.As(err, &ours) {
		return err
	}
	switch code(err) {
	case corrupt, notADatabase:
		return s.fail(Damaged, err, "the file is damaged: %s", err)
	case busy, locked:
		return s.fail(Busy, err, "another process held it for more than %s", patience)
	case readOnly:
		return s.fail(ReadOnly, err, "it cannot be written")
	case cantOpen:
		return s.fail(ReadOnly, err, "the file, or the log beside it, cannot be opened")
	case full:
		return s.fail(Full, err, "the disk is full")
	}
	if errors.Is(err, fs.ErrPermission) {
		return s.fail(ReadOnly, err, "%s", err)
	}
	return s.fail(Failed, err, "%s", err)
}

// Result codes of SQLite.
const (
	busy         = 5
	locked       = 6
	readOnly     = 8
	corrupt      = 11
	full         = 13
	cantOpen     = 14
	notADatabase = 26
)

// code is the primary result code in an error of SQLite, 0 in any other.
func code(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
