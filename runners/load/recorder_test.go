package load

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cucumber-value/hoops/runners"
)

func groups(r *Recorder) []runners.Group {
	var list []runners.Group
	for _, k := range r.keys() {
		list = append(list, r.tallies[k].group(k, true))
	}
	return list
}

// What the shards of a run have measured, merged in any order and grouping, is what one recorder would have.
func TestMergeIsTheSameAsOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one := NewRecorder()
		shards := make([]*Recorder, rapid.IntRange(1, 6).Draw(t, "shards"))
		for i := range shards {
			shards[i] = NewRecorder()
		}
		for range rapid.IntRange(0, 60).Draw(t, "measurements") {
			k := Key{rapid.SampledFrom(order).Draw(t, "of"), rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "name")}
			m := Measurement{
				Took:   time.Duration(rapid.Int64Range(-5, int64(2*time.Minute)).Draw(t, "took")),
				Failed: rapid.Bool().Draw(t, "failed"),
				Code:   rapid.SampledFrom([]int{0, 200, 500}).Draw(t, "code"),
				Cause:  rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "cause"),
			}
			one.Record(k, m)
			shards[rapid.IntRange(0, len(shards)-1).Draw(t, "shard")].Record(k, m)
		}
		merged := NewRecorder()
		for len(shards) > 0 {
			i := rapid.IntRange(0, len(shards)-1).Draw(t, "next")
			if len(shards) > 1 && rapid.Bool().Draw(t, "between themselves") {
				shards[(i+1)%len(shards)].Merge(shards[i])
			} else {
				merged.Merge(shards[i])
			}
			shards = slices.Delete(shards, i, i+1)
		}
		if !reflect.DeepEqual(one, merged) {
			t.Fatal(cmp.Diff(groups(one), groups(merged)))
		}
	})
}

func TestHistogramsTravel(t *testing.T) {
	var a tally
	for i := range 1000 {
		a.add(time.Duration(i+1) * time.Millisecond)
	}
	a.add(2 * time.Minute)
	g := a.group(Key{Of: OfRequests}, true)
	h, err := hdr.Decode([]byte(g.Histogram))
	if err != nil {
		t.Fatal(err)
	}
	if p95 := h.ValueAtQuantile(95); h.TotalCount() != 1001 || math.Abs(float64(p95-a.times.at(.95))) > float64(p95)/1000 {
		t.Errorf("%d values, p95 %d", h.TotalCount(), h.ValueAtQuantile(95))
	}
	if g.Latency["max"] != 2*time.Minute || g.Latency["above 60s"] != int64(1) || g.Sum != a.sum {
		t.Errorf("%v", g.Latency)
	}
	if p95 := g.Latency["p95"].(time.Duration); (p95 - 951*time.Millisecond).Abs() > time.Millisecond {
		t.Errorf("p95 %s", p95)
	}
	if got := (&tally{}).group(Key{Of: OfRequests}, true); got.Latency != nil || got.Histogram != "" {
		t.Errorf("nothing is %+v", got)
	}
}

// Servers cannot make a recorder grow for ever.
func TestRecorderIsBounded(t *testing.T) {
	r := NewRecorder()
	for i := range 2 * mostKeys {
		r.Record(Key{OfRequest, fmt.Sprint(i)}, Measurement{})
	}
	if len(r.tallies) != mostKeys+1 || r.beyond != mostKeys || r.of(Key{OfRequest, otherName}).count != mostKeys {
		t.Errorf("%d keys, %d beyond", len(r.tallies), r.beyond)
	}
	full := NewRecorder()
	for i := range mostKeys {
		full.Record(Key{OfStep, fmt.Sprint(i)}, Measurement{})
	}
	full.Merge(r)
	if full.beyond != 2*mostKeys {
		t.Errorf("%d beyond after merging", full.beyond)
	}
	var a tally
	for i := range 3 * mostCauses {
		a.record(Measurement{Failed: true, Cause: fmt.Sprint("id ", i)})
	}
	if len(a.causes) != mostCauses+1 || a.causes[otherName] != 2*mostCauses || a.failed != 3*mostCauses {
		t.Errorf("%d causes, %d others", len(a.causes), a.causes[otherName])
	}
}
