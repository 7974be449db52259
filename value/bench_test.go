package value

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure"
	"github.com/cucumber-value/hoops/value/measure/measuretest"

	words "github.com/cucumber-value/hoops/value/clause"
)

// thousand are 1,000 claims over 200 distinct measures, and two days of them, scraped every minute.
func thousand() (past *measuretest.Past, promises []Promise, measures []ir.Measure) {
	past = &measuretest.Past{}
	for i := range 200 {
		name := fmt.Sprintf("thing %d", i+1)
		metric := fmt.Sprintf("thing_%d_total", i+1)
		past.Every(metric, shopLabels, shopBegan.Add(-10*time.Minute), shopNow, time.Minute, func(at time.Time) string {
			h := at.Sub(shopBegan).Hours()
			return fmt.Sprint(int(1000 + float64(20+i)*min(h, 24) + float64(10+i)*max(0, h-24)))
		})
		measures = append(measures, ir.Measure{Name: name, Count: metric, Per: "requests_total", From: "prometheus", Better: "lower"})
		for k, line := range []string{"make fewer %s", "make at most 10,000 %s", "make at most 5 %s per 1,000 requests", "make 20%% fewer %s than release 1.0", "make at most 900 %s over the last 24 hours"} {
			c, _ := words.Parse(fmt.Sprintf(line, name), diag.Pos{File: "a.feature", Line: i + 1, Col: 1}, fmt.Sprintf("a#%d-%d", i, k), measures[i:])
			promises = append(promises, Promise{Feature{ID: "a"}, c})
		}
	}
	past.Every("requests_total", shopLabels, shopBegan.Add(-10*time.Minute), shopNow, time.Minute, func(at time.Time) string {
		return fmt.Sprint(int(1e6 + 5000*at.Sub(shopBegan).Hours()))
	})
	past.Every("up", shopLabels, shopBegan.Add(-10*time.Minute), shopNow, time.Minute, func(time.Time) string { return "1" })
	return past, promises, measures
}

// BenchmarkAThousandClaims asks a local Prometheus for all that 1,000 claims over 200 measures need, each measure in
// each of its windows once, and judges them. The promise is 2 s.
func BenchmarkAThousandClaims(b *testing.B) {
	past, promises, measures := thousand()
	url, _ := prometheusServer(b, past)
	claims := 0
	for _, p := range promises {
		claims += len(p.Clause.Claims)
	}
	if claims != 1000 {
		b.Fatalf("%d claims", claims)
	}
	var questions int
	cpu := func() time.Duration { // of this process: on a busy machine it says more than the clock
		var u syscall.Rusage
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	spent := cpu()
	var asking, judging time.Duration
	for b.Loop() {
		began := time.Now()
		p := NewPlan(promises, measures, shopTimes)
		a := p.Ask(b.Context(), map[string]measure.Source{"prometheus": &measure.Prometheus{URL: url, Version: "test"}}, nil, 8)
		asked := time.Now()
		results := p.Judge(a)
		questions, asking, judging = len(p.Questions()), asking+asked.Sub(began), judging+time.Since(asked)
		for _, r := range results {
			if r.Verdict == Unbound || r.Judgements[0].Reason == SourceFailed || r.Judgements[0].Reason == NoData {
				b.Fatalf("%s: %+v", r.Text, r.Judgements)
			}
		}
	}
	b.ReportMetric((cpu()-spent).Seconds()/float64(b.N), "cpu-s/op")
	b.ReportMetric(float64(questions), "questions")
	b.ReportMetric(asking.Seconds()/float64(b.N), "s-asking")
	b.ReportMetric(judging.Seconds()/float64(b.N), "s-judging")
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/1000-claims")
}
