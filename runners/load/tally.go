package load

import (
	"maps"
	"math"
	"slices"
	"time"

	"github.com/cucumber-value/hoops/runners"
)

// mostCauses bounds the different errors of one thing; those beyond are counted together.
const (
	mostCauses = 50
	otherName  = "other"
)

// tally is what was measured of one thing. The zero tally is empty.
type tally struct {
	count   int64
	failed  int64
	dropped int64
	beyond  int64 // longer than the histogram reaches
	sum     time.Duration
	max     time.Duration
	codes   map[int]int64
	causes  map[string]int64
	times   *histogram // made with the first measurement
}

func (t *tally) add(took time.Duration) {
	took = max(0, took)
	t.count++
	t.sum += took
	t.max = max(t.max, took)
	if t.times == nil {
		t.times = &histogram{}
	}
	if took > longest {
		t.beyond++
	}
	t.times.add(int64(took))
}

func (t *tally) record(m Measurement) {
	t.add(m.Took)
	if m.Failed {
		t.failed++
	}
	if m.Code != 0 {
		if t.codes == nil {
			t.codes = map[int]int64{}
		}
		t.codes[m.Code]++
	}
	if m.Cause != "" {
		t.blame(m.Cause, 1)
	}
}

func (t *tally) blame(cause string, n int64) {
	if t.causes == nil {
		t.causes = map[string]int64{}
	}
	if _, known := t.causes[cause]; !known && len(t.causes) >= mostCauses {
		cause = otherName
	}
	t.causes[cause] += n
}

// reset empties it for the next interval; what it has allocated stays.
func (t *tally) reset() {
	times, codes, causes := t.times, t.codes, t.causes
	if times != nil {
		times.reset()
	}
	clear(codes)
	clear(causes)
	*t = tally{times: times, codes: codes, causes: causes}
}

// merge adds another tally. Histograms of equal parameters merge exactly.
func (t *tally) merge(from *tally) {
	t.count += from.count
	t.failed += from.failed
	t.dropped += from.dropped
	t.beyond += from.beyond
	t.sum += from.sum
	t.max = max(t.max, from.max)
	for code, n := range from.codes {
		if t.codes == nil {
			t.codes = map[int]int64{}
		}
		t.codes[code] += n
	}
	for _, cause := range slices.Sorted(maps.Keys(from.causes)) {
		t.blame(cause, from.causes[cause])
	}
	if from.times != nil && from.times.total > 0 {
		if t.times == nil {
			t.times = &histogram{}
		}
		t.times.merge(from.times)
	}
}

// quantile is 0 without measurements.
func (t *tally) quantile(q float64) time.Duration {
	if t.times == nil {
		return 0
	}
	if v := t.times.at(q); v < longest {
		return min(time.Duration(v), t.max)
	}
	return t.max // beyond the histogram the longest is all that is known
}

func (t *tally) mean() time.Duration {
	if t.count == 0 {
		return 0
	}
	return time.Duration(math.Round(float64(t.sum) / float64(t.count)))
}

var quantiles = []struct {
	name string
	q    float64
}{{"p50", .5}, {"p75", .75}, {"p90", .9}, {"p95", .95}, {"p99", .99}}

// group is the tally as it leaves the runner; latencies are in nanoseconds, as every duration of an event.
func (t *tally) group(k Key, histogram bool) runners.Group {
	g := runners.Group{Of: k.Of, Name: k.Name, Count: t.count, Failed: t.failed, Dropped: t.dropped, Codes: maps.Clone(t.codes)}
	for _, cause := range slices.Sorted(maps.Keys(t.causes)) {
		g.Errors = append(g.Errors, runners.Cause{Key: cause, Count: t.causes[cause]})
	}
	slices.SortStableFunc(g.Errors, func(a, b runners.Cause) int { return int(b.Count - a.Count) })
	if t.count == 0 {
		return g
	}
	g.Sum = t.sum
	g.Latency = map[string]any{"mean": vitalOf(k.Of, t.mean()), "max": vitalOf(k.Of, t.max)}
	for _, q := range quantiles {
		if q.name != "p75" || isVital(k.Of) { // at which vitals are judged everywhere
			g.Latency[q.name] = vitalOf(k.Of, t.quantile(q.q))
		}
	}
	if t.beyond > 0 {
		g.Latency["above 60s"] = t.beyond
	}
	if histogram {
		if encoded, err := t.times.encode(); err == nil {
			g.Histogram = encoded
		}
	}
	return g
}
