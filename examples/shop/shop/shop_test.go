package shop

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// open opens a shop with a fault behind a real listener.
func open(t *testing.T, fault Fault) (*Shop, string) {
	t.Helper()
	s, err := New(Config{Fault: fault, SeedUsers: 3, Version: "1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(func() {
		server.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, server.URL
}

// client is a customer of the API.
type client struct {
	t           *testing.T
	base, token string
}

func signedIn(t *testing.T, base, user string) *client {
	t.Helper()
	c := &client{t: t, base: base}
	body := c.want(200, "POST", "/api/login", object{"user": user, "password": password(user)})
	c.token = body["token"].(string)
	return c
}

// call sends body, JSON or a string as it is, and returns the status and the decoded answer.
func (c *client) call(method, path string, body any) (int, object) {
	c.t.Helper()
	var content io.Reader
	if text, ok := body.(string); ok {
		content = strings.NewReader(text)
	} else if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		content = bytes.NewReader(b)
	}
	r, err := http.NewRequest(method, c.base+path, content)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer answer.Body.Close()
	var out object
	if answer.StatusCode != http.StatusNoContent {
		if err := json.NewDecoder(answer.Body).Decode(&out); err != nil {
			c.t.Fatalf("%s %s: %v", method, path, err)
		}
	}
	return answer.StatusCode, out
}

func (c *client) want(status int, method, path string, body any) object {
	c.t.Helper()
	got, out := c.call(method, path, body)
	if got != status {
		c.t.Fatalf("%s %s: %d, want %d: %v", method, path, got, status, out)
	}
	return out
}

// at walks decoded JSON: names of fields and indices.
func at(v any, path ...any) any {
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			if o, ok := v.(object); ok {
				m = o
			}
			v = m[p]
		case int:
			list, _ := v.([]any)
			if p >= len(list) {
				return nil
			}
			v = list[p]
		}
	}
	return v
}

func count(v any, path ...any) int {
	list, _ := at(v, path...).([]any)
	return len(list)
}

const goodCard = "4242 4242 4242 4242"

func payWith(card string) object {
	return object{"card": card, "address": Address{"Ann", "1 Tea Lane", "York", "YO1 7HH"}}
}

func (c *client) buys(skus ...string) object {
	c.t.Helper()
	for _, sku := range skus {
		c.want(201, "POST", "/api/basket", object{"sku": sku})
	}
	return c.want(201, "POST", "/api/checkout", payWith(goodCard))
}

// metric is the value of a sample in the exposition.
func metric(t *testing.T, s *Shop, name string) string {
	t.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for line := range strings.Lines(w.Body.String()) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	t.Fatalf("there is no %s in\n%s", name, w.Body)
	return ""
}

func TestAnOrderOverTheAPI(t *testing.T) {
	s, base := open(t, None)
	ann := signedIn(t, base, "ann")
	ann.want(201, "POST", "/api/basket", object{"sku": "tea-sencha", "quantity": 2})
	ann.want(201, "POST", "/api/basket", object{"sku": "ware-mug", "quantity": 1})
	ann.want(201, "POST", "/api/basket", object{"sku": "ware-jug"})
	ann.want(200, "DELETE", "/api/basket/items/ware-jug", nil)
	basket := ann.want(200, "GET", "/api/basket", nil)
	if got := at(basket, "basket", "total", "pence"); got != 2595.0 {
		t.Errorf("the basket costs %v pence, want 2595", got)
	}
	placed := ann.want(201, "POST", "/api/checkout", payWith(goodCard))
	if got := at(placed, "order", "total", "text"); got != "£25.95" {
		t.Errorf("the order costs %v, want £25.95", got)
	}
	id := at(placed, "order", "id").(string)
	if n := count(ann.want(200, "GET", "/api/orders", nil), "orders"); n != 1 {
		t.Errorf("%d orders in the history, want 1", n)
	}
	again := ann.want(200, "GET", "/api/orders/"+id, nil)
	if at(again, "order", "id") != id || at(again, "order", "lines", 0, "name") != "Sencha" {
		t.Errorf("the order was read back as %v", again)
	}
	if n := count(ann.want(200, "GET", "/api/basket", nil), "basket", "lines"); n != 0 {
		t.Error("the basket is not empty after paying")
	}
	signedIn(t, base, "bob").want(404, "GET", "/api/orders/"+id, nil)
	for name, want := range map[string]string{
		"shop_orders_total": "1", "shop_orders_failed_total": "0", "shop_baskets_total": "1", "shop_visits_failed_total": "0",
		`shop_checkout_seconds_bucket{le="0.3"}`: "1", `shop_build_info{version="1.2.3"}`: "1",
	} {
		if got := metric(t, s, name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func TestEveryCounterStartsAtZero(t *testing.T) {
	s, _ := open(t, None)
	for _, name := range []string{"visits", "visits_failed", "searches", "searches_empty", "baskets", "orders", "orders_failed", "payments_declined"} {
		if got := metric(t, s, "shop_"+name+"_total"); got != "0" {
			t.Errorf("shop_%s_total is %s at the start", name, got)
		}
	}
	metric(t, s, "process_start_time_seconds")
}

func TestRefusalsOfTheAPI(t *testing.T) {
	_, base := open(t, None)
	nobody := &client{t: t, base: base}
	ann := signedIn(t, base, "ann")
	ann.want(409, "POST", "/api/checkout", payWith(goodCard))
	ann.want(201, "POST", "/api/basket", object{"sku": "tea-chai", "quantity": 10})
	for _, c := range []struct {
		who          *client
		status       int
		method, path string
		body         any
		message      string
	}{
		{nobody, 401, "POST", "/api/login", object{"user": "ann", "password": "x"}, "do not match"},
		{nobody, 401, "POST", "/api/login", object{"user": "nobody", "password": ""}, "do not match"},
		{nobody, 400, "POST", "/api/login", `{"user": `, "not what was expected"},
		{nobody, 400, "POST", "/api/login", `{} {}`, "goes on"},
		{nobody, 401, "GET", "/api/basket", nil, "sign in"},
		{nobody, 401, "GET", "/api/orders", nil, "sign in"},
		{&client{t: t, base: base, token: "guessed"}, 401, "GET", "/api/basket", nil, "sign in"},
		{nobody, 404, "GET", "/api/products/nix", nil, "do not sell"},
		{nobody, 404, "GET", "/api/nix", nil, "nothing here"},
		{ann, 404, "POST", "/api/basket", object{"sku": "nix"}, "do not sell"},
		{ann, 400, "POST", "/api/basket", object{"sku": "tea-chai", "quantity": 0}, "1 or more"},
		{ann, 400, "POST", "/api/basket", object{"sku": "tea-chai", "quantity": -1}, "1 or more"},
		{ann, 400, "POST", "/api/basket", object{"name": "tea-chai"}, "unknown field"},
		{ann, 409, "POST", "/api/basket", object{"sku": "tea-chai", "quantity": 1}, "at most 10"},
		{ann, 409, "POST", "/api/basket", object{"sku": "tea-chai", "quantity": 9223372036854775807}, "at most 10"},
		{ann, 402, "POST", "/api/checkout", payWith("4000 0000 0000 0002"), "declined"},
		{ann, 402, "POST", "/api/checkout", payWith("4111111111111111"), "test cards only"},
		{ann, 400, "POST", "/api/checkout", payWith("4242 4242 4242 4241"), "not a card number"},
		{ann, 400, "POST", "/api/checkout", payWith(""), "not a card number"},
		{ann, 400, "POST", "/api/checkout", object{"card": goodCard, "address": Address{"Ann", "1 Tea Lane", "York", " "}}, "postcode"},
		{ann, 404, "GET", "/api/orders/K1", nil, "no such order"},
		{ann, 404, "GET", "/api/orders/0", nil, "no such order"},
	} {
		out := c.who.want(c.status, c.method, c.path, c.body)
		if message, _ := out["error"].(string); !strings.Contains(message, c.message) {
			t.Errorf("%s %s says %q, want something with %q", c.method, c.path, message, c.message)
		}
	}
	if n := at(ann.want(200, "GET", "/api/basket", nil), "basket", "count"); n != 10.0 {
		t.Errorf("after all refusals the basket holds %v, want 10", n)
	}
	ann.want(204, "POST", "/api/logout", nil)
	ann.want(401, "GET", "/api/basket", nil)
}

func TestAFormOfAnotherSiteCannotUseTheCookie(t *testing.T) {
	_, base := open(t, None)
	r, err := http.NewRequest("POST", base+"/api/login", strings.NewReader(`{"user": "ann"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "text/plain")
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != 400 {
		t.Errorf("text/plain was read as JSON: %d", answer.StatusCode)
	}
}

func TestABasketIsPaidOnce(t *testing.T) {
	_, base := open(t, None)
	ann := signedIn(t, base, "ann")
	ann.want(201, "POST", "/api/basket", object{"sku": "tea-chai"})
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() { ann.call("POST", "/api/checkout", payWith(goodCard)) })
	}
	wait.Wait()
	if n := count(ann.want(200, "GET", "/api/orders", nil), "orders"); n != 1 {
		t.Errorf("one basket became %d orders", n)
	}
}

func TestCustomersAtOnce(t *testing.T) {
	_, base := open(t, None)
	var wait sync.WaitGroup
	for i := range 3 {
		wait.Go(func() {
			user := fmt.Sprintf("user%03d", i+1)
			for n := range 5 {
				c := signedIn(t, base, user)
				placed := c.buys("tea-chai", "ware-mug")
				if got := at(placed, "order", "total", "pence"); got != 1955.0 {
					t.Errorf("%s paid %v pence", user, got)
				}
				if got := count(c.want(200, "GET", "/api/orders", nil), "orders"); got != n+1 {
					t.Errorf("%s has %d orders, want %d", user, got, n+1)
				}
			}
		})
	}
	wait.Wait()
}

func TestAFileKeepsOrders(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a shop?.db")
	var ids []string
	for range 2 {
		s, err := New(Config{Database: file})
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(s)
		ann := signedIn(t, server.URL, "ann")
		ids = append(ids, at(ann.buys("tea-chai"), "order", "id").(string))
		if n := count(ann.want(200, "GET", "/api/orders", nil), "orders"); n != len(ids) {
			t.Errorf("%d orders, want %d", n, len(ids))
		}
		server.Close()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if ids[0] == ids[1] {
		t.Errorf("two orders have the number %s", ids[0])
	}
}

func TestBadConfigs(t *testing.T) {
	for _, c := range []Config{{SeedUsers: -1}, {SeedUsers: 1000}, {Fault: "slo"}, {Database: t.TempDir()}} {
		if s, err := New(c); err == nil {
			s.Close()
			t.Errorf("%+v was accepted", c)
		}
	}
}

func TestVisitsEnd(t *testing.T) {
	now := time.Unix(1e9, 0)
	s := newSessions(func() time.Time { return now })
	v := s.open("ann", "")
	now = now.Add(idle)
	if _, err := s.visit(v.id, func(*session) error { return nil }); err != nil {
		t.Errorf("a visit ended after %s: %v", idle, err)
	}
	now = now.Add(idle + 1)
	if _, err := s.visit(v.id, func(*session) error { return nil }); err == nil {
		t.Error("a visit does not end")
	}
	for range 1024 {
		s.open("", "")
	}
	if s.byID[v.id] != nil {
		t.Error("a visit that ended is kept")
	}
}

// BenchmarkJourney is what a customer of the load stage does: the shop must not be what limits a load test.
func BenchmarkJourney(b *testing.B) {
	s, err := New(Config{SeedUsers: MostUsers})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	call := func(token, method, path, body string) []byte {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code >= 300 {
			b.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
		return w.Body.Bytes()
	}
	paid, err := json.Marshal(payWith(goodCard))
	if err != nil {
		b.Fatal(err)
	}
	var next atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			user := fmt.Sprintf("user%03d", next.Add(1)%MostUsers+1)
			var in struct{ Token string }
			if err := json.Unmarshal(call("", "POST", "/api/login", fmt.Sprintf(`{"user": %q, "password": %q}`, user, password(user))), &in); err != nil {
				b.Error(err)
			}
			call(in.Token, "GET", "/api/products?q=coffee", "")
			call(in.Token, "POST", "/api/basket", `{"sku": "coffee-espresso"}`)
			call(in.Token, "POST", "/api/checkout", string(paid))
			call(in.Token, "GET", "/api/orders", "")
		}
	})
}
