package page

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// Bar is one row of Bars.
type Bar struct {
	Label string
	Value float64 // NaN is not known
	Words string  // the value as people write it
	Tone  Tone
}

// Bars are values against one line.
type Bars struct {
	Rows   []Bar
	Target float64 // NaN is none
	Asked  string
	Label  string
}

// SVG draws a row for each value; all begin at 0.
func (c Bars) SVG() template.HTML {
	values := []float64{0, c.Target}
	for _, r := range c.Rows {
		values = append(values, r.Value)
	}
	s := scaleOf(values...)
	foot := 4
	if !math.IsNaN(c.Target) {
		foot = 24
	}
	height := 38*len(c.Rows) + foot
	at := func(v float64) float64 { return s.at(v, 0, 96) }
	d := draw("bars", height, c.Label)
	for i, r := range c.Rows {
		y := float64(38 * i)
		d.text("", 0, y+13, strings.TrimSpace(r.Label+"  "+r.Words))
		fmt.Fprintf(d, `<rect class="track" x="0" y="%s" width="100%%" height="10" rx="5" fill="none"/>`, attr(y+20))
		if a, b := at(min(r.Value, 0)), at(max(r.Value, 0)); !math.IsNaN(r.Value) {
			fmt.Fprintf(d, `<rect class="bar %s" x="%s" y="%s" width="%s" height="10" rx="5"/>`, r.Tone, pct(a), attr(y+20), pct(max(b-a, .4)))
		}
	}
	if !math.IsNaN(c.Target) {
		d.line("target", pct(at(c.Target)), "17", pct(at(c.Target)), attr(float64(height-foot)))
		d.text("asked", at(c.Target), float64(height-6), "promised: "+c.Asked)
	}
	return d.end()
}

// Table says the same as the picture.
func (c Bars) Table() Table {
	t := Table{Head: []string{"", "value"}}
	for _, r := range c.Rows {
		t.Rows = append(t.Rows, []string{r.Label, r.Words})
	}
	if !math.IsNaN(c.Target) {
		t.Rows = append(t.Rows, []string{"promised", c.Asked})
	}
	return t
}

// Step of a trend: one release.
type Step struct {
	Label string
	Value float64 // NaN is not known: the mark then stands on the axis
	Words string
	Tone  Tone
	Said  string // the verdict in words
	Of    string // how much was looked at
	When  string
}

// Trend is a value by release, the oldest first.
type Trend struct {
	Steps  []Step
	Target float64
	Asked  string
	Label  string
}

// SVG draws a mark for each release, at its value.
func (c Trend) SVG() template.HTML {
	values := []float64{c.Target}
	known := 0
	for _, s := range c.Steps {
		values = append(values, s.Value)
		if !math.IsNaN(s.Value) {
			known++
		}
	}
	s := scaleOf(values...)
	const top, base = 22.0, 74.0
	at := func(i int) float64 {
		if len(c.Steps) == 1 {
			return 50
		}
		return 4 + 92*float64(i)/float64(len(c.Steps)-1)
	}
	high := func(v float64) float64 {
		if math.IsNaN(v) || known == 0 {
			return base
		}
		return s.at(v, base, top)
	}
	d := draw("trend", 104, c.Label)
	d.axis(base + 8)
	if !math.IsNaN(c.Target) && known > 0 {
		y := attr(high(c.Target))
		d.line("target", "0", y, "100%", y)
	}
	var path strings.Builder
	for i := 1; i < len(c.Steps); i++ {
		a, b := c.Steps[i-1].Value, c.Steps[i].Value
		if math.IsNaN(a) || math.IsNaN(b) {
			continue
		}
		if i == 1 || math.IsNaN(c.Steps[i-2].Value) {
			fmt.Fprintf(&path, "M%s %s", attr(10*at(i-1)), attr(high(a)))
		}
		fmt.Fprintf(&path, "L%s %s", attr(10*at(i)), attr(high(b)))
	}
	if path.Len() > 0 {
		fmt.Fprintf(d, `<svg width="100%%" height="104" viewBox="0 0 1000 104" preserveAspectRatio="none"><path class="path" d="%s" fill="none" stroke="currentColor"/></svg>`, path.String())
	}
	every := (len(c.Steps) + 5) / 6 // labels that do not touch each other
	for i, st := range c.Steps {
		d.mark(st.Tone, at(i), high(st.Value), 5)
		last := i == len(c.Steps)-1
		if last || i%every == 0 && len(c.Steps)-1-i >= every {
			d.text("", at(i), base+25, diag.Cut(st.Label, 12))
		}
		if (last || i == 0) && !math.IsNaN(st.Value) {
			d.text("observed", at(i), high(st.Value)-10, diag.Cut(st.Words, 24))
		}
	}
	return d.end()
}

// Table says the same as the picture, the newest first.
func (c Trend) Table() Table {
	t := Table{Head: []string{"release", "judged", "observed", "of", "verdict"}}
	for i := len(c.Steps) - 1; i >= 0; i-- {
		s := c.Steps[i]
		t.Rows = append(t.Rows, []string{s.Label, s.When, s.Words, s.Of, s.Said})
	}
	return t
}

// Series is one line of Lines: values at equal distances.
type Series struct {
	Name   string
	Values []float64 // NaN is a gap
	Tone   Tone
}

// Lines are values over time.
type Lines struct {
	Series   []Series
	From, To string // ends of the time axis in words
	Target   float64
	Asked    string
	Show     func(float64) string
	Label    string
}

// SVG draws each series as one path, with gaps where nothing is known.
func (c Lines) SVG() template.HTML {
	values := []float64{0, c.Target}
	for _, s := range c.Series {
		values = append(values, s.Values...)
	}
	s := scaleOf(values...)
	d := draw("lines", 190, c.Label)
	d.text("", 0, 12, c.Show(s.high))
	d.axis(18)
	d.axis(168)
	if !math.IsNaN(c.Target) {
		y := s.at(c.Target, 168, 18)
		d.line("target", "0", attr(y), "100%", attr(y))
		d.text("asked", 100, y-5, "promised: "+c.Asked)
	}
	d.WriteString(`<svg x="0" y="18" width="100%" height="150" viewBox="0 0 1000 150" preserveAspectRatio="none">`)
	for n, line := range c.Series {
		var path strings.Builder
		move := true
		for i, v := range line.Values {
			if math.IsNaN(v) {
				move = true
				continue
			}
			verb := "L"
			if move {
				verb, move = "M", false
			}
			x := 1000 * float64(i) / float64(max(len(line.Values)-1, 1))
			fmt.Fprintf(&path, "%s%s %s", verb, attr(x), attr(s.at(v, 150, 0)))
		}
		fmt.Fprintf(d, `<path class="series s%d %s" d="%s" fill="none" stroke="currentColor" stroke-width="2"/>`, n%6, line.Tone, path.String())
	}
	d.WriteString(`</svg>`)
	d.text("", 0, 184, c.From)
	d.text("", 100, 184, c.To)
	return d.end()
}

// Table has the least, the last and the greatest value of each series.
func (c Lines) Table() Table {
	t := Table{Head: []string{"", "least", "greatest", "last"}}
	for _, s := range c.Series {
		low, high, last := math.NaN(), math.NaN(), math.NaN()
		for _, v := range s.Values {
			if math.IsNaN(v) {
				continue
			}
			last = v
			if !(v >= low) {
				low = v
			}
			if !(v <= high) {
				high = v
			}
		}
		t.Rows = append(t.Rows, []string{s.Name, c.Show(low), c.Show(high), c.Show(last)})
	}
	if !math.IsNaN(c.Target) {
		t.Rows = append(t.Rows, []string{"promised", c.Asked, "", ""})
	}
	return t
}

// Column of a histogram.
type Column struct {
	Label string // its upper bound
	Count int64
}

// Histogram is how often values were how great.
type Histogram struct {
	Columns []Column
	Label   string
}

// SVG draws a column for each class.
func (c Histogram) SVG() template.HTML {
	most := int64(1)
	for _, col := range c.Columns {
		most = max(most, col.Count)
	}
	d := draw("histogram", 150, c.Label)
	d.axis(126)
	wide := 100 / float64(max(len(c.Columns), 1))
	every := (len(c.Columns) + 4) / 5 // labels that do not touch each other on a telephone
	for i, col := range c.Columns {
		h := 110 * float64(col.Count) / float64(most)
		if col.Count > 0 {
			h = max(h, 1)
		}
		fmt.Fprintf(d, `<rect class="bar neutral" x="%s" y="%s" width="%s" height="%s"/>`, pct(wide*float64(i)+wide*.08), attr(126-h), pct(wide*.84), attr(h))
		if i%every == 0 {
			d.text("", wide*(float64(i)+.5), 143, diag.Cut(col.Label, 12))
		}
	}
	return d.end()
}

// Table says the same as the picture.
func (c Histogram) Table() Table {
	t := Table{Head: []string{"up to", "count"}}
	for _, col := range c.Columns {
		t.Rows = append(t.Rows, []string{col.Label, Thousands(col.Count)})
	}
	return t
}
