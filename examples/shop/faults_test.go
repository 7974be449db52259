package shop_test

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cucumber-value/hoops/cmd"
	"github.com/cucumber-value/hoops/examples/shop/shop"
)

// The faults that one visitor alone can see, each with a scenario that catches it and the step at which.
var visible = []struct {
	fault    shop.Fault
	scenario string
	step     string
}{
	{shop.WrongTotal, "Collect two products", `And the basket costs "£25.95"`},
	{shop.LostOrder, "The history forgets nothing", `Then the order is in the history once`},
	{shop.DoubleCharge, "Pay for one product", `And the order is in the history once`},
	{shop.SessionMixup, "Two customers at once", `Then the basket of "carol" holds only "Sencha"`},
	{shop.DeclinedAsPaid, "Card 4000 0000 0000 9995", `Then the customer is told "Your card has insufficient funds."`},
	{shop.SearchMisses, `Find Earl Grey by "EARL GREY"`, `Then "Earl Grey" is found`},
}

// What fails in a request fails before a person's eyes: at the same step, of the same feature, without one
// changed word.
func TestFaultsFailAtTheSameStepOnBothDrivers(t *testing.T) {
	drivers := []string{"http", "browser"}
	if _, err := exec.LookPath("chromium"); err != nil && os.Getenv("HOOPS_CHROME") == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("NO BROWSER, and this is CI")
		}
		t.Log("NO BROWSER: only the http driver is tested here")
		drivers = drivers[:1]
	}
	project := copied(t)
	for _, v := range visible {
		for _, driver := range drivers {
			t.Run(string(v.fault)+"/"+driver, func(t *testing.T) {
				if got := failedStep(t, project, v.fault, driver, v.scenario); got != v.step {
					t.Errorf("failed at %q, expected %q", got, v.step)
				}
				if got := failedStep(t, project, shop.None, driver, v.scenario); got != "" {
					t.Errorf("the shop that works fails at %q", got)
				}
			})
		}
	}
}

// failedStep runs one scenario against a shop of its own and returns the step that failed, "" when all passed.
func failedStep(t *testing.T, project string, fault shop.Fault, driver, scenario string) string {
	t.Helper()
	s, err := shop.New(shop.Config{Fault: fault})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	server := httptest.NewServer(s)
	defer server.Close()
	var out, said bytes.Buffer
	code := cmd.Main([]string{"test", project, "--url", server.URL, "--driver", driver, "--name", scenario, "--no-history", "-j", "1", "-f", "ndjson"}, cmd.Stdio{Out: &out, Err: &said})
	var failed []string
	scenarios := 0
	for _, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		var e struct{ Kind, Name, Status, Message string }
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%v in %q\n%s", err, line, said.String())
		}
		switch {
		case e.Kind == "step-finished" && e.Status == "failed":
			failed = append(failed, e.Name)
		case e.Kind == "scenario-finished":
			scenarios++
		}
	}
	if scenarios != 1 || len(failed) > 1 || (code == 1) != (len(failed) == 1) {
		t.Fatalf("%d scenarios, failed steps %q, exit code %d\n%s", scenarios, failed, code, said.String())
	}
	return strings.Join(failed, "")
}

// copied is the project without what it leaves behind when it is run.
func copied(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"hoops.yaml", "features", "steps", "data", "docs"} {
		info, err := os.Stat(name)
		if err == nil && info.IsDir() {
			err = os.CopyFS(filepath.Join(dir, name), os.DirFS(name))
		} else if err == nil {
			var text []byte
			if text, err = os.ReadFile(name); err == nil {
				err = os.WriteFile(filepath.Join(dir, name), text, 0o600)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
