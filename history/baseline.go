package history

import (
	"database/sql"
	"time"
)

// Baseline is what a claim is compared with. It is pinned once, so that a verdict can be reached again.
type Baseline struct {
	Claim       string // id
	Environment string
	Release     string // version, "" when it is no release's
	Pinned      time.Time
	From, To    time.Time // the window
	Events      string    // exact number
	Exposure    string    // exact number, "" when not known
	Histogram   string    // as the source encodes it
	QueryHash   string    // of what was asked
}

// Pin keeps a baseline, and returns the one that is valid: what was pinned first for a claim, environment, release,
// query and start of window stays, whoever comes later. A zero Pinned is now.
func (s *Store) Pin(b Baseline) (Baseline, error) {
	b.Pinned = s.orNow(b.Pinned)
	c := checks{what: "a baseline"}
	c.present("claim", b.Claim)
	b.check(&c)
	if err := c.err(s); err != nil {
		return Baseline{}, err
	}
	var valid Baseline
	err := s.inTransaction(func(tx *sql.Tx) (err error) {
		if _, err := tx.Exec(`insert or ignore into baselines (project, claim, environment, release, pinned, begins, ends, events, exposure, histogram, query_hash)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, s.project, b.Claim, b.Environment, b.Release, b.Pinned.UnixNano(), b.From.UnixNano(), b.To.UnixNano(),
			b.Events, b.Exposure, b.Histogram, b.QueryHash); err != nil {
			return err
		}
		valid, err = readBaseline(tx.QueryRow(baselines+` and release = ? and query_hash = ? and begins = ?`, s.project, b.Claim, b.Environment, b.Release, b.QueryHash, b.From.UnixNano()))
		return err
	})
	return valid, err
}

// check holds what every baseline must have.
func (b Baseline) check(c *checks) {
	c.present("environment", b.Environment)
	c.present("query hash", b.QueryHash)
	c.known("start", b.From)
	c.known("end", b.To)
	c.keepable("time", b.Pinned)
	if b.Events == "" && b.Histogram == "" {
		c.fail("it has neither events nor a histogram")
	}
	c.exact("events", b.Events)
	c.exact("exposure", b.Exposure)
}

const baselines = `select claim, environment, release, pinned, begins, ends, events, exposure, histogram, query_hash
	from baselines where project = ? and claim = ? and environment = ?`

// Baseline is the one that was pinned last for a claim in an environment, if there is one.
func (s *Store) Baseline(claim, environment string) (Baseline, bool, error) {
	return first(all(s, baselines+` order by key desc limit 1`, []any{s.project, claim, environment}, readBaseline))
}

// Baselines are all that were pinned for a claim in an environment, the last one first.
func (s *Store) Baselines(claim, environment string) ([]Baseline, error) {
	return all(s, baselines+` order by key desc`, []any{s.project, claim, environment}, readBaseline)
}

func readBaseline(from row) (b Baseline, _ error) {
	var pinned, begins, ends moment
	err := from.Scan(&b.Claim, &b.Environment, &b.Release, &pinned, &begins, &ends, &b.Events, &b.Exposure, &b.Histogram, &b.QueryHash)
	b.Pinned, b.From, b.To = pinned.time(), begins.time(), ends.time()
	return b, err
}
