package load

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
)

// summed is the final summary of what a recorder holds, as it comes from another process.
func summed(t testing.TB, r *Recorder, asked, started int64) *runners.Summary {
	s := &runners.Summary{Final: true, Model: OpenModel, Load: "10/s for 1s", To: time.Second, Arrivals: time.Second, Asked: asked, Started: started, Dropped: asked - started}
	for _, k := range r.keys() {
		s.Groups = append(s.Groups, named(r.tallies[k].group(k, true), k, "Pay"))
	}
	return again(t, s)
}

func again(t testing.TB, s *runners.Summary) *runners.Summary {
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back runners.Summary
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	return &back
}

// A run that is split in any way, and merged in any order and grouping, is the run: counters, histograms and what
// is read from them. Recorders are tried in more ways (TestMergeIsTheSameAsOne); encoding takes some milliseconds.
func TestSplitRunsMergeToTheSingleOne(t *testing.T) {
	for seed := range uint64(12) {
		draw := rand.New(rand.NewPCG(seed, 7))
		type part struct {
			*Recorder
			asked, started int64
		}
		one := part{Recorder: NewRecorder()}
		parts := make([]part, 1+draw.IntN(4))
		for i := range parts {
			parts[i].Recorder = NewRecorder()
		}
		for range draw.IntN(100) {
			k := Key{[]string{OfJourneys, OfScenario, OfRequest, ir.LayoutShift}[draw.IntN(4)], "a"}
			m := Measurement{
				Took: time.Duration(draw.Int64N(int64(time.Second) << draw.IntN(7))), Failed: draw.IntN(2) == 0,
				Code: []int{0, 200, 500}[draw.IntN(3)], Cause: []string{"", "x", "y"}[draw.IntN(3)],
			}
			to := &parts[draw.IntN(len(parts))]
			for _, p := range []*part{&one, to} {
				p.Record(k, m)
				p.asked += 2
				p.started++
			}
		}
		var list []*runners.Summary
		for _, p := range parts {
			list = append(list, summed(t, p.Recorder, p.asked, p.started))
		}
		for len(list) > 1 { // any two or more, until one is left
			n := 2 + draw.IntN(len(list)-1)
			draw.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
			merged, err := Merge(list[:n])
			if err != nil {
				t.Fatal(err)
			}
			list = append(slices.Clone(list[n:]), again(t, merged))
		}
		got, err := Merge(list)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(summed(t, one.Recorder, one.asked, one.started), again(t, got)); d != "" {
			t.Fatalf("seed %d: %s", seed, d)
		}
	}
}

// Percentiles of the whole are those of all measurements, not a mean of the parts'.
func TestMergedGateIsJudgedOverTheWhole(t *testing.T) {
	fast, slow := NewRecorder(), NewRecorder()
	for i := range 90 {
		for _, k := range []Key{{Of: OfJourneys}, {Of: OfRequests}, {OfScenario, "f/pay"}} {
			fast.Record(k, Measurement{Took: time.Millisecond})
			if i < 10 {
				slow.Record(k, Measurement{Took: time.Second, Failed: i == 0})
			}
		}
	}
	merged, err := Merge([]*runners.Summary{summed(t, fast, 90, 90), summed(t, slow, 10, 10)})
	if err != nil {
		t.Fatal(err)
	}
	list, gate, err := Judge(merged, expects("p50 < 2ms", "p95 > 900ms", "errors == 1%", "achieved == 1", `scenario("Pay").count == 100`, `scenario("f/pay").p90 < 2ms`, "requests.rate == 100"))
	if err != nil || gate != runners.GatePassed {
		t.Errorf("%v %s %+v", err, gate, list)
	}
	if list, gate, err = Judge(merged, expects("p50 < 2ms")); err != nil || gate != runners.GateFailed || len(list) != 2 || !list[1].Implied {
		t.Errorf("%v %s %+v", err, gate, list)
	}
	mean := merged.Groups[0].Latency["mean"].(time.Duration)
	if want := (90*time.Millisecond + 10*time.Second) / 100; math.Abs(float64(mean-want)) > 1 {
		t.Errorf("mean %s, want %s", mean, want)
	}
}

func TestWhatCannotBeMerged(t *testing.T) {
	whole := func() *runners.Summary {
		r := NewRecorder()
		r.Record(Key{Of: OfJourneys}, Measurement{Took: time.Millisecond})
		return summed(t, r, 1, 1)
	}
	change := func(f func(*runners.Summary)) *runners.Summary {
		s := whole()
		f(s)
		return s
	}
	for want, part := range map[string]*runners.Summary{
		"part 2 of 2 is no final summary":       nil,
		"part 2 of 2 is no final summary ":      change(func(s *runners.Summary) { s.Final = false }),
		`a load of the "closed" model`:          change(func(s *runners.Summary) { s.Model = ClosedModel }),
		"a histogram cannot be read":            change(func(s *runners.Summary) { s.Groups[0].Histogram = "" }),
		"the histogram holds 1 of 2":            change(func(s *runners.Summary) { s.Groups[0].Count = 2 }),
		`part 2 of 2: journeys "" stands there`: change(func(s *runners.Summary) { s.Groups = append(s.Groups, s.Groups[0]) }),
	} {
		if _, err := Merge([]*runners.Summary{whole(), part}); err == nil || !strings.Contains(err.Error(), strings.TrimSpace(want)) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := Merge(nil); err == nil {
		t.Error("nothing is merged")
	}
}
