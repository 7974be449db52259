// Package history keeps what runs found over time in one SQLite file: runs with their stages, scenarios,
// summaries and verdicts; releases; pinned baselines; scrapes of an application's metrics.
//
// A call that writes returns when its rows are on the disk, so a crash at any later instant loses none of them.
// Several processes may use one file at once, and several projects may share it: a store sees its own project
// only. The package judges nothing, masks nothing and opens no socket. Its rows are its own plain types, and the
// words in them (statuses, outcomes, verdicts) are those of the caller, but never none. A file that is damaged,
// newer or not ours is refused and left as it is.
package history

import (
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// Store is an open history. Its methods may be called by several goroutines at once.
type Store struct {
	path    string
	now     func() time.Time
	db      *sql.DB
	project int64      // 0 in a store for reading that has nothing of the project
	write   sync.Mutex // SQLite has one writer; waiting here is cheaper than its busy loop
	only    bool       // for reading
}

// Options of a store.
type Options struct {
	Project  string           // whose rows are written and seen
	Now      func() time.Time // nil is time.Now
	ReadOnly bool             // for reports: nothing is created, and no writer is kept waiting
}

// patience is how long a write waits for that of another process. A commit takes milliseconds.
const patience = 30 * time.Second

// Open opens the history in a file, and creates the file and its folder if need be. An older file is brought
// forward, for reading too. Its errors are *Error.
func Open(path string, o Options) (_ *Store, err error) {
	s := &Store{path: path, now: o.Now, only: o.ReadOnly}
	if s.now == nil {
		s.now = time.Now
	}
	defer func() {
		if err != nil {
			if s.db != nil {
				s.db.Close()
			}
			err = s.wrap(err)
		}
	}()
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if !o.ReadOnly {
		if err := os.MkdirAll(filepath.Dir(full), 0o777); err != nil {
			return nil, err
		}
	}
	if err := s.look(full); err != nil {
		return nil, err
	}
	if o.ReadOnly {
		if err := s.openToRead(full, o.Project); err != nil {
			return nil, err
		}
		return s, nil
	}
	if s.db, err = sql.Open("sqlite", address(full, "_txlock=immediate")); err != nil {
		return nil, err
	}
	if err := s.migrate(); err != nil {
		return nil, err
	}
	if err := s.join(o.Project); err != nil {
		return nil, err
	}
	return s, nil
}

// join makes the project known to the file.
func (s *Store) join(project string) error {
	return s.inTransaction(func(tx *sql.Tx) error {
		if _, err := tx.Exec(`insert or ignore into projects (name, last_run) values (?, 0)`, project); err != nil {
			return err
		}
		return tx.QueryRow(`select key from projects where name = ?`, project).Scan(&s.project)
	})
}

// Close waits for a write that is under way.
func (s *Store) Close() error {
	s.write.Lock()
	defer s.write.Unlock()
	return s.wrap(s.db.Close())
}

// Check reads the whole file and says whether it is sound.
func (s *Store) Check() error {
	found, err := all(s, `select integrity_check from pragma_integrity_check where integrity_check <> 'ok'
		union all select count(*) || ' rows of ' || "table" || ' belong to nothing' from pragma_foreign_key_check group by "table"`, nil, readText)
	if err != nil || len(found) == 0 {
		return err
	}
	return s.fail(Damaged, nil, "the file is damaged: %s", strings.Join(found, "; "))
}

func readText(from row) (text string, err error) {
	err = from.Scan(&text)
	return text, err
}

// openToRead opens a file that is there. In a folder that cannot be written SQLite has no place for the index
// of its log; a file without a log is complete, and can be read as if nothing ever changed it.
func (s *Store) openToRead(full, project string) error {
	for _, how := range []string{"mode=ro", "mode=ro&immutable=1"} {
		db, err := sql.Open("sqlite", address(full, how))
		if err != nil {
			return err
		}
		s.db = db
		err = s.checkVersion(full)
		if err == nil {
			break
		}
		log, statErr := os.Stat(full + "-wal")
		complete := errors.Is(statErr, fs.ErrNotExist) || statErr == nil && log.Size() == 0
		if !complete || code(err) != cantOpen && code(err) != readOnly || strings.Contains(how, "immutable") {
			return err
		}
		db.Close()
	}
	err := s.db.QueryRow(`select key from projects where name = ?`, project).Scan(&s.project)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// address names a file for SQLite, whatever characters are in its path. synchronous=FULL makes each commit wait
// for the disk.
func address(full, how string) string {
	full = filepath.ToSlash(full)
	if !strings.HasPrefix(full, "/") {
		full = "/" + full // C:/…
	}
	return "file://" + (&url.URL{Path: full}).EscapedPath() + "?" + how +
		"&_pragma=busy_timeout(" + milliseconds(patience) + ")&_pragma=foreign_keys(1)&_pragma=synchronous(FULL)"
}
