package history

import (
	"database/sql"
	"errors"
	"slices"
	"sync"
	"time"
)

// Stage is one stage of a run.
type Stage struct {
	Name        string
	Runner      string
	Driver      string
	Environment string
	URL         string // masked by the caller
	Release     string // version that it met, "" when none is known
	Selected    int    // scenarios and rows that were to run
	Start       time.Time
	End         time.Time      // zero while it runs, and for ever when it was killed
	Outcome     string         // "" likewise
	Counts      map[string]int // recorded scenarios and rows by status; nil without any
}

// StageWriter records one stage. Rows wait in memory until there are batch of them, Flush is called or the stage
// ends; then they are committed together. Its methods may be called by several goroutines at once.
type StageWriter struct {
	run   *RunWriter
	key   int64
	name  string
	mu    sync.Mutex
	rows  []kept
	due   int // rows at which they are written
	ended bool
}

// kept is a row that waits for its stage's next commit.
type kept interface {
	insert(*batchWriter) error
}

// batch bounds what waits in memory, and so what a crash can take.
const batch = 5000

// BeginStage records that a stage starts. A zero Start is now. Its name must be new in the run.
func (w *RunWriter) BeginStage(st Stage) (*StageWriter, error) {
	s := w.store
	st.Start = s.orNow(st.Start)
	c := checks{what: "a stage"}
	c.present("name", st.Name)
	c.keepable("start", st.Start)
	if err := c.err(s); err != nil {
		return nil, err
	}
	to := &StageWriter{run: w, name: st.Name, due: batch}
	err := s.inTransaction(func(tx *sql.Tx) error {
		var open, there int
		if err := tx.QueryRow(`select (select count(*) from runs where key = ?1 and outcome = ''), (select count(*) from stages where run = ?1 and name = ?2)`,
			w.key, st.Name).Scan(&open, &there); err != nil {
			return err
		}
		switch {
		case there > 0:
			return s.fail(Wrong, nil, "run %s has a stage %s already", w.run.ID, st.Name)
		case open == 0:
			return s.fail(Wrong, nil, "run %s has ended already, or was pruned", w.run.ID)
		}
		done, err := tx.Exec(`insert into stages (run, name, runner, driver, environment, url, release, selected, start, outcome) values (?, ?, ?, ?, ?, ?, ?, ?, ?, '')`,
			w.key, st.Name, st.Runner, st.Driver, st.Environment, st.URL, st.Release, st.Selected, st.Start.UnixNano())
		if err != nil {
			return err
		}
		if to.key, err = done.LastInsertId(); err != nil {
			return err
		}
		return w.touch(tx)
	})
	if err != nil {
		return nil, err
	}
	return to, nil
}

// touch keeps a run that is still written from being pruned.
func (w *RunWriter) touch(tx *sql.Tx) error {
	_, err := tx.Exec(`update runs set touched = ? where key = ?`, w.store.now().UnixNano(), w.key)
	return err
}

// add lets a row wait. Rows that could not be written wait on, and are tried again with the next batch.
func (w *StageWriter) add(c *checks, k kept) error {
	if err := c.err(w.run.store); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return w.over()
	}
	w.rows = append(w.rows, k)
	if len(w.rows) < w.due {
		return nil
	}
	return w.commit(nil)
}

func (w *StageWriter) over() error {
	return w.run.store.fail(Wrong, nil, "stage %s of run %s has ended already", w.name, w.run.run.ID)
}

// Flush commits what waits. A stage that goes on for days calls it, since a crash takes what waits.
func (w *StageWriter) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return nil
	}
	return w.commit(nil)
}

// End commits what waits together with how the stage ended. A zero time is now. When it fails it may be called
// again.
func (w *StageWriter) End(outcome string, at time.Time) error {
	at = w.run.store.orNow(at)
	c := checks{what: "the end of a stage"}
	c.present("outcome", outcome)
	c.keepable("time", at)
	if err := c.err(w.run.store); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return w.over()
	}
	err := w.commit(func(tx *sql.Tx) error {
		done, err := tx.Exec(`update stages set finish = ?, outcome = ? where key = ?`, at.UnixNano(), outcome, w.key)
		return w.run.store.one(done, err, "stage %s of run %s was pruned", w.name, w.run.run.ID)
	})
	w.ended = err == nil
	return err
}

// commit writes what waits, and what else there is to write, at once.
func (w *StageWriter) commit(also func(*sql.Tx) error) error {
	w.due = len(w.rows) + batch
	err := w.run.store.inTransaction(func(tx *sql.Tx) error {
		b := batchWriter{stage: w.key, project: w.run.store.project, tx: tx}
		defer b.close()
		for rows := w.rows; len(rows) > 0; {
			n, err := b.scenarios(rows)
			if n == 0 && err == nil {
				n, err = 1, rows[0].insert(&b)
			}
			if err != nil {
				return err
			}
			rows = rows[n:]
		}
		if err := w.run.touch(tx); err != nil || also == nil {
			return err
		}
		return also(tx)
	})
	if err == nil {
		w.rows, w.due = nil, batch
	}
	return err
}

// batchWriter writes the rows of one commit, with one statement for each kind of row.
type batchWriter struct {
	stage, project int64
	tx             *sql.Tx
	ready          map[string]*sql.Stmt
	claims         map[Claim]int64
}

// prepare makes a statement once.
func (b *batchWriter) prepare(statement string) (*sql.Stmt, error) {
	if ready, ok := b.ready[statement]; ok {
		return ready, nil
	}
	ready, err := b.tx.Prepare(statement)
	if err != nil {
		return nil, err
	}
	if b.ready == nil {
		b.ready = map[string]*sql.Stmt{}
	}
	b.ready[statement] = ready
	return ready, nil
}

func (b *batchWriter) exec(statement string, args ...any) error {
	ready, err := b.prepare(statement)
	if err != nil {
		return err
	}
	_, err = ready.Exec(args...)
	return err
}

func (b *batchWriter) close() error {
	var errs []error
	for _, ready := range b.ready {
		errs = append(errs, ready.Close())
	}
	return errors.Join(errs...)
}

// Stages of a run, in the order in which they began.
func (s *Store) Stages(run string) ([]Stage, error) {
	var keys []int64
	const of = ` from stages join runs on runs.key = stages.run where runs.project = ? and runs.id = ? `
	list, err := all(s, `select stages.key, name, runner, driver, environment, url, release, selected, stages.start, stages.finish, stages.outcome`+of+`order by stages.key`,
		[]any{s.project, run}, func(from row) (st Stage, _ error) {
			var key int64
			var start, end moment
			err := from.Scan(&key, &st.Name, &st.Runner, &st.Driver, &st.Environment, &st.URL, &st.Release, &st.Selected, &start, &end, &st.Outcome)
			st.Start, st.End = start.time(), end.time()
			keys = append(keys, key)
			return st, err
		})
	if err != nil {
		return nil, err
	}
	type counted struct {
		stage  int64
		status string
		n      int
	}
	counts, err := all(s, `select stage, status, count(*) from scenarios where stage in (select stages.key`+of+`) group by stage, status`,
		[]any{s.project, run}, func(from row) (c counted, _ error) {
			err := from.Scan(&c.stage, &c.status, &c.n)
			return c, err
		})
	if err != nil {
		return nil, err
	}
	for _, c := range counts {
		i := slices.Index(keys, c.stage)
		if i < 0 {
			continue // it began between the two queries
		}
		if list[i].Counts == nil {
			list[i].Counts = map[string]int{}
		}
		list[i].Counts[c.status] = c.n
	}
	return list, nil
}
