//go:build unix

package value

import (
	"testing"

	"github.com/cucumber-value/hoops/value/measure/measuretest"
)

// prometheusServer is a real server with a past.
func prometheusServer(t testing.TB, past *measuretest.Past) (url string, stop func()) {
	t.Helper()
	url, _, stop = measuretest.Prometheus(t, past.String())
	return url, stop
}
