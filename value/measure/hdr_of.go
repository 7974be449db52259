package measure

import (
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
)

// longestHDR is the longest time that a histogram of durations tells apart.
const longestHDR = time.Hour

// HDROf is the histogram of durations, as runs write theirs.
func HDROf(all []time.Duration) (HDR, error) {
	h := hdr.New(1, int64(longestHDR), 3)
	for _, d := range all {
		if err := h.RecordValue(int64(min(max(d, 0), longestHDR))); err != nil {
			return HDR{}, err
		}
	}
	return HDR{h, unitOf(h)}, nil
}
