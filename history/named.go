package history

import (
	"database/sql"
	"errors"
)

// Named is what was observed of a measure and kept under a name, for every claim that compares with the name. Nothing
// removes it.
type Named struct {
	Name    string
	Measure string
	Baseline
}

// PinNamed keeps what a name stands for, of one measure in one environment. A name is pinned once: without replace, what
// was pinned first is returned, and fresh is false. With it the new one counts from now on, and the one before stays in
// the history. A zero Pinned is now.
func (s *Store) PinNamed(n Named, replace bool) (valid Named, fresh bool, _ error) {
	n.Pinned = s.orNow(n.Pinned)
	c := checks{what: "a named baseline"}
	c.present("name", n.Name)
	c.present("measure", n.Measure)
	n.check(&c)
	if err := c.err(s); err != nil {
		return Named{}, false, err
	}
	err := s.inTransaction(func(tx *sql.Tx) error {
		var err error
		query, args := named+` and environment = ? and name = ? and measure = ? order by key desc limit 1`, []any{s.project, n.Environment, n.Name, n.Measure}
		if !replace {
			if valid, err = readNamed(tx.QueryRow(query, args...)); !errors.Is(err, sql.ErrNoRows) {
				return err
			}
		}
		if _, err := tx.Exec(`insert into named_baselines (project, name, environment, measure, release, pinned, begins, ends, events, exposure, histogram, query_hash)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, s.project, n.Name, n.Environment, n.Measure, n.Release, n.Pinned.UnixNano(), n.From.UnixNano(), n.To.UnixNano(),
			n.Events, n.Exposure, n.Histogram, n.QueryHash); err != nil {
			return err
		}
		fresh = true
		valid, err = readNamed(tx.QueryRow(query, args...))
		return err
	})
	return valid, fresh && err == nil, err
}

const named = `select name, measure, environment, release, pinned, begins, ends, events, exposure, histogram, query_hash
	from named_baselines where project = ?`

// Named are all baselines with a name, those pinned last first; of one environment, or of all for "". Of several with
// the same environment, name and measure the first counts, and the others were replaced.
func (s *Store) Named(environment string) ([]Named, error) {
	if environment == "" {
		return all(s, named+` order by key desc`, []any{s.project}, readNamed)
	}
	return all(s, named+` and environment = ? order by key desc`, []any{s.project, environment}, readNamed)
}

func readNamed(from row) (n Named, _ error) {
	var pinned, begins, ends moment
	err := from.Scan(&n.Name, &n.Measure, &n.Environment, &n.Release, &pinned, &begins, &ends, &n.Events, &n.Exposure, &n.Histogram, &n.QueryHash)
	n.Pinned, n.From, n.To = pinned.time(), begins.time(), ends.time()
	return n, err
}
