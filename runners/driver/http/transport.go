package http

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/cucumber-value/hoops/runners/session"
)

// transport sends one message and reads the whole response. It follows no redirect, keeps no cookie, and sends
// what writes at most once. What only reads is sent again when a kept connection turns out to be dead.
//
// There are two. netTransport is net/http's: it knows HTTP/2 and proxies. directTransport is made for load: it
// writes and reads in the caller's goroutine and makes little garbage. Both send the same bytes, and what they say
// of an answer or of its absence is the same: conformance_test.go holds every conversation against both.
type transport interface {
	send(ctx context.Context, o order) (*response, error)
	// proxied reports whether a proxy stands between.
	proxied(*url.URL) bool
	// own is a transport that sends the same over connections of its own.
	own() transport
	close()
}

// order is a message with what this one sending of it adds.
type order struct {
	*message
	header   http.Header // the message's own, or a copy with cookies
	cookies  bool        // it is a copy with cookies
	writes   bool        // it may change something, by its method or by what its definition says
	began    time.Time
	deadline time.Time // for the whole response
	maxBody  int64     // bytes of a response, decompressed
}

// response is what came back, decompressed.
type response struct {
	status int
	reason string // "Not Found", as the server says it
	fields fields
	body   string
	phases *session.Phases // nil when they were not measured
}

// incomplete is the error of a response that broke off.
type incomplete struct {
	status int
	got    int64
	want   int64 // -1 when it was not announced
	cause  error
}

func (e *incomplete) Error() string {
	if e.want > 0 {
		return fmt.Sprintf("the response broke off after %d of %d bytes", e.got, e.want)
	}
	return fmt.Sprintf("the response broke off after %d bytes", e.got)
}

func (e *incomplete) Unwrap() error { return e.cause }

// tooLarge is the error of a response above max-body.
type tooLarge struct{ announced int64 } // bytes; 0 when nothing was said

func (e *tooLarge) Error() string { return "the response is too large" }

var (
	errCompression = errors.New("the response is not what its Content-Encoding says")
	errNotTLS      = errors.New("HTTP/2 needs https")
)
