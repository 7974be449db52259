package load

import (
	"fmt"
	"math"
	"math/bits"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
)

// Histograms are HdrHistograms of nanoseconds at 3 digits: what is read from them is within 0.1% of what was
// measured. What is longer than a minute counts as a minute; maximum and mean are kept beside, exactly.
const (
	shortest = 1
	longest  = 60_000_000_000
	digits   = 3
)

// A page holds the counters of one doubling: those of 3 digits are 1024, in 8 KB. The first two are those of up
// to 2047 ns.
const (
	pageBits = 10
	pages    = 27 // up to 2^36 ns
)

type page [1 << pageBits]int64

// histogram counts as an HdrHistogram does, index for index, but has only the pages that something was counted in:
// the library's own would take 221 KB for each step, and a server's latencies lie within few doublings.
type histogram struct {
	pages [pages]*page
	total int64
}

func (h *histogram) add(ns int64) {
	ns = min(max(0, ns), longest)
	i := indexOf(ns)
	p := h.pages[i>>pageBits]
	if p == nil {
		p = &page{}
		h.pages[i>>pageBits] = p
	}
	p[i&(1<<pageBits-1)]++
	h.total++
}

// indexOf is the counter of a value: its bucket is the doubling that it lies in, and holds 1024 counters.
func indexOf(ns int64) int {
	bucket := bits.Len64(uint64(ns|(2<<pageBits-1))) - pageBits - 1
	return bucket<<pageBits + int(ns>>bucket)
}

// valueOf is the middle of the values that a counter stands for, at 4 digits: more would be noise, and both
// together are within 0.1% of what was measured.
func valueOf(i int) int64 {
	if i < 2<<pageBits {
		return int64(i)
	}
	bucket := i>>pageBits - 1
	sub := int64(i&(1<<pageBits-1)) | 1<<pageBits
	middle := sub<<bucket + 1<<bucket/2
	unit := int64(1)
	for middle/unit >= 10_000 {
		unit *= 10
	}
	return (middle + unit/2) / unit * unit
}

func (h *histogram) merge(from *histogram) {
	for i, p := range from.pages {
		if p == nil {
			continue
		}
		if h.pages[i] == nil {
			h.pages[i] = &page{}
		}
		own := h.pages[i]
		for j, n := range p {
			own[j] += n
		}
	}
	h.total += from.total
}

// reset keeps the pages.
func (h *histogram) reset() {
	for _, p := range h.pages {
		if p != nil {
			clear(p[:])
		}
	}
	h.total = 0
}

// at is the value that a share q of all do not exceed, 0 when nothing was counted.
func (h *histogram) at(q float64) int64 {
	if h.total == 0 {
		return 0
	}
	rank := min(max(1, int64(math.Ceil(q*float64(h.total)-1e-9))), h.total)
	seen := int64(0)
	for i, p := range h.pages {
		if p == nil {
			continue
		}
		for j, n := range p {
			if seen += n; seen >= rank {
				return min(valueOf(i<<pageBits+j), longest)
			}
		}
	}
	return longest
}

// encode writes it as every HdrHistogram reader knows it: V2, compressed, base64.
func (h *histogram) encode() (string, error) {
	s := &hdr.Snapshot{LowestTrackableValue: shortest, HighestTrackableValue: longest, SignificantFigures: digits, Counts: make([]int64, pages<<pageBits)}
	for i, p := range h.pages {
		if p != nil {
			copy(s.Counts[i<<pageBits:], p[:])
		}
	}
	encoded, err := hdr.Import(s).Encode(hdr.V2CompressedEncodingCookieBase)
	return string(encoded), err
}

// decodeHistogram reads what encode wrote. Another range or precision would not add up exactly, and is refused.
func decodeHistogram(text string) (*histogram, error) {
	read, err := hdr.Decode([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("a histogram cannot be read: %w", err)
	}
	s := read.Export()
	if s.LowestTrackableValue != shortest || s.HighestTrackableValue != longest || s.SignificantFigures != digits {
		return nil, fmt.Errorf("a histogram is of %d to %d at %d digits, expected %d to %d at %d", s.LowestTrackableValue, s.HighestTrackableValue, s.SignificantFigures, shortest, longest, digits)
	}
	h := &histogram{}
	for i, n := range s.Counts {
		switch {
		case n == 0:
			continue
		case n < 0 || i >= pages<<pageBits || h.total > math.MaxInt64-n:
			return nil, fmt.Errorf("a histogram counts %d at %d", n, i)
		}
		if h.pages[i>>pageBits] == nil {
			h.pages[i>>pageBits] = &page{}
		}
		h.pages[i>>pageBits][i&(1<<pageBits-1)] = n
		h.total += n
	}
	return h, nil
}
