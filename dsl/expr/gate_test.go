package expr

import "testing"

func TestGateScope(t *testing.T) {
	for source, ok := range map[string]bool{
		"errors < 0.1%":                             true,
		"p95 < 300ms && max < 2s":                   true,
		"journeys.count > 1000":                     true,
		"requests.rate >= 50":                       true,
		`step("the customer pays").p99 < 1s`:        true,
		`request("POST /basket").errors == 0`:       true,
		`scenario("Pay for one item").p50 < 100ms`:  true,
		"achieved > 99%":                            true,
		"p95 < 300":                                 false,
		"journeys.p96 < 1s":                         false,
		`step("the customer pays").latency < 1s`:    false,
		`step("a", "b").p99 < 1s`:                   false,
		"status == 200":                             false,
		"p95":                                       false,
		`feature("Checkout").p99 < 1s`:              false,
		`step("the customer pays") == nil && 1 < 2`: true,
	} {
		if _, err := CompileCondition(source, GateScope()); (err == nil) != ok {
			t.Errorf("%s: %v", source, err)
		}
	}
}
