package value

import (
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure"
)

// TestADayIsACalendarDay: where clocks are put forward a day has 23 hours and where they are put back 25; a week with
// such a day has seven days all the same, and nothing is counted twice or left out.
func TestADayIsACalendarDay(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		monday time.Time
		day    int // of the week, that is changed
		hours  float64
	}{
		{time.Date(2026, 3, 23, 0, 0, 0, 0, london), 6, 23},
		{time.Date(2026, 10, 19, 0, 0, 0, 0, london), 6, 25},
	} {
		now := c.monday.AddDate(0, 0, 8).Add(15 * time.Hour)
		times := Times{Now: now, Alone: true, Zone: london, Releases: []Release{{Version: "2", At: c.monday}, {Version: "1", At: c.monday.AddDate(0, 0, -14)}}}
		m := ir.Measure{Name: "mistakes", Count: "mistakes_total", Per: "sums_total", From: "prometheus", Better: "lower"}
		one := Promise{Clause: ir.Clause{ID: "a#1", Claims: []ir.Claim{{Measure: "mistakes", Mode: ir.Observed, Statistic: ir.StatCount, Compare: "<=", Target: "5", Days: "every day"}}}}
		var windows []measure.Window
		for _, q := range NewPlan([]Promise{one}, []ir.Measure{m}, times).Questions() {
			windows = append(windows, q.Window)
		}
		if len(windows) != 9 {
			t.Fatalf("%d days: %v", len(windows), windows)
		}
		for i, w := range windows {
			want := 24.
			switch i {
			case c.day:
				want = c.hours
			case 8:
				want = 15 // today, so far
			}
			if got := w.To.Sub(w.From).Hours(); got != want || i > 0 && !w.From.Equal(windows[i-1].To) || w.From.In(london).Hour() != 0 {
				t.Errorf("day %d: %s to %s, %v hours, expected %v", i, w.From, w.To, got, want)
			}
		}
		// the same days last week have the same hours of the clock
		same := one
		same.Clause.Claims = []ir.Claim{{Measure: "mistakes", Mode: ir.Inferred, Statistic: ir.StatRatio, Compare: "<", Target: "1", Baseline: "same days last week"}}
		questions := NewPlan([]Promise{same}, []ir.Measure{m}, times).Questions()
		if own, base := questions[0].Window, questions[len(questions)-1].Window; own.From.In(london).Format("Mon 15:04") != base.From.In(london).Format("Mon 15:04") {
			t.Errorf("%s and %s", own.From, base.From)
		}
	}
}

// TestAWindowThatHasNotBegun: a release that is announced for tomorrow is not live, and one look is no window.
func TestAWindowThatHasNotBegun(t *testing.T) {
	x := worldly()
	ask := func(times Times, line string) Judgement {
		return read(t, acceptance, times, map[string]measure.Source{"prometheus": x}, nil, line)[0].Judgements[0]
	}
	tomorrow := Times{Now: tuesday, Alone: true, Releases: []Release{{Version: "3.0", At: tuesday.AddDate(0, 0, 1)}, {Version: "2.4.0", At: tuesday.AddDate(0, 0, -8)}, {Version: "2.3.1", At: tuesday.AddDate(0, 0, -22)}}}
	if j := ask(tomorrow, "make at most 900 mistakes"); j.Window.Release != "2.4.0" || j.Window.From.After(tuesday) {
		t.Errorf("%+v", j.Window)
	}
	only := Times{Now: tuesday, Alone: true, Releases: tomorrow.Releases[:1]}
	if j := ask(only, "make fewer mistakes than the previous release"); j.Reason != NoBaseline {
		t.Errorf("%+v", j)
	}
	if j := ask(only, "make at most 5 mistakes in the first 24 hours"); j.Reason != IncompleteWindow || j.Sentence != "no release is recorded, so it is not known when the first 24 hours began" {
		t.Errorf("%+v", j)
	}
}
