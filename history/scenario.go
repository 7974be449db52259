package history

import (
	"strings"
	"time"
)

// Scenario is how one scenario, or one row of an outline, ended in a stage.
type Scenario struct {
	Feature  string // ids
	Scenario string
	Row      string // "" for a scenario without rows
	Name     string
	Status   string
	Attempts int // sessions that it took
	Start    time.Time
	Duration time.Duration
	Place    string // file:line:col in the feature
	Cause    string // of what did not pass: the first line, masked by the caller
}

// Scenario records one scenario.
func (w *StageWriter) Scenario(sc Scenario) error {
	c := checks{what: "a scenario"}
	c.present("id", sc.Scenario)
	c.present("status", sc.Status)
	c.keepable("start", sc.Start)
	return w.add(&c, sc)
}

func (sc Scenario) insert(b *batchWriter) error {
	return b.exec(insertScenario+scenarioPlaces, sc.columns(b.stage)...)
}

const (
	insertScenario = `insert into scenarios (stage, feature, scenario, row, name, status, attempts, start, duration, place, cause) values `
	scenarioPlaces = `(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
)

func (sc Scenario) columns(stage int64) []any {
	return []any{stage, sc.Feature, sc.Scenario, sc.Row, sc.Name, sc.Status, sc.Attempts, momentOf(sc.Start).value(), int64(sc.Duration), sc.Place, sc.Cause}
}

// scenariosAtOnce go into one statement: to call SQLite costs more than what it does with one row.
const scenariosAtOnce = 50

var insertScenarios = insertScenario + strings.Repeat(scenarioPlaces+", ", scenariosAtOnce-1) + scenarioPlaces

// scenarios writes the scenarios that rows begin with, if there are enough of them, and returns how many it wrote.
func (b *batchWriter) scenarios(rows []kept) (int, error) {
	if len(rows) < scenariosAtOnce {
		return 0, nil
	}
	var values []any
	for _, k := range rows[:scenariosAtOnce] {
		sc, ok := k.(Scenario)
		if !ok {
			return 0, nil
		}
		values = append(values, sc.columns(b.stage)...)
	}
	return scenariosAtOnce, b.exec(insertScenarios, values...)
}

// Scenarios of a stage of a run, in the order in which they were recorded; "" is every stage.
func (s *Store) Scenarios(run, stage string) ([]Scenario, error) {
	var w where
	w.and("runs.project = ? and runs.id = ?", s.project, run)
	w.is("stages.name = ?", stage)
	query := `select feature, scenario, row, scenarios.name, status, attempts, scenarios.start, duration, place, cause
		from scenarios join stages on stages.key = scenarios.stage join runs on runs.key = stages.run
		where ` + w.text.String() + ` order by stages.key, scenarios.key`
	return all(s, query, w.args, func(from row) (sc Scenario, _ error) {
		var start moment
		err := from.Scan(&sc.Feature, &sc.Scenario, &sc.Row, &sc.Name, &sc.Status, &sc.Attempts, &start, &sc.Duration, &sc.Place, &sc.Cause)
		sc.Start = start.time()
		return sc, err
	})
}
