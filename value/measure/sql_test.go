package measure

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure/measuretest"
)

func at(dsn string) SQL {
	return SQL{DSN: func(ir.Measure) (string, error) { return dsn, nil }, Timeout: 5 * time.Second}
}

const placed = "placed_at >= :from and placed_at < :to"

// Both databases hold the same orders: one a minute from 9:00:30 to 12:59:30, of £12.34, every tenth failed.
func TestAgainstSQLite(t *testing.T) {
	dir := t.TempDir()
	db, err := sql.Open("sqlite", filepath.Join(dir, "shop 100% #1.db"))
	if err == nil {
		_, err = db.Exec("create table orders (placed_at text, failed integer, amount numeric, seconds real, note text)")
	}
	for i := 0; i < 240 && err == nil; i++ {
		_, err = db.Exec("insert into orders values (?, ?, 12.34, ?, 'x')", begun.Add(time.Duration(i)*time.Minute-time.Hour+30*time.Second).Format(time.DateTime), i%10 == 0, float64(i%60)/100)
	}
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "notes.db"), strings.Repeat("this is no database", 100))
	s := at("sqlite:shop 100% #1.db")
	s.Dir = dir
	questions(t, s)
	_, err = at(filepath.Join(dir, "notes.db")).Sample(t.Context(), ir.Measure{Count: "select count(*) from orders where " + placed}, hour(0))
	if err == nil || err.Error() != "SQLite found that the file of the dsn is no database" {
		t.Error(err)
	}
	_, err = at("file:none.db").Sample(t.Context(), ir.Measure{Count: "select count(*) from orders where " + placed}, hour(0))
	if err == nil || err.Error() != "SQLite has no database there: the file of the dsn does not exist" {
		t.Error(err)
	}
	s.Timeout = 200 * time.Millisecond
	_, err = s.Sample(t.Context(), ir.Measure{Count: "with recursive n(i) as (select 1 union all select i+1 from n) select count(*) from n where i > :from"}, hour(0))
	if err == nil || err.Error() != "SQLite did not answer within 200ms" {
		t.Error("slow:", err)
	}
}

func TestAgainstARealPostgreSQL(t *testing.T) {
	dsn, cmd, stop := measuretest.Postgres(t)
	var conn *pgx.Conn
	measuretest.Eventually(t, "postgres answers", func() (ok bool) {
		var err error
		conn, err = pgx.Connect(context.Background(), dsn)
		return err == nil
	})
	for _, text := range []string{
		"create table orders (placed_at timestamptz, local timestamp, failed boolean, amount numeric(10,2), seconds float8, note text)",
		"insert into orders select t, t at time zone 'UTC', i % 10 = 0, 12.34, (i % 60) / 100.0, 'x' from (select i, '2026-03-02T09:00:30Z'::timestamptz + i * interval '1 minute' as t from generate_series(0, 239) i) x",
	} {
		if _, err := conn.Exec(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := at(dsn)
	questions(t, s)
	for query, want := range map[string]string{
		"select count(*) from orders where local >= :from and local < :to":                                              "60", // the server lives in New York
		"select count(*) from orders where placed_at >= :from::timestamptz - interval '1 hour' and placed_at < :to":     "120",
		"select sum(amount) from orders where " + placed:                                                                "3702/5",
		"select count(*) from orders where note <> $$:from$$ and note <> E'\\':to' /* :to /* */ :from */ and " + placed: "60",
		"select (array[1,2,3])[2:3][1] from orders where " + placed + " limit 1":                                        "3",
		"select '123456789012345678901234567890'::numeric from orders where " + placed + " limit 1":                     "123456789012345678901234567890",
	} {
		o, err := s.Sample(t.Context(), ir.Measure{Count: query}, hour(0))
		if err != nil && strings.Contains(query, "array") {
			continue
		}
		if err != nil || o.Events.RatString() != want {
			t.Errorf("%s: %v %v", query, o.Events, err)
		}
	}
	for query, words := range map[string]string{
		"select 'NaN'::float8 where :from < :to":                      "is NaN",
		"select 'infinity'::float8 where :from < :to":                 "is Infinity",
		"select count(*) from orders where :from < :to; drop table x": "PostgreSQL answered: cannot insert multiple commands",
	} {
		if _, err := s.Sample(t.Context(), ir.Measure{Count: query}, hour(0)); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v", query, err)
		}
	}
	sentence := func(name string, s SQL, query, want string) {
		t.Helper()
		_, err := s.Sample(t.Context(), ir.Measure{Name: "orders", Count: query}, hour(0))
		f, ok := err.(*Failure)
		if !ok || f.Reason != SourceFailed || f.Sentence != want || strings.Contains(fmt.Sprintf("%+v", f), password) {
			t.Errorf("%s: %+v", name, err)
		}
	}
	count := "select count(*) from orders where " + placed
	sentence("password", at(strings.Replace(dsn, password, password+"x", 1)), count, "PostgreSQL refused the user or the password of the dsn")
	sentence("database", at(strings.Replace(dsn, "/postgres", "/shop", 3)), count, `PostgreSQL answered: database "shop" does not exist`)
	sentence("no dsn", at("postgres://shop:"+password+"@[::1"), count, "PostgreSQL cannot read the dsn: write postgres://user:${secret.password}@host:5432/name")
	sentence("unknown", at("mysql://shop:"+password+"@db/shop"), count, "the dsn of orders names no database that hoops knows")
	s.Timeout = 300 * time.Millisecond
	sentence("slow query", s, "select pg_sleep(10), :from", "PostgreSQL did not answer within 300ms")
	s.Timeout = 20 * time.Second
	for name, c := range map[string]struct{ end, want string }{
		"ended by an administrator": {"select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'", "PostgreSQL broke the query off: terminating connection due to administrator command"},
		"cancelled":                 {"select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'", "PostgreSQL broke the query off: canceling statement due to user request"},
	} {
		over := make(chan struct{})
		go func() { // as soon as the query runs
			defer close(over)
			measuretest.Eventually(t, "the query runs", func() bool {
				other, err := pgx.Connect(context.Background(), dsn)
				if err != nil {
					return false
				}
				defer other.Close(context.Background())
				var hit bool
				return other.QueryRow(context.Background(), c.end).Scan(&hit) == nil && hit
			})
		}()
		sentence(name, s, "select 1 from (select pg_sleep(11), :from) x", c.want)
		<-over
	}
	sentence("cut off", at(cutOff(t, dsn, "pg_sleep(12)")), "select 1 from (select pg_sleep(12), :from) x", "PostgreSQL broke the connection off in the middle of the query")
	s.Timeout = 300 * time.Millisecond
	measuretest.Halt(t, cmd)
	sentence("slow server", s, count, "PostgreSQL did not answer within 300ms")
	stop()
	sentence("stopped", s, count, "PostgreSQL refused the connection")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			fmt.Fprint(c, "HTTP/1.1 400 Bad Request\r\n\r\n")
			c.Close()
		}
	}()
	sentence("no postgres", at("postgres://shop:"+password+"@"+l.Addr().String()+"/shop"), count, "PostgreSQL could not be reached")
}

// cutOff is a way to a database that ends when a word passes on it.
func cutOff(t *testing.T, dsn, word string) string {
	t.Helper()
	address, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	database := address.Host
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", database)
			if err != nil {
				near.Close()
				return
			}
			go func() { io.Copy(near, far); near.Close() }()
			go func() {
				defer near.Close()
				defer far.Close() // first: what copies from it holds the other
				buffer := make([]byte, 64<<10)
				for {
					n, err := near.Read(buffer)
					if err != nil || bytes.Contains(buffer[:n], []byte(word)) {
						return
					}
					far.Write(buffer[:n])
				}
			}()
		}
	}()
	address.Host = l.Addr().String()
	return address.String()
}

// questions are what both databases answer alike.
func questions(t *testing.T, s SQL) {
	t.Helper()
	count := "select count(*) from orders where " + placed
	for _, c := range []struct {
		m           ir.Measure
		events, per string
	}{
		{ir.Measure{Count: count}, "60", ""},
		{ir.Measure{Count: count + " and failed = (1 = 1) -- :what 'is it"}, "6", ""},
		{ir.Measure{Count: count + " and failed = (1 = 1)", Of: count}, "6", "60"},
		{ir.Measure{Count: "select 3, count(*) from orders where " + placed}, "3", "60"},
		{ir.Measure{Count: "select count(*) from orders where note <> ':from ''' and \"placed_at\" >= :from and placed_at < :to"}, "60", ""},
	} {
		o, err := s.Sample(t.Context(), c.m, hour(0))
		if err != nil || o.Events.RatString() != c.events || (c.per == "") != (o.Exposure == nil) || o.Exposure != nil && o.Exposure.RatString() != c.per {
			t.Errorf("%+v: %+v %v", c.m, o, err)
		}
	}
	if o, err := s.Sample(t.Context(), ir.Measure{Count: count}, hour(-1)); err != nil || o.Events.RatString() != "60" {
		t.Error("a baseline:", o.Events, err)
	}
	if o, err := s.Sample(t.Context(), ir.Measure{Quantile: "select seconds from orders where " + placed, Unit: "s"}, hour(0)); err != nil || o.Distribution.Count() != 60 || o.Events != nil {
		t.Error(o, err)
	} else if n, err := o.Distribution.AtMost(big.NewRat(3, 10)); n != 31 || err != nil {
		t.Error(n, err)
	}
	if o, err := s.Sample(t.Context(), ir.Measure{Value: "select seconds from orders where " + placed}, hour(0)); err != nil || o.Gauge.N != 60 || o.Gauge.Mean < .2949 || o.Gauge.Mean > .2951 {
		t.Error(o.Gauge, err)
	}
	for _, c := range []struct {
		query  string
		reason Reason
		words  string
	}{
		{"select count(*) from orderz where " + placed, SourceFailed, "orderz"},
		{"select failures from orders where " + placed, SourceFailed, "failures"},
		{"select count(*) from orders", SourceFailed, "does not ask for :from"},
		{"select count(*) from orders where note = ':from'", SourceFailed, "does not ask for :from"},
		{"select count(*) from orders where placed_at > :form", SourceFailed, "has the parameter :form"},
		{"select 'half of it where :from", SourceFailed, "a text in ' has no end"},
		{"select 1 /* :from", SourceFailed, "a comment has no end"},
		{"select sum(amount) from orders where note = 'y' and " + placed, NoData, "is null"},
		{"select amount from orders where note = 'y' and " + placed, NoData, "gave no row"},
		{"select amount from orders where " + placed, SourceFailed, "more than one row"},
		{"select 1, 2, 3 from orders where " + placed + " limit 1", SourceFailed, "3 columns"},
		{"select note from orders where " + placed + " limit 1", SourceFailed, `"x", which is no number`},
		{"select -1 from orders where " + placed + " limit 1", SourceFailed, "cannot be below 0"},
		{"select 'NaN' from orders where " + placed + " limit 1", NoData, "is NaN"},
		{"delete from orders where placed_at >= :from", SourceFailed, "it would write, and a measure only reads"},
		{"", SourceFailed, "does not ask for :from"},
	} {
		o, err := s.Sample(t.Context(), ir.Measure{Name: "orders", Count: c.query}, hour(0))
		f, ok := err.(*Failure)
		if !ok || f.Reason != c.reason || !strings.Contains(f.Sentence, c.words) || o.Events != nil {
			t.Errorf("%s: %+v", c.query, err)
		}
	}
}

func TestPlaceholders(t *testing.T) {
	for sql, want := range map[string]string{
		"a>=:from and b<:to":       "a>=($1::timestamptz) and b<($2::timestamptz)",
		":from::date":              "($1::timestamptz)::date",
		"x::from, :from":           "x::from, ($1::timestamptz)",
		"':from' || \":to\" :from": "':from' || \":to\" ($1::timestamptz)",
		"-- :to\n:from":            "-- :to\n($1::timestamptz)",
		"$a$ :to $b$ $a$ :from":    "$a$ :to $b$ $a$ ($1::timestamptz)",
		"a[1:n] :from":             "a[1:n] ($1::timestamptz)",
		"/* /* */ :to */ :from":    "/* /* */ :to */ ($1::timestamptz)",
		`E'\':to' :from`:           `E'\':to' ($1::timestamptz)`,
		`'\' :from`:                `'\' ($1::timestamptz)`,
	} {
		if got, f := postgresql.bind(sql); f != nil || got != want {
			t.Errorf("%s: %s %v", sql, got, f)
		}
	}
	for sql, want := range map[string]string{
		"[:to] `:to` :from": "[:to] `:to` :from",
		"/* /* */ :from":    "/* /* */ :from",
	} {
		if got, f := sqlite.bind(sql); f != nil || got != want {
			t.Errorf("%s: %s %v", sql, got, f)
		}
	}
}

func FuzzPlaceholders(f *testing.F) {
	for _, s := range []string{":from", "':", "$$", "E'\\", "/*/*", "[", ":from:to::", "--", "\xff:from"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, d := range []dialect{postgresql, sqlite} {
			if got, f := d.bind(text); f == nil && len(got) < len(text) {
				t.Errorf("%q became %q", text, got)
			}
		}
	})
}
