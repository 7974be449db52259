package history

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// row is the one that a query is at.
type row interface{ Scan(into ...any) error }

// all reads every row of a query.
func all[T any](s *Store, query string, args []any, read func(row) (T, error)) ([]T, error) {
	rows, err := s.db.Query(query, args...)
	if err != nil {
		return nil, s.wrap(err)
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		one, err := read(rows)
		if err != nil {
			return nil, s.wrap(err)
		}
		list = append(list, one)
	}
	if err := rows.Err(); err != nil {
		return nil, s.wrap(err)
	}
	return list, nil
}

// first is the first of a list that was read, if there is one.
func first[T any](list []T, err error) (one T, found bool, _ error) {
	if err != nil || len(list) == 0 {
		return one, false, err
	}
	return list[0], true, nil
}

func readCount(from row) (n int, _ error) {
	err := from.Scan(&n)
	return n, err
}

// inTransaction runs do as one write, which is on the disk when it returns.
func (s *Store) inTransaction(do func(*sql.Tx) error) error {
	if s.only {
		return s.fail(ReadOnly, nil, "it was opened for reading")
	}
	s.write.Lock()
	defer s.write.Unlock()
	tx, err := s.db.Begin()
	if err != nil {
		return s.wrap(err)
	}
	defer tx.Rollback()
	if err := do(tx); err != nil {
		return s.wrap(err)
	}
	return s.wrap(tx.Commit())
}

// where collects the conditions of a query.
type where struct {
	text strings.Builder
	args []any
}

// and adds a condition with its arguments.
func (w *where) and(condition string, args ...any) {
	if w.text.Len() > 0 {
		w.text.WriteString(" and ")
	}
	w.text.WriteString(condition)
	w.args = append(w.args, args...)
}

// is adds a condition unless the text is "".
func (w *where) is(condition, text string) {
	if text != "" {
		w.and(condition, text)
	}
}

// at adds a condition unless the time is zero.
func (w *where) at(condition string, t time.Time) {
	if !t.IsZero() {
		w.and(condition, t.UnixNano())
	}
}

// limit is the end of a query. Without a limit it is all.
func (w *where) limit(n int) string {
	if n <= 0 {
		return ""
	}
	return " limit " + strconv.Itoa(n)
}

// moment reads and writes a time; the zero time is null.
type moment sql.NullInt64

func momentOf(t time.Time) moment { return moment{Int64: t.UnixNano(), Valid: !t.IsZero()} }

func (m moment) time() time.Time {
	if !m.Valid {
		return time.Time{}
	}
	return time.Unix(0, m.Int64).UTC()
}

func (m *moment) Scan(v any) error { return (*sql.NullInt64)(m).Scan(v) }

// value is for a statement.
func (m moment) value() any {
	if !m.Valid {
		return nil
	}
	return m.Int64
}

// checks collects what is wrong with a row.
type checks struct {
	what  string // "a scenario"
	wrong string // the first
}

func (c *checks) fail(format string, args ...any) {
	if c.wrong == "" {
		c.wrong = fmt.Sprintf(format, args...)
	}
}

// present refuses an empty text. Nothing that says how something ended may be left out, or it could be taken
// for a pass.
func (c *checks) present(name, text string) {
	if text == "" {
		c.fail("it has no %s", name)
	}
}

// exact refuses a text that is no exact number. "" is: not known.
func (c *checks) exact(name, text string) {
	if text != "" && !number.MatchString(text) {
		c.fail("its %s, %.40q, is no exact number", name, text)
	}
}

// Exact numbers as math/big.Rat writes and reads them. Exponents are left out, since a short one can stand for a
// number that fills the memory.
var number = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+|/0*[1-9][0-9]*)?$`)

var earliest, latest = time.Unix(0, math.MinInt64), time.Unix(0, math.MaxInt64)

// known refuses a time that is not given.
func (c *checks) known(name string, t time.Time) {
	if t.IsZero() {
		c.fail("it does not say its %s", name)
	}
	c.keepable(name, t)
}

// keepable refuses a time that 64 bits of nanoseconds cannot hold.
func (c *checks) keepable(name string, t time.Time) {
	if !t.IsZero() && (t.Before(earliest) || t.After(latest)) {
		c.fail("its %s, %s, is too far away", name, t.Format(time.RFC3339))
	}
}

// json refuses a text that is not JSON. Empty is none.
func (c *checks) json(name string, text json.RawMessage) {
	if len(text) > 0 && !json.Valid(text) {
		c.fail("its %s is not JSON", name)
	}
}

func (c *checks) err(s *Store) error {
	if c.wrong == "" {
		return nil
	}
	return s.fail(Wrong, nil, "%s cannot be kept: %s", c.what, c.wrong)
}

func raw(text string) json.RawMessage {
	if text == "" {
		return nil
	}
	return json.RawMessage(text)
}
