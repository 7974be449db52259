package history

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"time"
)

// migrations/N.sql turns version N-1 into version N. A file that was released is never changed again.
//
//go:embed migrations/*.sql
var migrations embed.FS

// version is the newest that this hoops knows.
const version = 3

// mark is the application_id of our files: "hoop".
const mark = 0x686f6f70

// migrate brings the file forward, one version in one transaction each: a crash leaves a whole version. Two
// processes may do it at once; the second one finds it done.
func (s *Store) migrate() error {
	ctx := context.Background()
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	found, err := s.readVersion(conn)
	if err != nil {
		return err
	}
	if found == 0 {
		// Freed pages go back to the disk when runs are pruned. It must be said before the first page is written.
		if _, err := conn.ExecContext(ctx, `pragma auto_vacuum = incremental`); err != nil {
			return err
		}
	}
	if err := writeAhead(conn); err != nil {
		return err
	}
	for found < version {
		if found, err = s.step(conn); err != nil {
			return err
		}
	}
	return nil
}

// step takes the file one version further, and returns the version that it has then.
func (s *Store) step(conn *sql.Conn) (int, error) {
	tx, err := conn.BeginTx(context.Background(), nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	found, err := s.readVersion(tx)
	if err != nil || found >= version {
		return found, err
	}
	text, err := migrations.ReadFile(fmt.Sprintf("migrations/%d.sql", found+1))
	if err != nil {
		return 0, err
	}
	if _, err := tx.Exec(string(text)); err != nil {
		return 0, fmt.Errorf("cannot go from version %d to %d: %w", found, found+1, err)
	}
	if _, err := tx.Exec(fmt.Sprintf(`pragma user_version = %d; pragma application_id = %d`, found+1, mark)); err != nil {
		return 0, err
	}
	return found + 1, tx.Commit()
}

// writeAhead sets the journal, which the file then remembers. SQLite does not wait for others here, whatever its
// timeout says, so we do.
func writeAhead(conn *sql.Conn) error {
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		var mode string
		err := conn.QueryRowContext(context.Background(), `pragma journal_mode = wal`).Scan(&mode)
		if err == nil && mode != "wal" {
			return fmt.Errorf("this disk cannot keep a write-ahead log: the journal stays %q", mode)
		}
		if c := code(err); c != busy && c != locked || time.Now().After(end) {
			return err
		}
	}
}

type querier interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

// readVersion is the version of the file, 0 when it is new. It refuses what is not ours or too new for us.
func (s *Store) readVersion(q querier) (int, error) {
	var id, found, tables int
	err := q.QueryRowContext(context.Background(), `select (select application_id from pragma_application_id),
		(select user_version from pragma_user_version), (select count(*) from sqlite_schema)`).Scan(&id, &found, &tables)
	switch {
	case err != nil:
		return 0, err
	case id == 0 && found == 0 && tables == 0:
		return 0, nil
	case id != mark || found < 1:
		return 0, s.fail(Foreign, nil, "this is a database, but not a history of hoops")
	case found > version:
		return 0, s.fail(Newer, nil, "it has version %d, and this hoops knows up to version %d", found, version)
	}
	return found, nil
}

// checkVersion lets a reader see the current version only. An older file is brought forward by a writer first.
func (s *Store) checkVersion(full string) error {
	found, err := s.readVersion(s.db)
	if err != nil || found == version {
		return err
	}
	db, err := sql.Open("sqlite", address(full, "_txlock=immediate"))
	if err != nil {
		return err
	}
	defer db.Close()
	err = (&Store{path: s.path, db: db}).migrate()
	var ours *Error
	if err != nil && !errors.As(err, &ours) {
		return s.fail(Older, err, "it has version %d, this hoops reads version %d, and it cannot be brought forward: %s", found, version, err)
	}
	return err
}
