package load

import (
	"cmp"
	"math"
	"net/http"
	"slices"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/cucumber-value/hoops/runners/session"
)

// mostHits is how many requests a results file holds: they wait in memory, some 80 bytes each, because vegeta
// needs them in the order of their times.
const mostHits = 2_000_000

// hit is one request on its way to the results file.
type hit struct {
	name      string
	cause     string
	began     int64 // Unix nanoseconds
	took      time.Duration
	sent, got int64
	code      uint16
}

func newHit(s session.Sample, cause string) hit {
	code := s.Code
	if code == 0 && cause == "" {
		code = http.StatusOK // what is no HTTP has no code, and vegeta calls 0 a failure
	}
	return hit{
		name: s.Name, cause: cause, began: s.Began.UnixNano(), took: s.Duration, sent: s.Sent, got: s.Received,
		code: uint16(min(max(0, code), math.MaxUint16)),
	}
}

// flush writes the requests as vegeta's results: in the order of their times, and numbered from 0 without a gap
// by name, or its plots stay empty. Journeys are not among them: vegeta would take them for requests.
func (r *run) flush() error {
	if r.Results == nil {
		return nil
	}
	var hits []hit
	for _, s := range r.shards {
		hits = append(hits, s.hits...)
		s.hits = nil
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.began, b.began) })
	encode := vegeta.NewEncoder(r.Results)
	seq := map[string]uint64{}
	for i := range hits {
		h := &hits[i]
		if err := encode(&vegeta.Result{
			Attack: h.name, Seq: seq[h.name], Code: h.code, Timestamp: time.Unix(0, h.began).UTC(), Latency: h.took,
			BytesOut: uint64(max(0, h.sent)), BytesIn: uint64(max(0, h.got)), Error: h.cause,
		}); err != nil {
			return err
		}
		seq[h.name]++
	}
	if n := r.hits.Load(); n > mostHits {
		r.notice("the results file holds %s of %s requests", thousands(mostHits), thousands(n))
	}
	return nil
}
