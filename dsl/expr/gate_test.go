package expr

import "testing"

func TestGateScope(t *testing.T) {
	for source, ok := range map[string]bool{
		"errors < 0.1%":                                 true,
		"p95 < 300ms && max < 2s":                       true,
		"journeys.count > 1000":                         true,
		"requests.rate >= 50":                           true,
		`step("the customer pays").p99 < 1s`:            true,
		`request("POST /basket").errors == 0`:           true,
		`scenario("Pay for one item").p50 < 100ms`:      true,
		"achieved > 99%":                                true,
		"p95 < 300":                                     false,
		"journeys.p96 < 1s":                             false,
		`step("the customer pays").latency < 1s`:        false,
		`step("a", "b").p99 < 1s`:                       false,
		"status == 200":                                 false,
		"p95":                                           false,
		`feature("Checkout").p99 < 1s`:                  false,
		`step("the customer pays") == nil && 1 < 2`:     true,
		"p75 < 300ms":                                   true,
		"page.lcp.p75 < 2.5s && page.lcp.count >= 20":   true,
		"page.cls.p75 < 0.1":                            true,
		"page.fcp.mean < 1.8s && page.ttfb.p50 < 0.8s":  true,
		`request("GET /basket").page.lcp.p95 < 2.5s`:    true,
		`request("GET /basket").page["lcp"].max < 2.5s`: true,
		`request("GET /basket").page.cls.max < 0.25`:    true,
		"page.lcp.p75 < 2.5":                            false,
		"page.cls.p75 < 100ms":                          false,
		"page.lcp < 2.5s":                               false,
		"page.lcps.p75 < 2.5s":                          false,
		"page.lcp.p96 < 2.5s":                           false,
		"page.lcp.errors == 0":                          false,
		"page.title == 'Shop'":                          false,
		`page["lcp.p75"] < 1s`:                          false,
		`request("GET /basket").page.lcp < 2.5s`:        false,
		`request("GET /basket").page.lcp.p95 < 2.5`:     false,
		`step("the customer pays").page.lcp.p75 < 1s`:   false,
	} {
		if _, err := CompileCondition(source, GateScope()); (err == nil) != ok {
			t.Errorf("%s: %v", source, err)
		}
	}
}
