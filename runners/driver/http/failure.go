package http

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
)

// late is a request whose time was up, with what had come by then.
type late struct{ after error }

func (e late) Error() string { return errTimeout.Error() }
func (e late) Unwrap() error { return errTimeout }

func timedOut(after error) error { return late{after} }

// explain says in plain words why there is no answer, and in a few that hold no address, for counting.
func (d *Driver) explain(err error, m *message) (failure *session.Failure, category string) {
	at := m.to.Address.String()
	code, category, message, help := d.reason(err, m, at)
	failure = session.Failf("http/"+code, "%s", message)
	failure.Cause = err
	if help != "" {
		failure.Help = []string{help}
	}
	return failure, category
}

func (d *Driver) reason(err error, m *message, at string) (code, category, message, help string) {
	var (
		overdue   late
		broken    *incomplete
		large     *tooLarge
		dns       *net.DNSError
		operation *net.OpError
	)
	switch {
	case errors.As(err, &overdue):
		category = "no answer within " + ir.Duration(d.timeout).String()
		message = fmt.Sprintf("%s from %s", category, at)
		if errors.As(overdue.after, &broken) {
			message = fmt.Sprintf("%s: the response of %s did not end, and %d bytes had come", category, at, broken.got)
		}
		return "timeout", category, message, "if it may take that long, give the environment another timeout"
	case errors.As(err, &large):
		category = "the response is more than max-body " + size(d.maxBody)
		message = category
		if large.announced > 0 {
			message = fmt.Sprintf("the response has %s, more than max-body %s", about(large.announced, d.maxBody), size(d.maxBody))
		}
		return "too-large", category, message, "if it may be that large, give the environment another max-body"
	case errors.Is(err, errCompression):
		return "protocol", "compression", err.Error(), ""
	case errors.Is(err, errNotTLS):
		return "protocol", "no HTTP/2", fmt.Sprintf("%s: %v, and this is http", at, err), "leave `http: 2` out of the environment, or make its url https"
	case errors.As(err, &operation) && operation.Op == "proxyconnect":
		return "proxy", "proxy", fmt.Sprintf("the proxy on the way to %s cannot be reached: %v", at, operation.Err), "check the environment's proxy, or HTTP_PROXY and NO_PROXY"
	case errors.As(err, &dns):
		if dns.IsNotFound {
			return "dns", "unknown host", fmt.Sprintf("no host is named %s", dns.Name), "check the url of the environment"
		}
		return "dns", "name lookup", fmt.Sprintf("the name %s cannot be looked up: %s", dns.Name, dns.Err), "check the network and its name server"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused", "connection refused", fmt.Sprintf("%s refuses connections: nothing listens there", at), "start the software first, or let hoops start it: `start:` in the environment"
	case errors.Is(err, syscall.EHOSTUNREACH) || errors.Is(err, syscall.ENETUNREACH):
		return "refused", "unreachable", fmt.Sprintf("there is no way to %s", at), "check the network and its firewalls"
	}
	if message, help := d.tlsReason(err, at); message != "" {
		return "tls", "TLS", message, help
	}
	switch {
	case errors.As(err, &broken):
		return "reset", "response broke off", fmt.Sprintf("%v: %s closed the connection", broken, at), "the server's log may say why"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		strings.Contains(err.Error(), "server closed"):
		help = "the server's log may say why"
		if writes(m.method) {
			help += "; a request that writes is never sent twice, so it was not tried again"
		}
		return "reset", "connection closed", fmt.Sprintf("%s closed the connection without an answer", at), help
	}
	var garbage *unreadable
	if errors.As(err, &garbage) {
		return "protocol", "not HTTP", fmt.Sprintf("what %s answers is not HTTP: %v", at, garbage.cause), notHTTP
	}
	// net/http has no types for these.
	text := err.Error()
	if strings.Contains(text, "readLoopPeekFailLocked") {
		return "protocol", "not HTTP", at + " talks before it is asked", "check the port: this is no HTTP server"
	}
	_, after, unreadable := strings.Cut(text, "transport connection broken: ")
	if unreadable {
		text = after
	}
	if unreadable || strings.Contains(text, "malformed HTTP") {
		return "protocol", "not HTTP", fmt.Sprintf("what %s answers is not HTTP: %s", at, text), notHTTP
	}
	return "transport", "transport", fmt.Sprintf("the request to %s failed: %v", at, err), ""
}

const notHTTP = "check port and scheme: a server with TLS needs https"

func (d *Driver) tlsReason(err error, at string) (message, help string) {
	var (
		unknown x509.UnknownAuthorityError
		name    x509.HostnameError
		invalid x509.CertificateInvalidError
		verify  *tls.CertificateVerificationError
		record  tls.RecordHeaderError
		alert   tls.AlertError
	)
	text := err.Error()
	if _, after, found := strings.Cut(text, "readLoopPeekFailLocked: "); found {
		text = after // where net/http was is of no use to anybody
	}
	switch {
	case errors.As(err, &unknown):
		return fmt.Sprintf("the certificate of %s is signed by an authority that is not known here", at), "if it is your own authority: `tls: {ca: path/to/ca.pem}` in the environment"
	case errors.As(err, &name):
		return fmt.Sprintf("the certificate of %s is not for that name: %v", at, name), "check the url, or give its name: `tls: {server-name: …}` in the environment"
	case errors.As(err, &invalid):
		return fmt.Sprintf("the certificate of %s is not valid: %v", at, invalid), "renew it"
	case errors.As(err, &verify):
		return fmt.Sprintf("the certificate of %s cannot be verified: %v", at, verify.Err), "see `tls:` in the environment"
	case errors.As(err, &record), strings.Contains(text, "server gave HTTP response to HTTPS client"):
		return fmt.Sprintf("%s does not speak TLS", at), "write http:// instead of https://, or check the port"
	case strings.Contains(text, "certificate required"), strings.Contains(text, "bad certificate"):
		return fmt.Sprintf("%s wants a certificate of ours: %s", at, text), "`tls: {cert: …, key: …}` in the environment"
	case errors.As(err, &alert), strings.Contains(text, "tls: "):
		if strings.Contains(text, "no application protocol") {
			return fmt.Sprintf("%s does not speak HTTP/2", at), "leave `http: 2` out of the environment"
		}
		return fmt.Sprintf("no TLS connection to %s: %s", at, text), "see `tls:` in the environment"
	}
	return "", ""
}

// size is a number of bytes as hoops.yaml writes it.
func size(n int64) string {
	for _, u := range []struct {
		bytes int64
		name  string
	}{{1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}} {
		if n >= u.bytes && n%u.bytes == 0 {
			return fmt.Sprintf("%d%s", n/u.bytes, u.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}

// about is a number of bytes to one decimal, or all of it where that would look like the limit that it is above.
func about(n, limit int64) string {
	for _, u := range []struct {
		bytes int64
		name  string
	}{{1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}} {
		if n < u.bytes {
			continue
		}
		tenths := (n + u.bytes/20) / (u.bytes / 10)
		if tenths*(u.bytes/10) <= limit {
			break
		}
		text := fmt.Sprintf("%d", tenths/10)
		if tenths%10 > 0 {
			text += fmt.Sprintf(".%d", tenths%10)
		}
		return text + u.name
	}
	return fmt.Sprintf("%d bytes", n)
}
