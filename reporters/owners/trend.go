package owners

import (
	"fmt"
	"slices"

	"github.com/cucumber-value/hoops/history"
)

// trend is what was observed of the first claim in each release.
func (p *Promise) trend(from *past, runs map[string]history.Run) {
	p.Earlier = len(from.releases) - len(from.judgements)
	for i := len(from.judgements) - 1; i >= 0; i-- {
		j := from.judgements[i]
		point := Point{Release: j.release, At: j.at}
		if point.Release == "" {
			point.Release = fmt.Sprintf("run %d", runs[j.run].Number)
		}
		point.Verdict, point.SoFar = joined(j.rows)
		slices.SortStableFunc(j.rows, inOrder)
		for _, v := range j.rows {
			if whole(v) || len(p.Claims) == 0 || v.ID != p.Claims[0].ID {
				continue
			}
			point.Observed, point.Exposure = v.Observed, v.Exposure
			point.Value = valueOf(v)
		}
		p.Trend = append(p.Trend, point)
	}
	p.scale()
}

// valueOf is events by exposure, as far as they are known.
func valueOf(v history.Verdict) *float64 {
	events, exposure := exact(v.Events), exact(v.Exposure)
	if events == nil || exposure == nil {
		return events
	}
	if *exposure == 0 {
		return nil
	}
	share := *events / *exposure
	return &share
}

// scale brings the values of a trend to the unit of the last interval (a rate per 1,000, or a plain count), so that
// the promised number can be drawn through them; where that is not possible they are as they are.
func (p *Promise) scale() {
	if len(p.Claims) == 0 || p.Claims[0].Numbers == nil || len(p.Trend) == 0 {
		return
	}
	n := p.Claims[0].Numbers
	last := p.Trend[len(p.Trend)-1].Value
	if n.Point == nil || last == nil || *last == 0 || compared(n.Unit) {
		return
	}
	by := *n.Point / *last
	for i := range p.Trend {
		if v := p.Trend[i].Value; v != nil {
			scaled := *v * by
			p.Trend[i].Value = &scaled
		}
	}
}
