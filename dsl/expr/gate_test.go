package expr

import "testing"

// A share that is compared with what no share is always holds, or never. That errors may be anything can be said.
func TestSharesInGates(t *testing.T) {
	for source, want := range map[string]string{
		"errors == 0": "", "errors < 0.01": "", "errors < 1%": "", "errors < 100%": "", "errors >= 100%": "", "errors > 0": "", "achieved == 1": "", "achieved >= 100%": "", "achieved < 1": "",
		"errors != 0": "", "achieved >= 0.95": "", "journeys.count > 5": "", "requests.rate > 5": "", "errors < achieved": "", "requests.errors + 1 > 2": "", `step("a").count == 5`: "",
		"errors < 1": "did you mean 1%?", "errors > 5": "did you mean 5%?", "errors == 1": "did you mean 1%?", "5 < errors": "did you mean 5%?", "achieved > 95": "did you mean 95%?",
		"journeys.errors <= 1.5": "did you mean 1.5%?", `step("a").errors < 2 && p95 < 1s`: "did you mean 2%?",
		"errors <= 100%": "", "achieved <= 1": "", "errors >= 0": "", "0% <= errors and errors < 1%": "",
		"errors < 110%": generic, "achieved > 100%": ofAchieved, "100% < achieved": ofAchieved, "achieved < 101%": ofAchieved,
		"errors < ${param.p}": "write the figure itself: what a load is held to is in hoops.yaml, and takes no parameters",
		"errors < 0":          generic, "errors > -1": generic, "errors < 500": generic, `request("a").errors > 100%`: `write a percentage from 0% to 100%: request("a").errors < 1%`,
	} {
		_, err := CompileCondition(source, GateScope())
		help := ""
		if err != nil {
			help = err.(*Error).Help[0]
		}
		if help != want {
			t.Errorf("%s: %v, help %q, expected %q", source, err, help, want)
		}
	}
}

const (
	generic    = "write a percentage from 0% to 100%: errors < 1%"
	ofAchieved = "write a percentage from 0% to 100%: achieved >= 95%"
)

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
