package load

import (
	"strings"
	"testing"

	"github.com/cucumber-value/hoops/dsl/rate"
	"github.com/cucumber-value/hoops/runners"
)

func TestDescriptors(t *testing.T) {
	many := profileOf(t, "100000/s for 1m")
	for _, c := range []struct {
		title         string
		run           *run
		allowed, used int64
		err, notice   string
	}{
		{"enough", &run{Runner: &Runner{MaxInFlight: 900}, inFlight: 900, profile: many}, 1024, 10, "", ""},
		{"asked for", &run{Runner: &Runner{MaxInFlight: 1000}, inFlight: 1000, profile: many}, 1024, 10,
			"1,000 journeys at once need 1,074 open files, and this process may have 1,024: raise it with ulimit -n 1074, or ask for --max-in-flight 950", ""},
		{"by default", &run{Runner: &Runner{}, inFlight: DefaultMaxInFlight, profile: many}, 1024, 10, "",
			"at most 950 journeys can be in flight here: this process may have 1,024 open files (ulimit -n 10074 allows 10,000)"},
		{"more than arrive", &run{Runner: &Runner{MaxInFlight: 5000}, inFlight: 5000, profile: profileOf(t, "100/s for 9s")}, 1024, 10, "", ""},
		{"users", &run{Runner: &Runner{Users: 2000}, workers: 2000}, 1024, 10, "or ask for --users 950", ""},
		{"rate max", &run{Runner: &Runner{Profile: rate.Profile{Max: true}}, workers: 64}, 100, 10, "or ask for --max-in-flight 26", ""},
		{"none left", &run{Runner: &Runner{}, inFlight: DefaultMaxInFlight, profile: many}, 64, 10, "need 10,074 open files", ""},
		{"no limit", &run{Runner: &Runner{MaxInFlight: 1 << 30}, inFlight: 1 << 30, profile: many}, 0, 0, "", ""},
	} {
		notice := ""
		c.run.emit = func(e runners.Event) { notice = e.Message }
		err := c.run.descriptors(c.allowed, c.used)
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) || notice != c.notice {
			t.Errorf("%s: %v; %s", c.title, err, notice)
		}
	}
	if allowed, used, err := openFiles(); err == nil && (allowed < 8 || used < 3) {
		t.Errorf("%d of %d are open", used, allowed)
	}
}
