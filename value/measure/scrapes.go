package measure

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"
)

// DecodeSnapshot reads a snapshot as JSON, as a history keeps it.
func DecodeSnapshot(text []byte) (*Snapshot, error) {
	var s Snapshot
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("a kept scrape cannot be read: %w", err)
	}
	if s.At.IsZero() {
		return nil, errors.New("a kept scrape does not say when it was made")
	}
	return &s, nil
}

// scrapes are the looks at one endpoint in a window, oldest first, by the processes that answered.
type scrapes struct {
	processes []process
	from, to  time.Time // what was asked for
	last      time.Time // the last look
	assumed   bool      // no process says when it started
	mixed     bool      // several answered in turn
}

// process is one life of the software: what it counted is the difference of its last look and its base.
type process struct {
	started time.Time // zero is unknown
	base    *Snapshot // nil counts from 0, at its start
	looks   []*Snapshot
}

func (p process) first() time.Time {
	if p.base != nil {
		return p.base.At
	}
	return p.started
}

func (p process) last() *Snapshot { return p.looks[len(p.looks)-1] }

// near is how far from the start of a window a look may be and still stand for it: a twentieth of the window.
func near(from, to time.Time) time.Duration { return max(jitter, to.Sub(from)/20) }

// lives sorts looks into processes. The base of the first is the look nearest to the start of the window; a process
// that started in the window counts from 0.
func lives(list []*Snapshot, w Window) (s scrapes, f *Failure) {
	s.from, s.to = w.From, w.To
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b *Snapshot) int { return a.At.Compare(b.At) })
	var before *Snapshot
	var inside []*Snapshot
	for _, x := range list {
		switch {
		case !x.At.Before(w.To) && !w.Open && (x.At.After(w.To.Add(jitter)) || !seconds(x.Started).Before(w.To.Add(-jitter))):
			// what is looked at when the window is over may be the next one's
		case !x.At.After(w.From):
			before = x
		default:
			inside = append(inside, x)
		}
	}
	if before != nil && w.From.Sub(before.At) > near(w.From, w.To) {
		before = nil
	}
	if len(inside) == 0 {
		return s, failed(NoData, "no look at the metrics was kept from %s", windowText(w)).
			help("hoops release VERSION and every run look at them; nothing can be looked at afterwards")
	}
	at := map[float64]int{}
	for _, x := range inside {
		i, known := at[x.Started]
		if !known {
			i = len(s.processes)
			at[x.Started] = i
			p := process{started: seconds(x.Started)}
			if x.Started == 0 {
				p.started, s.assumed = time.Time{}, true
			}
			s.processes = append(s.processes, p)
		}
		if i != len(s.processes)-1 {
			s.mixed = true
		}
		s.processes[i].looks = append(s.processes[i].looks, x)
	}
	for i := range s.processes {
		p := &s.processes[i]
		switch {
		case before != nil && before.Started == p.looks[0].Started:
			p.base = before
		case !p.started.IsZero() && !p.started.Before(w.From.Add(-near(w.From, w.To))):
		default:
			p.base = p.looks[0]
			if len(p.looks) == 1 {
				continue
			}
		}
		if i > 0 && !p.started.IsZero() && p.started.Before(s.processes[i-1].last().At.Add(-jitter)) {
			s.mixed = true
		}
	}
	s.last = inside[len(inside)-1].At
	return s, nil
}

func windowText(w Window) string {
	from := "the beginning"
	if !w.From.IsZero() {
		from = w.From.UTC().Format("2 January 2006 15:04:05")
	}
	return from + " to " + w.To.UTC().Format("2 January 2006 15:04:05 UTC")
}

// watched joins into obs how much of the window the looks speak for.
func (s scrapes) watched(obs *Observation) {
	obs.Since = s.processes[0].first()
	if s.mixed {
		obs.Coverage, obs.Gap = 0, "several processes answered in turn, and what each counted between looks is not known"
		return
	}
	var spans []span
	var expected, inner time.Duration // in all, and between the first look and the last
	for i, p := range s.processes {
		first, last := later(p.first(), s.from), p.last().At
		if i > 0 { // its start is known to the second only
			first = later(first, s.processes[i-1].last().At)
		}
		spans = append(spans, span{first, last})
		end := s.to
		switch {
		case p.last().Final: // nothing ran until the next one started
			end = last
		case i+1 < len(s.processes):
			end = s.processes[i+1].first()
		}
		begin := first
		if i == 0 && p.base != nil && !s.from.IsZero() && first.Sub(s.from) > near(s.from, s.to) { // it ran before somebody looked
			begin = s.from
		}
		expected += span{begin, end}.length()
		if i+1 == len(s.processes) {
			end = last
		}
		inner += span{first, end}.length()
	}
	if expected <= 0 || inner <= 0 {
		obs.Coverage, obs.Gap = 0, "the window has no length"
		return
	}
	watched := union(spans).Seconds()
	share := min(1, watched/expected.Seconds())
	obs.Within = min(1, watched/inner.Seconds())
	if share >= obs.Coverage {
		return
	}
	obs.Coverage = share
	obs.Gap = "nobody looked before " + obs.Since.UTC().Format("2 January 15:04:05 UTC")
	if s.to.Sub(s.last) > expected/20 && !s.processes[len(s.processes)-1].last().Final {
		obs.Gap = "nobody looked after " + s.last.UTC().Format("2 January 15:04:05 UTC")
	} else if len(s.processes) > 1 {
		obs.Gap = "the process restarted, and what it counted after the last look at it is lost"
	}
}

// rise is what the series of a selector rose by, over all processes and each with its own resets.
func (s scrapes) rise(query string, obs *Observation) (*big.Rat, *Failure) {
	sum := new(big.Rat)
	for _, p := range s.processes {
		looks := p.looks
		if p.base != nil && p.base != looks[0] {
			looks = append([]*Snapshot{p.base}, looks...)
		}
		var start *Snapshot
		if p.base != nil {
			start, looks = looks[0], looks[1:]
		}
		if len(looks) == 0 { // one look, at a process that is older than the window: nothing is known of it
			continue
		}
		for _, end := range looks {
			pair := OpenMetrics{Start: start, End: end}
			w := Window{From: s.from, To: end.At}
			if start == nil {
				w.From = p.started
			}
			o := Observation{Coverage: 1}
			d, f := pair.difference(query, &o, w)
			if f != nil {
				return nil, f
			}
			if o.Coverage < obs.Coverage {
				obs.Coverage, obs.Within, obs.Gap = o.Coverage, 0, o.Gap
			}
			sum.Add(sum, d)
			start = end
		}
	}
	return sum, nil
}
