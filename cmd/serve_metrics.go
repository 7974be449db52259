package cmd

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/cucumber-value/hoops/reporters"
	"github.com/cucumber-value/hoops/runners"
)

// metricsFlag is for the commands that run loads.
func (o *options) metricsFlag(f *pflag.FlagSet) {
	f.StringVar(&o.metrics, "metrics-addr", "", "show loads as Prometheus metrics at `ADDRESS`/metrics while they run: 127.0.0.1:0 is any free port")
}

// metricsServer shows what load stages measure at /metrics as long as the run goes on.
type metricsServer struct {
	*reporters.LoadMetrics
	server *http.Server
	ended  chan struct{}
}

var _ runners.Sink = (*metricsServer)(nil)

// serveMetrics listens at an address. One without a host is of this machine alone: who wants others to read it
// says 0.0.0.0.
func (a *app) serveMetrics(address string) (*metricsServer, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil && !strings.Contains(address, ":") {
		host, port, err = "", address, nil // a port alone
	}
	if err != nil {
		return nil, usage(fmt.Sprintf("--metrics-addr %s is no address: %v", address, err), "write a port, 127.0.0.1:9464, or 127.0.0.1:0 for any free port")
	}
	if host == "" {
		host = "127.0.0.1"
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, usage("the metrics cannot be served: "+err.Error(), "127.0.0.1:0 takes any free port")
	}
	m := &metricsServer{LoadMetrics: &reporters.LoadMetrics{}, ended: make(chan struct{})}
	routes := http.NewServeMux()
	routes.Handle("GET /metrics", m.Handler())
	m.server = &http.Server{Handler: routes, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(m.ended)
		_ = m.server.Serve(listener) // until Close
	}()
	fmt.Fprintf(a.stdio.Err, "hoops: metrics at http://%s/metrics\n", listener.Addr())
	return m, nil
}

// Close ends the server: nothing outlives the run.
func (m *metricsServer) Close() error {
	err := m.server.Close()
	<-m.ended
	return err
}
