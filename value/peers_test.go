package value

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure"
)

// Each of these is named after the peer that gets it wrong; the claims and the sources are real, the verdict is not
// theirs.

// scraped judges by an application's endpoint that answers with a text, before and after.
func scraped(t *testing.T, m ir.Measure, before, after, line string) Judgement {
	t.Helper()
	text := before
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) }))
	defer server.Close()
	scraper := measure.Scraper{URL: server.URL, Version: "test"}
	began := time.Now()
	start, err := scraper.Scrape(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text = after
	end, err := scraper.Scrape(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w := measure.Window{From: began, To: time.Now(), Words: "this run", Open: true}
	r := read(t, []ir.Measure{m}, Times{Now: w.To, Run: w}, map[string]measure.Source{"openmetrics": measure.OpenMetrics{Start: start, End: end}}, nil, line)[0]
	if len(r.Judgements) != 1 {
		t.Fatalf("%s: %+v", line, r)
	}
	return r.Judgements[0]
}

// fromSQLite judges by a real database with orders of two days.
func fromSQLite(t *testing.T, m ir.Measure, times Times, line string, statements ...string) Judgement {
	t.Helper()
	path := filepath.Join(t.TempDir(), "shop.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append([]string{"create table orders (at text, amount real, state text)"}, statements...) {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	m.From = "sql"
	r := read(t, []ir.Measure{m}, times, map[string]measure.Source{"sql": measure.SQL{DSN: func(ir.Measure) (string, error) { return path, nil }}}, nil, line)[0]
	if len(r.Judgements) != 1 {
		t.Fatalf("%s: %+v", line, r)
	}
	return r.Judgements[0]
}

func sayAndCheck(t *testing.T, j Judgement, reason Reason, sentence string) {
	t.Helper()
	if j.Verdict != Undecided || j.Reason != reason || !strings.Contains(j.Sentence, sentence) {
		t.Errorf("%s %s: %s", j.Verdict, j.Reason, j.Sentence)
	}
	if OutcomeOf([]Result{{Verdict: j.Verdict}}, false).ExitCode() != 4 {
		t.Error("it is no pass and no failure")
	}
}

const process = "process_start_time_seconds 1700000000\n"

func TestKeptnPassesWithoutBaseline(t *testing.T) {
	m := calculator
	j := scraped(t, m, process+"calculator_mistakes_total 0\ncalculator_sums_total 0\n", process+"calculator_mistakes_total 0\ncalculator_sums_total 9000\n", "make fewer silly mistakes")
	sayAndCheck(t, j, NoBaseline, "there is no previous release to compare with")
	if len(j.Help) == 0 || !strings.Contains(j.Help[0], "hoops release VERSION") {
		t.Error(j.Help)
	}
}

func TestK6PassesWithoutSamples(t *testing.T) {
	m := ir.Measure{Name: "checkout", From: "run", Quantile: "duration", Better: "lower", Unit: "s"}
	now := time.Now()
	w := measure.Window{From: now.Add(-time.Minute), To: now, Words: "this run", Open: true}
	for _, groups := range [][]measure.Group{nil, {SampleGroup("requests", "", nil)}} {
		r := read(t, []ir.Measure{m}, Times{Now: now, Run: w}, map[string]measure.Source{"run": measure.Run{Groups: groups}}, nil, "have 95% of checkout within 300 ms")[0]
		sayAndCheck(t, r.Judgements[0], NoData, "this run")
		if len(groups) == 0 && !strings.Contains(r.Judgements[0].Sentence, "measured no request") {
			t.Error(r.Judgements[0].Sentence)
		}
	}
}

func orders(day int, amounts ...float64) string {
	var rows []string
	for i, a := range amounts {
		rows = append(rows, fmt.Sprintf("('2026-03-%02d 10:%02d:%02d', %g, 'paid')", day, i/60, i%60, a))
	}
	return "insert into orders values " + strings.Join(rows, ", ")
}

func days(n int) Times {
	at := func(d int) time.Time { return time.Date(2026, 3, d, 0, 0, 0, 0, time.UTC) }
	return Times{Now: at(3 + n - 1), Alone: true, Releases: []Release{{Version: "2", At: at(2)}, {Version: "1", At: at(1)}}}
}

func repeated(n int, values ...float64) (all []float64) {
	for len(all) < n {
		all = append(all, values...)
	}
	return all[:n]
}

var basket = ir.Measure{Name: "basket", Value: "select amount from orders where at >= :from and at < :to", Better: "higher", Unit: "£"}

// TestKayentaPassesOnTooFewPoints: seven orders of £90 beside seven of £10 look like a triumph.
func TestKayentaPassesOnTooFewPoints(t *testing.T) {
	j := fromSQLite(t, basket, days(1), "have a higher basket", orders(1, repeated(7, 9, 10, 11)...), orders(2, repeated(7, 88, 90, 92)...))
	sayAndCheck(t, j, TooEarly, "7 samples are too few, 50 are needed on each side")
	if j := fromSQLite(t, basket, days(1), "have a higher basket", orders(1, repeated(60, 9, 10, 11)...), orders(2, repeated(60, 88, 90, 92)...)); j.Verdict != Delivered {
		t.Errorf("%+v", j)
	}
}

// TestKayentaScoresAnEmptyGroup100: the control group has nothing.
func TestKayentaScoresAnEmptyGroup100(t *testing.T) {
	m := calculator
	m.Split, m.Control = `group="blue"`, `group="green"`
	metrics := func(n int) string {
		return fmt.Sprintf("%scalculator_mistakes_total{group=\"blue\"} %d\ncalculator_sums_total{group=\"blue\"} %d\n", process, n/100, n)
	}
	j := scraped(t, m, metrics(0), metrics(1000), "make fewer silly mistakes than the control group")
	sayAndCheck(t, j, NoBaseline, `calculator_mistakes_total{group="green"} is not among the metrics`)
}

// TestKayenta633: 650 % more passed there, because it was few points; a rate of counts needs no points.
func TestKayenta633(t *testing.T) {
	m := ir.Measure{Name: "failures", Count: "select count(*) from orders where state = 'failed' and at >= :from and at < :to", Per: "select count(*) from orders where at >= :from and at < :to", Better: "lower"}
	failed := func(day, all, failed int) string {
		var rows []string
		for i := range all {
			state := "paid"
			if i < failed {
				state = "failed"
			}
			rows = append(rows, fmt.Sprintf("('2026-03-%02d 10:%02d:%02d', 1, '%s')", day, i/60, i%60, state))
		}
		return "insert into orders values " + strings.Join(rows, ", ")
	}
	if j := fromSQLite(t, m, days(1), "have fewer failures", failed(1, 1000, 4), failed(2, 1000, 30)); j.Verdict != Missed || !strings.Contains(j.Sentence, "7.5 times as many") {
		t.Errorf("%+v", j)
	}
}

func TestFlaggerMisnamedMetricPasses(t *testing.T) {
	m := calculator
	m.Count = "calculator_mistake_total"
	j := scraped(t, m, process+"calculator_mistakes_total 0\ncalculator_sums_total 0\n", process+"calculator_mistakes_total 9\ncalculator_sums_total 900\n", "make 0 silly mistakes")
	sayAndCheck(t, j, NoData, "calculator_mistake_total is not among the metrics")
}

func TestFlaggerNoTrafficFails(t *testing.T) {
	j := scraped(t, calculator, process+"calculator_mistakes_total 0\ncalculator_sums_total 5\n", process+"calculator_mistakes_total 0\ncalculator_sums_total 5\n", "make 0 silly mistakes")
	sayAndCheck(t, j, NoData, "nothing happened, so nothing was shown")
}

func TestArgoNaNIsSuccessful(t *testing.T) {
	for _, line := range []string{"make 0 silly mistakes", "make at most 5 silly mistakes", "make fewer than 1 silly mistake per 1,000 sums"} {
		j := scraped(t, calculator, process+"calculator_mistakes_total 0\ncalculator_sums_total 0\n", process+"calculator_mistakes_total NaN\ncalculator_sums_total 10\n", line)
		sayAndCheck(t, j, NoData, "calculator_mistakes_total is NaN")
	}
	j := fromSQLite(t, basket, days(1), "have an average basket above £40", "insert into orders values ('2026-03-02 10:00:00', null, 'paid')")
	sayAndCheck(t, j, NoData, "null")
}

// TestGrowthBookShipsInconclusive: what is not known is no pass, and the exit code says so.
func TestGrowthBookShipsInconclusive(t *testing.T) {
	amounts := func(shift float64) []float64 {
		return repeated(60, 10+shift, 80+shift, 45+shift)
	}
	j := fromSQLite(t, basket, days(1), "have a higher basket", orders(1, amounts(0)...), orders(2, amounts(2)...))
	sayAndCheck(t, j, Straddles, "not enough to tell")
}

// TestPyrraIsSilentAtLowTraffic: three requests prove no 99.9 %, and three failures of three are known at once.
func TestPyrraIsSilentAtLowTraffic(t *testing.T) {
	m := ir.Measure{Name: "good requests", Count: "good_total", Of: "requests_total", From: "openmetrics", Better: "higher"}
	none := process + "good_total 0\nrequests_total 0\n"
	sayAndCheck(t, scraped(t, m, none, process+"good_total 3\nrequests_total 3\n", "have at least 99.9% good requests"), Straddles, "not enough to tell")
	if j := scraped(t, m, none, process+"good_total 0\nrequests_total 3\n", "have at least 99.9% good requests"); j.Verdict != Missed {
		t.Errorf("%+v", j)
	}
}

// TestKeptnWeightsHideAMiss: there is no score in which one miss drowns.
func TestKeptnWeightsHideAMiss(t *testing.T) {
	results := []Result{{Verdict: Delivered}, {Verdict: Delivered}, {Verdict: Missed}, {Verdict: Delivered}, {Verdict: Undecided}}
	if got := OutcomeOf(results, false); got != OutcomeFailed {
		t.Error(got)
	}
}

// TestMoneyAndTime: means, totals and medians out of rows.
func TestMoneyAndTime(t *testing.T) {
	for _, c := range []struct {
		line string
		want Verdict
		says string
	}{
		{"have an average basket above £40", Delivered, "£45 on average of 60 values, so the truth lies between £"},
		{"have an average basket above £44", Undecided, "too close to more than £44 to tell"},
		{"have an average basket above £60", Missed, "£45 on average of 60 values"},
		{"have an average basket above £40 in the first 24 hours", Delivered, "£45 on average of 60 values, as promised"},
		{"have an average basket above £60 in the first 24 hours", Missed, "more than £60 was promised"},
		{"have a median basket above £40 in the first 24 hours", Delivered, "£45 in the middle of 60 values, as promised"},
		{"have a total basket of at least £2,700 in the first 24 hours", Delivered, "£2,700 in all, of 60 values, as promised"},
		{"have a total basket of at least £2,701 in the first 24 hours", Missed, "at least £2,701 was promised"},
		{"have a total basket of at least £2,701", Undecided, "£2,700 in all, of 60 values so far"},
		{"have a total basket of at least £2,600", Delivered, "£2,700 in all"},
		{"grow basket by £2,000 a week", Delivered, "£9,450 per week higher"},
	} {
		j := fromSQLite(t, basket, days(2), c.line, orders(1, repeated(60, 15, 30)...), orders(2, repeated(60, 30, 45, 60)...))
		if j.Verdict != c.want || !strings.Contains(j.Sentence, c.says) {
			t.Errorf("%s: %s %s %s", c.line, j.Verdict, j.Reason, j.Sentence)
		}
	}
}
