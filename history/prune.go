package history

import (
	"context"
	"database/sql"
	"time"
)

// Pruned is how much Prune removed.
type Pruned struct{ Runs, Scrapes int }

// Prune removes the runs that nothing was written into since a time, with everything in them, and the scrapes
// from before it. The newest runs, and the newest scrapes of each environment, are spared, keep of each. So is what
// a report of all releases needs: the runs with the last verdict of a claim under each release, and the first and
// the last scrape of each release. Releases and baselines stay, and numbers are not given again.
func (s *Store) Prune(before time.Time, keep int) (p Pruned, _ error) {
	c := checks{what: "the limit of pruning"}
	c.known("time", before)
	if keep < 0 {
		c.fail("it keeps %d runs", keep)
	}
	if err := c.err(s); err != nil {
		return p, err
	}
	err := s.inTransaction(func(tx *sql.Tx) (err error) {
		at := before.UnixNano()
		if p.Runs, err = count(tx.Exec(`delete from runs where project = ?1 and touched < ?2
			and key not in (select key from runs where project = ?1 order by number desc limit ?3)
			and key not in (select run from (select stages.run, row_number() over (partition by claims.id, environment, release order by verdicts.at desc, verdicts.key desc) as age
				from verdicts join stages on stages.key = verdicts.stage join claims on claims.key = verdicts.claim where claims.project = ?1 and release <> '') where age = 1)`, s.project, at, keep)); err != nil {
			return err
		}
		p.Scrapes, err = count(tx.Exec(`delete from scrapes where key in (select key from
			(select key, at, row_number() over (partition by environment order by at desc, key desc) as age,
				row_number() over (partition by environment, release order by at desc, key desc) as last,
				row_number() over (partition by environment, release order by at, key) as first from scrapes where project = ?1)
			where at < ?2 and age > ?3 and (release = '' or last > 1 and first > 1))`, s.project, at, keep))
		if err != nil {
			return err
		}
		_, err = tx.Exec(`delete from claims where project = ? and not exists (select 1 from verdicts where verdicts.claim = claims.key)`, s.project)
		return err
	})
	if err != nil {
		return Pruned{}, err
	}
	return p, s.giveBack()
}

// giveBack returns freed pages to the disk.
func (s *Store) giveBack() error {
	s.write.Lock()
	defer s.write.Unlock()
	rows, err := s.db.QueryContext(context.Background(), `pragma incremental_vacuum`)
	if err != nil {
		return s.wrap(err)
	}
	defer rows.Close()
	for rows.Next() { // each step frees a page
	}
	return s.wrap(rows.Err())
}

func count(done sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := done.RowsAffected()
	return int(n), err
}
