package measure

import (
	"context"
	"math/big"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// histogram counts the buckets of a classic histogram; the series may be named with or without their _bucket.
// A bound counts only if each of the histograms that are summed has it: otherwise a sum would mix what is below it
// here with nothing at all there.
func (p *Prometheus) histogram(ctx context.Context, m ir.Measure, obs *Observation) *Failure {
	sel, text, f := countable(m.Quantile)
	if f != nil {
		f.Help = []string{"write the histogram itself, with its labels if need be, such as checkout_seconds{shop=\"north\"}: hoops counts its buckets over the window"}
		return f
	}
	if name := sel.Name; !strings.HasSuffix(name, "_bucket") {
		sel.Name += "_bucket"
		text = sel.Name + strings.TrimPrefix(text, name)
	}
	if p.kind(ctx, strings.TrimSuffix(sel.Name, "_bucket")) == "summary" {
		return failed(SourceFailed, "%s is a summary, whose quantiles cannot be added up", strings.TrimSuffix(sel.Name, "_bucket")).help("export a histogram")
	}
	list, f := p.counters(ctx, sel, text, obs)
	if f != nil {
		return f
	}
	histograms, bounds := map[string]int{}, map[string]*bucket{}
	for _, c := range list {
		le := canonical("le", string(c.labels["le"]))
		if le == "" {
			return failed(SourceFailed, "%s has no le labels, so it is no histogram", text)
		}
		rest := c.labels.Clone()
		delete(rest, "le")
		histograms[rest.String()]++
		b := bounds[le]
		if b == nil {
			b = &bucket{bound: le, rise: new(big.Rat)}
			bounds[le] = b
		}
		b.rise.Add(b.rise, c.rise)
		b.of++
	}
	infinite := bounds["+Inf"]
	if infinite == nil || infinite.of != len(histograms) {
		return failed(SourceFailed, "%s has no bucket without a bound (le=\"+Inf\"), so it is not known how many there were", text)
	}
	return buckets(m, sel.Name, text, bounds, len(histograms), obs)
}

type bucket struct {
	bound string
	rise  *big.Rat
	of    int // histograms that have it
}

func buckets(m ir.Measure, name, text string, bounds map[string]*bucket, histograms int, obs *Observation) *Failure {
	factor, isTime := base(m.Unit, name)
	d := Buckets{time: isTime}
	type rung struct {
		bound *big.Rat
		n     int64
	}
	var ladder []rung
	for _, b := range bounds {
		if !b.rise.IsInt() || !b.rise.Num().IsInt64() {
			return failed(SourceFailed, "%s counts fractions, so it is no histogram of single samples", text)
		}
		n := b.rise.Num().Int64()
		if b.bound == "+Inf" {
			d.count = n
			continue
		}
		if b.of < histograms {
			obs.Notes = append(obs.Notes, "not every histogram of "+text+" has the bound "+b.bound+", so it is not used")
			continue
		}
		r, f := exact("a bound of "+text, b.bound)
		if f != nil {
			return f
		}
		ladder = append(ladder, rung{r.Mul(r, factor), n})
	}
	slices.SortFunc(ladder, func(a, b rung) int { return a.bound.Cmp(b.bound) })
	before := int64(0)
	for _, r := range ladder {
		if r.n < before || r.n > d.count {
			return failed(SourceFailed, "%s has fewer samples below a higher bound, so it is no histogram", text)
		}
		before = r.n
		d.bounds, d.counts = append(d.bounds, r.bound), append(d.counts, r.n)
	}
	if d.count == 0 {
		return failed(NoData, "%s has no sample in the window: nothing happened, so nothing was shown", text)
	}
	slices.Sort(obs.Notes)
	obs.Distribution = d
	return nil
}
