// Command server opens the shop on the loopback interface until it is interrupted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/cucumber-value/hoops/examples/shop/shop"
)

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	var names []string
	for _, f := range shop.Faults() {
		names = append(names, string(f))
	}
	port := flag.Int("port", 8041, "port on the loopback interface")
	database := flag.String("db", "", "database `file`, kept; a temporary one by default")
	fault := flag.String("fault", "", "break it on purpose: "+strings.Join(names, ", "))
	users := flag.Int("seed-users", 300, fmt.Sprintf("customers user001, user002, … (at most %d)", shop.MostUsers))
	version := flag.String("version", "1.0.0", "version that it tells its metrics")
	flag.Parse()
	f, err := shop.ParseFault(*fault)
	if err != nil {
		return err
	}
	s, err := shop.New(shop.Config{Database: *database, Fault: f, SeedUsers: *users, Version: *version})
	if err != nil {
		return err
	}
	defer s.Close()
	server := &http.Server{Addr: net.JoinHostPort("127.0.0.1", fmt.Sprint(*port)), Handler: s, ReadHeaderTimeout: 5 * time.Second}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	log.Printf("the shop is open at http://%s", server.Addr)
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	wait, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if err := server.Shutdown(wait); !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return server.Close()
}
