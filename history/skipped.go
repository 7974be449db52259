package history

import "database/sql"

// Skipped is a stage of the pipeline that a run did not run.
type Skipped struct {
	Name string
	Why  string // "uat failed", "--from load"
}

// Skip records that the run leaves a stage out. What was said of it first stays.
func (w *RunWriter) Skip(sk Skipped) error {
	c := checks{what: "a stage that was not run"}
	c.present("name", sk.Name)
	c.present("reason", sk.Why)
	if err := c.err(w.store); err != nil {
		return err
	}
	return w.store.inTransaction(func(tx *sql.Tx) error {
		_, err := tx.Exec(`insert or ignore into skipped_stages (run, name, why) select key, ?, ? from runs where key = ?`, sk.Name, sk.Why, w.key)
		return err
	})
}

// Skipped are the stages that a run left out, in the order in which it did.
func (s *Store) Skipped(run string) ([]Skipped, error) {
	return all(s, `select skipped_stages.name, why from skipped_stages join runs on runs.key = skipped_stages.run
		where runs.project = ? and runs.id = ? order by skipped_stages.key`, []any{s.project, run}, func(from row) (sk Skipped, _ error) {
		err := from.Scan(&sk.Name, &sk.Why)
		return sk, err
	})
}
