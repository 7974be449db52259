// Package main is the shop that generators of load are measured against. It does as little as a server can: its
// answers are constant, and what it costs must not be what is measured.
//
// It counts what it gets itself, for a generator is not asked what it has sent. One answer in a hundred is wrong on
// purpose, if that is asked for: who counts fewer did not look.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/valyala/fasthttp"
)

// Counts are what a target has seen since the last reset.
type Counts struct {
	Requests int64   `json:"requests"`
	Wrong    int64   `json:"wrong"`    // answers that were wrong on purpose
	Logins   int64   `json:"logins"`   // journeys that began
	Orders   int64   `json:"orders"`   // journeys that reached their end
	Visits   int64   `json:"visits"`   // of /visit/…
	Repeated int64   `json:"repeated"` // visits with a number that had come before
	Strange  int64   `json:"strange"`  // requests that no journey sends
	CPU      float64 `json:"cpu"`      // seconds of this process
	Seconds  float64 `json:"seconds"`
	Open     int64   `json:"open"` // connections
}

type target struct {
	wrongEvery int64
	delay      time.Duration // of /slow

	requests, wrong, logins, orders, strange, open atomic.Int64

	mu       sync.Mutex
	visitors map[string]struct{}
	visits   int64
	repeated int64
	began    time.Time
	cpu      float64
}

func main() {
	address := flag.String("listen", "127.0.0.1:0", "address, on loopback")
	every := flag.Int64("wrong-every", 0, "make one answer in so many wrong; 0: none")
	delay := flag.Duration("delay", 5*time.Second, "how long /slow takes")
	flag.Parse()
	l, err := net.Listen("tcp", *address)
	if err != nil {
		log.Fatal(err)
	}
	t := &target{wrongEvery: *every, delay: *delay}
	t.reset()
	fmt.Println("http://" + l.Addr().String()) // for who started it
	server := &fasthttp.Server{
		Handler: t.handle, Name: "target", Logger: log.New(os.Stderr, "", 0),
		ConnState: func(_ net.Conn, s fasthttp.ConnState) {
			switch s {
			case fasthttp.StateNew:
				t.open.Add(1)
			case fasthttp.StateClosed:
				t.open.Add(-1)
			}
		},
	}
	log.Fatal(server.Serve(l))
}

var (
	jsonType = "application/json"
	products = []byte(`{"products": [{"id": 1, "name": "Tea", "price": 4.5}, {"id": 2, "name": "Coffee", "price": 6.25}, {"id": 3, "name": "Cup", "price": 9}], "page": 1, "pages": 1}`)
	basket   = []byte(`{"id": "b-17", "items": [{"product": 1, "count": 2, "price": 4.5}], "total": 9, "currency": "EUR"}`)
	cheap    = []byte(`{"id": "b-17", "items": [{"product": 1, "count": 2, "price": 4.5}], "total": 8, "currency": "EUR"}`)
	order    = []byte(`{"order": {"id": "o-2209", "state": "paid", "total": 9}, "thanks": true}`)
	bearer   = []byte("Bearer 9f2c1e7a-")
)

func (t *target) handle(c *fasthttp.RequestCtx) {
	path := c.Path()
	switch {
	case string(path) == "/stats":
		t.stats(c)
		return
	case string(path) == "/reset":
		t.reset()
		return
	}
	n := t.requests.Add(1)
	wrong := t.wrongEvery > 0 && n%t.wrongEvery == 0
	if wrong {
		t.wrong.Add(1)
	}
	post := c.IsPost()
	switch {
	case string(path) == "/ping":
		t.answer(c, wrong, 200, "text/plain", []byte("pong"))
	case string(path) == "/login" && post:
		// Each customer gets another token, as in life.
		token := fmt.Appendf(nil, `{"token": "9f2c1e7a-%08x", "user": {"name": "Ann", "id": 4711}, "expires": 3600}`, t.logins.Add(1))
		t.answer(c, wrong, 200, jsonType, token)
	case string(path) == "/products" && t.known(c):
		t.answer(c, wrong, 200, jsonType, products)
	case string(path) == "/basket" && post && t.known(c):
		if wrong { // only who reads the answer notices
			t.answer(c, false, 201, jsonType, cheap)
			return
		}
		t.answer(c, false, 201, jsonType, basket)
	case string(path) == "/checkout" && post && t.known(c):
		t.orders.Add(1)
		t.answer(c, wrong, 201, jsonType, order)
	case bytes.HasPrefix(path, []byte("/visit/")):
		t.visit(string(path[len("/visit/"):]))
		t.answer(c, wrong, 200, "text/plain", []byte("pong"))
	case string(path) == "/slow":
		time.Sleep(t.delay)
		t.answer(c, wrong, 200, "text/plain", []byte("pong"))
	default:
		t.strange.Add(1)
		c.SetStatusCode(404)
	}
}

func (t *target) known(c *fasthttp.RequestCtx) bool {
	return bytes.HasPrefix(c.Request.Header.Peek("Authorization"), bearer)
}

func (t *target) answer(c *fasthttp.RequestCtx, wrong bool, status int, media string, body []byte) {
	if wrong {
		c.SetStatusCode(503)
		c.SetBodyString("wrong on purpose")
		return
	}
	c.SetStatusCode(status)
	c.SetContentType(media)
	c.SetBody(body)
}

func (t *target) visit(number string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.visits++
	if _, before := t.visitors[number]; before {
		t.repeated++
	}
	t.visitors[number] = struct{}{}
}

func (t *target) stats(c *fasthttp.RequestCtx) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c.SetContentType(jsonType)
	json.NewEncoder(c).Encode(Counts{
		Requests: t.requests.Load(), Wrong: t.wrong.Load(), Logins: t.logins.Load(), Orders: t.orders.Load(), Strange: t.strange.Load(),
		Visits: t.visits, Repeated: t.repeated, Open: t.open.Load(),
		CPU: processor() - t.cpu, Seconds: time.Since(t.began).Seconds(),
	})
}

func (t *target) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, n := range []*atomic.Int64{&t.requests, &t.wrong, &t.logins, &t.orders, &t.strange} {
		n.Store(0)
	}
	t.visitors, t.visits, t.repeated = map[string]struct{}{}, 0, 0
	t.began, t.cpu = time.Now(), processor()
}

// processor is the CPU time that this process has used, in seconds.
func processor() float64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}
