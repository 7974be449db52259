package reporters

import (
	"encoding/json"
	"io"
	"time"
)

// pastJSON is a run of the history, for programs.
type pastJSON struct {
	Number    int                `json:"number"`
	Run       string             `json:"run"`
	Digest    string             `json:"digest,omitempty"`
	Tool      string             `json:"tool,omitempty"`
	Overrides []string           `json:"overrides,omitempty"`
	Seed      uint64             `json:"seed,omitempty"`
	Start     time.Time          `json:"start"`
	End       time.Time          `json:"end,omitzero"`        // left out of a run that did not end
	Outcome   string             `json:"outcome"`             // "" of a run that did not end
	Stages    []pastStageJSON    `json:"stages"`              //
	Skipped   []pastSkippedJSON  `json:"not-run,omitempty"`   // stages that one run left out
	Scenarios []pastScenarioJSON `json:"scenarios,omitempty"` // of one run
	Verdicts  []pastVerdictJSON  `json:"verdicts,omitempty"`  // of one run
}

type pastStageJSON struct {
	Name        string         `json:"name"`
	Runner      string         `json:"runner,omitempty"`
	Driver      string         `json:"driver,omitempty"`
	Environment string         `json:"environment,omitempty"`
	URL         string         `json:"url,omitempty"`
	Release     string         `json:"release,omitempty"`
	Selected    int            `json:"selected,omitempty"`
	Start       time.Time      `json:"start"`
	End         time.Time      `json:"end,omitzero"`
	Outcome     string         `json:"outcome"`
	Counts      map[string]int `json:"counts,omitempty"`
}

type pastSkippedJSON struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

type pastScenarioJSON struct {
	Stage    string        `json:"stage"`
	Feature  string        `json:"feature,omitempty"`
	Scenario string        `json:"scenario"`
	Row      string        `json:"row,omitempty"`
	Name     string        `json:"name,omitempty"`
	Status   string        `json:"status"`
	Attempts int           `json:"attempts,omitempty"`
	Start    time.Time     `json:"start,omitzero"`
	Duration time.Duration `json:"duration"` // nanoseconds
	Place    string        `json:"place,omitempty"`
	Cause    string        `json:"cause,omitempty"`
}

type pastVerdictJSON struct {
	Stage   string          `json:"stage"`
	Feature string          `json:"feature,omitempty"`
	At      time.Time       `json:"at"`
	Verdict json.RawMessage `json:"verdict"` // as events tell it
}

// PastRunsJSON lists runs for programs.
func PastRunsJSON(w io.Writer, list []Past) error {
	out := []pastJSON{}
	for _, p := range list {
		out = append(out, p.json())
	}
	return indented(w, out)
}

// PastRunJSON tells one run in full for programs.
func PastRunJSON(w io.Writer, p Past) error { return indented(w, p.json()) }

func (p Past) json() pastJSON {
	out := pastJSON{
		Number: p.Number, Run: p.ID, Digest: p.Digest, Tool: p.Tool, Overrides: p.Overrides, Seed: p.Seed,
		Start: p.Start, End: p.End, Outcome: p.Outcome, Stages: []pastStageJSON{},
	}
	for _, s := range p.Stages {
		out.Stages = append(out.Stages, pastStageJSON(s))
	}
	for _, s := range p.Skipped {
		out.Skipped = append(out.Skipped, pastSkippedJSON(s))
	}
	for _, s := range p.Scenarios {
		out.Scenarios = append(out.Scenarios, pastScenarioJSON{
			Stage: s.Stage, Feature: s.Feature, Scenario: s.Scenario.Scenario, Row: s.Row, Name: s.Name, Status: s.Status, Attempts: s.Attempts,
			Start: s.Start, Duration: s.Duration, Place: s.Place, Cause: s.Cause,
		})
	}
	for _, v := range p.Verdicts {
		out.Verdicts = append(out.Verdicts, pastVerdictJSON{Stage: v.Stage, Feature: v.Feature, At: v.At, Verdict: v.Detail})
	}
	return out
}
