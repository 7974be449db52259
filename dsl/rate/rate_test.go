package rate

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestParseProfile(t *testing.T) {
	for text, want := range map[string]Profile{
		"200/s":                                  {Segments: []Segment{{200, 200, 0, 0}}},
		" 90/m ":                                 {Segments: []Segment{{1.5, 1.5, 0, 0}}},
		"1800/h for 1h":                          {Segments: []Segment{{.5, .5, time.Hour, 0}}},
		"0.5/s for 1m30s":                        {Segments: []Segment{{.5, .5, 90 * time.Second, 0}}},
		"10/s to 50/s every 1m for 10m":          {Segments: []Segment{{10, 50, 10 * time.Minute, time.Minute}}},
		"0/s to 9/s every 5s":                    {Segments: []Segment{{0, 9, 0, 5 * time.Second}}},
		"200 requests/s for 1m":                  {Segments: []Segment{{200, 200, time.Minute, 0}}, Requests: true},
		"10 requests/s to 20 requests/m over 1s": {Segments: []Segment{{10, 1.0 / 3, time.Second, 0}}, Requests: true},
		"5 journeys/s":                           {Segments: []Segment{{5, 5, 0, 0}}},
		"max":                                    {Max: true},
		"0/s to 50/s over 10s":                   {Segments: []Segment{{0, 50, 10 * time.Second, 0}}},
		"10/s to 50/s":                           {Segments: []Segment{{10, 50, 0, 0}}},
		"10/s to 50/s over 1m, then 50/s for 5m": {Segments: []Segment{{10, 50, time.Minute, 0}, {50, 50, 5 * time.Minute, 0}}},
		"1/s for 1s , 2/s for 2s then 3/s":       {Segments: []Segment{{1, 1, time.Second, 0}, {2, 2, 2 * time.Second, 0}, {3, 3, 0, 0}}},
	} {
		got, err := ParseProfile(text)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%s: %v\n%s", text, err, d)
		}
	}
}

func TestProfileThatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "1+1: a rate is expected",
		"  ":                            "3+1: a rate is expected",
		"200":                           "1+3: a rate needs a unit",
		"200/d":                         "1+5: `/d` is not a unit of rates: they are per /s, /m or /h",
		"200/":                          "1+4: `/` is not a unit of rates: they are per /s, /m or /h",
		"fast":                          "1+4: `fast` is not a rate",
		"-1/s":                          "1+4: `-1/s` is not a rate",
		"1e3/s":                         "1+5: `1e3/s` is not a rate",
		"NaN/s":                         "1+5: `NaN/s` is not a rate",
		"0/s":                           "1+3: a rate of 0 asks for no arrival",
		"0/s for 1m":                    "1+10: a rate of 0 asks for no arrival",
		"2000000/s":                     "1+9: 2000000/s is too high a rate: at most 1000000/s",
		"0.00001/h":                     "1+9: 0.00001/h is too low a rate: not once in 1000h",
		"max for 1m":                    "5+3: `max` stands alone, not before `for`",
		"1/s for 1m, then max":          "18+3: `max` is no part of a profile: it stands alone",
		"10/s to":                       "8+1: a rate is expected",
		"10/s to 50/s for 1m":           "14+3: a ramp goes over a time",
		"10/s to 50/s every":            "19+1: a time is expected after `every`, like 1m or 90s",
		"10/s every 1m":                 "6+5: `every` is not expected here",
		"10/s to 50/s every 1m over 5m": "23+4: one rate is held for a time",
		"10 requests/s to 5/s over 1m":  "18+3: the rates before are of requests",
		"10 cats/s":                     "1+2: a rate needs a unit",
		"10/s over 1m":                  "6+4: one rate is held for a time",
		"10/s for":                      "9+1: a time is expected after `for`, like 1m or 90s",
		"10/s for 5":                    "10+1: a duration needs a unit: write 5ms or 5s",
		"10/s for 0s":                   "10+2: a time of 0 asks for no arrival",
		"10/s for 2000h":                "10+5: 2000h is too long: at most 1000h",
		"10/s for 600h, 10/s for 600h":  "16+13: the rate is too long: at most 1000h in 1000 parts",
		"10/s, then 20/s":               "1+4: only the last rate may go on without an end",
		"10/s for 1m 20/s":              "13+4: `20/s` is not expected here: the next part begins with `then`",
		"10/s for 1m,":                  "13+1: a rate is expected",
		"10/s for 1m, then":             "18+1: a rate is expected",
		"10/s für 1m":                   "6+3: `für` is not expected here",
		"500000/s for 1h":               "1+15: the rate asks for 1800000000 arrivals: at most 1000000000",
		"1/s for 1m, then 5/s to x/s":   "25+3: `x/s` is not a rate",
		"10/s to 50/s over 1m then":     "26+1: a rate is expected",
		strings.Repeat("1", 17<<10):     "1+1: the rate is too long: at most 16384 bytes",
		strings.Repeat("9", 400) + "/s": "1+402: " + strings.Repeat("9", 39) + "… is too high a rate",
	} {
		p, err := ParseProfile(text)
		if err == nil {
			t.Errorf("%.40q is %v, want %s", text, p, want)
			continue
		}
		if got := fmt.Sprintf("%d+%d: %s", err.Col, err.Len, err.Message); !strings.HasPrefix(got, want) {
			t.Errorf("%.40q: %s\nwant %s", text, got, want)
		}
	}
}

func TestProfileWithinADuration(t *testing.T) {
	for _, c := range []struct {
		text string
		d    time.Duration
		want string
	}{
		{"200/s", time.Minute, "200/s for 1m"},
		{"200/s for 1m", 0, "200/s for 1m"},
		{"10/s to 50/s", time.Minute, "10/s to 50/s over 1m"},
		{"10/s to 50/s over 1m, then 50/s", 3 * time.Minute, "10/s to 50/s over 1m, then 50/s for 2m"},
		{"10/s to 50/s over 1m, then 50/s", 30 * time.Second, "10/s to 30/s over 30s"},
		{"10/s to 50/s over 1m, then 50/s", time.Minute, "10/s to 50/s over 1m"},
		{"90/m for 2h", time.Hour, "90/m for 1h"},
		{"max", 0, "max"},
		{"200/s", 0, `the rate "200/s" goes on for ever: say a duration, or "200/s for 1m"`},
		{"200/s for 1m", time.Hour, "the duration is 1h, and the rate ends after 1m: say only one"},
		{"0/s for 1m, then 5/s", time.Minute, `the rate "0/s for 1m" asks for no arrival`},
		{"1000000/s", time.Hour, `the rate "1000000/s for 1h" asks for 3600000000 arrivals: at most 1000000000`},
		{"1/s", -1, "a load lasts at most 1000h0m0s"},
	} {
		p, bad := ParseProfile(c.text)
		if bad != nil {
			t.Fatal(c.text, bad)
		}
		p, err := p.Within(c.d)
		got := p.String()
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s in %s: %s, want %s", c.text, c.d, got, c.want)
		}
	}
}

// What is written is read back, bit for bit.
func TestProfileRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "segments")
		var p Profile
		for i := range n {
			s := Segment{From: float64(rapid.IntRange(1, 4000).Draw(t, "from")) / 4}
			s.To = s.From
			if rapid.Bool().Draw(t, "ramp") {
				s.To = float64(rapid.IntRange(0, 4000).Draw(t, "to")) / 60
			}
			if i < n-1 || rapid.Bool().Draw(t, "ends") {
				s.Over = time.Duration(rapid.Int64Range(1, int64(time.Hour)).Draw(t, "over"))
			}
			p.Segments = append(p.Segments, s)
		}
		got, err := ParseProfile(p.String())
		if d := cmp.Diff(p, got); d != "" || err != nil {
			t.Fatalf("%s: %v\n%s", p, err, d)
		}
	})
}

func FuzzParseProfile(f *testing.F) {
	for _, s := range []string{"200/s", "max", "10/s to 50/s over 1m, then 50/s for 5m", "1/s for", ",", "0/s to 1/s", "é/s für"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParseProfile(text)
		if err != nil {
			if n := len([]rune(text)); err.Col < 1 || err.Len < 1 || err.Col > n+1 || err.Col+err.Len > n+2 {
				t.Fatalf("%q: %d+%d is outside", text, err.Col, err.Len)
			}
			return
		}
		if again, err := ParseProfile(p.String()); err != nil || !cmp.Equal(p, again) {
			t.Fatalf("%q is %q is %v, %v", text, p, again, err)
		}
	})
}
