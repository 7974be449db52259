package measure

import (
	"math/big"
	"regexp"
	"strings"
)

// The exponent is bounded: 1e999999999 would fill the memory.
var decimal = regexp.MustCompile(`^[+-]?[0-9]{1,400}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,3})?$`)

var unusable = regexp.MustCompile(`(?i)^[+-]?(nan|inf|infinity|null|n/a)?$`)

// exact reads a decimal number to its last digit. What is no number at all and what says that there is none are
// told apart: a text is a wrong query, NaN, null and nothing are no data.
func exact(what, text string) (*big.Rat, *Failure) {
	text = strings.TrimSpace(text)
	if unusable.MatchString(text) {
		if text == "" {
			text = "empty"
		}
		return nil, failed(NoData, "%s is %s", what, text)
	}
	r, ok := new(big.Rat), decimal.MatchString(text)
	if ok {
		r, ok = r.SetString(text)
	}
	if !ok {
		return nil, failed(SourceFailed, "%s is %q, which is no number", what, clip(text))
	}
	return r, nil
}

// counted is exact for a count, which nothing can push below 0.
func counted(what, text string) (*big.Rat, *Failure) {
	r, f := exact(what, text)
	if f == nil && r.Sign() < 0 {
		return nil, failed(SourceFailed, "%s is %s, and a count cannot be below 0", what, clip(text))
	}
	return r, f
}

// base is how much one unit is in the unit of a Distribution, and whether that is seconds. A metric says its unit
// in its name where the measure says none.
func base(unit, name string) (factor *big.Rat, isTime bool) {
	if unit == "" {
		name = strings.TrimSuffix(name, "_bucket")
		switch {
		case strings.HasSuffix(name, "_seconds"):
			unit = "s"
		case strings.HasSuffix(name, "_milliseconds"), strings.HasSuffix(name, "_ms"):
			unit = "ms"
		}
	}
	factors := map[string]*big.Rat{
		"ns": big.NewRat(1, 1e9), "µs": big.NewRat(1, 1e6), "us": big.NewRat(1, 1e6), "ms": big.NewRat(1, 1000), "s": big.NewRat(1, 1),
		"min": big.NewRat(60, 1), "m": big.NewRat(60, 1), "h": big.NewRat(3600, 1), "d": big.NewRat(86400, 1),
	}
	if f := factors[unit]; f != nil {
		return f, true
	}
	return big.NewRat(1, 1), false
}

// sampled fills an observation of a measure with quantile: or value: from single samples.
func sampled(obs *Observation, distribution bool, unit, name string, values []*big.Rat) {
	if distribution {
		factor, _ := base(unit, name)
		scaled := make([]*big.Rat, len(values))
		for i, v := range values {
			scaled[i] = new(big.Rat).Mul(v, factor)
		}
		obs.Distribution = NewSamples(scaled)
		return
	}
	floats := make([]float64, len(values))
	for i, v := range values {
		floats[i], _ = v.Float64()
	}
	obs.Gauge = gauge(floats)
	obs.Gauge.Samples = NewSamples(values)
}
