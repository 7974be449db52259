package measure

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"pgregory.net/rapid"

	"github.com/cucumber-value/hoops/dsl/ir"
)

func stream(labels model.Metric, from time.Time, every time.Duration, values ...float64) *model.SampleStream {
	s := &model.SampleStream{Metric: labels}
	for i, v := range values {
		s.Values = append(s.Values, model.SamplePair{Timestamp: model.TimeFromUnixNano(from.Add(time.Duration(i) * every).UnixNano()), Value: model.SampleValue(v)})
	}
	return s
}

// TestARiseIsWhatHappened: whatever was scraped, restarts included, the rise is the sum of what happened between
// the scrape at or before the window's start and the last one in it, exactly.
func TestARiseIsWhatHappened(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		steps := rapid.SliceOfN(rapid.Int64Range(-1, 5), 2, 60).Draw(rt, "steps") // -1 is a restart
		first := rapid.IntRange(0, len(steps)-1).Draw(rt, "first")
		var values []float64
		total, want := int64(rapid.Int64Range(0, 1<<50).Draw(rt, "start")), int64(0)
		for i, n := range steps {
			before := total
			if n < 0 {
				total = rapid.Int64Range(0, min(3, max(0, total-1))).Draw(rt, "after")
				if i > first && total < before {
					want += total
				}
			} else {
				total += n
				if i > first {
					want += n
				}
			}
			values = append(values, float64(total))
		}
		w := Window{From: begun.Add(time.Duration(first) * 15 * time.Second), To: begun.Add(time.Hour)}
		list, ended, f := countersOf(model.Matrix{stream(nil, begun, 15*time.Second, values...)}, "x", w)
		if f != nil || len(list)+len(ended) != 1 || len(ended) == 1 != (first == len(steps)-1) {
			rt.Fatal(list, ended, f)
		}
		if len(list) == 1 && list[0].rise.Cmp(big.NewRat(want, 1)) != 0 {
			rt.Fatal(list[0].rise, want)
		}
	})
}

// TestCoverageIsTheShareOfScrapes: of a target that misses scrapes, about as much is covered as was scraped, and
// never more than all.
func TestCoverageIsTheShareOfScrapes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(60, 240).Draw(rt, "scrapes")
		from, length := rapid.IntRange(1, n-20).Draw(rt, "from"), rapid.IntRange(0, 20).Draw(rt, "missing")
		s := &model.SampleStream{}
		for i := 0; i <= n; i++ {
			if i < from || i >= from+length {
				s.Values = append(s.Values, stream(nil, begun.Add(time.Duration(i)*15*time.Second), 0, 7).Values...)
			}
		}
		w := Window{From: begun, To: begun.Add(time.Duration(n) * 15 * time.Second)}
		list, ended, f := countersOf(model.Matrix{s}, "x", w)
		if f != nil {
			rt.Fatal(f)
		}
		obs := Observation{Window: w, Since: w.From, Coverage: 1}
		covered(list, ended, nil, "x", &obs)
		if want := 1 - float64(length)/float64(n); obs.Coverage > 1 || obs.Coverage < want-.01 || obs.Coverage > want+.01 || length > 0 && obs.Gap == "" {
			rt.Fatal(obs.Coverage, want, obs.Gap)
		}
	})
}

func TestOneScrapeWatchesNothing(t *testing.T) {
	w := hour(0)
	list, ended, _ := countersOf(model.Matrix{stream(nil, begun.Add(time.Minute), 0, 0)}, "x", w)
	obs := Observation{Window: w, Coverage: 1}
	covered(list, ended, nil, "x", &obs)
	if obs.Coverage != 0 {
		t.Error(obs.Coverage)
	}
}

func TestHistogramsThatDisagree(t *testing.T) {
	rises := func(pairs map[string]int64, of int) map[string]*bucket {
		found := map[string]*bucket{}
		for le, n := range pairs {
			found[le] = &bucket{bound: le, rise: big.NewRat(n, 1), of: of}
		}
		return found
	}
	m := ir.Measure{Quantile: "x_seconds"}
	var obs Observation
	if f := buckets(m, "x_seconds_bucket", "x", rises(map[string]int64{"0.1": 5, "0.3": 4, "+Inf": 9}, 1), 1, &obs); f == nil || f.Reason != SourceFailed {
		t.Error("fewer below a higher bound:", f)
	}
	if f := buckets(m, "x_seconds_bucket", "x", rises(map[string]int64{"0.1": 0, "+Inf": 0}, 1), 1, &obs); f == nil || f.Reason != NoData || !strings.Contains(f.Sentence, "nothing happened") {
		t.Error("no sample:", f)
	}
	half := rises(map[string]int64{"0.1": 5, "0.3": 6, "+Inf": 9}, 2)
	half["0.1"].of = 1
	if f := buckets(m, "x_seconds_bucket", "x", half, 2, &obs); f != nil {
		t.Fatal(f)
	}
	if _, err := obs.Distribution.AtMost(big.NewRat(1, 10)); err == nil || len(obs.Notes) != 1 {
		t.Error("a bound that only one of two histograms has is not counted:", obs.Notes)
	}
	if n, err := obs.Distribution.AtMost(big.NewRat(3, 10)); n != 6 || err != nil {
		t.Error(n, err)
	}
	m.Unit = "ms"
	if f := buckets(m, "x_bucket", "x", rises(map[string]int64{"250": 4, "+Inf": 5}, 1), 1, &obs); f != nil {
		t.Fatal(f)
	}
	if n, err := obs.Distribution.AtMost(big.NewRat(1, 4)); n != 4 || err != nil {
		t.Error("thresholds are in seconds, whatever the histogram's unit:", n, err)
	}
}

func FuzzExact(f *testing.F) {
	for _, s := range []string{"1", "-0.5", "1e999999999", "NaN", "0x1p3", "1_000", "1/3", "Inf", "", "null"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, failure := exact("it", s)
		if (r == nil) == (failure == nil) {
			t.Errorf("%q: %v %v", s, r, failure)
		}
		if r != nil && strings.ContainsAny(s, "/_xX") {
			t.Errorf("%q became %s", s, r)
		}
	})
}
