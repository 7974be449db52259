package stat

import (
	"math"
	"testing"
)

// Where the oracle itself loses digits: values of 40-digit arithmetic.
func TestTailsKeepTheirDigits(t *testing.T) {
	for _, v := range []struct{ a, x, below float64 }{
		{999, 850, 3.5135040123175193e-7},
		{1000, 900, .000549902265711782923},
		{1500.5, 1200, 3.80556693020388726e-17},
		{1e6, 998000, .0226961140067368028},
		{1e9, 999950000, .0569213417191605568},
		{1e12, 999999000000, .158655253931416723},
	} {
		below, above := gammaTails(v.a, v.x)
		relative(t, below, v.below)
		relative(t, above, 1-v.below)
	}
	for _, v := range []struct{ a, b, x, below float64 }{
		{3, 1e9, 1e-9, .0803013973473037772},
		{500, 1e9, 4.5e-7, .0107175281880381799},
		{500, 1e9, 6e-7, .999987744767988162},
		{1000, 1e9, 9.5e-7, .0550580590702320172},
		{1200, 1100, .5, .0184960630313335917},
		{1e5, 20, .9997, .0218078315305351898},
		{74650.00817680219, .6219517212836797, .9999934812061132, .40220778059860074},
		{1e6, 1e9, .000999, .499733639604797674},
		{5e8, 5e8, .49998, .102951605332022659},
	} {
		below, above := betaTails(v.a, v.b, v.x, 1-v.x)
		relative(t, below, v.below)
		relative(t, above, 1-v.below)
		above, below = betaTails(v.b, v.a, 1-v.x, v.x)
		relative(t, below, v.below)
		relative(t, above, 1-v.below)
	}
	for _, v := range []struct{ t, df, above float64 }{
		{.5, 1000, .308592540416937407},
		{6, 2000, 1.16812113714800294e-9},
		{2, 1e4, .0227636303307177214},
		{2, 1e6, .0227502669256596042},
		{2, 1e9, .0227501320831566235},
	} {
		relative(t, studentTail(v.t, v.df), v.above)
	}
}

func relative(t *testing.T, got, want float64) {
	t.Helper()
	if !(math.Abs(got/want-1) < 2e-10) {
		t.Errorf("got %.16g, want %.16g", got, want)
	}
}

// Where one way to calculate ends, the other takes over without a step.
func TestMethodsMeet(t *testing.T) {
	for _, share := range []float64{.8, .93, 1, 1.05, 1.2} {
		below, _ := gammaTails(large-1e-12, large*share)
		next, _ := gammaTails(large, large*share)
		relative(t, next, below)
		for _, b := range []float64{.5, 3, 150, 1e3, 1e5} {
			x := share * large / (large + b)
			if x >= 1 {
				continue
			}
			below, above := betaTails(large-1e-12, b, x, 1-x)
			next, after := betaTails(large, b, x, 1-x)
			relative(t, next, below)
			relative(t, after, above)
		}
		relative(t, studentTail(share, large), studentTail(share, large-1e-12))
	}
}
