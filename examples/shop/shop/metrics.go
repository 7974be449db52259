package shop

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what the shop counts. Every counter is there from the start, with 0, so that "none" can be told
// from "not measured".
type metrics struct {
	registry                    *prometheus.Registry
	visits, failedVisits        prometheus.Counter
	searches, emptySearches     prometheus.Counter
	baskets                     prometheus.Counter
	orders, failedOrders        prometheus.Counter
	declined                    prometheus.Counter
	searchSeconds, visitSeconds prometheus.Histogram
	checkoutSeconds             prometheus.Histogram
}

// buckets in seconds. What the features promise, 0.3, is a boundary, so that keeping the promise can be counted.
var buckets = []float64{.005, .01, .025, .05, .1, .2, .3, .5, 1, 2.5, 5}

func newMetrics(version string) *metrics {
	m := &metrics{registry: prometheus.NewRegistry()}
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
		m.registry.MustRegister(c)
		return c
	}
	histogram := func(name, help string) prometheus.Histogram {
		h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets})
		m.registry.MustRegister(h)
		return h
	}
	m.visits = counter("shop_visits_total", "Pages and API calls that were asked for.")
	m.failedVisits = counter("shop_visits_failed_total", "Visits that the shop answered with an error of its own.")
	m.searches = counter("shop_searches_total", "Searches.")
	m.emptySearches = counter("shop_searches_empty_total", "Searches that found nothing.")
	m.baskets = counter("shop_baskets_total", "Baskets that something was put into.")
	m.orders = counter("shop_orders_total", "Orders that customers paid for, or tried to while the shop failed.")
	m.failedOrders = counter("shop_orders_failed_total", "Orders that were lost to an error of the shop.")
	m.declined = counter("shop_payments_declined_total", "Payments that the card's bank declined.")
	m.visitSeconds = histogram("shop_visit_seconds", "Time to answer a visit.")
	m.searchSeconds = histogram("shop_search_seconds", "Time to find what a search asks for.")
	m.checkoutSeconds = histogram("shop_checkout_seconds", "Time from the payment to the confirmed order.")
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "shop_build_info", Help: "The running version.", ConstLabels: prometheus.Labels{"version": version}})
	build.Set(1)
	m.registry.MustRegister(build, collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{EnableOpenMetrics: true})
}
