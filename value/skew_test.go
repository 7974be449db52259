package value

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure"
)

// TestAClockThatIsAhead: software whose clock is an hour ahead says that it started in the future. What it counted is
// counted; how much a day that is nobody knows.
func TestAClockThatIsAhead(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "process_start_time_seconds %d\ncalculator_mistakes_total 3\ncalculator_sums_total 9000\n", time.Now().Add(time.Hour).Unix())
	}))
	defer server.Close()
	end, err := measure.Scraper{URL: server.URL, Version: "test"}.Scrape(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		line    string
		verdict Verdict
	}{
		{"make at most 2 silly mistakes", Missed},
		{"make at most 5 silly mistakes a day", Undecided},
		{"make at most 1 silly mistakes per 1,000 sums", Delivered},
		{"make fewer silly mistakes", Undecided},
	} {
		r := read(t, []ir.Measure{calculator}, Times{Now: end.At, Alone: true}, map[string]measure.Source{"openmetrics": measure.OpenMetrics{End: end}}, nil, c.line)[0]
		if j := r.Judgements[0]; j.Verdict != c.verdict || strings.Contains(j.Sentence, "NaN") || strings.Contains(j.Sentence, "-") {
			t.Errorf("%s: %s %s %s %v", c.line, j.Verdict, j.Reason, j.Sentence, j.Window)
		}
	}
}
