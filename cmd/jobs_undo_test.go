package cmd_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

// counter sells to whoever is signed in, and writes down what was done.
type counter struct {
	mu     sync.Mutex
	orders int
	done   []string
}

func (c *counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if cookie, err := r.Cookie("sid"); r.URL.Path != "/login" && (err != nil || cookie.Value != "ann") {
		http.Error(w, "sign in first", http.StatusUnauthorized)
		return
	}
	var body struct {
		Product, Card string
		Price         float64
	}
	if r.Header.Get("Content-Type") == "application/json" {
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	}
	switch {
	case r.URL.Path == "/login":
		c.done = append(c.done, "login")
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: r.FormValue("user")})
	case r.Method == http.MethodPut && body.Price > 0:
		c.done = append(c.done, fmt.Sprintf("stock %s %g", strings.TrimPrefix(r.URL.Path, "/stock/"), body.Price))
	case r.Method == http.MethodPost && r.URL.Path == "/orders":
		c.orders++
		c.done = append(c.done, "order "+body.Product)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"id": %d}`, c.orders)
	case r.Method == http.MethodDelete:
		c.done = append(c.done, "cancel "+strings.TrimPrefix(r.URL.Path, "/orders/"))
		w.WriteHeader(http.StatusNoContent)
	case strings.HasSuffix(r.URL.Path, "/payment"):
		if body.Card == "stolen" {
			http.Error(w, `{"error": "this card was reported stolen"}`, http.StatusPaymentRequired)
			return
		}
		c.done = append(c.done, "pay")
	default:
		http.NotFound(w, r)
	}
}

func (c *counter) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	done := c.done
	c.done, c.orders = nil, 0
	return done
}

// A login that fails once fails the round that it is in, and not every round of the probe behind it.
func TestJobLoginFailsInOneRound(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	logins, reads := 0, 0
	j := newJob(t, "rounds", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		switch r.URL.Path {
		case "/login":
			if logins++; logins <= 1 {
				http.Error(w, "not now", http.StatusServiceUnavailable)
				return
			}
			http.SetCookie(w, &http.Cookie{Name: "sid", Value: "ann"})
		case "/orders":
			if c, err := r.Cookie("sid"); err != nil || c.Value != "ann" {
				http.Error(w, "sign in first", http.StatusUnauthorized)
				return
			}
			reads++
		}
	}))
	j.run(0, "run", "watch") // it has recovered
	if logins != 2 || reads < 2 {
		t.Errorf("%d logins, expected the one that failed and another; %d rounds read their orders", logins, reads)
	}
	logins, reads = 0, 0
	j.run(1, "load", "--rate", "20/s", "--duration", "1s")
	if logins != 1 || reads != 0 {
		t.Errorf("under load: %d logins and %d reads, expected one login that fails every journey", logins, reads)
	}
}

func TestJobCleanup(t *testing.T) {
	t.Parallel()
	c := &counter{}
	j := newJob(t, "cleanup", c)
	expect := func(what string, want ...string) {
		t.Helper()
		if got := c.take(); !slices.Equal(got, want) {
			t.Errorf("%s did %q, expected %q", what, got, want)
		}
	}
	good := []string{"login", "stock Tea 4.2", "stock Mug 9", "order Tea", "pay", "cancel 1"}
	bad := []string{"login", "stock Tea 4.2", "order Tea", "order Mug", "cancel 2", "cancel 1"}
	j.run(0, "test", "-t", "@good")
	expect("a test", good...)
	j.run(0, "probe", "-t", "@good")
	expect("a probe", good...)
	j.shows("bad", j.run(1, "test", "-j", "1", "-t", "@bad"))
	expect("a test that fails", bad...)
	j.run(2, "probe", "-t", "@bad")
	expect("a probe that fails", bad...)

	j.run(0, "load", "-t", "@good", "--rate", "100/s", "--duration", "1s")
	count := map[string]int{}
	for _, what := range c.take() {
		word, _, _ := strings.Cut(what, " ")
		count[word]++
	}
	if count["login"] != 1 || count["order"] != 100 || count["pay"] != 100 || count["cancel"] != 100 || count["stock"] != 200 {
		t.Errorf("100 journeys did %v", count)
	}
}
