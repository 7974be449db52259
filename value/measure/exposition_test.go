package measure

import (
	"bytes"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"pgregory.net/rapid"
)

// TestTheTextFormatReadsAsPrometheusReadsIt writes random metrics with the official client, in both formats, and
// compares what is read with what the official decoder reads.
func TestTheTextFormatReadsAsPrometheusReadsIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := prometheus.NewPedanticRegistry()
		label := rapid.StringOf(rapid.RuneFrom([]rune("ab \\\"\n{}=,#é")))
		counters := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "shop_orders_total", Help: "a \\ help\nof two lines"}, []string{"x", "y"})
		r.MustRegister(counters)
		for range rapid.IntRange(0, 5).Draw(t, "series") {
			counters.WithLabelValues(label.Draw(t, "x"), label.Draw(t, "y")).Add(rapid.Float64Range(0, 1e18).Draw(t, "value"))
		}
		h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "shop_seconds", Buckets: []float64{.3, 1, 2.5}})
		r.MustRegister(h)
		h.(prometheus.ExemplarObserver).ObserveWithExemplar(rapid.Float64Range(0, 5).Draw(t, "seconds"), prometheus.Labels{"trace": "a # b"})
		families, err := r.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, open := range []bool{false, true} {
			format := expfmt.NewFormat(expfmt.TypeTextPlain)
			if open {
				format = expfmt.NewFormat(expfmt.TypeOpenMetrics)
			}
			var body bytes.Buffer
			enc := expfmt.NewEncoder(&body, format)
			for _, f := range families {
				if err := enc.Encode(f); err != nil {
					t.Fatal(err)
				}
			}
			if c, ok := enc.(expfmt.Closer); ok {
				if err := c.Close(); err != nil {
					t.Fatal(err)
				}
			}
			got, _, err := readExposition(body.Bytes(), open)
			if err != nil {
				t.Fatalf("%v\n%s", err, body.String())
			}
			want, err := expfmt.ExtractSamples(&expfmt.DecodeOptions{}, families...)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(want) {
				t.Fatalf("%d series, want %d\n%s", len(got), len(want), body.String())
			}
			values := map[string]float64{}
			for _, s := range got {
				values[s.Name+s.Labels.key()] = s.Value
			}
			for _, s := range want {
				labels := Labels{}
				for n, v := range s.Metric {
					if n != model.MetricNameLabel {
						labels[string(n)] = canonical(string(n), string(v))
					}
				}
				if v, ok := values[string(s.Metric[model.MetricNameLabel])+labels.key()]; !ok || v != float64(s.Value) {
					t.Fatalf("%v is %v\n%s", s, v, body.String())
				}
			}
		}
	})
}
