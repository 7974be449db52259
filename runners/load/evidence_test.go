package load

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"

	driver "github.com/cucumber-value/hoops/runners/driver/http"
)

// A few failed journeys are shown with what they sent and received, whatever their number; secrets are not.
func TestFailedJourneysAreShown(t *testing.T) {
	const token = "tok-123456"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/pay" {
			w.WriteHeader(409)
		}
		fmt.Fprintf(w, `{"token": %q, "long": %q}`, token, strings.Repeat("x", 1<<20))
	}))
	defer server.Close()
	for _, fast := range []bool{false, true} {
		p := &ir.Program{}
		scenario := scenarioOf(p, "buy", "GET /login", "expect 1 == 1", "POST /pay", "the status is 200")
		scenario.Steps[1].Bindings[0].Op = &ir.Keep{Name: "token", Expr: "body.token", Secret: true}
		plan := planOf(p, scenario)
		plan.Env.URL = ir.Literal(server.URL)
		drivers := func() []session.Driver {
			return []session.Driver{driver.New(driver.Config{Version: "test", Fast: fast})}
		}
		got := loaded(t, t.Context(), &Runner{Drivers: drivers, Profile: profileOf(t, "40/s for 500ms")}, plan)
		shown := 0
		for _, e := range got.notices {
			if e.Failure == nil {
				continue
			}
			shown++
			a := e.Attachment
			if e.Status != runners.Failed || e.Step != 4 || a == nil || a.Media != "text/plain; charset=utf-8" || a.Size != int64(len(a.Text)) || a.Size > 64<<10 {
				t.Fatalf("%+v %+v", e, a)
			}
			for _, want := range []string{"# GET /login → 200 in ", "\nPOST " + server.URL + "/pay\n", "\n409 Conflict\n", `{"token": "***", "long": "xxx`, " bytes in all"} {
				if !strings.Contains(a.Text, want) {
					t.Errorf("no %q in %.600s", want, a.Text)
				}
			}
			if strings.Contains(a.Text, token) {
				t.Error("the token is shown")
			}
		}
		if shown != mostAlike || got.group(OfJourneys, "").Failed <= mostAlike {
			t.Errorf("%d of %d are shown", shown, got.group(OfJourneys, "").Failed)
		}
	}
}
