package cmd_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/cmd"
)

// conversation is a folder in which hoops is called at a time that the test says, and what it said.
type conversation struct {
	t    *testing.T
	dir  string
	home string // of golden files
	now  time.Time
	told bytes.Buffer
}

func converse(t *testing.T, now time.Time) *conversation {
	home, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	c := &conversation{t: t, dir: t.TempDir(), home: home, now: now}
	t.Chdir(c.dir)
	return c
}

// hoops is one command; its output and its exit code go into the conversation.
func (c *conversation) hoops(args ...string) {
	c.t.Helper()
	var out, said bytes.Buffer
	code := cmd.MainAt(func() time.Time { return c.now }, args, cmd.Stdio{In: strings.NewReader(""), Out: &out, Err: &said})
	for i, a := range args {
		if a == "" || strings.ContainsAny(a, " '\"#") {
			args[i] = "'" + a + "'"
		}
	}
	fmt.Fprintf(&c.told, "$ hoops %s\n%s%s[%d]\n\n", strings.Join(args, " "), out.String(), said.String(), code)
}

func (c *conversation) write(name, text string) {
	c.t.Helper()
	path := filepath.Join(c.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		c.t.Fatal(err)
	}
}

// changes are what is not the same each time: ids, digests, how long it took, the folder.
var changes = []struct {
	what *regexp.Regexp
	by   string
}{
	{regexp.MustCompile(`[0-9]{8}T[0-9]{6}Z-[0-9a-f]+`), "RUN"},
	{regexp.MustCompile(`sha256:[0-9a-f]+`), "DIGEST"},
	{regexp.MustCompile(`seed [0-9]+`), "seed N"},
	{regexp.MustCompile(` +\n`), "\n"},
}

func (c *conversation) golden(name string) {
	c.t.Helper()
	got := strings.ReplaceAll(c.told.String(), c.dir, "DIR")
	for _, r := range changes {
		got = r.what.ReplaceAllString(got, r.by)
	}
	file := filepath.Join(c.home, name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			c.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		c.t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		c.t.Error(d)
	}
}

// A time that somebody gave a name is compared with months later, by a clause that nobody had written then, though
// the source has forgotten it.
func TestABaselineWithAName(t *testing.T) {
	t.Setenv("TZ", "UTC")
	c := converse(t, time.Date(2026, 4, 2, 9, 0, 0, 0, time.UTC))
	const project = `project: shop
environments:
  production: {url: "http://127.0.0.1:9"}
  staging: {url: "http://127.0.0.1:9"}
measures:
  mistakes: {count: mistakes, per: sums, from: csv, url: numbers.csv, better: lower}
  refunds: {count: refunds, per: sums, from: csv, url: numbers.csv, better: lower}
`
	rows := func(from time.Time, mistakes int) string {
		text := "time,sums,mistakes\n"
		for day := range 31 {
			text += fmt.Sprintf("%s,1000,%d\n", from.AddDate(0, 0, day).Format(time.DateOnly), mistakes)
		}
		return text
	}
	c.write("hoops.yaml", project)
	c.write("numbers.csv", rows(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), 20))
	c.write("features/sums.feature", "Feature: Sums\n  In order to make at most 900 mistakes over the last 30 days\n\n  Scenario: Add\n    When I GET \"/\"\n")
	// a name is declared, or nobody could say it
	c.hoops("value", "pin", "--as", "spring campaign")
	c.write("hoops.yaml", project+"baselines:\n  the spring campaign: four weeks of posters in March 2026\n  pilot:\n")
	c.hoops("value", "pin", "--as", "the sprang campaign")
	c.hoops("value", "pin", "--as", "pilot", "--to", "2026-04-01")
	c.hoops("value", "pin", "--replace")
	c.hoops("value", "pin", "--as", "pilot", "--release", "1")
	c.hoops("value", "pin", "--as", "pilot", "--from", "2026-04-01", "--to", "2026-03-01")
	c.hoops("value", "pin", "--as", "pilot", "oranges")
	c.hoops("value", "pin", "--as", "Spring campaign", "--from", "2026-03-01", "--to", "2026-04-01")
	c.hoops("value", "pin", "--as", "the spring campaign", "--from", "2026-03-08", "--to", "2026-04-01", "mistakes")

	c.now = time.Date(2026, 8, 1, 9, 0, 0, 0, time.UTC)
	c.write("numbers.csv", rows(time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), 11)) // March is forgotten
	c.write("features/sums.feature", "Feature: Sums\n  In order to make fewer mistakes than the spring campaign over the last 30 days\n"+
		"  Value: make fewer mistakes than the pilot over the last 30 days\n\n  Scenario: Add\n    When I GET \"/\"\n")
	c.hoops("check")
	c.hoops("value")
	c.hoops("history", "--baselines")
	c.hoops("value", "--env", "staging")

	// what was meant by the name is replaced, and what stood there before is not lost
	c.hoops("value", "pin", "--as", "the spring campaign", "--replace", "--from", "2026-07-01", "--to", "2026-07-15", "features/sums#1")
	c.hoops("history", "--baselines")
	c.hoops("history", "--baselines", "-f", "json")
	c.hoops("history", "--baselines", "1")
	c.hoops("value", "-t", "@none")

	// a name that is written in another way now, and a measure that counts something else
	c.write("hoops.yaml", project+"baselines: {the spring campain: , pilot: }\n")
	c.write("features/sums.feature", "Feature: Sums\n  In order to make fewer mistakes than the spring campain over the last 30 days\n\n  Scenario: Add\n    When I GET \"/\"\n")
	c.hoops("value")
	c.write("hoops.yaml", strings.Replace(project, "count: mistakes", "count: refunds", 1)+"baselines: {the spring campaign: }\n")
	c.write("features/sums.feature", "Feature: Sums\n  In order to make fewer mistakes than the spring campaign over the last 30 days\n\n  Scenario: Add\n    When I GET \"/\"\n")
	c.write("numbers.csv", strings.ReplaceAll(rows(time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), 11), "mistakes", "refunds"))
	c.hoops("value")
	c.hoops("history", "--baselines")
	c.golden("named.golden")
}

// A day is one of the zone that hoops.yaml names: what happened at half past midnight in London in summer is not of the
// day that it was in UTC.
func TestDaysAreThoseOfTheZone(t *testing.T) {
	for zone, want := range map[string]string{
		"":                      "MISSED  make at most 1 mistakes every day since the release",
		"zone: Europe/London\n": "DELIVERED  make at most 1 mistakes every day since the release — it held on 2 of 2 days, as promised so far",
	} {
		c := converse(t, time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC))
		c.write("hoops.yaml", zone+`project: shop
environments: {production: {url: "http://127.0.0.1:9"}}
measures: {mistakes: {count: mistakes, per: sums, from: csv, url: numbers.csv, better: lower}}
`)
		c.write("features/sums.feature", "Feature: Sums\n  In order to make at most 1 mistakes every day since the release\n\n  Scenario: Add\n    When I GET \"/\"\n")
		c.write("numbers.csv", "time,sums,mistakes\n2026-03-29T10:00:00Z,100,0\n2026-03-29T22:30:00Z,100,1\n2026-03-29T23:30:00Z,100,1\n2026-03-31T10:00:00Z,100,0\n")
		c.hoops("release", "1", "--at", "2026-03-29T00:00:00Z")
		c.hoops("value")
		if !strings.Contains(c.told.String(), want) {
			t.Errorf("%q: %s", zone, c.told.String())
		}
	}
}
