package measure

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/value/measure/measuretest"
)

// A real Prometheus knows when each version was seen first, to the sample.
func TestVersionsOfARealPrometheus(t *testing.T) {
	var past strings.Builder
	past.WriteString("# TYPE app_build info\n")
	end := time.Date(2024, 5, 3, 0, 0, 0, 0, time.UTC)
	begin := end.Add(-48 * time.Hour)
	changed := begin.Add(31*time.Hour + 7*time.Minute)
	for _, v := range []struct {
		version  string
		from, to time.Time
	}{{"2.3.1", begin, changed}, {"2.4.0", changed, end}} {
		for at := v.from; at.Before(v.to); at = at.Add(time.Minute) {
			fmt.Fprintf(&past, "app_build_info{version=%q,instance=\"a\"} 1 %d\n", v.version, at.Unix())
		}
	}
	url, _, stop := measuretest.Prometheus(t, past.String())
	defer stop()
	p := &Prometheus{URL: url}
	got, err := p.Versions(context.Background(), "app_build_info", "version", begin.Add(-28*24*time.Hour), end)
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		got[i].From = got[i].From.UTC()
	}
	if d := cmp.Diff([]Version{{"2.3.1", begin}, {"2.4.0", changed}}, got); d != "" {
		t.Error(d)
	}
	if got, err := p.Versions(context.Background(), "nothing", "version", begin, end); err != nil || len(got) != 0 {
		t.Error(got, err)
	}
	stop()
	if _, err := p.Versions(context.Background(), "app_build_info", "version", begin, end); err == nil {
		t.Error("a server that is gone knows versions")
	}
}
