package reporters

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"time"

	"github.com/cucumber-value/hoops/reporters/page"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/value/measure"
)

// showTime writes a chart's nanoseconds.
func showTime(f float64) string {
	if math.IsNaN(f) {
		return "–"
	}
	return rounded(time.Duration(f))
}

func showRate(f float64) string {
	if math.IsNaN(f) {
		return "–"
	}
	return page.Number(f) + "/s"
}

func showCount(f float64) string {
	if math.IsNaN(f) {
		return "–"
	}
	return page.Number(f)
}

// over is a chart of lines over the load's time.
func (l *loadSeries) over(title string, show func(float64) string, lines ...page.Series) htmlFigure {
	c := page.Lines{Target: math.NaN(), Show: show, Label: title, Series: lines}
	return l.figure(title, c)
}

func (l *loadSeries) figure(title string, c page.Lines) htmlFigure {
	c.From, c.To = "start", rounded(l.points[len(l.points)-1].to.Round(time.Second))
	f := htmlFigure{Title: title}
	for i, s := range c.Series {
		f.Legend = append(f.Legend, htmlKey{i % 6, s.Tone, s.Name})
	}
	f.Picture, f.Table = c.SVG(), c.Table().HTML()
	return f
}

// figures of the whole load.
func (l *loadSeries) figures(s *stage) []htmlFigure {
	closedLoad := s.summary.Model == closedModel
	started := page.Series{Name: "achieved", Values: l.line(func(p loadPoint) float64 { return p.perSecond(p.started) })}
	asked := page.Series{Name: "asked", Values: l.line(func(p loadPoint) float64 { return p.perSecond(p.asked) })}
	rates := []page.Series{started, asked}
	if closedLoad {
		rates = rates[:1]
	}
	if s.summary.Dropped > 0 {
		rates = append(rates, page.Series{Name: "dropped", Tone: page.Bad, Values: l.line(func(p loadPoint) float64 { return p.perSecond(p.dropped) })})
	}
	figures := []htmlFigure{l.over("Journeys a second", showRate, rates...)}
	if l.timed(groupKey{of: ofJourneys}) {
		figures = append([]htmlFigure{l.latencyAgainst(ofJourneys, s.summary)}, figures...)
	}
	if l.timed(groupKey{of: ofRequests}) {
		figures = append(figures, l.latencyAgainst(ofRequests, s.summary))
	}
	if most := slices.Max(l.line(func(p loadPoint) float64 { return float64(p.inFlight) })); most > 0 {
		figures = append(figures, l.over("Journeys in flight", showCount, page.Series{Name: "in flight", Values: l.line(func(p loadPoint) float64 { return float64(p.inFlight) })}))
	}
	return figures
}

var percentileBound = regexp.MustCompile(`^(journeys\.|requests\.|)p(?:50|95|99) <=? ([0-9.]+(?:µs|us|ms|s|m))$`)

// latencyAgainst is the latency with the line that was expected of it, where that is near enough to be drawn.
func (l *loadSeries) latencyAgainst(of string, sum *runners.Summary) htmlFigure {
	key, title := groupKey{of: of}, "Latency of "+of
	c := page.Lines{Target: math.NaN(), Show: showTime, Label: title + ": p50, p95 and p99 over time", Series: l.percentiles(key)}
	for _, e := range sum.Expectations {
		m := percentileBound.FindStringSubmatch(e.Source)
		if m == nil || cmp.Or(m[1], "requests.") != of+"." { // p95 by itself is that of requests
			continue
		}
		most := 0.0
		for _, s := range c.Series {
			for _, v := range s.Values {
				if v > most {
					most = v
				}
			}
		}
		if d, err := time.ParseDuration(m[2]); err == nil && float64(d) < 3*most {
			c.Target, c.Asked = float64(d), e.Source
			break
		}
	}
	return l.figure(title, c)
}

// timed reports whether there is a latency to be drawn.
func (l *loadSeries) timed(key groupKey) bool {
	g := l.groups[key]
	return g != nil && slices.ContainsFunc(g.points, func(p groupPoint) bool { return max(p.p50, p.p95, p.p99) >= 0 })
}

func (l *loadSeries) percentiles(key groupKey) []page.Series {
	return []page.Series{
		{Name: "p50", Values: l.times(key, func(p groupPoint) time.Duration { return p.p50 })},
		{Name: "p95", Values: l.times(key, func(p groupPoint) time.Duration { return p.p95 })},
		{Name: "p99", Values: l.times(key, func(p groupPoint) time.Duration { return p.p99 })},
	}
}

func (l *loadSeries) latency(key groupKey, name string) htmlFigure {
	return l.figure("Latency", page.Lines{Target: math.NaN(), Show: showTime, Label: "Latency of " + name + " over time", Series: l.percentiles(key)})
}

func (l *loadSeries) rates(key groupKey) htmlFigure {
	return l.over("Rate and failures", showRate,
		page.Series{Name: "all", Values: l.rate(key, func(p groupPoint) int64 { return p.count })},
		page.Series{Name: "failed", Tone: page.Bad, Values: l.rate(key, func(p groupPoint) int64 { return p.failed })})
}

// mostCauseLines is how many causes are drawn over time.
const mostCauseLines = 5

// errors of journeys over time, by cause.
func (l *loadSeries) errors(sum *runners.Summary) (htmlFigure, bool) {
	totals := map[string]int64{}
	for _, p := range l.points {
		for cause, n := range p.causes {
			totals[cause] += n
		}
	}
	if len(totals) == 0 {
		return htmlFigure{}, false
	}
	causes := slices.SortedFunc(maps.Keys(totals), func(a, b string) int { return cmp.Or(cmp.Compare(totals[b], totals[a]), cmp.Compare(a, b)) })
	var lines []page.Series
	for _, cause := range causes[:min(len(causes), mostCauseLines)] {
		lines = append(lines, page.Series{Name: page.Line(cause, 160), Values: l.line(func(p loadPoint) float64 { return p.perSecond(p.causes[cause]) })})
	}
	f := l.over("Failed journeys a second, by cause", showRate, lines...)
	if left := len(causes) - mostCauseLines; left > 0 {
		f.Note = fmt.Sprintf("And %s, which are in the table below.", plural(int64(left), "more cause"))
	}
	return f, true
}

// table of every point.
func (l *loadSeries) table(closedLoad bool) page.Table {
	t := page.Table{Head: []string{"until", "asked", "started", "dropped", "in flight", "ended", "failed", "p50", "p95", "p99"}}
	journeys := groupKey{of: ofJourneys}
	for i, p := range l.points {
		g := l.at(journeys, i)
		time := func(d time.Duration) string {
			if d < 0 {
				return ""
			}
			return rounded(d)
		}
		row := []string{rounded(p.to), thousands(p.asked), thousands(p.started), thousands(p.dropped), thousands(p.inFlight), thousands(g.count), thousands(g.failed), time(g.p50), time(g.p95), time(g.p99)}
		if closedLoad {
			row[1] = ""
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// mostClasses of a histogram: more columns are not told apart on a telephone.
const mostClasses = 48

// histogramOf draws the latencies of a group in classes that grow as the latencies do. A group without a histogram
// has none, or one that cannot be read: its percentiles are in the tables.
func histogramOf(g runners.Group, title string) (htmlFigure, bool) {
	if g.Histogram == "" {
		return htmlFigure{}, false
	}
	d, err := measure.DecodeHDR(g.Histogram)
	if err != nil || d.Count() == 0 {
		return htmlFigure{}, false
	}
	low, _, _ := d.Quantile(0.0001)
	_, high, _ := d.Quantile(1)
	if math.IsInf(high, 1) || high <= 0 {
		return htmlFigure{}, false
	}
	bounds := classes(low, high)
	c := page.Histogram{Label: title + ": how many took how long"}
	for i, n := range d.Classes(bounds) {
		c.Columns = append(c.Columns, page.Column{Label: rounded(bounds[i]), Count: n})
	}
	return htmlFigure{Title: title + ", how many took how long", Note: "Under each column the longest time in it; each class is wider than the one before by the same factor.", Picture: c.SVG(), Table: c.Table().HTML()}, true
}

// classes from low to high in seconds: ten to a decade, as preferred numbers go, or fewer.
func classes(low, high float64) []time.Duration {
	for _, steps := range [][]float64{{1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, 8}, {1, 1.6, 2.5, 4, 6.3}, {1, 2, 5}, {1, 3.2}, {1}} {
		var list []time.Duration
		for e := math.Floor(math.Log10(max(low, 1e-9))); ; e++ {
			done := false
			for _, s := range steps {
				bound := s * math.Pow(10, e)
				if bound < low {
					continue
				}
				list = append(list, time.Duration(math.Round(bound*1e9)))
				if done = bound >= high; done {
					break
				}
			}
			if done || len(list) > 1000 {
				break
			}
		}
		if len(list) <= mostClasses {
			return list
		}
	}
	return []time.Duration{time.Duration(high * 1e9)}
}
