// Package shop is a small web shop: pages for people, a JSON API for programs, SQLite behind both, and metrics.
//
// It is here to be tested. It can be broken on purpose, in one of eight ways (see Fault), and its metrics tell
// of that what those of a real shop would. It takes test cards only and sends nothing to anybody.
package shop

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"
)

// Config of a shop. The zero Config is one that works, in a temporary database.
type Config struct {
	Database  string // a file, kept; a temporary one when empty
	Fault     Fault
	SeedUsers int // user001, user002, … besides ann, bob, carol and dave
	Version   string
}

// MostUsers is the most that SeedUsers may be: their names have three digits.
const MostUsers = 999

// Shop is an http.Handler.
type Shop struct {
	fault    Fault
	now      func() time.Time
	store    *store
	products map[string]Product
	shelf    []Product // in the order of the shop
	sessions *sessions
	pages    *pages
	metrics  *metrics
	handler  http.Handler
	number   atomic.Int64 // of the last order
	taken    atomic.Int64 // orders since the shop opened
	pool     pool
}

var _ http.Handler = (*Shop)(nil)

// New opens a shop, which Close must close.
func New(c Config) (*Shop, error) {
	if c.SeedUsers < 0 || c.SeedUsers > MostUsers {
		return nil, fmt.Errorf("%d users to seed: expected 0 to %d", c.SeedUsers, MostUsers)
	}
	fault, err := ParseFault(string(c.Fault))
	if err != nil {
		return nil, err
	}
	if c.Version == "" {
		c.Version = "dev"
	}
	s := &Shop{fault: fault, now: time.Now, products: map[string]Product{}, sessions: newSessions(time.Now), metrics: newMetrics(c.Version)}
	if s.pages, err = newPages(); err != nil {
		return nil, err
	}
	if s.store, err = openStore(c.Database); err != nil {
		return nil, err
	}
	if err := s.stock(customers(c.SeedUsers)); err != nil {
		s.Close()
		return nil, err
	}
	mux := http.NewServeMux()
	s.routeAPI(mux)
	s.routePages(mux)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.Handle("GET /metrics", s.metrics.handler())
	s.handler = s.visited(mux)
	return s, nil
}

func customers(seeded int) []string {
	names := []string{"ann", "bob", "carol", "dave"}
	for i := range seeded {
		names = append(names, fmt.Sprintf("user%03d", i+1))
	}
	return names
}

// stock fills the shop's shelf from its database.
func (s *Shop) stock(customers []string) error {
	ctx := context.Background()
	if err := s.store.seed(assortment, customers); err != nil {
		return err
	}
	if s.fault == SearchMisses {
		if err := s.store.matchCase(); err != nil {
			return err
		}
	}
	last, err := s.store.lastNumber(ctx)
	if err != nil {
		return err
	}
	s.number.Store(last)
	s.shelf, err = s.store.products(ctx)
	for _, p := range s.shelf {
		s.products[p.SKU] = p
	}
	return err
}

// Close closes the database and removes it if it was temporary.
func (s *Shop) Close() error { return s.store.close() }

func (s *Shop) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// visited counts visits, guards them, and answers those that fail.
func (s *Shop) visited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "same-origin")
		header.Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; form-action 'self'; base-uri 'none'")
		switch r.URL.Path {
		case "/healthz", "/metrics", stylePath:
			next.ServeHTTP(w, r)
			return
		}
		header.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
		s.metrics.visits.Inc()
		start, answer := s.now(), &answer{ResponseWriter: w}
		defer func() {
			if cause := recover(); cause != nil {
				log.Printf("%s %s: %v\n%s", r.Method, r.URL.Path, cause, debug.Stack())
				if answer.status == 0 {
					s.fail(answer, r, broken)
				}
			}
			s.metrics.visitSeconds.Observe(s.now().Sub(start).Seconds())
			if answer.status >= broken {
				s.metrics.failedVisits.Inc()
			}
		}()
		if s.fault == ErrorsUnderLoad && !s.pool.take(s.now()) {
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/checkout") {
				s.metrics.orders.Inc()
				s.metrics.failedOrders.Inc()
			}
			s.fail(answer, r, broken)
			return
		}
		next.ServeHTTP(answer, r)
	})
}

// answer remembers the status that was sent.
type answer struct {
	http.ResponseWriter
	status int
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(b)
}

// fail answers with an error in the manner of what was asked for.
func (s *Shop) fail(w http.ResponseWriter, r *http.Request, status int) {
	err := told(fmt.Errorf("%d", status))
	if status == notFound {
		err = told(refuse(notFound, "There is nothing here."))
	}
	if strings.HasPrefix(r.URL.Path, "/api/") {
		writeError(w, err)
		return
	}
	s.pages.failure(w, err)
}

// searched is what a search finds; an empty one finds everything and is none.
func (s *Shop) searched(ctx context.Context, text string) ([]Product, error) {
	if text = strings.TrimSpace(text); text == "" {
		return s.shelf, nil
	}
	start := s.now()
	skus, err := s.store.find(ctx, text)
	if err != nil {
		return nil, err
	}
	found := make([]Product, 0, len(skus))
	for _, sku := range skus {
		found = append(found, s.products[sku])
	}
	s.metrics.searches.Inc()
	if len(found) == 0 {
		s.metrics.emptySearches.Inc()
	}
	s.metrics.searchSeconds.Observe(s.now().Sub(start).Seconds())
	return found, nil
}

// signIn begins a visit of a known customer, with the basket of the former visit.
func (s *Shop) signIn(ctx context.Context, user, password, former string) (session, error) {
	ok, err := s.store.authentic(ctx, user, password)
	if err != nil {
		return session{}, err
	}
	if !ok {
		return session{}, refuse(signedOut, "That name and password do not match.")
	}
	return s.sessions.open(user, former), nil
}

// fill changes the quantity of a product in a session's basket.
func (s *Shop) fill(id, sku string, n int, add bool) (Basket, error) {
	v, err := s.sessions.visit(id, func(v *session) (err error) {
		empty := len(v.items) == 0
		if v.items, err = s.put(v.items, sku, n, add); err != nil {
			return err
		}
		s.sessions.changed = id
		if empty {
			s.metrics.baskets.Inc()
		}
		return nil
	})
	return s.price(v.items), err
}

// take removes a product from a session's basket.
func (s *Shop) take(id, sku string) (Basket, error) {
	v, err := s.sessions.visit(id, func(v *session) error {
		v.items = remove(v.items, sku)
		return nil
	})
	return s.price(v.items), err
}

// look is a session's basket as its customer is shown it.
func (s *Shop) look(id string) (Basket, error) {
	var shown []Item
	_, err := s.sessions.visit(id, func(v *session) error {
		v.looks++
		shown = append(shown, v.items...)
		if s.fault == SessionMixup && v.looks%2 == 0 {
			shown = append([]Item(nil), s.sessions.mixedUp(v)...)
		}
		return nil
	})
	return s.price(shown), err
}
