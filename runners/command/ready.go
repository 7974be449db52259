package command

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Probe asks whether software is ready. Its zero value asks nothing, and Start refuses it.
type Probe struct {
	where   string // for messages
	address string // host:port that must be free before
	ask     func(context.Context) error
	err     error
}

// HTTPReady is ready when a GET of the URL answers 2xx. It follows no redirects, uses no proxy and checks no
// certificate: nothing secret is sent, and nothing that comes back is believed.
func HTTPReady(address string) Probe {
	u, err := url.Parse(address)
	if err == nil && (u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "") {
		err = errors.New("expected http:// or https:// and a host")
	}
	if err != nil {
		return Probe{ask: never, err: fmt.Errorf("the address %q of ready is no URL: %w", address, err)}
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	client := &http.Client{
		Transport: &http.Transport{
			DisableKeepAlives: true, // each try must be a new connection, and none may outlive the wait
			TLSClientConfig:   &tls.Config{InsecureSkipVerify: true},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       5 * time.Second,
	}
	return Probe{
		where:   address,
		address: net.JoinHostPort(u.Hostname(), port),
		ask: func(ctx context.Context) error {
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
			if err != nil {
				return err
			}
			response, err := client.Do(request)
			if err != nil {
				return cause(err)
			}
			response.Body.Close()
			if response.StatusCode/100 != 2 {
				return fmt.Errorf("answered %s, expected 2xx", response.Status)
			}
			return nil
		},
	}
}

// PortReady is ready when host:port accepts a connection.
func PortReady(address string) Probe {
	if host, port, err := net.SplitHostPort(address); err != nil || host == "" || port == "" {
		return Probe{ask: never, err: fmt.Errorf("the address %q of ready is not host:port", address)}
	}
	return Probe{where: address, address: address, ask: func(ctx context.Context) error { return connect(ctx, address) }}
}

// taken reports whether something listens already, whatever it would answer.
func (p Probe) taken(ctx context.Context) bool { return connect(ctx, p.address) == nil }

func connect(ctx context.Context, address string) error {
	dialer := net.Dialer{Timeout: 2 * time.Second}
	connection, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return cause(err)
	}
	return connection.Close()
}

func never(context.Context) error { return errors.New("no probe") }

// cause leaves out the address, which the message around it has.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}
