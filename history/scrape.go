package history

import (
	"database/sql"
	"encoding/json"
	"time"
)

// Scrape is one look at an application's own metrics.
type Scrape struct {
	Environment string
	At          time.Time
	Release     string // that was live, "" when none is known
	Source      string // address, without credentials
	JSON        json.RawMessage
}

// ScrapeFilter chooses scrapes; what is left out chooses all.
type ScrapeFilter struct {
	Environment string
	Release     string
	Source      string
	Since       time.Time // then or later
	Before      time.Time // earlier
	Limit       int
}

// AddScrape records a scrape. A zero At is now.
func (s *Store) AddScrape(sc Scrape) error {
	sc.At = s.orNow(sc.At)
	c := checks{what: "a scrape"}
	c.present("environment", sc.Environment)
	c.present("JSON", string(sc.JSON))
	c.json("JSON", sc.JSON)
	c.keepable("time", sc.At)
	if err := c.err(s); err != nil {
		return err
	}
	return s.inTransaction(func(tx *sql.Tx) error {
		_, err := tx.Exec(`insert into scrapes (project, environment, at, release, source, json) values (?, ?, ?, ?, ?, ?)`,
			s.project, sc.Environment, sc.At.UnixNano(), sc.Release, sc.Source, string(sc.JSON))
		return err
	})
}

// LastScrape is the last one of an environment before a time, if there is one. A zero time is no bound.
func (s *Store) LastScrape(environment string, before time.Time) (Scrape, bool, error) {
	var w where
	w.and("project = ? and environment = ?", s.project, environment)
	w.at("at < ?", before)
	return first(s.scrapes(&w, 1))
}

// Scrapes are those that pass the filter, newest first.
func (s *Store) Scrapes(f ScrapeFilter) ([]Scrape, error) {
	var w where
	w.and("project = ?", s.project)
	w.is("environment = ?", f.Environment)
	w.is("release = ?", f.Release)
	w.is("source = ?", f.Source)
	w.at("at >= ?", f.Since)
	w.at("at < ?", f.Before)
	return s.scrapes(&w, f.Limit)
}

func (s *Store) scrapes(w *where, limit int) ([]Scrape, error) {
	query := `select environment, at, release, source, json from scrapes where ` + w.text.String() + ` order by at desc, key desc` + w.limit(limit)
	return all(s, query, w.args, func(from row) (sc Scrape, _ error) {
		var at moment
		var text string
		err := from.Scan(&sc.Environment, &at, &sc.Release, &sc.Source, &text)
		sc.At, sc.JSON = at.time(), raw(text)
		return sc, err
	})
}
