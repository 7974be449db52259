package history

import (
	"database/sql"
	"time"
)

// Digest is one artefact that was met.
type Digest struct {
	Digest string
	Tool   string // that met it first; "" when a release named it
	At     time.Time
	Runs   int // that are still kept
}

// meet remembers a digest the first time.
func (s *Store) meet(tx *sql.Tx, digest, tool string, at time.Time) error {
	if digest == "" {
		return nil
	}
	_, err := tx.Exec(`insert or ignore into digests (project, digest, tool, at) values (?, ?, ?, ?)`, s.project, digest, tool, at.UnixNano())
	return err
}

// Digests are all artefacts, the one that was met last first.
func (s *Store) Digests() ([]Digest, error) {
	query := `select digest, tool, at, (select count(*) from runs where runs.project = digests.project and runs.digest = digests.digest)
		from digests where project = ? order by key desc`
	return all(s, query, []any{s.project}, func(from row) (d Digest, _ error) {
		var at moment
		err := from.Scan(&d.Digest, &d.Tool, &at, &d.Runs)
		d.At = at.time()
		return d, err
	})
}
