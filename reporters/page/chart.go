package page

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// Charts are inline SVG without a view box: what lies along the x axis is in percent and what lies along the y axis
// in pixels, so that a chart is as wide as its place and its text is never scaled. Each takes its words from the
// caller, says in its label what it shows, and has a table that says the same; colours come from the style sheet, and
// without one everything is drawn in the colour of the text.

// Tone of a mark, which the style sheet colours and the shape repeats.
type Tone string

const (
	Good    Tone = "good"
	Bad     Tone = "bad"
	Open    Tone = "open"
	Neutral Tone = "neutral"
)

// scale maps values to percent of the width, with room at both ends.
type scale struct{ low, high float64 }

// scaleOf spans the values that are finite.
func scaleOf(values ...float64) scale {
	s := scale{math.Inf(1), math.Inf(-1)}
	for _, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			s.low, s.high = min(s.low, v), max(s.high, v)
		}
	}
	if s.low > s.high {
		return scale{0, 1}
	}
	if s.low == s.high {
		room := max(math.Abs(s.low)/2, 1e-9)
		if s.low == 0 {
			room = 1
		}
		return scale{s.low - room, s.high + room}
	}
	return s
}

// at is where v lies between from and to; what is beyond an end lies on it.
func (s scale) at(v, from, to float64) float64 {
	f := (v - s.low) / (s.high - s.low)
	if math.IsNaN(f) {
		f = 0
	}
	return from + min(max(f, 0), 1)*(to-from)
}

func attr(f float64) string {
	text := strconv.FormatFloat(f, 'f', 1, 64)
	text = strings.TrimSuffix(text, ".0")
	if text == "-0" {
		return "0"
	}
	return text
}

func pct(f float64) string { return attr(f) + "%" }

// drawing is an SVG that is being made.
type drawing struct{ strings.Builder }

func draw(kind string, height int, label string) *drawing {
	d := &drawing{}
	fmt.Fprintf(d, `<svg class="chart %s" width="100%%" height="%d" role="img" fill="currentColor" aria-label="%s">`, kind, height, html.EscapeString(label))
	return d
}

func (d *drawing) line(class, x1, y1, x2, y2 string) {
	fmt.Fprintf(d, `<line class="%s" x1="%s" y1="%s" x2="%s" y2="%s" stroke="currentColor"/>`, class, x1, y1, x2, y2)
}

// axis is drawn by the style sheet alone: without one nothing depends on it.
func (d *drawing) axis(y float64) {
	fmt.Fprintf(d, `<line class="axis" y1="%s" x2="100%%" y2="%s"/>`, attr(y), attr(y))
}

// text stands at x, and turns to the side where there is room for it.
func (d *drawing) text(class string, x, y float64, words string) {
	anchor := ` text-anchor="middle"`
	switch {
	case x < 25:
		anchor = ""
	case x > 75:
		anchor = ` text-anchor="end"`
	}
	if class != "" {
		class = ` class="` + class + `"`
	}
	fmt.Fprintf(d, `<text%s x="%s" y="%s"%s>%s</text>`, class, pct(x), attr(y), anchor, html.EscapeString(words))
}

// mark is a shape of its own for each tone, so that colour is never all there is. The style sheet turns a square into
// a diamond and moves what is not round to its place.
func (d *drawing) mark(tone Tone, x, y, size float64) {
	switch tone {
	case Good:
		fmt.Fprintf(d, `<circle class="good" cx="%s" cy="%s" r="%s"/>`, pct(x), attr(y), attr(size))
	case Bad:
		fmt.Fprintf(d, `<rect class="bad mark" x="%s" y="%s" width="%s" height="%s"/>`, pct(x), attr(y-size), attr(2*size), attr(2*size))
	case Open: // hollow by the style sheet, and smaller without
		fmt.Fprintf(d, `<circle class="open" cx="%s" cy="%s" r="%s"/>`, pct(x), attr(y), attr(size-1))
	default:
		fmt.Fprintf(d, `<rect class="neutral mark" x="%s" y="%s" width="%s" height="3"/>`, pct(x), attr(y-1.5), attr(2*size))
	}
}

func (d *drawing) end() template.HTML {
	d.WriteString("</svg>")
	return template.HTML(d.String())
}

// Whisker is an interval with its point and the line that was promised. Low or High may be infinite: the whisker
// then ends in an arrow.
type Whisker struct {
	Low, Point, High float64 // NaN is not known
	Target           float64 // NaN is none
	Upper            float64 // of a promise between two numbers; NaN is none
	Above            bool    // the promise is kept above the target
	Tone             Tone
	Show             func(float64) string
	Observed, Asked  string // in words: "3.1%", "less than 1%"
	Label            string
}

// SVG draws it: the promised side is shaded, the interval a bar upon it.
func (w Whisker) SVG() template.HTML {
	s := scaleOf(w.Low, w.Point, w.High, w.Target, w.Upper)
	if s.low > 0 && s.low < s.high/2 {
		s.low = 0
	}
	const left, right, y = 3.0, 97.0, 34.0
	at := func(v float64) float64 { return s.at(v, left, right) }
	d := draw("whisker", 70, w.Label)
	d.axis(y)
	if !math.IsNaN(w.Target) {
		from, to := 0.0, at(w.Target)
		switch {
		case !math.IsNaN(w.Upper):
			from, to = min(at(w.Target), at(w.Upper)), max(at(w.Target), at(w.Upper))
		case w.Above:
			from, to = to, 100
		}
		fmt.Fprintf(d, `<rect class="promised" x="%s" y="22" width="%s" height="24" fill="none"/>`, pct(from), pct(to-from))
		for _, edge := range []float64{w.Target, w.Upper} {
			if !math.IsNaN(edge) {
				d.line("target", pct(at(edge)), "16", pct(at(edge)), "52")
			}
		}
		d.text("asked", at(w.Target), 66, "promised: "+w.Asked)
	}
	if !math.IsNaN(w.Low) && !math.IsNaN(w.High) {
		a, b := min(at(w.Low), at(w.High)), max(at(w.Low), at(w.High))
		if math.IsInf(w.Low, -1) {
			a = 0
		}
		if math.IsInf(w.High, 1) {
			b = 100
		}
		fmt.Fprintf(d, `<rect class="interval %s" x="%s" y="30" width="%s" height="8" rx="4"/>`, w.Tone, pct(a), pct(max(b-a, .3)))
	}
	if !math.IsNaN(w.Point) {
		d.mark(w.Tone, at(w.Point), y, 6)
		d.text("observed", at(w.Point), 12, w.Observed)
	}
	return d.end()
}

// Table says the same as the picture.
func (w Whisker) Table() Table {
	t := Table{Head: []string{"", "value"}}
	if !math.IsNaN(w.Point) {
		t.Rows = append(t.Rows, []string{"observed", w.Observed})
	}
	if !math.IsNaN(w.Low) && !math.IsNaN(w.High) {
		t.Rows = append(t.Rows, []string{"interval", w.Show(w.Low) + " to " + w.Show(w.High)})
	}
	if !math.IsNaN(w.Target) {
		t.Rows = append(t.Rows, []string{"promised", w.Asked})
	}
	return t
}

// Table is a chart in words. Its first column names the rows.
type Table struct {
	Caption string
	Head    []string
	Rows    [][]string
}

// HTML writes the table, without the end tags that HTML makes by itself: they would be a third of it.
func (t Table) HTML() template.HTML {
	var b strings.Builder
	b.WriteString("<table>")
	if t.Caption != "" {
		b.WriteString("<caption>" + html.EscapeString(t.Caption) + "</caption>")
	}
	b.WriteString("<thead><tr>")
	for _, h := range t.Head {
		if h == "" {
			b.WriteString("<td>")
			continue
		}
		b.WriteString(`<th>` + html.EscapeString(h))
	}
	b.WriteString("<tbody>")
	for _, row := range t.Rows {
		b.WriteString("<tr>")
		for i, cell := range row {
			if i == 0 {
				b.WriteString(`<th>` + html.EscapeString(cell))
				continue
			}
			b.WriteString("<td>" + html.EscapeString(cell))
		}
	}
	b.WriteString("</table>")
	return template.HTML(b.String())
}
