package stat

// Dispersion is how much more the counts of buckets, such as hours, vary than independent events would.
type Dispersion struct {
	ChiSquare float64
	Freedom   float64
	P         float64 // how likely independent events vary as much; small means they come in bursts
	Phi       float64 // variance over mean, 1 for independent events, and never taken as less
}

// fewestExpected is what a bucket must be expected to hold for χ² to be near its distribution.
const fewestExpected = 5

// DispersionOf tests whether the buckets of one side, in order, share one Poisson rate. Neighbours are merged until
// each is expected to hold 5 events; with fewer than two such buckets there is nothing to test, which is an error.
func DispersionOf(buckets []Count) (Dispersion, error) {
	var all Count
	for _, b := range buckets {
		if b == (Count{}) { // not watched
			continue
		}
		if err := b.check(); err != nil {
			return Dispersion{}, err
		}
		all.Events += b.Events
		all.Exposure += b.Exposure
	}
	if !(all.Events >= 2*fewestExpected) || all.check() != nil {
		return Dispersion{}, inputError("the dispersion of %v events; expected at least %d", all.Events, 2*fewestExpected)
	}
	rate := all.Rate()
	var merged []Count
	var open Count
	for _, b := range buckets {
		open.Events += b.Events
		open.Exposure += b.Exposure
		if open.Exposure*rate >= fewestExpected {
			merged, open = append(merged, open), Count{}
		}
	}
	if len(merged) > 0 { // what is left over belongs to the last
		merged[len(merged)-1].Events += open.Events
		merged[len(merged)-1].Exposure += open.Exposure
	}
	if len(merged) < 2 {
		return Dispersion{}, inputError("the dispersion of %d buckets; expected at least 2 that hold %d events each", len(merged), fewestExpected)
	}
	d := Dispersion{Freedom: float64(len(merged) - 1)}
	for _, b := range merged {
		expected := b.Exposure * rate
		d.ChiSquare += (b.Events - expected) * (b.Events - expected) / expected
	}
	d.P = chiSquareTail(d.ChiSquare, d.Freedom)
	d.Phi = max(1, d.ChiSquare/d.Freedom)
	return d, nil
}

// Scale is the independent events that tell as much as this count does: the same rate, with φ times the variance.
// Intervals take them, tests of whole events do not. The zero Dispersion leaves a count as it is.
func (d Dispersion) Scale(c Count) Count {
	phi := max(1, d.Phi)
	return Count{c.Events / phi, c.Exposure / phi}
}
