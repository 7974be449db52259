package load

import (
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
	"pgregory.net/rapid"
)

// durations from nanoseconds to a minute, each doubling as often as any other.
func durations(t *rapid.T, most int) []int64 {
	n := rapid.IntRange(1, most).Draw(t, "count")
	list := make([]int64, n)
	for i := range list {
		low := int64(1) << rapid.IntRange(0, 35).Draw(t, "doubling")
		list[i] = min(low+rapid.Int64Range(0, low).Draw(t, "within"), longest)
	}
	return list
}

// The library that everybody reads histograms with counts the same, and ours comes back from it.
func TestHistogramIsAnHdrHistogram(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		theirs, ours := hdr.New(shortest, longest, digits), &histogram{}
		list := durations(t, 200)
		for _, v := range list {
			ours.add(v)
			if err := theirs.RecordValue(v); err != nil {
				t.Fatal(err)
			}
		}
		text, err := ours.encode()
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := hdr.Decode([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(decoded.Export().Counts, theirs.Export().Counts) {
			t.Fatal("other counters")
		}
		if back, err := decodeHistogram(text); err != nil || !reflect.DeepEqual(back, ours) {
			t.Fatalf("%v: it came back as another", err)
		}
	})
}

// Every quantile is within 0.1% of the exact one, at any latency.
func TestQuantilesAreExactToATenthOfAPercent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := durations(t, 1000)
		h := &histogram{}
		for _, v := range list {
			h.add(v)
		}
		slices.Sort(list)
		for _, q := range []float64{0, .01, .5, .9, .95, .99, .999, 1} {
			exact := list[max(0, int(math.Ceil(q*float64(len(list))-1e-9))-1)]
			if got := h.at(q); math.Abs(float64(got-exact)) > float64(exact)/1000 {
				t.Fatalf("q %g is %s, exactly %s", q, time.Duration(got), time.Duration(exact))
			}
		}
	})
}

func TestHistogramOfOthersIsRefused(t *testing.T) {
	other := hdr.New(1, 60_000_000, 3)
	encoded, err := other.Encode(hdr.V2CompressedEncodingCookieBase)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(encoded), "", "HISTFAAA", "???"} {
		if _, err := decodeHistogram(text); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}

func BenchmarkHistogramAdd(b *testing.B) {
	h := &histogram{}
	for i := range b.N {
		h.add(int64(i%5000) * 1000)
	}
}
