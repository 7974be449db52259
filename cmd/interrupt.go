package cmd

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// interruptible is a context that ends with the first Ctrl-C, and a channel that is closed by the second: the first
// lets come to an end what has begun, the second does not wait for that. What was seen is reported after both. The third
// ends the process at once, and so does the first until listen is called, when there is something to come to an end.
func interruptible() (ctx context.Context, again <-chan struct{}, listen, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals, twice, over := make(chan os.Signal, 2), make(chan struct{}), make(chan struct{})
	listen = sync.OnceFunc(func() {
		signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
		go func() {
			defer signal.Stop(signals)
			for _, then := range []func(){cancel, func() { close(twice) }} {
				select {
				case <-signals:
					then()
				case <-over:
					return
				}
			}
		}()
	})
	return ctx, twice, listen, func() {
		close(over)
		cancel()
	}
}
