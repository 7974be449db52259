// Command server is a calculator that adds what was entered, over HTTP, and counts its sums and its silly
// mistakes at /metrics. With --broken it forgets to carry, with --mistakes 1-in-4 every fourth sum is one too high;
// it checks each sum, so it counts that honestly.
package main

import (
	"crypto/rand"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

func main() {
	port := flag.Int("port", 8031, "port on the loopback interface")
	broken := flag.Bool("broken", false, "forget to carry")
	mistakes := rate(0)
	flag.Var(&mistakes, "mistakes", "tell so many sums wrong: 1-in-4")
	flag.Parse()
	address := net.JoinHostPort("127.0.0.1", fmt.Sprint(*port))
	log.Fatal(http.ListenAndServe(address, newCalculator(*broken, int(mistakes))))
}

// rate is how many sums go by until one is wrong; 0 is for ever.
type rate int

func (r *rate) String() string {
	if *r == 0 {
		return ""
	}
	return fmt.Sprintf("1-in-%d", int(*r))
}

func (r *rate) Set(s string) error {
	n := 0
	if _, err := fmt.Sscanf(s, "1-in-%d", &n); err != nil || n < 1 {
		return fmt.Errorf("expected 1-in-N")
	}
	*r = rate(n)
	return nil
}

// calculator keeps what each visitor entered, by cookie.
type calculator struct {
	add      func(a, b int) int
	every    int // sum is told wrong; 0 is none
	mu       sync.Mutex
	told     int
	entered  map[string][]int
	sums     prometheus.Counter
	mistakes prometheus.Counter
}

func newCalculator(broken bool, every int) http.Handler {
	c := &calculator{
		add:      func(a, b int) int { return a + b },
		every:    every,
		entered:  map[string][]int{},
		sums:     prometheus.NewCounter(prometheus.CounterOpts{Name: "calculator_sums_total", Help: "Sums told."}),
		mistakes: prometheus.NewCounter(prometheus.CounterOpts{Name: "calculator_mistakes_total", Help: "Sums told wrong."}),
	}
	if broken {
		c.add = withoutCarry
	}
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(c.sums, c.mistakes, collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	mux := http.NewServeMux()
	mux.HandleFunc("POST /numbers", c.enter)
	mux.HandleFunc("POST /add", c.sum)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.Handle("GET /metrics", promhttp.HandlerFor(metrics, promhttp.HandlerOpts{EnableOpenMetrics: true}))
	return mux
}

const cookie = "calculator"

func (c *calculator) enter(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Number *int `json:"number"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&body); err != nil || body.Number == nil {
		http.Error(w, `expected {"number": 1}`, http.StatusBadRequest)
		return
	}
	visitor, err := r.Cookie(cookie)
	if err != nil {
		visitor = &http.Cookie{Name: cookie, Value: rand.Text(), Path: "/", HttpOnly: true}
		http.SetCookie(w, visitor)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entered[visitor.Value] = append(c.entered[visitor.Value], *body.Number)
	w.WriteHeader(http.StatusNoContent)
}

func (c *calculator) sum(w http.ResponseWriter, r *http.Request) {
	visitor, err := r.Cookie(cookie)
	if err != nil {
		http.Error(w, "nothing was entered", http.StatusConflict)
		return
	}
	c.mu.Lock()
	numbers := c.entered[visitor.Value]
	delete(c.entered, visitor.Value)
	c.told++
	slip := c.every > 0 && c.told%c.every == 0
	c.mu.Unlock()
	told, right := 0, 0
	for _, n := range numbers {
		told, right = c.add(told, n), right+n
	}
	if slip {
		told++
	}
	c.sums.Inc()
	if told != right {
		c.mistakes.Inc()
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, "{\"sum\": %d}\n", told)
}

// withoutCarry adds digit by digit and forgets what it should carry.
func withoutCarry(a, b int) int {
	if a < 0 || b < 0 {
		return a + b
	}
	sum := 0
	for place := 1; a > 0 || b > 0; place *= 10 {
		sum += (a%10 + b%10) % 10 * place
		a, b = a/10, b/10
	}
	return sum
}
