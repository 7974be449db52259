package reporters
import ("testing";"os";"time";"github.com/cucumber-value/hoops/runners")
func TestZZDump(t *testing.T) {
	tape := newTape()
	tape.begin()
	for _, s := range []string{"uat", "browser"} {
		tape.stageStarted(s, runners.Info{Runner: "functional", Driver: s, Environment: "local"})
		tape.scenario("checkout", "Pay", "", 5).step(1, "When the customer pays", runners.Passed, 40*ms, nil).finish(runners.Passed, 40*ms, nil)
		tape.scenario("checkout", "Pay for many", "2, tea", 20).step(1, "When 2 tea are paid", runners.Passed, 10*ms, nil).finish(runners.Passed, 10*ms, nil)
		bad := wrong("features/checkout.feature", 12, "the status is 500, expected 201")
		p := tape.scenario("checkout", "Refund", "", 30)
		if s == "browser" { p.step(1, "When it is refunded", runners.Failed, 10*ms, bad).finish(runners.Failed, 1230*ms, bad) } else { p.step(1, "When it is refunded", runners.Passed, 10*ms, nil).finish(runners.Passed, 12*ms, nil) }
		tape.stageFinished(runners.GatePassed, time.Second, nil, "")
	}
	tape.stageStarted("load", runners.Info{Runner: "load"})
	tape.load(598, 2)
	tape.stageFinished(runners.GateFailed, ms, nil, "p95 < 30ms is false: p95 = 40.123ms (598 samples)")
	tape.stageStarted("probe", runners.Info{Runner: "probe"})
	for range 3 { tape.scenario("checkout", "Pay", "", 5).finish(runners.Passed, ms, nil) }
	tape.stageFinished(runners.GatePassed, ms, nil, "")
	for _, e := range pipeline().only("value").events { if e.Kind == runners.Judged { tape.emit(e) } }
	tape.end(runners.GateFailed, ms)
	os.WriteFile("/tmp/h/html/cols.html", []byte(written(t, "html", Options{Source: source}, tape.events)), 0o644)
	os.WriteFile("/tmp/h/html/large.html", []byte(written(t, "html", Options{Source: source}, large(10000).events)), 0o644)
	os.WriteFile("/tmp/h/html/host.html", []byte(written(t, "html", Options{Source: source}, hostile().events)), 0o644)
}
