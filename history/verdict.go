package history

import (
	"encoding/json"
	"time"
)

// Claim is one testable statement of a clause, or the clause as a whole, as it was worded when it was judged.
type Claim struct {
	ID        string // "calculator#1/2"; of a whole clause, the clause's
	Clause    string // id
	Feature   string // id
	Words     string // of the clause, verbatim
	Reading   string
	Measure   string
	Target    string
	Owner     string
	Guardrail bool
	Source    string
	Query     string
}

// Verdict is how a claim was judged.
type Verdict struct {
	Claim
	Run         string // filled in when it is read, from here…
	Stage       string
	Environment string
	Release     string // …to here
	At          time.Time
	Verdict     string
	SoFar       bool // the window was open
	Reason      string
	Sentence    string
	Observed    string    // as it is shown
	Interval    string    // as it is shown
	Events      string    // exact number, "" when not known
	Exposure    string    // exact number, "" when not known
	From, To    time.Time // the window
	Grade       string
	WouldChange string
	Detail      json.RawMessage // what else the caller wants to have back; read when the filter asks for it
}

// VerdictFilter chooses verdicts; what is left out chooses all.
type VerdictFilter struct {
	Claim       string // id
	Clause      string // id: of the clause and its claims
	Feature     string // id
	Environment string
	Release     string
	Run         string
	Since       time.Time // judged then or later
	Before      time.Time // judged earlier
	Limit       int
	Detail      bool // read Detail too
}

// Verdict records one verdict. A zero At is now.
func (w *StageWriter) Verdict(v Verdict) error {
	v.At = w.run.store.orNow(v.At)
	c := checks{what: "a verdict"}
	c.present("claim", v.ID)
	c.present("verdict", v.Verdict)
	c.exact("events", v.Events)
	c.exact("exposure", v.Exposure)
	c.json("detail", v.Detail)
	c.keepable("time", v.At)
	c.keepable("start of the window", v.From)
	c.keepable("end of the window", v.To)
	return w.add(&c, v)
}

func (v Verdict) insert(b *batchWriter) error {
	claim, err := b.claim(v.Claim)
	if err != nil {
		return err
	}
	return b.exec(`insert into verdicts (stage, claim, at, verdict, so_far, reason, sentence, observed, interval, events, exposure, begins, ends, grade, would_change, detail)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, b.stage, claim, v.At.UnixNano(), v.Verdict, v.SoFar, v.Reason, v.Sentence, v.Observed, v.Interval,
		v.Events, v.Exposure, momentOf(v.From).value(), momentOf(v.To).value(), v.Grade, v.WouldChange, string(v.Detail))
}

// claim is the key of a claim, which is kept once for all its verdicts.
func (b *batchWriter) claim(c Claim) (key int64, err error) {
	if key, ok := b.claims[c]; ok {
		return key, nil
	}
	const names = "(project, id, clause, feature, words, reading, measure, target, owner, guardrail, source, query)"
	const places = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	values := []any{b.project, c.ID, c.Clause, c.Feature, c.Words, c.Reading, c.Measure, c.Target, c.Owner, c.Guardrail, c.Source, c.Query}
	if err := b.exec(`insert or ignore into claims `+names+` values `+places, values...); err != nil {
		return 0, err
	}
	find, err := b.prepare(`select key from claims where ` + names + ` = ` + places)
	if err != nil {
		return 0, err
	}
	if err := find.QueryRow(values...).Scan(&key); err != nil {
		return 0, err
	}
	if b.claims == nil {
		b.claims = map[Claim]int64{}
	}
	b.claims[c] = key
	return key, nil
}
