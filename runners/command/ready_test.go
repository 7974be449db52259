//go:build unix

package command_test

import (
	"testing"

	"github.com/cucumber-value/hoops/runners/command"
)

func TestProbes(t *testing.T) {
	for _, c := range []struct {
		probe command.Probe
		want  string
	}{
		{command.Probe{}, "the software under test was not started: nothing tells when it is ready"},
		{command.HTTPReady("healthz"), `the software under test was not started: the address "healthz" of ready is no URL: expected http:// or https:// and a host`},
		{command.HTTPReady("http://:80"), `the software under test was not started: the address "http://:80" of ready is no URL: expected http:// or https:// and a host`},
		{command.PortReady("8080"), `the software under test was not started: the address "8080" of ready is not host:port`},
	} {
		if _, err := command.Start(t.Context(), command.ServiceSpec{Script: "true", Ready: c.probe}); err == nil || err.Error() != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
	address := free(t)
	spec := service(address, `BEFORE=200ms exec "$TEST_PROGRAM"`, "")
	spec.Ready = command.PortReady(address)
	s, err := command.Start(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	s.Stop()
}
