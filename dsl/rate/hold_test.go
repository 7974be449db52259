package rate

import (
	"testing"
	"time"
)

func TestHold(t *testing.T) {
	for source, want := range map[string]struct {
		condition string
		over      time.Duration
	}{
		"errors > 10% for 10s":                 {"errors > 10%", 10 * time.Second},
		"errors > 10%  for 1m30s ":             {"errors > 10%", 90 * time.Second},
		"errors > 10%":                         {"errors > 10%", 0},
		`step("wait for 10s").p95 > 1s`:        {`step("wait for 10s").p95 > 1s`, 0},
		`step("wait for 10s").p95 > 1s for 5s`: {`step("wait for 10s").p95 > 1s`, 5 * time.Second},
		"errors > 10% for 0s":                  {"errors > 10% for 0s", 0},
		"errors > 10% for ever":                {"errors > 10% for ever", 0},
		"errors > 10%\nfor 10s":                {"errors > 10%", 10 * time.Second},
		" for 10s":                             {" for 10s", 0},
	} {
		if condition, over := Hold(source); condition != want.condition || over != want.over {
			t.Errorf("%q: %q for %s", source, condition, over)
		}
	}
}
