package measure

import (
	"fmt"
	"math"
	"math/big"
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
)

// HDR is a distribution in an HdrHistogram as runs write it: exact counts in buckets that are at most a thousandth
// wide. Two of them are one by addition.
type HDR struct {
	h    *hdr.Histogram
	unit time.Duration
}

// unitOf is what a histogram counts in. Those of runs reach up to a minute: in nanoseconds, and in microseconds
// those that were recorded before.
func unitOf(h *hdr.Histogram) time.Duration {
	if h.HighestTrackableValue() >= int64(time.Minute) {
		return time.Nanosecond
	}
	return time.Microsecond
}

var _ Distribution = HDR{}

// DecodeHDR reads an HdrHistogram, V2 compressed, in base64.
func DecodeHDR(encoded string) (d HDR, err error) {
	defer func() { // the decoder takes what it reads for lengths
		if r := recover(); r != nil {
			err = fmt.Errorf("it is no HdrHistogram: %v", r)
		}
	}()
	h, err := hdr.Decode([]byte(encoded))
	if err != nil {
		return HDR{}, fmt.Errorf("it is no HdrHistogram: %w", err)
	}
	return HDR{h, unitOf(h)}, nil
}

// Encode is the inverse of DecodeHDR.
func (d HDR) Encode() (string, error) {
	text, err := d.h.Encode(hdr.V2CompressedEncodingCookieBase)
	return string(text), err
}

// plus is the distribution of the samples of both.
func (d HDR) plus(other HDR) (HDR, *Failure) {
	if d.unit > other.unit { // into the finer one
		d, other = other, d
	}
	sum := d.h.Clone()
	if d.unit != other.unit {
		for _, b := range other.h.Distribution() {
			if b.Count > 0 {
				if err := sum.RecordValues(min(b.To*int64(other.unit/d.unit), sum.HighestTrackableValue()), b.Count); err != nil {
					return HDR{}, failed(SourceFailed, "two histograms cannot be added up: %s", err)
				}
			}
		}
		return HDR{sum, d.unit}, nil
	}
	if dropped := sum.Merge(other.h); dropped > 0 {
		return HDR{}, failed(SourceFailed, "%d samples of one histogram are longer than the other can hold", dropped)
	}
	return HDR{sum, d.unit}, nil
}

// Count is how many samples there are.
func (d HDR) Count() int64 {
	if d.h == nil {
		return 0
	}
	return d.h.TotalCount()
}

// AtMost counts the buckets that lie within the limit. The one that the limit lies in holds samples on both sides:
// where it holds any, they count as too slow, so that no share is overstated by more than a bucket of a thousandth.
func (d HDR) AtMost(limit *big.Rat) (int64, error) {
	most, _ := new(big.Rat).Mul(limit, big.NewRat(int64(time.Second/d.unit), 1)).Float64()
	if longest := d.h.HighestTrackableValue(); most >= float64(longest) && d.h.Max() >= longest {
		at := time.Duration(longest) * d.unit
		return 0, failed(SourceFailed, "a run does not tell apart what takes longer than %s", at).help("promise at most " + at.String())
	}
	var n int64
	for _, b := range d.h.Distribution() {
		if float64(b.To) <= most {
			n += b.Count
		}
	}
	return n, nil
}

// Quantile is the bucket that the q-quantile lies in, in seconds.
func (d HDR) Quantile(q float64) (low, high float64, ok bool) {
	n, ok := rank(q, d.Count())
	if !ok {
		return 0, 0, false
	}
	second := float64(time.Second / d.unit)
	for _, b := range d.h.Distribution() {
		if n -= b.Count; n <= 0 {
			return float64(b.From) / second, float64(b.To) / second, true
		}
	}
	return float64(d.h.Max()) / second, math.Inf(1), true
}
