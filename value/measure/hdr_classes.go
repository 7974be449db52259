package measure

import "time"

// Classes counts the samples of each class of a histogram that is drawn: those up to the first bound, those above it
// and up to the second, and so on. What is above the last bound is counted with the last. The bucket that a bound lies
// in counts by its middle.
func (d HDR) Classes(bounds []time.Duration) []int64 {
	counts := make([]int64, len(bounds))
	if d.h == nil || len(bounds) == 0 {
		return counts
	}
	at := 0
	for _, b := range d.h.Distribution() { // in ascending order
		if b.Count == 0 {
			continue
		}
		middle := time.Duration(b.From+(b.To-b.From)/2) * d.unit
		for at < len(bounds)-1 && middle > bounds[at] {
			at++
		}
		counts[at] += b.Count
	}
	return counts
}
