package reporters

import (
	"math"
	"time"

	"github.com/cucumber-value/hoops/runners"
)

// loadSeries is how a load went, interval by interval, of bounded length: a load may last for days. When there are
// more points than it holds, two become one.
type loadSeries struct {
	most   int  // points
	whole  bool // journeys and requests are followed, and nothing by itself
	merged int  // intervals in one point: 1, 2, 4 …
	last   int  // intervals in the last point
	points []loadPoint
	groups map[groupKey]*groupSeries
	causes map[string]bool // that are told apart over time
}

type groupKey struct{ of, name, scenario string }

// loadPoint is what all intervals of a point add up to.
type loadPoint struct {
	from, to                time.Duration
	asked, started, dropped int64
	least                   int64            // started in one interval
	inFlight                int64            // the most
	causes                  map[string]int64 // of failed journeys
}

// groupSeries has a point for each of the load's, so far as there are any.
type groupSeries struct{ points []groupPoint }

// groupPoint is what was measured. Percentiles of several intervals do not add up: they are those of the slowest.
type groupPoint struct {
	count, failed           int64
	sum                     time.Duration // of all latencies
	p50, p90, p95, p99, max time.Duration // -1 is not known
}

var nothingMeasured = groupPoint{p50: -1, p90: -1, p95: -1, p99: -1, max: -1}

func pointOf(g runners.Group) groupPoint {
	p := groupPoint{count: g.Count, failed: g.Failed, sum: g.Sum, p50: orUnknown(g.Latency["p50"]), p90: orUnknown(g.Latency["p90"]),
		p95: orUnknown(g.Latency["p95"]), p99: orUnknown(g.Latency["p99"]), max: orUnknown(g.Latency["max"])}
	if mean, ok := span(g.Latency["mean"]); ok && p.sum == 0 { // of a stream that was recorded before sums were told
		p.sum = mean * time.Duration(g.Count)
	}
	return p
}

const (
	mostSeries     = 1000 // things that are followed over time
	mostCausesSeen = 50
)

func (l *loadSeries) add(s *runners.Summary) {
	if l.groups == nil {
		l.merged, l.groups, l.causes = 1, map[groupKey]*groupSeries{}, map[string]bool{}
	}
	if l.last == l.merged || len(l.points) == 0 {
		if len(l.points) >= l.most {
			l.halve()
		}
	}
	if l.last == l.merged || len(l.points) == 0 {
		l.points = append(l.points, loadPoint{from: s.From, to: s.To, least: s.Started, causes: map[string]int64{}})
		l.last = 0
	}
	l.last++
	at := len(l.points) - 1
	p := &l.points[at]
	p.plus(loadPoint{to: s.To, asked: s.Asked, started: s.Started, dropped: s.Dropped, least: s.Started, inFlight: s.InFlight})
	for _, g := range s.Groups {
		if g.Of == ofPhase || isVital(g.Of) || l.whole && g.Of != ofJourneys && g.Of != ofRequests {
			continue
		}
		key := groupKey{g.Of, g.Name, g.Scenario}
		series := l.groups[key]
		if series == nil {
			if len(l.groups) >= mostSeries {
				continue
			}
			series = &groupSeries{}
			l.groups[key] = series
		}
		for len(series.points) <= at {
			series.points = append(series.points, nothingMeasured)
		}
		series.points[at].plus(pointOf(g))
		if g.Of == ofJourneys {
			for _, c := range g.Errors {
				if l.causes[c.Key] || len(l.causes) < mostCausesSeen {
					l.causes[c.Key] = true
					p.causes[c.Key] += c.Count
				}
			}
		}
	}
}

func orUnknown(v any) time.Duration {
	if d, ok := span(v); ok {
		return d
	}
	return -1
}

// halve makes one point of two.
func (l *loadSeries) halve() {
	single := len(l.points)%2 == 1 // the last has nothing to be joined with yet
	half := (len(l.points) + 1) / 2
	for i := range half {
		l.points[i] = l.points[2*i]
		if 2*i+1 < len(l.points) {
			l.points[i].plus(l.points[2*i+1])
		}
	}
	l.points = l.points[:half]
	for _, g := range l.groups {
		n := (len(g.points) + 1) / 2
		for i := range n {
			g.points[i] = g.points[2*i]
			if 2*i+1 < len(g.points) {
				g.points[i].plus(g.points[2*i+1])
			}
		}
		g.points = g.points[:n]
	}
	l.merged *= 2
	if !single {
		l.last = l.merged
	}
}

// settle makes the last point a part of the one before it, when it is the rest of an interval: its rate is one of
// nothing.
func (l *loadSeries) settle() {
	at := len(l.points) - 1
	if at < 2 || 2*(l.points[at].to-l.points[at].from) > l.points[0].to-l.points[0].from {
		return
	}
	l.points[at-1].plus(l.points[at])
	l.points = l.points[:at]
	for _, g := range l.groups {
		if len(g.points) > at {
			g.points[at-1].plus(g.points[at])
			g.points = g.points[:at]
		}
	}
}

func (p *loadPoint) plus(o loadPoint) {
	p.to = max(p.to, o.to)
	p.asked, p.started, p.dropped = p.asked+o.asked, p.started+o.started, p.dropped+o.dropped
	p.least, p.inFlight = min(p.least, o.least), max(p.inFlight, o.inFlight)
	for cause, n := range o.causes {
		p.causes[cause] += n
	}
}

func (p *groupPoint) plus(o groupPoint) {
	p.count, p.failed, p.sum = p.count+o.count, p.failed+o.failed, p.sum+o.sum
	p.p50, p.p90, p.p95, p.p99, p.max = max(p.p50, o.p50), max(p.p90, o.p90), max(p.p95, o.p95), max(p.p99, o.p99), max(p.max, o.max)
}

// perSecond is a number of a point as a rate.
func (p loadPoint) perSecond(n int64) float64 { return float64(n) / max(.001, (p.to-p.from).Seconds()) }

// line of the points, NaN where there is nothing.
func (l *loadSeries) line(of func(loadPoint) float64) []float64 {
	var list []float64
	for _, p := range l.points {
		list = append(list, of(p))
	}
	return list
}

// at is what was measured of a thing in a point.
func (l *loadSeries) at(key groupKey, i int) groupPoint {
	if g := l.groups[key]; g != nil && i < len(g.points) {
		return g.points[i]
	}
	return nothingMeasured
}

func (l *loadSeries) times(key groupKey, of func(groupPoint) time.Duration) []float64 {
	var list []float64
	for i := range l.points {
		v := math.NaN()
		if d := of(l.at(key, i)); d >= 0 {
			v = float64(d)
		}
		list = append(list, v)
	}
	return list
}

func (l *loadSeries) rate(key groupKey, of func(groupPoint) int64) []float64 {
	var list []float64
	for i, p := range l.points {
		list = append(list, p.perSecond(of(l.at(key, i))))
	}
	return list
}
