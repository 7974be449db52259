package history_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/history"
)

func TestPrune(t *testing.T) {
	now := noon
	day := func(n int) time.Time { return noon.Add(time.Duration(n) * 24 * time.Hour) }
	path := file(t)
	o := history.Options{Project: "shop", Now: func() time.Time { return now }}
	s := openWith(t, path, o)
	for i := 1; i < 10; i++ {
		now = day(i)
		w := begin(t, s, fmt.Sprint("run-", i))
		st := beginStage(t, w, history.Stage{Name: "value"})
		must(t, st.Verdict(verdict(fmt.Sprint("claim-", i))))
		for n := range 1000 {
			must(t, st.Scenario(history.Scenario{Scenario: fmt.Sprint(n), Status: "passed"}))
		}
		must(t, st.End("passed", now))
		must(t, w.End("passed", now))
		must(t, s.AddScrape(history.Scrape{Environment: "a", JSON: []byte("{}")}))
	}
	must(t, s.AddScrape(history.Scrape{Environment: "b", At: noon, JSON: []byte("{}")}))
	must(t, s.AddRelease(history.Release{Environment: "a", Version: "1", At: noon}))
	must(t, s.Close())
	before, err := os.Stat(path)
	must(t, err)

	s = openWith(t, path, o)
	now = noon
	live := beginStage(t, begin(t, s, "live"), history.Stage{Name: "probe"})
	now = day(9)
	must(t, live.Flush()) // it is old, and still written
	prune := func(days, keep int, want history.Pruned) {
		t.Helper()
		same(t, want)(s.Prune(day(days), keep))
		must(t, s.Check())
	}
	prune(-1, 0, history.Pruned{})
	prune(5, 10, history.Pruned{})
	prune(5, 7, history.Pruned{Runs: 3, Scrapes: 2})
	prune(5, 0, history.Pruned{Runs: 1, Scrapes: 3})
	ids := []string{}
	runs, err := s.Runs(history.RunFilter{})
	must(t, err)
	for _, r := range runs {
		ids = append(ids, r.ID)
	}
	if d := cmp.Diff([]string{"live", "run-9", "run-8", "run-7", "run-6", "run-5"}, ids); d != "" {
		t.Error(d)
	}
	if claims, err := s.Claims(); err != nil || len(claims) != 5 {
		t.Error(len(claims), err)
	}
	prune(99, 0, history.Pruned{Runs: 6, Scrapes: 5})
	if list, err := s.Releases("a"); err != nil || len(list) != 1 {
		t.Error(list, err)
	}
	if n := begin(t, s, "next").Run().Number; n != 11 {
		t.Errorf("the next number is %d", n)
	}
	wants(t, history.Wrong, live.End("passed", noon))
	must(t, s.Close())
	after, err := os.Stat(path)
	must(t, err)
	if after.Size()*2 > before.Size() {
		t.Errorf("%d bytes before, %d after", before.Size(), after.Size())
	}
}

// What a report of all releases needs outlives every limit: the last verdict of each claim under each release, and
// the looks at the metrics between which the release was live.
func TestPruneSparesWhatReleasesAreToldBy(t *testing.T) {
	s := open(t, file(t))
	hour := func(n int) time.Time { return noon.Add(time.Duration(n-100) * time.Hour) }
	for i, release := range []string{"1", "1", "1", "2", "2", ""} {
		w := begin(t, s, fmt.Sprint("run-", i))
		st := beginStage(t, w, history.Stage{Name: "value", Environment: "e", Release: release})
		v := verdict("claim")
		v.At = hour(i)
		must(t, st.Verdict(v))
		must(t, st.End("passed", hour(i)))
		must(t, w.End("passed", hour(i)))
		must(t, s.AddScrape(history.Scrape{Environment: "e", Release: release, At: hour(i), JSON: []byte("{}")}))
	}
	same(t, history.Pruned{Runs: 4, Scrapes: 2})(s.Prune(noon.Add(time.Hour), 0))
	var kept []string
	for _, release := range []string{"1", "2", ""} {
		list, err := s.Scrapes(history.ScrapeFilter{Environment: "e", Release: release})
		must(t, err)
		for _, sc := range list {
			if sc.Release == release {
				kept = append(kept, fmt.Sprint(release, " ", sc.At.Sub(hour(0))))
			}
		}
	}
	runs, err := s.Runs(history.RunFilter{})
	must(t, err)
	for _, r := range runs {
		kept = append(kept, r.ID)
	}
	if d := cmp.Diff([]string{"1 2h0m0s", "1 0s", "2 4h0m0s", "2 3h0m0s", "run-4", "run-2"}, kept); d != "" {
		t.Error(d)
	}
}
