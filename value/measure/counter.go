package measure

import (
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/prometheus/common/model"
)

// counter is one series of a counter over a window.
type counter struct {
	labels  model.Metric
	rise    *big.Rat
	initial *big.Rat // the first value, where there is none before the window
	based   bool     // a sample at or before the start of the window says what it was then
	times   []time.Time
	life    span // when it was to be scraped
}

type span struct{ from, to time.Time }

func (s span) length() time.Duration { return max(0, s.to.Sub(s.from)) }

// countersOf takes the differences: from the last sample at or before the window's start to the last one in it. A
// counter that fell began again at 0. Series that ended before the window are left out.
func countersOf(found model.Matrix, text string, w Window) ([]counter, *Failure) {
	var list []counter
	for _, s := range found {
		c := counter{labels: s.Metric, rise: new(big.Rat), times: timesOf(s.Values), life: span{w.From, w.To}}
		var last *big.Rat
		inside := false
		for _, v := range s.Values {
			if unusable.MatchString(v.Value.String()) {
				return nil, failed(NoData, "%s is %s", text, v.Value)
			}
			now := new(big.Rat).SetFloat64(float64(v.Value))
			if now == nil || now.Sign() < 0 {
				return nil, failed(SourceFailed, "%s is below 0, so it is no counter", text)
			}
			if !v.Timestamp.Time().After(w.From) {
				c.based, last = true, now
				continue
			}
			inside = true
			switch {
			case last == nil:
				c.initial = now
			case now.Cmp(last) < 0:
				c.rise.Add(c.rise, now)
			default:
				c.rise.Add(c.rise, new(big.Rat).Sub(now, last))
			}
			last = now
		}
		if inside {
			list = append(list, c)
		}
	}
	return list, nil
}

func timesOf(values []model.SamplePair) []time.Time {
	times := make([]time.Time, len(values))
	for i, v := range values {
		times[i] = v.Timestamp.Time()
	}
	return times
}

// begin decides what series count that were not there when the window began: from 0, if their process started in
// it. Otherwise it is not known what they counted before somebody looked.
func begin(list []counter, starts model.Matrix, text string, w Window) *Failure {
	started := map[string]time.Time{}
	for _, s := range starts {
		for _, v := range s.Values { // the first start in the window: a later one resets the counter, which is seen
			at := seconds(float64(v.Value))
			if _, known := started[target(s.Metric)]; !known && !at.Before(w.From.Add(-jitter)) && !at.After(w.To) {
				started[target(s.Metric)] = at
			}
		}
	}
	for i := range list {
		c := &list[i]
		if c.based {
			continue
		}
		at, known := started[target(c.labels)]
		if !known || target(c.labels) == "" || at.After(c.times[0]) {
			return failed(NoData, "%s was not there at the start of the window, and its process is not known to have started in it", text).
				help("initialise the counter with 0 when the software starts, and export process_start_time_seconds")
		}
		c.rise.Add(c.rise, c.initial)
		c.life.from = later(at, w.From)
	}
	return nil
}

// target is the endpoint that a series was scraped from, "" where the series does not say.
func target(m model.Metric) string {
	if m["job"] == "" || m["instance"] == "" {
		return ""
	}
	return string(m["job"]) + "\xff" + string(m["instance"])
}

// covered joins into obs how much of the window was scraped. A target that was taken from the server's list ends
// then; one that could not be scraped, and series that are gone from a target that is there, do not.
func covered(list []counter, up model.Matrix, text string, obs *Observation) {
	w := obs.Window
	ends := map[string]time.Time{}
	lost := map[string]counter{} // targets that no scrape of the window reached
	for _, s := range up {
		c := counter{labels: s.Metric, times: timesOf(s.Values), life: span{w.From, w.To}}
		every := interval(c.times)
		if every == 0 || len(s.Values) == 0 {
			continue
		}
		last := s.Values[len(s.Values)-1]
		if at := last.Timestamp.Time(); w.To.Sub(at) > vouch(every) && last.Value == 1 {
			ends[target(s.Metric)] = at
		}
		down := !slices.ContainsFunc(s.Values, func(v model.SamplePair) bool { return v.Value != 0 })
		if down && w.To.Sub(last.Timestamp.Time()) <= vouch(every) {
			c.times, c.life.from = nil, later(s.Values[0].Timestamp.Time(), w.From)
			lost[target(s.Metric)] = c
		}
	}
	for _, c := range list {
		delete(lost, target(c.labels))
	}
	var expected, watched time.Duration
	var all []span
	since := w.To
	gone := ""
	for _, c := range list {
		if end, known := ends[target(c.labels)]; known && !end.Before(c.times[len(c.times)-1]) {
			c.life.to = c.times[len(c.times)-1]
		}
		spans := watches(c)
		for _, s := range spans {
			watched += s.length()
		}
		expected += c.life.length()
		all = append(all, spans...)
		if c.life.from.Before(since) {
			since = c.life.from
		}
		if every := interval(c.times); w.To.Sub(c.times[len(c.times)-1]) > vouch(every) && c.life.to.Equal(w.To) {
			gone = "a series of " + text + " is gone"
		}
	}
	for _, c := range lost {
		expected += c.life.length()
		gone = fmt.Sprintf("%s could not be scraped", c.labels["instance"])
	}
	share := 0.0
	if expected > 0 {
		share = watched.Seconds() / expected.Seconds()
	}
	if length := w.To.Sub(since); length > 0 {
		share = min(share, union(all).Seconds()/length.Seconds())
	} else {
		share = 0
	}
	if since.After(obs.Since) && len(list) > 0 {
		obs.Since = since
		obs.Notes = append(obs.Notes, fmt.Sprintf("%s counts since its software started at %s", text, since.UTC().Format("2006-01-02 15:04:05 UTC")))
	}
	if share < obs.Coverage {
		obs.Coverage, obs.Gap = share, "scrapes of "+text+" are missing"
		if gone != "" {
			obs.Gap = gone
		}
	}
}

// interval is the median time between scrapes, 0 where there are not two of them.
func interval(times []time.Time) time.Duration {
	if len(times) < 2 {
		return 0
	}
	gaps := make([]time.Duration, len(times)-1)
	for i := range gaps {
		gaps[i] = times[i+1].Sub(times[i])
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2]
}

// vouch is how much time one scrape speaks for: its interval, and a tenth for the jitter of scrapes.
func vouch(every time.Duration) time.Duration { return every + every/10 }

// watches are the parts of a counter's life that scrapes speak for: each for the time before it, and the last one
// for the time until the next is due.
func watches(c counter) []span {
	every := vouch(interval(c.times))
	var spans []span
	add := func(from, to time.Time) {
		s := span{later(from, c.life.from), to}
		if s.to.After(c.life.to) {
			s.to = c.life.to
		}
		if s.length() > 0 {
			spans = append(spans, s)
		}
	}
	if every == 0 {
		return nil
	}
	for i, at := range c.times {
		from := at.Add(-every)
		if i > 0 {
			from = later(from, c.times[i-1])
		}
		add(from, at)
	}
	last := c.times[len(c.times)-1]
	add(last, last.Add(every))
	return spans
}

func union(spans []span) time.Duration {
	slices.SortFunc(spans, func(a, b span) int { return a.from.Compare(b.from) })
	var sum time.Duration
	var end time.Time
	for _, s := range spans {
		s.from = later(s.from, end)
		sum += s.length()
		end = later(end, s.to)
	}
	return sum
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
