package cmd

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// interruptible is a context that ends with the first Ctrl-C, and a channel that is closed by the second: the first
// lets come to an end what has begun, the second does not wait for that. What was seen is reported after both.
func interruptible() (ctx context.Context, again <-chan struct{}, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals, twice, over := make(chan os.Signal, 2), make(chan struct{}), make(chan struct{})
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		for _, then := range []func(){cancel, func() { close(twice) }} {
			select {
			case <-signals:
				then()
			case <-over:
				return
			}
		}
	}()
	return ctx, twice, func() {
		signal.Stop(signals)
		close(over)
		cancel()
	}
}
