package history

import (
	"database/sql"
	"encoding/json"
	"time"
)

// Run is one run of hoops. Number is given by the store: 1, 2, 3… in this project, never twice.
type Run struct {
	ID        string
	Number    int
	Digest    string // of the artefact
	Tool      string // "hoops 0.1.0"
	Overrides []string
	Seed      uint64
	Start     time.Time
	End       time.Time // zero while it runs, and for ever when it was killed
	Outcome   string    // "" likewise
}

// RunFilter chooses runs; what is left out chooses all.
type RunFilter struct {
	Stage       string    // that have this stage
	Environment string    // that have a stage in it
	Outcome     string    //
	Since       time.Time // that started then or later
	Before      time.Time // that started earlier
	Limit       int
}

// RunWriter records one run. Its methods may be called by several goroutines at once.
type RunWriter struct {
	store *Store
	run   Run
	key   int64
}

// BeginRun records that a run starts, and gives it its number. A zero Start is now.
func (s *Store) BeginRun(r Run) (*RunWriter, error) {
	r.Start = s.orNow(r.Start)
	r.End, r.Outcome = time.Time{}, ""
	c := checks{what: "a run"}
	c.present("id", r.ID)
	c.keepable("start", r.Start)
	if err := c.err(s); err != nil {
		return nil, err
	}
	overrides, err := json.Marshal(append([]string{}, r.Overrides...))
	if err != nil {
		return nil, s.wrap(err)
	}
	w := &RunWriter{store: s}
	err = s.inTransaction(func(tx *sql.Tx) error {
		var there int
		if err := tx.QueryRow(`select count(*) from runs where project = ? and id = ?`, s.project, r.ID).Scan(&there); err != nil {
			return err
		}
		if there > 0 {
			return s.fail(Wrong, nil, "run %s is recorded already", r.ID)
		}
		if err := tx.QueryRow(`update projects set last_run = last_run + 1 where key = ? returning last_run`, s.project).Scan(&r.Number); err != nil {
			return err
		}
		if err := s.meet(tx, r.Digest, r.Tool, r.Start); err != nil {
			return err
		}
		done, err := tx.Exec(`insert into runs (project, id, number, digest, tool, overrides, seed, start, outcome, touched) values (?, ?, ?, ?, ?, ?, ?, ?, '', ?)`,
			s.project, r.ID, r.Number, r.Digest, r.Tool, string(overrides), int64(r.Seed), r.Start.UnixNano(), s.now().UnixNano())
		if err != nil {
			return err
		}
		w.key, err = done.LastInsertId()
		return err
	})
	if err != nil {
		return nil, err
	}
	r.Start = r.Start.UTC()
	w.run = r
	return w, nil
}

// Run is what was recorded when the run began, with its number.
func (w *RunWriter) Run() Run { return w.run }

// End records how the run ended. A zero time is now.
func (w *RunWriter) End(outcome string, at time.Time) error {
	at = w.store.orNow(at)
	c := checks{what: "the end of a run"}
	c.present("outcome", outcome)
	c.keepable("time", at)
	if err := c.err(w.store); err != nil {
		return err
	}
	return w.store.inTransaction(func(tx *sql.Tx) error {
		done, err := tx.Exec(`update runs set finish = ?, outcome = ?, touched = ? where key = ? and outcome = ''`, at.UnixNano(), outcome, w.store.now().UnixNano(), w.key)
		return w.store.one(done, err, "run %s has ended already, or was pruned", w.run.ID)
	})
}

// Runs are those that pass the filter, newest first.
func (s *Store) Runs(f RunFilter) ([]Run, error) {
	var w where
	w.and("project = ?", s.project)
	w.is("exists (select 1 from stages where run = runs.key and name = ?)", f.Stage)
	w.is("exists (select 1 from stages where run = runs.key and environment = ?)", f.Environment)
	w.is("outcome = ?", f.Outcome)
	w.at("start >= ?", f.Since)
	w.at("start < ?", f.Before)
	return s.runs(&w, f.Limit)
}

// Run is the run with this id, if there is one.
func (s *Store) Run(id string) (Run, bool, error) {
	var w where
	w.and("project = ? and id = ?", s.project, id)
	return first(s.runs(&w, 1))
}

// Numbered is the run with this number, if there is one.
func (s *Store) Numbered(n int) (Run, bool, error) {
	var w where
	w.and("project = ? and number = ?", s.project, n)
	return first(s.runs(&w, 1))
}

func (s *Store) runs(w *where, limit int) ([]Run, error) {
	query := `select id, number, digest, tool, overrides, seed, start, finish, outcome from runs where ` + w.text.String() + ` order by number desc` + w.limit(limit)
	return all(s, query, w.args, func(from row) (r Run, _ error) {
		var overrides string
		var seed int64
		var start, end moment
		if err := from.Scan(&r.ID, &r.Number, &r.Digest, &r.Tool, &overrides, &seed, &start, &end, &r.Outcome); err != nil {
			return r, err
		}
		r.Seed, r.Start, r.End = uint64(seed), start.time(), end.time()
		if err := json.Unmarshal([]byte(overrides), &r.Overrides); err != nil {
			return r, s.fail(Damaged, err, "the overrides of run %s are not JSON", r.ID)
		}
		if len(r.Overrides) == 0 {
			r.Overrides = nil
		}
		return r, nil
	})
}

func (s *Store) orNow(t time.Time) time.Time {
	if t.IsZero() {
		return s.now()
	}
	return t
}

// one fails unless a statement changed exactly one row.
func (s *Store) one(done sql.Result, err error, format string, args ...any) error {
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return s.fail(Wrong, nil, format, args...)
}
