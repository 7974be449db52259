package measure

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	driver "modernc.org/sqlite"
)

// sqliteDB binds :from and :to as text, 2026-01-02 15:04:05 in UTC, because that is what datetime() and
// CURRENT_TIMESTAMP write; a column in another form is converted by the query: datetime(placed_at) >= :from.
type sqliteDB struct {
	db *sql.DB
	tx *sql.Tx
}

func openSQLite(ctx context.Context, dsn, dir string) (database, error) {
	path, _, _ := strings.Cut(dsn, "?")
	for _, scheme := range []string{"sqlite:", "file:", "//"} {
		path = strings.TrimPrefix(path, scheme)
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return nil, errors.New("has no database there: the file of the dsn does not exist")
	}
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: url.Values{
		"mode": {"ro"}, "_pragma": {"query_only(1)", "busy_timeout(5000)", "trusted_schema(0)"},
	}.Encode()}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, err
	}
	tx, err := db.BeginTx(ctx, nil) // read-only by its mode: the driver refuses sql.TxOptions.ReadOnly
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &sqliteDB{db, tx}, nil
}

func (d *sqliteDB) dialect() dialect { return sqlite }

func (d *sqliteDB) close() {
	_ = d.tx.Rollback() // nothing was written
	_ = d.db.Close()
}

func (d *sqliteDB) query(ctx context.Context, bound string, w Window, limit int) (list [][]string, err error) {
	rows, err := d.tx.QueryContext(ctx, bound, sql.Named("from", stamp(w.From)), sql.Named("to", stamp(w.To)))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	if len(columns) > 8 {
		return nil, errTooMuch
	}
	for len(list) < limit && rows.Next() {
		values, places := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			return nil, err
		}
		row := make([]string, len(columns))
		for i, v := range values {
			row[i] = cell(v)
		}
		list = append(list, row)
	}
	return list, rows.Err()
}

func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		return v
	case []byte:
		return string(v)
	case time.Time:
		return v.UTC().Format(time.RFC3339)
	}
	return fmt.Sprint(v)
}

func sqliteComplaint(err error, timeout time.Duration) (string, bool) {
	var e *driver.Error
	if !errors.As(err, &e) {
		return "", false
	}
	switch e.Code() & 0xff {
	case 8:
		return "refused the query, because it would write, and a measure only reads", true
	case 5, 6:
		return "is locked by somebody who writes", true
	case 9:
		return fmt.Sprintf("did not answer within %s", timeout), true
	case 26:
		return "found that the file of the dsn is no database", true
	}
	text := strings.TrimPrefix(e.Error(), "SQL logic error: ")
	if i := strings.LastIndex(text, " ("); i > 0 {
		text = text[:i]
	}
	return "answered: " + text, true
}
