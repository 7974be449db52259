package reporters

import (
	"fmt"
	"math"
	"math/big"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/cucumber-value/hoops/runners"
)

// values are the series of the claims: the verdict, and the numbers that it rests on, each where it is known. The
// unit of observed, target, baseline and bound is in the labels of hoops_value_info.
func (x *exposition) values(desc func(name, help string, labels ...string) *prometheus.Desc, add func(*prometheus.Desc, prometheus.ValueType, float64, ...string)) {
	claim := []string{"feature", "claim", "stage"}
	verdict := desc("hoops_value_verdict", "The verdict of the claim.", append(claim[:3:3], "verdict")...)
	info := desc("hoops_value_info", "What the claim is about.", append(claim[:3:3], "measure", "unit", "grade", "owner")...)
	bound := desc("hoops_value_bound", "Where the true value lies: each side holds with 95%.", append(claim[:3:3], "side")...)
	gauges := []struct {
		desc *prometheus.Desc
		of   func(runners.Verdict) (float64, bool)
	}{
		{desc("hoops_value_observed", "What was observed, in the unit of the claim; of a comparison the ratio.", claim...), observedOf},
		{desc("hoops_value_target", "What was promised, in the unit of the claim.", claim...), func(v runners.Verdict) (float64, bool) { return decimal(v.Bound) }},
		{desc("hoops_value_baseline", "What the claim is compared with.", claim...), func(v runners.Verdict) (float64, bool) {
			if v.Baseline == nil {
				return 0, false
			}
			return decimal(v.Baseline.Point)
		}},
		{desc("hoops_value_events", "How often it happened.", claim...), func(v runners.Verdict) (float64, bool) { return decimal(v.Events) }},
		{desc("hoops_value_exposure", "Out of how many chances.", claim...), func(v runners.Verdict) (float64, bool) { return decimal(v.Exposed) }},
		{desc("hoops_value_coverage_ratio", "How much of the window was watched.", claim...), func(v runners.Verdict) (float64, bool) {
			return v.Coverage, v.Events != "" || v.Coverage > 0
		}},
		{desc("hoops_value_window_start_timestamp_seconds", "When the window began.", claim...), func(v runners.Verdict) (float64, bool) {
			return float64(v.From.UnixMilli()) / 1000, !v.From.IsZero()
		}},
		{desc("hoops_value_evaluated_timestamp_seconds", "When the claim was judged: until then is the window.", claim...), func(v runners.Verdict) (float64, bool) {
			return float64(v.To.UnixMilli()) / 1000, !v.To.IsZero()
		}},
		{desc("hoops_value_decided_timestamp_seconds", "When the claim will be decided at current traffic.", claim...), func(v runners.Verdict) (float64, bool) {
			return float64(v.Projected.UnixMilli()) / 1000, !v.Projected.IsZero()
		}},
	}
	for _, s := range x.record.stages {
		claims := map[string]int{}
		for _, v := range s.verdicts {
			feature, _, _ := strings.Cut(v.Clause, "#")
			id := label(v.Clause)
			if v.Claim != "" {
				id = label(v.Claim)
			}
			if claims[id]++; claims[id] > 1 { // a clause may make several
				id = fmt.Sprintf("%s (%d)", id, claims[id])
			}
			labels := []string{label(feature), id, label(s.name)}
			with := func(more ...string) []string { return append(labels[:3:3], more...) }
			for _, word := range worstVerdicts {
				add(verdict, prometheus.GaugeValue, number(word == verdictOf(v)), with(word)...)
			}
			if v.Claim == "" {
				continue // nothing is known of it but that
			}
			add(info, prometheus.GaugeValue, 1, with(label(v.Measure), label(v.Unit), label(v.Grade), label(v.Owner))...)
			for _, g := range gauges {
				if value, known := g.of(v); known {
					add(g.desc, prometheus.GaugeValue, value, labels...)
				}
			}
			for side, text := range map[string]string{"lower": v.Low, "upper": v.High} {
				if value, known := decimal(text); known {
					add(bound, prometheus.GaugeValue, value, with(side)...)
				}
			}
		}
	}
}

func observedOf(v runners.Verdict) (float64, bool) {
	if v.Point != "" {
		return decimal(v.Point)
	}
	if v.Unit == "" {
		return decimal(v.Events)
	}
	return 0, false
}

// decimal is a number of a verdict, exact or computed. What is none is not known.
func decimal(text string) (float64, bool) {
	r, ok := new(big.Rat), len(text) > 0 && len(text) < 400
	if ok {
		_, ok = r.SetString(text)
	}
	if !ok {
		return 0, false
	}
	f, _ := r.Float64()
	return f, !math.IsInf(f, 0)
}
