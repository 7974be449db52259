package history

import (
	"encoding/json"
	"time"
)

// Summary is what one thing under load amounted to, in an interval or in all: exact counters and a histogram that
// merge by addition.
type Summary struct {
	From      time.Duration // since the stage began
	To        time.Duration
	Final     bool   // of the whole stage
	Of        string // journeys, scenario, step, requests, request, lateness
	Name      string
	Scenario  string // id
	Count     int64
	Failed    int64
	Dropped   int64
	Histogram string          // as the runner encodes it
	Detail    json.RawMessage // what else the caller wants to have back
}

// Summarised is a summary with where it comes from.
type Summarised struct {
	Summary
	Run, Stage, Environment, Release string
	Start                            time.Time // of the stage
}

// SummaryFilter chooses summaries; what is left out chooses all.
type SummaryFilter struct {
	Run         string
	Stage       string
	Environment string
	Release     string
	Of          string
	Name        string
	Final       bool      // those of whole stages only
	Since       time.Time // of stages that started then or later
	Before      time.Time // of stages that started earlier
	Limit       int
}

// Summary records one summary.
func (w *StageWriter) Summary(sum Summary) error {
	c := checks{what: "a summary"}
	c.present("of", sum.Of)
	c.json("detail", sum.Detail)
	return w.add(&c, sum)
}

func (sum Summary) insert(b *batchWriter) error {
	return b.exec(`insert into summaries (stage, begins, ends, final, subject, name, scenario, count, failed, dropped, histogram, detail) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		b.stage, int64(sum.From), int64(sum.To), sum.Final, sum.Of, sum.Name, sum.Scenario, sum.Count, sum.Failed, sum.Dropped, sum.Histogram, string(sum.Detail))
}

// Summaries are those that pass the filter: newest stage first, and in each stage as they were recorded.
func (s *Store) Summaries(f SummaryFilter) ([]Summarised, error) {
	var w where
	w.and("runs.project = ?", s.project)
	w.is("runs.id = ?", f.Run)
	w.is("stages.name = ?", f.Stage)
	w.is("environment = ?", f.Environment)
	w.is("release = ?", f.Release)
	w.is("subject = ?", f.Of)
	w.is("summaries.name = ?", f.Name)
	if f.Final {
		w.and("final")
	}
	w.at("stages.start >= ?", f.Since)
	w.at("stages.start < ?", f.Before)
	query := `select runs.id, stages.name, environment, release, stages.start, begins, ends, final, subject, summaries.name, scenario, count, failed, dropped, histogram, detail
		from summaries join stages on stages.key = summaries.stage join runs on runs.key = stages.run
		where ` + w.text.String() + ` order by stages.start desc, stages.key desc, summaries.key` + w.limit(f.Limit)
	return all(s, query, w.args, func(from row) (sum Summarised, _ error) {
		var start moment
		var detail string
		err := from.Scan(&sum.Run, &sum.Stage, &sum.Environment, &sum.Release, &start, &sum.From, &sum.To, &sum.Final, &sum.Of, &sum.Name, &sum.Scenario,
			&sum.Count, &sum.Failed, &sum.Dropped, &sum.Histogram, &detail)
		sum.Start, sum.Detail = start.time(), raw(detail)
		return sum, err
	})
}
