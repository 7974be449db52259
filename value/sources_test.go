package value

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure"
	"github.com/cucumber-value/hoops/value/measure/measuretest"
)

// The shop of these tests: release 1.0 for a day, then 1.1 for a day until now.
var (
	shopBegan = time.Date(2026, 3, 9, 10, 0, 0, 0, time.UTC)
	shopNext  = shopBegan.Add(24 * time.Hour)
	shopNow   = shopBegan.Add(48 * time.Hour)
	shopTimes = Times{Now: shopNow, Alone: true, Releases: []Release{{Version: "1.1", At: shopNext}, {Version: "1.0", At: shopBegan}}}
)

const shopLabels = `job="shop",instance="a:80"`

// shopPast: what every counter had reached at a time.
func shopPast() *measuretest.Past {
	x := &measuretest.Past{}
	from, to := shopBegan.Add(-10*time.Minute), shopNow
	hourly := func(before, after float64) func(time.Time) string {
		return func(at time.Time) string {
			h := at.Sub(shopBegan).Hours()
			return fmt.Sprint(100 + math.Floor(before*min(h, 24)+after*max(0, h-24)))
		}
	}
	add := func(name string, before, after float64) {
		x.Every(name, shopLabels, from, to, time.Minute, hourly(before, after))
	}
	x.Every("up", shopLabels, from, to, time.Minute, func(time.Time) string { return "1" })
	add("sums_total", 1000, 1000)
	add("mistakes_total", 10, 4)    // 240, then 96
	add("slips_total", 1, .8)       // 24, then 19
	add("crashes_total", 0, .2)     // 0, then 4
	add("orders_total", 200, 200.4) // 4,800, then 4,809
	add("good_minutes_total", 59.95, 59.95)
	add("minutes_total", 60, 60)
	x.Every("broken_total", shopLabels, from, to, time.Minute, func(time.Time) string { return "NaN" })
	x.Every("young_total", shopLabels, shopNext.Add(-10*time.Minute), to, time.Minute, hourly(0, 5))
	x.Every("gappy_total", `job="gappy",instance="b:80"`, from, to, time.Minute, func(at time.Time) string {
		if at.After(shopNext.Add(2*time.Hour)) && at.Before(shopNext.Add(20*time.Hour)) {
			return ""
		}
		return "7"
	})
	for _, le := range []struct {
		bound   string
		share   float64
		quicker float64
	}{{"0.1", .5, .7}, {"0.3", .9, .96}, {"1.0", .99, .999}, {"+Inf", 1, 1}} {
		x.Every("search_seconds_bucket", shopLabels+`,le="`+le.bound+`"`, from, to, time.Minute, hourly(100*le.share, 100*le.quicker))
		x.Every("rare_seconds_bucket", shopLabels+`,le="`+le.bound+`"`, from, to, time.Minute, hourly(math.Round(le.share), math.Round(le.quicker)))
	}
	// Two groups at the same time: blue makes half the mistakes of green. The traffic of odd goes over to blue at noon.
	for _, g := range []struct {
		group              string
		mistakes, sums, a2 float64
	}{{"blue", 10, 1000, 1900}, {"green", 25, 1000, 100}} {
		labels := shopLabels + `,group="` + g.group + `"`
		x.Every("trial_mistakes_total", labels, from, to, time.Minute, hourly(g.mistakes, g.mistakes))
		x.Every("trial_sums_total", labels, from, to, time.Minute, hourly(g.sums, g.sums))
		x.Every("odd_mistakes_total", labels, from, to, time.Minute, hourly(g.mistakes, g.mistakes))
		x.Every("odd_sums_total", labels, from, to, time.Minute, func(at time.Time) string {
			h := at.Sub(shopBegan).Hours()
			return fmt.Sprint(math.Floor(1000*min(h+1, 36) + g.a2*max(0, h-35)))
		})
	}
	// One burst a day of 120, where independent events would come 5 an hour.
	x.Every("bursts_total", shopLabels, from, to, time.Minute, func(at time.Time) string {
		h := at.Sub(shopBegan).Hours()
		n := 0.0
		for _, start := range []float64{3, 12, 20} {
			n += 60 * max(0, min(1, h-start))
		}
		for _, start := range []float64{27, 40} {
			n += 50 * max(0, min(1, h-start))
		}
		return fmt.Sprint(math.Floor(n))
	})
	return x
}

func shopMeasures(from string) []ir.Measure {
	count := func(name, metric, per, better string) ir.Measure {
		return ir.Measure{Name: name, Count: metric, Per: per, From: from, Better: better, Owner: "shop-team"}
	}
	grouped := count("trial mistakes", "trial_mistakes_total", "trial_sums_total", "lower")
	grouped.Split, grouped.Control = `group="blue"`, `group="green"`
	odd := count("odd mistakes", "odd_mistakes_total", "odd_sums_total", "lower")
	odd.Split, odd.Control = grouped.Split, grouped.Control
	up := count("availability", "good_minutes_total", "", "higher")
	up.Of, up.Says = "minutes_total", []string{"be available"}
	return []ir.Measure{
		count("mistakes", "mistakes_total", "sums_total", "lower"), count("slips", "slips_total", "sums_total", "lower"), count("crashes", "crashes_total", "sums_total", "lower"),
		count("orders", "orders_total", "sums_total", "higher"), count("misnamed", "mistake_total", "sums_total", "lower"), count("broken things", "broken_total", "sums_total", "lower"),
		count("young things", "young_total", "sums_total", "lower"), count("gappy things", "gappy_total", "", "lower"), count("bursts", "bursts_total", "sums_total", "lower"),
		{Name: "searches", Quantile: "search_seconds", From: from, Unit: "s", Better: "lower", Says: []string{"answer {quantity} of searches", "answer searches"}},
		{Name: "rare searches", Quantile: "rare_seconds", From: from, Unit: "s", Better: "lower", Says: []string{"answer rare searches", "answer {quantity} of rare searches"}},
		grouped, odd, up,
	}
}

// TestEveryReasonFromARealPrometheus produces what owners read of each reason, and of each verdict, from a server.
func TestEveryReasonFromARealPrometheus(t *testing.T) {
	url, stop := prometheusServer(t, shopPast())
	source := func() map[string]measure.Source {
		return map[string]measure.Source{"prometheus": &measure.Prometheus{URL: url, Version: "test"}}
	}
	measures := shopMeasures("prometheus")
	none, first := shopTimes, shopTimes
	none.Releases, first.Releases = nil, shopTimes.Releases[1:]
	first.Now = shopNext
	fresh := shopTimes
	fresh.Now = shopNext.Add(10 * time.Minute)
	east := shopTimes
	east.Zone = time.FixedZone("an island", 14*3600) // where midnight is when the releases were
	var b strings.Builder
	for _, c := range []struct {
		want  string
		times Times
		line  string
	}{
		{"delivered", shopTimes, "make fewer mistakes"},
		{"delivered", shopTimes, "make 20% fewer mistakes than release 1.0"},
		{"missed", shopTimes, "make more mistakes"},
		{"missed", shopTimes, "take twice as many orders"},
		{"delivered", shopTimes, "take as many orders as before"},
		{"delivered", shopTimes, "keep orders unchanged within 10%"},
		{"straddles", shopTimes, "answer searches faster"},
		{"delivered", shopTimes, "answer 95% of searches within 300 ms"},
		{"source_failed", shopTimes, "answer 95% of searches within 250 ms"},
		{"missed", shopTimes, "answer 99% of searches within 300 ms"},
		{"delivered", shopTimes, "make fewer trial mistakes than the control group"},
		{"delivered", shopTimes, "make fewer than 100 mistakes in the first 24 hours"},
		{"missed", shopTimes, "be available 99.95% of the day"},
		{"missed", shopTimes, "be available 99.9990% of the day"},
		{"delivered", east, "make at most 200 mistakes every day"},
		{"missed", east, "make at most 90 mistakes every day"},
		{"straddles", shopTimes, "make fewer bursts"},
		{"no_data", shopTimes, "make 0 misnamed"},
		{"no_data", shopTimes, "make no broken things"},
		{"no_baseline", none, "make fewer mistakes"},
		{"no_baseline", first, "make fewer mistakes"},
		{"no_baseline", shopTimes, "make fewer mistakes than release 0.9"},
		{"no_baseline", shopTimes, "make fewer young things"},
		{"no_baseline", shopTimes, "make fewer mistakes than the control group"},
		{"zero_baseline", shopTimes, "make fewer crashes"},
		{"incomplete_window", shopTimes, "make at most 9 gappy things"},
		{"incomplete_window", shopTimes, "make fewer gappy things"},
		{"incomplete_window", none, "make fewer than 9 mistakes in the first 24 hours"},
		{"sample_ratio_mismatch", shopTimes, "make fewer odd mistakes than the control group"},
		{"too_early", fresh, "make fewer mistakes"},
		{"too_early", shopTimes, "make fewer slips"},
		{"too_early", shopTimes, "answer rare searches faster"},
		{"too_early", fresh, "make no mistakes on 9 of 10 days"},
		{"too_close", shopTimes, "take at least 200 orders an hour"},
		{"straddles", shopTimes, "make at most 0.7 slips per 1,000 sums"},
		{"straddles", shopTimes, "answer rare searches within 300 ms"},
	} {
		r := read(t, measures, c.times, source(), nil, c.line)[0]
		fmt.Fprintf(&b, "%s\n", c.line)
		told(&b, r)
		if len(r.Judgements) != 1 {
			t.Fatalf("%s: %+v", c.line, r)
		}
		j := r.Judgements[0]
		if got := cmp.Or(string(j.Reason), string(j.Verdict)); got != c.want {
			t.Errorf("%s: %s, want %s: %s", c.line, got, c.want, j.Sentence)
		}
		if j.Verdict == Undecided && j.WouldChange == "" && len(j.Help) == 0 {
			t.Errorf("%s: nothing would change it: %s", c.line, j.Sentence)
		}
	}
	stop()
	j := read(t, measures, shopTimes, source(), nil, "make 0 mistakes")[0].Judgements[0]
	if j.Verdict != Undecided || j.Reason != SourceFailed || !strings.HasSuffix(j.Sentence, "refused the connection") {
		t.Errorf("%+v", j)
	}
	fmt.Fprintf(&b, "stopped: %s %s: %s\n", j.Verdict, j.Reason, strings.ReplaceAll(j.Sentence, url, "URL"))
	golden(t, "prometheus.golden", strings.ReplaceAll(b.String(), url, "URL"))
}
