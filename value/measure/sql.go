package measure

import (
	"context"
	"errors"
	"math/big"
	"net/url"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// SQL asks a database: SQLite or PostgreSQL, in a transaction that may only read. A query says its window with
// :from and :to; count:, per: and of: give one number each, or count: alone two, the events and their exposure;
// value: and quantile: give one sample a row.
type SQL struct {
	// DSN is the address of a measure's database, evaluated. It holds a password and is part of no message.
	DSN     func(ir.Measure) (string, error)
	Dir     string        // of the project, for paths
	Timeout time.Duration // of one measure; 0 is 30 s
}

var _ Source = SQL{}

// maxRows is how many samples one query may give.
const maxRows = 1_000_000

// table is what a query answered: rows of text, as exact as the database writes it.
type table struct {
	rows  [][]string
	query string
}

// database is one connection in one read-only transaction.
type database interface {
	// query answers at most limit rows; bound is the text with this database's placeholders.
	query(ctx context.Context, bound string, w Window, limit int) ([][]string, error)
	dialect() dialect
	close()
}

// Sample asks all queries of the measure in one transaction, so that they speak of one moment.
func (s SQL) Sample(ctx context.Context, m ir.Measure, w Window) (Observation, error) {
	obs := Observation{Window: w, Since: w.From, Coverage: 1, Source: "sql", Query: query(m)}
	if f := s.sample(ctx, m, &obs); f != nil {
		f.Source, f.Query = obs.Source, obs.Query
		return Observation{}, f
	}
	return obs, nil
}

func (s SQL) sample(ctx context.Context, m ir.Measure, obs *Observation) *Failure {
	timeout := s.Timeout
	if timeout == 0 {
		timeout = 30 * time.Second
	}
	dsn, err := s.DSN(m)
	if err != nil {
		return failed(SourceFailed, "the dsn of %s cannot be made: %s", m.Name, err)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var db database
	var kind string
	switch scheme := strings.ToLower(dsn); {
	case strings.HasPrefix(scheme, "postgres://"), strings.HasPrefix(scheme, "postgresql://"):
		kind, obs.Source = "PostgreSQL", "sql postgresql"
		db, err = openPostgreSQL(ctx, dsn, timeout)
	case strings.HasPrefix(scheme, "sqlite:"), strings.HasPrefix(scheme, "file:"), strings.HasSuffix(scheme, ".db"), strings.HasSuffix(scheme, ".sqlite"), strings.HasSuffix(scheme, ".sqlite3"):
		kind, obs.Source = "SQLite", "sql sqlite"
		db, err = openSQLite(ctx, dsn, s.Dir)
	default:
		return failed(SourceFailed, "the dsn of %s names no database that hoops knows", m.Name).
			help("write postgres://user:${secret.password}@host/name, or sqlite:shop.db")
	}
	said := func(err error) *Failure {
		return failed(SourceFailed, "%s %s", kind, without(complaint(err, timeout), dsn))
	}
	if err != nil {
		return said(err)
	}
	defer db.close()
	ask := func(sql string, limit int) (table, *Failure) {
		bound, f := db.dialect().bind(sql)
		if f != nil {
			return table{}, f
		}
		rows, err := db.query(ctx, bound, obs.Window, limit)
		if err != nil {
			return table{}, said(err)
		}
		return table{rows, sql}, nil
	}
	if samples := m.Quantile + m.Value; samples != "" {
		t, f := ask(samples, maxRows)
		if f != nil {
			return f
		}
		return t.samples(m, obs)
	}
	return countRows(m, obs, ask)
}

func countRows(m ir.Measure, obs *Observation, ask func(string, int) (table, *Failure)) *Failure {
	columns := 1
	if whole(m) == "" {
		columns = 2
	}
	t, f := ask(m.Count, 2)
	if f != nil {
		return f
	}
	numbers, f := t.one("count:", columns)
	if f != nil {
		return f
	}
	obs.Events = numbers[0]
	if len(numbers) == 2 {
		obs.Exposure = numbers[1]
	}
	if whole(m) == "" {
		return nil
	}
	if t, f = ask(whole(m), 2); f != nil {
		return f
	}
	if numbers, f = t.one(wholeKey(m), 1); f != nil {
		return f
	}
	obs.Exposure = numbers[0]
	return nil
}

// one is the only row, of at most so many columns.
func (t table) one(key string, columns int) ([]*big.Rat, *Failure) {
	switch {
	case len(t.rows) == 0:
		return nil, failed(NoData, "the query of %s gave no row", key)
	case len(t.rows) > 1:
		return nil, failed(SourceFailed, "the query of %s gave more than one row", key).help("aggregate it: select count(*) …")
	case len(t.rows[0]) > columns:
		return nil, failed(SourceFailed, "the query of %s gave %d columns, and %s can use", key, len(t.rows[0]), map[int]string{1: "only one", 2: "only two, events and exposure,"}[columns])
	}
	var numbers []*big.Rat
	for _, text := range t.rows[0] {
		r, f := counted("what the query of "+key+" gave", text)
		if f != nil {
			return nil, f
		}
		numbers = append(numbers, r)
	}
	if len(numbers) == 0 {
		return nil, failed(NoData, "the query of %s gave no column", key)
	}
	return numbers, nil
}

func (t table) samples(m ir.Measure, obs *Observation) *Failure {
	key := "value:"
	if m.Quantile != "" {
		key = "quantile:"
	}
	switch {
	case len(t.rows) == 0:
		return failed(NoData, "the query of %s gave no row", key)
	case len(t.rows) == maxRows:
		return failed(SourceFailed, "the query of %s gave more than %d rows", key, maxRows-1).help("ask for a share with count: and of:")
	}
	var values []*big.Rat
	for _, row := range t.rows {
		if len(row) != 1 {
			return failed(SourceFailed, "the query of %s gave %d columns, and a sample is one", key, len(row))
		}
		r, f := exact("what the query of "+key+" gave", row[0])
		if f != nil {
			return f
		}
		values = append(values, r)
	}
	sampled(obs, m.Quantile != "", m.Unit, "", values)
	return nil
}

// without leaves out of a message what a driver may have copied from the address.
func without(message, dsn string) string {
	message = strings.ReplaceAll(message, dsn, "the database")
	if u, err := url.Parse(dsn); err == nil && u.User != nil {
		if secret, ok := u.User.Password(); ok && secret != "" {
			message = strings.ReplaceAll(message, secret, "***")
			message = strings.ReplaceAll(message, url.QueryEscape(secret), "***")
		}
	}
	return clipLong(message)
}

// stamp is a time as SQLite writes it. Without a fraction it has none: a text is less than itself with ".000".
func stamp(t time.Time) string {
	return strings.TrimSuffix(t.UTC().Format("2006-01-02 15:04:05.000"), ".000")
}

var errTooMuch = errors.New("gave more columns than hoops reads")
