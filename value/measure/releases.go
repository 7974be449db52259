package measure

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/common/model"
)

// Version is a version of the software that a server has seen.
type Version struct {
	Name string
	From time.Time // when it was seen first
}

// mostPoints is how many points of a series a server is asked for; it refuses more than 11,000.
const mostPoints = 5000

// Versions are those that a metric's label named between two times, in the order in which they were first seen. The
// times are those of the server's own samples. Its errors are *Failure.
func (p *Prometheus) Versions(ctx context.Context, metric, label string, from, to time.Time) ([]Version, error) {
	step := max(15*time.Second, to.Sub(from)/mostPoints).Round(time.Second)
	query := fmt.Sprintf("group by (%s) (%s != 0)", label, metric)
	e, f := p.ask(ctx, "/api/v1/query_range", url.Values{
		"query": {query}, "start": {epoch(from)}, "end": {epoch(to)}, "step": {strconv.FormatInt(int64(step/time.Second), 10)},
	})
	if f != nil {
		return nil, f
	}
	var data struct{ Result model.Matrix }
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return nil, failed(SourceFailed, "the answer of %s cannot be read: %s", plainURL(p.URL), clip(err.Error()))
	}
	var list []Version
	for _, s := range data.Result {
		name := string(s.Metric[model.LabelName(label)])
		if name == "" || len(s.Values) == 0 {
			continue
		}
		at, f := p.seen(ctx, metric, label, name, s.Values[0].Timestamp.Time(), step)
		if f != nil {
			return nil, f
		}
		list = append(list, Version{name, at})
	}
	slices.SortFunc(list, func(a, b Version) int { return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.Name, b.Name)) })
	return list, nil
}

// seen is when the first sample came that a point stands for.
func (p *Prometheus) seen(ctx context.Context, metric, label, name string, point time.Time, step time.Duration) (time.Time, *Failure) {
	found, f := p.instant(ctx, fmt.Sprintf("%s{%s=%s}[%ds]", metric, label, strconv.Quote(name), int64((step+lookback)/time.Second)), point)
	at := point
	for _, s := range found {
		for _, v := range s.Values {
			if t := v.Timestamp.Time(); v.Value != 0 && t.Before(at) {
				at = t
			}
		}
	}
	return at, f
}

func epoch(t time.Time) string { return strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', 3, 64) }
