package history

import (
	"cmp"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
)

// Verdicts are those that pass the filter, the last judged first.
//
// A claim and a stage have many verdicts, so both are read once and put together here, not in SQL. They are read
// after the verdicts: what a verdict belongs to was written before it.
func (s *Store) Verdicts(f VerdictFilter) ([]Verdict, error) {
	var ofClaim, ofStage where
	ofClaim.and("project = ?", s.project)
	ofClaim.is("id = ?", f.Claim)
	ofClaim.is("clause = ?", f.Clause)
	ofClaim.is("feature = ?", f.Feature)
	ofStage.and("runs.project = ?", s.project)
	ofStage.is("environment = ?", f.Environment)
	ofStage.is("release = ?", f.Release)
	ofStage.is("runs.id = ?", f.Run)

	list, of, err := s.verdicts(f, &ofClaim, &ofStage)
	if err != nil {
		return nil, err
	}
	claims, err := s.claims(&ofClaim)
	if err != nil {
		return nil, err
	}
	stages, err := s.placesOf(&ofStage)
	if err != nil {
		return nil, err
	}
	whole := list[:0]
	for i, v := range list {
		claim, ok := claims[of[i].claim]
		in, there := stages[of[i].stage]
		if !ok || !there {
			continue // it was pruned between the queries
		}
		v.Claim = claim
		v.Run, v.Stage, v.Environment, v.Release = in.run, in.stage, in.environment, in.release
		whole = append(whole, v)
	}
	newest := func(a, b Verdict) int { return b.At.Compare(a.At) }
	if !slices.IsSortedFunc(whole, newest) {
		slices.SortStableFunc(whole, newest)
	}
	return whole, nil
}

// Claims are all that have a verdict, each as it was worded last, by id.
func (s *Store) Claims() ([]Claim, error) {
	var w where
	w.and("project = ? and key in (select max(key) from claims group by project, id)", s.project)
	claims, err := s.claims(&w)
	if err != nil {
		return nil, err
	}
	var list []Claim
	for _, c := range claims {
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b Claim) int { return cmp.Compare(a.ID, b.ID) })
	return list, nil
}

// parents are the keys of what a verdict belongs to.
type parents struct{ claim, stage int64 }

func (s *Store) verdicts(f VerdictFilter, ofClaim, ofStage *where) ([]Verdict, []parents, error) {
	var w where
	// Without a condition on either, the plus keeps SQLite from walking an index: it reads the table as it lies.
	w.and(plus(len(ofClaim.args) == 1)+"claim in (select key from claims where "+ofClaim.text.String()+")", ofClaim.args...)
	if len(ofStage.args) > 1 {
		w.and(plus(f.Run == "")+"stage in (select stages.key from stages join runs on runs.key = stages.run where "+ofStage.text.String()+")", ofStage.args...)
	}
	w.at("at >= ?", f.Since)
	w.at("at < ?", f.Before)
	detail, order := "''", "key desc"
	if f.Detail {
		detail = "detail"
	}
	if f.Limit > 0 {
		order = "at desc, key desc"
	}
	// A verdict is large, so the list is made as long as it will be at once.
	n, _, err := first(all(s, `select count(*) from verdicts where `+w.text.String(), w.args, readCount))
	if err != nil {
		return nil, nil, err
	}
	if f.Limit > 0 {
		n = min(n, f.Limit)
	}
	list, of := make([]Verdict, 0, n), make([]parents, 0, n)
	between := rand.Text()
	query := `select claim, stage, at, so_far, begins, ends, concat_ws('` + between + `', ` + told + `), ` + detail +
		` from verdicts where ` + w.text.String() + ` order by ` + order + w.limit(f.Limit)
	_, err = all(s, query, w.args, func(from row) (none struct{}, _ error) {
		list, of = append(list, Verdict{}), append(of, parents{})
		v, p := &list[len(list)-1], &of[len(of)-1]
		var at, begins, ends moment
		var texts, detail string
		if err := from.Scan(&p.claim, &p.stage, &at, &v.SoFar, &begins, &ends, &texts, &detail); err != nil {
			return none, err
		}
		v.At, v.From, v.To, v.Detail = at.time(), begins.time(), ends.time(), raw(detail)
		return none, v.tell(texts, between)
	})
	return list, of, err
}

// told are the columns of a verdict's texts. They are read as one, with a text between them that nobody can know
// before: to read a column costs more than what is in it.
const told = "verdict, reason, sentence, observed, interval, events, exposure, grade, would_change"

// tell takes the columns of told apart.
func (v *Verdict) tell(texts, between string) error {
	fields := [...]*string{&v.Verdict, &v.Reason, &v.Sentence, &v.Observed, &v.Interval, &v.Events, &v.Exposure, &v.Grade, &v.WouldChange}
	for _, field := range fields {
		*field, texts, _ = strings.Cut(texts, between)
	}
	if v.Verdict == "" {
		return errors.New("a verdict is empty")
	}
	return nil
}

func plus(unindexed bool) string {
	if unindexed {
		return "+"
	}
	return ""
}

func (s *Store) claims(w *where) (map[int64]Claim, error) {
	claims := map[int64]Claim{}
	query := `select key, id, clause, feature, words, reading, measure, target, owner, guardrail, source, query from claims where ` + w.text.String()
	_, err := all(s, query, w.args, func(from row) (struct{}, error) {
		var key int64
		var c Claim
		err := from.Scan(&key, &c.ID, &c.Clause, &c.Feature, &c.Words, &c.Reading, &c.Measure, &c.Target, &c.Owner, &c.Guardrail, &c.Source, &c.Query)
		claims[key] = c
		return struct{}{}, err
	})
	return claims, err
}

// place is the stage that a verdict was reached in.
type place struct{ run, stage, environment, release string }

func (s *Store) placesOf(w *where) (map[int64]place, error) {
	places := map[int64]place{}
	query := `select stages.key, runs.id, name, environment, release from stages join runs on runs.key = stages.run where ` + w.text.String()
	_, err := all(s, query, w.args, func(from row) (struct{}, error) {
		var key int64
		var p place
		err := from.Scan(&key, &p.run, &p.stage, &p.environment, &p.release)
		places[key] = p
		return struct{}{}, err
	})
	return places, err
}
