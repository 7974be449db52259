package measure

import (
	"fmt"
	"math"
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
	values  []model.SamplePair
	life    span // when it was to be scraped
}

type span struct{ from, to time.Time }

func (s span) length() time.Duration { return max(0, s.to.Sub(s.from)) }

// countersOf takes the differences: from the last sample at or before the window's start to the last one in it. A
// counter that fell began again at 0. Series that ended before the window rose by nothing, and are ended.
func countersOf(found model.Matrix, text string, w Window) (list, ended []counter, f *Failure) {
	for _, s := range found {
		c := counter{labels: s.Metric, rise: new(big.Rat), times: timesOf(s.Values), values: s.Values, life: span{w.From, w.To}}
		var from, last float64 // of the stretch without a reset
		inside := false
		for i, v := range s.Values {
			now := float64(v.Value)
			switch {
			case math.IsNaN(now) || math.IsInf(now, 0):
				return nil, nil, failed(NoData, "%s is %s", text, v.Value)
			case now < 0:
				return nil, nil, failed(SourceFailed, "%s is below 0, so it is no counter", text)
			}
			if !v.Timestamp.Time().After(w.From) {
				c.based, from, last = true, now, now
				continue
			}
			inside = true
			switch {
			case i == 0:
				c.initial, from = rational(now), now
			case now < last:
				c.rise.Add(c.rise, difference(last, from))
				from = 0
			}
			last = now
		}
		c.rise.Add(c.rise, difference(last, from))
		if inside {
			list = append(list, c)
		} else {
			ended = append(ended, c)
		}
	}
	return list, ended, nil
}

func rational(f float64) *big.Rat { return new(big.Rat).SetFloat64(f) }

func difference(a, b float64) *big.Rat { return new(big.Rat).Sub(rational(a), rational(b)) }

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

// watch is how much of the window the scrapes of one target speak for: of those that have series of a selector, or
// of one series that does not say where it comes from.
type watch struct {
	name  string
	times []time.Time
	life  span
}

// covered joins into obs how much of the window was scraped. A target that was taken from the server's list ends
// then; one that could not be scraped, and one that is there without its series, do not.
func covered(list, ended []counter, up model.Matrix, text string, obs *Observation) {
	w := obs.Window
	var expected, watched time.Duration
	var all []span
	since, gap := w.To, "scrapes of "+text+" are missing"
	for _, x := range watches(list, ended, up, w) {
		spans := x.watched()
		for _, s := range spans {
			watched += s.length()
		}
		expected += x.life.length()
		all = append(all, spans...)
		if len(x.times) == 0 {
			gap = x.name + " could not be scraped"
		} else if since.After(x.life.from) {
			since = x.life.from
		}
	}
	share := 0.0
	if length := w.To.Sub(since); expected > 0 && length > 0 {
		share = min(watched.Seconds()/expected.Seconds(), union(all).Seconds()/length.Seconds())
	}
	if since.After(obs.Since) && len(list) > 0 {
		obs.Since = since
		obs.Notes = append(obs.Notes, fmt.Sprintf("%s counts since its software started at %s", text, since.UTC().Format("2006-01-02 15:04:05 UTC")))
	}
	if share < obs.Coverage {
		obs.Coverage, obs.Gap = share, gap
	}
}

// watches are the targets that were to be scraped in the window, with the times at which series of the selector
// were seen there.
func watches(list, ended []counter, up model.Matrix, w Window) map[string]*watch {
	found := map[string]*watch{}
	for i, c := range list {
		key := target(c.labels)
		if key == "" {
			key = fmt.Sprint(i)
		}
		x := found[key]
		if x == nil {
			x = &watch{name: string(c.labels["instance"]), life: c.life}
			found[key] = x
		}
		if c.life.from.Before(x.life.from) {
			x.life.from = c.life.from
		}
		x.times = append(x.times, c.times...)
	}
	for _, x := range found {
		slices.SortFunc(x.times, time.Time.Compare)
		x.times = slices.Compact(x.times)
	}
	had := map[string]bool{}
	for _, c := range ended {
		had[target(c.labels)] = true
	}
	for _, s := range up {
		key := target(s.Metric)
		times := timesOf(s.Values)
		in, _ := slices.BinarySearchFunc(times, w.From, func(a, b time.Time) int {
			if a.After(b) {
				return 1
			}
			return -1
		})
		if in == len(times) {
			continue
		}
		life := span{w.From, w.To}
		last := times[len(times)-1]
		if every := interval(times); every > 0 && w.To.Sub(last) > vouch(every) && s.Values[len(s.Values)-1].Value == 1 {
			life.to = last
		}
		if x := found[key]; x != nil {
			x.life.to = life.to
			continue
		}
		life.from = later(times[0], w.From)
		down := !slices.ContainsFunc(s.Values[in:], func(v model.SamplePair) bool { return v.Value != 0 })
		if had[key] || down {
			found[key] = &watch{name: string(s.Metric["instance"]), life: life}
		}
	}
	return found
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

// watched are the parts of a target's life that scrapes speak for: each for the time before it, and the last one
// for the time until the next is due.
func (x *watch) watched() []span {
	every := vouch(interval(x.times))
	var spans []span
	add := func(from, to time.Time) {
		s := span{later(from, x.life.from), to}
		if s.to.After(x.life.to) {
			s.to = x.life.to
		}
		if n := len(spans); n > 0 && !s.from.After(spans[n-1].to) { // what follows at once is one stretch
			spans[n-1].to = later(spans[n-1].to, s.to)
		} else if s.length() > 0 {
			spans = append(spans, s)
		}
	}
	if every == 0 {
		return nil
	}
	for i, at := range x.times {
		from := at.Add(-every)
		if i > 0 {
			from = later(from, x.times[i-1])
		}
		add(from, at)
	}
	last := x.times[len(x.times)-1]
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
