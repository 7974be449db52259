package owners

import "testing"

func TestSeen(t *testing.T) {
	for _, c := range []struct{ observed, exposure, want string }{
		{"3", "120 sums", "3 in 120 sums"},
		{"7 of 9 days", "9 days", "7 of 9 days"}, // its exposure is a part of it
		{"4 refunds in 7 days", "7 days", "4 refunds in 7 days"},
		{"", "120 sums", "no number"},
	} {
		if got := (Claim{Observed: c.observed, Exposure: c.exposure}).Seen(); got != c.want {
			t.Errorf("%q of %q: %q", c.observed, c.exposure, got)
		}
	}
}
