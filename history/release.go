package history

import (
	"database/sql"
	"time"
)

// Release is a version of the software that went live in an environment.
type Release struct {
	Environment string
	Version     string
	At          time.Time
	Digest      string // of the artefact that it went with, "" when none is known
}

// AddRelease records a release. A zero At is now. To record the same twice changes nothing.
func (s *Store) AddRelease(r Release) error {
	r.At = s.orNow(r.At)
	c := checks{what: "a release"}
	c.present("environment", r.Environment)
	c.present("version", r.Version)
	c.keepable("time", r.At)
	if err := c.err(s); err != nil {
		return err
	}
	return s.inTransaction(func(tx *sql.Tx) error {
		if err := s.meet(tx, r.Digest, "", r.At); err != nil {
			return err
		}
		if _, err := tx.Exec(`insert or ignore into releases (project, environment, version, at, digest) values (?, ?, ?, ?, ?)`,
			s.project, r.Environment, r.Version, r.At.UnixNano(), r.Digest); err != nil {
			return err
		}
		var digest string
		err := tx.QueryRow(`select digest from releases where project = ? and environment = ? and version = ? and at = ?`,
			s.project, r.Environment, r.Version, r.At.UnixNano()).Scan(&digest)
		if err == nil && digest != r.Digest {
			return s.fail(Wrong, nil, "release %s of %s at that time is recorded already, with digest %q", r.Version, r.Environment, digest)
		}
		return err
	})
}

// Releases of an environment, latest first; "" is every environment.
func (s *Store) Releases(environment string) ([]Release, error) {
	var w where
	w.and("project = ?", s.project)
	w.is("environment = ?", environment)
	return s.releases(&w)
}

// Current is the release that is live in an environment at a time, if one is. A version that was recorded again
// and again is live since the first of these.
func (s *Store) Current(environment string, at time.Time) (Release, bool, error) {
	return s.before(environment, at, 0)
}

// Previous is the release that was live before the current one, if there was one: always another version.
func (s *Store) Previous(environment string, at time.Time) (Release, bool, error) {
	return s.before(environment, at, 1)
}

// before goes back by a number of versions.
func (s *Store) before(environment string, at time.Time, back int) (Release, bool, error) {
	c := checks{what: "a question for a release"}
	c.known("time", at)
	if err := c.err(s); err != nil {
		return Release{}, false, err
	}
	var w where
	w.and("project = ? and environment = ? and at <= ?", s.project, environment, at.UnixNano())
	list, err := s.releases(&w)
	if err != nil {
		return Release{}, false, err
	}
	for i, r := range list {
		if i+1 < len(list) && list[i+1].Version == r.Version {
			continue
		}
		if back == 0 {
			return r, true, nil
		}
		back--
	}
	return Release{}, false, nil
}

func (s *Store) releases(w *where) ([]Release, error) {
	query := `select environment, version, at, digest from releases where ` + w.text.String() + ` order by at desc, key desc`
	return all(s, query, w.args, func(from row) (r Release, _ error) {
		var at moment
		err := from.Scan(&r.Environment, &r.Version, &at, &r.Digest)
		r.At = at.time()
		return r, err
	})
}
