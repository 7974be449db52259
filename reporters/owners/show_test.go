package owners

import "testing"

// Numbers of a picture are in the units that the judge names.
func TestShow(t *testing.T) {
	for _, c := range []struct {
		unit string
		f    float64
		want string
	}{
		{"", 1204, "1,204"}, {"share", .961, "96.1%"}, {"ratio", .63, "−37%"}, {"factor per week", 1.03, "+3% per week"}, {"difference per day", -5, "−5 per day"},
		{"difference percentage points", .02, "+2 percentage points"}, {"difference ms", 12, "+12 ms"}, {"difference", 3, "+3"}, {"per 1,000 sums", 1.2, "1.2 per 1,000 sums"},
		{"£", 40, "£40"}, {"ms", 300, "300 ms"}, {"amount", 7, "7"}, {"days", 9, "9 days"}, {"/day", 3, "3 per day"},
	} {
		if got := show(c.unit)(c.f); got != c.want {
			t.Errorf("%v in %q is %q, expected %q", c.f, c.unit, got, c.want)
		}
	}
	for clause, want := range map[string]string{
		"lose fewer than 1% of orders": "lose fewer than <strong>1%</strong> of orders", "answer 95 % within 300 ms": "answer <strong>95 %</strong> within <strong>300 ms</strong>",
		"above £40 a day": "above <strong>£40</strong> a day", "<b>1</b>": "&lt;b&gt;<strong>1</strong>&lt;/b&gt;", "make 1,000 sums": "make <strong>1,000</strong> sums", "few": "few",
		"2 percentage points more": "<strong>2 percentage points</strong> more", "at most 5, or 6": "at most <strong>5</strong>, or <strong>6</strong>",
	} {
		if got := string(emphasised(clause)); got != want {
			t.Errorf("%q is %s, expected %s", clause, got, want)
		}
	}
}
