package value

import (
	"fmt"

	"github.com/cucumber-value/hoops/value/measure"
	"github.com/cucumber-value/hoops/value/stat"
)

// bursts is the p below which events count as coming in bursts.
const bursts = .01

// scaled makes counts that come in bursts tell as little as they do, and says so. Groups at the same time are compared
// in whole events, which cannot be scaled: there it is only said.
func (t *trial) scaled(k kind, own, base side, c comparison) (side, side) {
	if k != ofCounts {
		return own, base
	}
	phi := stat.Dispersion{}
	for _, o := range []measure.Observation{t.seen.Observation, t.base.Observation} {
		var parts []stat.Count
		for _, p := range o.Parts {
			x := stat.Count{Events: p.Events, Exposure: p.Exposure}
			if !(x.Exposure > 0) {
				x = stat.Count{}
			}
			parts = append(parts, x)
		}
		d, err := stat.DispersionOf(parts)
		if err == nil && d.P < bursts && d.Phi > phi.Phi {
			phi = d
		}
	}
	if phi.Phi <= 1 {
		return own, base
	}
	if c.control {
		t.j.Notes = append(t.j.Notes, fmt.Sprintf("%s come in bursts, %s times as uneven as independent ones: the verdict may come too early", t.claim.Measure, three(phi.Phi)))
		return own, base
	}
	t.j.Notes = append(t.j.Notes, fmt.Sprintf("%s come in bursts, %s times as uneven as independent ones: they count for that much less", t.claim.Measure, three(phi.Phi)))
	t.bursts = true
	own.count, base.count = phi.Scale(own.count), phi.Scale(base.count)
	return own, base
}

// split tests whether the traffic was split between the groups in the same way all the time: otherwise the groups met
// different hours, and differ for that alone.
func (t *trial) split(c comparison, own, base side) *measure.Failure {
	if !c.control {
		return nil
	}
	if t.seen.Observation.Exposure == nil && t.kindOf() == ofCounts {
		return &measure.Failure{Reason: NoData, Sentence: fmt.Sprintf("nothing says how the traffic was split between the groups, so their %s cannot be compared", t.claim.Measure),
			Help: []string{fmt.Sprintf("give %q a per: with a counter of the chances, such as requests", t.claim.Measure)}}
	}
	if f := t.intended(own, base); f != nil {
		return f
	}
	a, b := t.seen.Observation.Parts, t.base.Observation.Parts
	if len(a) != len(b) || len(a) < 2 {
		return nil
	}
	var sumA, sumB float64
	for i := range a {
		sumA, sumB = sumA+a[i].Exposure, sumB+b[i].Exposure
	}
	if !(sumA > 0 && sumB > 0) {
		return nil
	}
	var seen, weights []float64
	for i := range a {
		if all := a[i].Exposure + b[i].Exposure; all > 0 {
			seen = append(seen, a[i].Exposure, b[i].Exposure)
			weights = append(weights, all*sumA/(sumA+sumB), all*sumB/(sumA+sumB))
		}
	}
	s, err := stat.SplitTest(seen, weights)
	if err != nil || s.P >= stat.SplitThreshold {
		return nil
	}
	return &measure.Failure{Reason: SampleRatioMismatch,
		Sentence: fmt.Sprintf("the traffic was not split in one way all the time (%s in the candidate and %s in the control group in all), so the groups met different hours", three(sumA), three(sumB)),
		Help:     []string{"look at how the traffic is split; judge a window in which the split did not change"}}
}

// intended looks for a split that is not the one that was meant: then some of one group were lost on the way, and those
// who are left differ from the other group in more than what is compared.
func (t *trial) intended(own, base side) *measure.Failure {
	w := t.measure.Weights
	if w == nil {
		return nil
	}
	control, ok := percentOf(w.Control)
	split, too := percentOf(w.Split)
	if !ok || !too {
		return &measure.Failure{Reason: SampleRatioMismatch, Sentence: fmt.Sprintf("the weights of %s cannot be read: %s", t.measure.Name, w)}
	}
	many := func(s side) float64 {
		if s.exposure == nil {
			return float64(s.points)
		}
		n, _ := s.exposure.Float64()
		return n
	}
	a, b := many(own), many(base)
	s, err := stat.SplitTest([]float64{a, b}, []float64{split, control})
	if err != nil || s.P >= stat.SplitThreshold {
		return nil
	}
	of := "samples"
	if own.exposure != nil {
		of = exposureNoun(t.measure)
	}
	return &measure.Failure{Reason: SampleRatioMismatch,
		Sentence: fmt.Sprintf("%s of %s %s were in the candidate (%s), and %s were meant to be: chance does not do that, so the groups differ in more than what is compared",
			three(a), three(a+b), of, percentWords(a/(a+b)), percentWords(split)),
		Help: []string{"look for those who are lost or counted twice in one group (redirects, bots, a crash, a cache); or say in weights: what was meant"}}
}
