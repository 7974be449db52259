package http

import (
	"context"
	"crypto/tls"
	"net/http/httptrace"
	"sync"
	"time"

	"github.com/cucumber-value/hoops/runners/session"
)

// sampledPhases is how many requests there are for each one whose phases are measured: looking at the clock and
// tracing cost time too.
const sampledPhases = 64

// stopwatch measures the phases of one request. Its callbacks come from several goroutines where two addresses of
// a name are dialled at once: the last that is ready counts.
type stopwatch struct {
	mu                  sync.Mutex
	lookup, dial, hello time.Time
	sent                time.Time
	measured            session.Phases
}

func (w *stopwatch) trace(ctx context.Context) context.Context {
	begin := func(at *time.Time) {
		w.mu.Lock()
		defer w.mu.Unlock()
		*at = time.Now()
	}
	end := func(took *time.Duration, began *time.Time) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if !began.IsZero() {
			*took = time.Since(*began)
		}
	}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		DNSStart:             func(httptrace.DNSStartInfo) { begin(&w.lookup) },
		DNSDone:              func(httptrace.DNSDoneInfo) { end(&w.measured.DNS, &w.lookup) },
		ConnectStart:         func(string, string) { begin(&w.dial) },
		ConnectDone:          func(string, string, error) { end(&w.measured.Connect, &w.dial) },
		TLSHandshakeStart:    func() { begin(&w.hello) },
		TLSHandshakeDone:     func(tls.ConnectionState, error) { end(&w.measured.TLS, &w.hello) },
		WroteRequest:         func(httptrace.WroteRequestInfo) { begin(&w.sent) },
		GotFirstResponseByte: func() { end(&w.measured.FirstByte, &w.sent) },
	})
}

// phases are those that were measured so far.
func (w *stopwatch) phases() *session.Phases {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.measured
	return &p
}
