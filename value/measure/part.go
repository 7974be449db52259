package measure

import (
	"time"
)

// A window has as many parts as scrapes can tell apart: four scrapes for one, and not more than mostParts.
const (
	mostParts      = 24
	scrapesForPart = 4
)

// parts is how many parts of the window the scrapes of a series can tell apart.
func (c counter) parts(w Window) int {
	every := interval(c.times)
	if every <= 0 {
		return 0
	}
	return min(mostParts, int(w.To.Sub(w.From)/(scrapesForPart*every)))
}

// spread adds what a series rose by to the parts of the window. What it rose by between two scrapes is spread evenly
// over the time between them.
func (c counter) spread(parts []float64, w Window) {
	if len(parts) == 0 {
		return
	}
	length := w.To.Sub(w.From) / time.Duration(len(parts))
	for i, v := range c.values {
		rise := float64(v.Value)
		from := c.life.from // of a series that was not there before
		if i > 0 {
			from = c.values[i-1].Timestamp.Time()
			if before := float64(c.values[i-1].Value); rise >= before {
				rise -= before
			}
		} else if c.based {
			continue
		}
		add(parts, from, v.Timestamp.Time(), rise, w.From, length)
	}
}

func add(parts []float64, from, to time.Time, rise float64, begin time.Time, length time.Duration) {
	from = later(from, begin)
	whole := to.Sub(from)
	if whole <= 0 || rise == 0 || length <= 0 {
		return
	}
	for i := int(from.Sub(begin) / length); i < len(parts); i++ {
		start, end := begin.Add(time.Duration(i)*length), begin.Add(time.Duration(i+1)*length)
		s := span{later(start, from), to}
		if s.to.After(end) {
			s.to = end
		}
		parts[i] += rise * s.length().Seconds() / whole.Seconds()
		if !to.After(end) {
			return
		}
	}
}

// partsOf joins events and exposure, where both are known part by part.
func partsOf(events, exposure []float64, timed bool, w Window) []Part {
	n := len(events)
	if !timed {
		n = min(n, len(exposure))
	}
	if n < 2 || !timed && len(events) != len(exposure) {
		return nil
	}
	parts := make([]Part, n)
	for i := range parts {
		parts[i] = Part{events[i], w.To.Sub(w.From).Seconds() / float64(n)}
		if !timed {
			parts[i].Exposure = exposure[i]
		}
	}
	return parts
}
