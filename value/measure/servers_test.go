//go:build unix

package measure

import (
	"os"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/value/measure/measuretest"
)

const password = measuretest.Password

// past is scraped every 15 s, 5 s after the quarter minutes.
type past struct{ measuretest.Past }

func (p *past) every(name, labels string, from, to time.Time, value func(at time.Time) string) {
	p.Every(name, labels, from.Add(5*time.Second), to, 15*time.Second, value)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
