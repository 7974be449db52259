package page_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"flag"
	"fmt"
	"html/template"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cucumber-value/hoops/reporters/page"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got), -update writes it:\n%s", file, diff)
	}
}

var nan, inf = math.NaN(), math.Inf(1)

// charts that a page may show, with what is odd about each.
func charts() map[string]interface {
	SVG() template.HTML
	Table() page.Table
} {
	show := page.Percent
	return map[string]interface {
		SVG() template.HTML
		Table() page.Table
	}{
		"whisker":            page.Whisker{Low: .02, Point: .035, High: .05, Target: .01, Upper: nan, Tone: page.Bad, Show: show, Observed: "3.5%", Asked: "less than 1%", Label: "l"},
		"whisker, above":     page.Whisker{Low: .9, Point: .97, High: .99, Target: .95, Upper: nan, Above: true, Tone: page.Open, Show: show, Observed: "97%", Asked: "at least 95%", Label: "l"},
		"whisker, between":   page.Whisker{Low: 2, Point: 3, High: 4, Target: 1, Upper: 5, Tone: page.Good, Show: page.Number, Observed: "3", Asked: "between 1 and 5", Label: "l"},
		"whisker, unbounded": page.Whisker{Low: 2, Point: 3, High: inf, Target: 1, Upper: nan, Tone: page.Open, Show: page.Number, Observed: "3", Asked: "at most 1", Label: "l"},
		"whisker, nothing":   page.Whisker{Low: nan, Point: nan, High: nan, Target: nan, Upper: nan, Show: page.Number, Label: "l"},
		"bars":               page.Bars{Rows: []page.Bar{{"now", 3, "3", page.Bad}, {"before", nan, "–", page.Neutral}}, Target: 2, Asked: "at most 2", Label: "l"},
		"bars, no target":    page.Bars{Rows: []page.Bar{{"now", 0, "0", page.Good}}, Target: nan, Label: "l"},
		"trend": page.Trend{Steps: []page.Step{{Label: "1.0", Value: 3, Words: "3", Tone: page.Bad, Said: "Missed", Of: "9", When: "1 Mar"}, {Label: "1.1", Value: nan, Words: "–", Tone: page.Open, Said: "Not yet known"},
			{Label: "1.2", Value: 1, Words: "1", Tone: page.Good, Said: "Delivered"}, {Label: "1.3", Value: 0, Words: "0", Tone: page.Neutral}}, Target: 2, Asked: "2", Label: "l"},
		"trend, one":         page.Trend{Steps: []page.Step{{Label: "1.0", Value: 3, Words: "3"}}, Target: nan, Label: "l"},
		"trend, no values":   page.Trend{Steps: []page.Step{{Label: "1.0", Value: nan}, {Label: "1.1", Value: nan}}, Target: 2, Label: "l"},
		"trend, none":        page.Trend{Target: nan, Label: "l"},
		"lines":              page.Lines{Series: []page.Series{{Name: "p95", Values: []float64{1, 2, nan, 4, 3}}, {Name: "none"}}, From: "0s", To: "15s", Target: 3, Asked: "at most 3", Show: page.Number, Label: "l"},
		"histogram":          page.Histogram{Columns: []page.Column{{"1ms", 4}, {"2ms", 12_004}, {"4ms", 0}}, Label: "l"},
		"histogram, nothing": page.Histogram{Label: "l"},
	}
}

// Each chart is the SVG it was, well formed, without a number that is none, and says in its table what it shows.
func TestCharts(t *testing.T) {
	var b strings.Builder
	for _, name := range sorted(charts()) {
		c := charts()[name]
		svg := string(c.SVG())
		d := xml.NewDecoder(strings.NewReader(svg))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, svg)
			}
		}
		if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") || regexp.MustCompile(` style=| on\w+=`).MatchString(svg) {
			t.Errorf("%s: %s", name, svg)
		}
		fmt.Fprintf(&b, "== %s\n%s\n%s\n", name, strings.ReplaceAll(svg, "><", ">\n<"), c.Table().HTML())
	}
	golden(t, "charts.golden", b.String())
}

func sorted[V any](of map[string]V) (names []string) {
	for n := range of {
		names = append(names, n)
	}
	for i := range names {
		for j := i; j > 0 && names[j] < names[j-1]; j-- {
			names[j], names[j-1] = names[j-1], names[j]
		}
	}
	return names
}

// Whatever the numbers are, nothing is drawn outside of the picture.
func TestWhiskersStayInside(t *testing.T) {
	place := regexp.MustCompile(`(?:x|x1|x2|cx|width)="(-?[\d.]+)%"`)
	rapid.Check(t, func(t *rapid.T) {
		any := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, nan, inf, -inf, 1, math.MaxFloat64, -math.MaxFloat64, 5e-324}))
		w := page.Whisker{Low: any.Draw(t, "low"), Point: any.Draw(t, "point"), High: any.Draw(t, "high"), Target: any.Draw(t, "target"), Upper: any.Draw(t, "upper"), Above: rapid.Bool().Draw(t, "above"), Show: page.Number}
		svg := string(w.SVG())
		for _, m := range place.FindAllStringSubmatch(svg, -1) {
			var f float64
			if _, err := fmt.Sscan(m[1], &f); err != nil || f < 0 || f > 100 {
				t.Fatalf("%s in %s", m[0], svg)
			}
		}
		if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Fatal(svg)
		}
	})
}

// The policy of a page has the hash of each style and script in it, and allows nothing else.
func TestThePolicyKnowsItsOwn(t *testing.T) {
	var b strings.Builder
	d := page.Document{Title: "</title><script>1</script>\x1b", Style: "p{color:red}", Bare: "b{}", Script: "let a = 1 < 2;", Body: "<p>hello</p>"}
	if err := d.Write(&b); err != nil {
		t.Fatal(err)
	}
	policy := regexp.MustCompile(`content="(default-src[^"]+)"`).FindStringSubmatch(b.String())[1]
	for _, m := range regexp.MustCompile(`(?s)<(style|script)>(.*?)</(?:style|script)>`).FindAllStringSubmatch(b.String(), -1) {
		sum := sha256.Sum256([]byte(m[2]))
		if hash := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(policy, hash) {
			t.Errorf("the policy %s does not know the %s %.40q", policy, m[1], m[2])
		}
	}
	for _, loose := range []string{"unsafe", "*", "http", "'self'"} {
		if strings.Contains(policy, loose) {
			t.Errorf("the policy allows %s: %s", loose, policy)
		}
	}
	if n := strings.Count(b.String(), "<script"); n != 1 {
		t.Errorf("%d scripts", n)
	}
	b.Reset()
	if err := (page.Document{Title: "x"}).Write(&b); err != nil || strings.Contains(b.String(), "script-src") || strings.Contains(b.String(), "<script") {
		t.Errorf("a page without a script: %v %s", err, b.String())
	}
}

func TestWords(t *testing.T) {
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{page.Number(0), "0"}, {page.Number(1204), "1,204"}, {page.Number(17512.4), "17,512"}, {page.Number(0.00123), "0.00123"}, {page.Number(-1234567), "−1,234,567"},
		{page.Number(nan), "unknown"}, {page.Number(inf), "∞"}, {page.Number(-inf), "−∞"}, {page.Number(99.96), "100"}, {page.Number(1e-20), "0"}, {page.Number(-0.04), "−0.04"},
		{page.Percent(.961), "96.1%"}, {page.Percent(.00001), "0.001%"}, {page.Percent(1), "100%"},
		{page.Change(.63), "−37%"}, {page.Change(1.03), "+3%"}, {page.Change(1), "no change"}, {page.Change(.3333), "−66.7%"}, {page.Change(3), "+200%"},
		{page.Count(1, "promise"), "1 promise"}, {page.Count(12004, "promise"), "12,004 promises"}, {page.Count(0, "promise"), "0 promises"}, {page.Thousands(-1000), "−1,000"},
		{page.Day(noon), "2 March 2026"}, {page.Moment(noon.In(time.FixedZone("", 7200))), "2 March 2026, 12:00 UTC"},
		{page.Span(noon, noon), "2 March 2026, 12:00:00 UTC"}, {page.Span(noon, noon.Add(time.Minute)), "2 March 2026, 12:00:00 to 12:01:00 UTC"}, {page.Span(noon, noon.Add(time.Hour)), "2 March 2026, 12:00 to 13:00 UTC"},
		{page.Span(noon, noon.Add(72*time.Hour)), "2 March to 5 March 2026"}, {page.Span(noon.Add(-12*time.Hour), noon.Add(6*24*time.Hour+12*time.Hour)), "2 March to 8 March 2026"}, // a week
		{page.Span(noon.AddDate(-1, 0, 0), noon), "2 March 2025 to 2 March 2026"}, {page.Span(time.Time{}, time.Time{}), ""},
		{page.Duration(0), "less than a second"}, {page.Duration(19 * time.Second), "19 seconds"}, {page.Duration(61 * time.Second), "1 minute"}, {page.Duration(90 * time.Minute), "2 hours"}, {page.Duration(26 * time.Hour), "1 day"}, {page.Duration(12 * 24 * time.Hour), "12 days"},
		{page.Line("a\nb\x1b[1m\u202e", 100), `a; b\u001b[1m\u202e`}, {page.Line("héllo", 3), "hé…"}, {page.Block("a\r\n\tb\n\n\nc\n", 10, 2), "a\n    b\n… 3 lines more"},
		{page.Markdown("@all [x](http://y) <b> |", 100), "@&#8203;all &#91;x&#93;(http&#58;//y) &lt;b&gt; &#124;"},
		{page.Anchor(map[string]bool{"shop-a-1": true}, "Shop", "A/1"), "shop-a-1-2"}, {page.Anchor(map[string]bool{}, "שלום"), "feature"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, expected %q", c.got, c.want)
		}
	}
}
