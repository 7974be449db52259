package shop

import (
	"strings"
	"testing"
	"time"
)

// Each test shows what a fault does, on the API and, where it can be seen, on the pages.

func TestSlow(t *testing.T) {
	s, base := open(t, Slow)
	start := time.Now()
	signedIn(t, base, "ann").buys("tea-chai")
	if took := time.Since(start); took < slowness {
		t.Errorf("paying took %s", took)
	}
	if got := metric(t, s, `shop_checkout_seconds_bucket{le="0.3"}`); got != "0" {
		t.Errorf("%s orders are counted as prompt", got)
	}
}

func TestWrongTotal(t *testing.T) {
	_, base := open(t, WrongTotal)
	ann := signedIn(t, base, "ann")
	if got := at(ann.buys("tea-chai"), "order", "total", "pence"); got != 755.0 {
		t.Errorf("one line costs %v, want 755: only further lines cost a penny more", got)
	}
	if got := at(ann.buys("tea-chai", "ware-mug", "ware-jug"), "order", "total", "pence"); got != 2812.0+295 {
		t.Errorf("three lines cost %v, want two pence too much", got)
	}
	b := newBrowser(t, base)
	b.get("/")
	b.sends("/basket/items", "sku", "tea-chai", "quantity", "1")
	_, page := b.sends("/basket/items", "sku", "ware-mug", "quantity", "1")
	sees(t, page, "<dd>£16.60</dd>", "<dd>£19.56</dd>")
}

func TestLostOrder(t *testing.T) {
	s, base := open(t, LostOrder)
	b := newBrowser(t, base)
	b.signIn("ann")
	for _, kept := range []bool{true, true, false, true} {
		b.sends("/basket/items", "sku", "tea-chai", "quantity", "1")
		_, page := b.pays(goodCard)
		sees(t, page, "<h1>Thank you</h1>")
		_, id, _ := strings.Cut(page, "Your order <strong>")
		id, _, _ = strings.Cut(id, "<")
		if _, page = b.get("/orders"); strings.Contains(page, id) != kept {
			t.Errorf("order %q in the history: %v, want %v", id, !kept, kept)
		}
	}
	if o, f := metric(t, s, "shop_orders_total"), metric(t, s, "shop_orders_failed_total"); o != "4" || f != "1" {
		t.Errorf("%s of %s orders are counted as failed, want 1 of 4", f, o)
	}
}

func TestDoubleCharge(t *testing.T) {
	_, base := open(t, DoubleCharge)
	ann := signedIn(t, base, "ann")
	ann.buys("tea-chai")
	history := ann.want(200, "GET", "/api/orders", nil)
	if count(history, "orders") != 2 || at(history, "orders", 0, "id") != at(history, "orders", 1, "id") {
		t.Errorf("the order is not there twice: %v", history)
	}
	b := newBrowser(t, base)
	b.signIn("ann")
	_, page := b.get("/orders")
	if n := strings.Count(page, ">K100001</a>"); n != 2 {
		t.Errorf("the page shows the order %d times", n)
	}
}

func TestSessionMixup(t *testing.T) {
	for fault, want := range map[Fault]string{SessionMixup: "Milk Jug", None: "Sencha"} {
		_, base := open(t, fault)
		ann, bob := newBrowser(t, base), signedIn(t, base, "bob")
		ann.signIn("ann")
		_, page := ann.sends("/basket/items", "sku", "tea-sencha", "quantity", "1")
		sees(t, page, `/products/tea-sencha`)
		bob.want(201, "POST", "/api/basket", object{"sku": "ware-jug"})
		_, page = ann.get("/basket")
		sees(t, page, ">"+want+"</a>")
		ann.pays(goodCard)
		_, page = ann.get("/orders")
		sees(t, page, "Sencha", "!Milk Jug") // what is paid is right: only the look is not
	}
}

func TestErrorsUnderLoad(t *testing.T) {
	s, base := open(t, ErrorsUnderLoad)
	now := time.Now()
	s.now = func() time.Time { return now } // nothing comes back
	ann := signedIn(t, base, "ann")
	for range poolSize - 1 {
		ann.want(200, "GET", "/api/products", nil)
	}
	ann.want(500, "GET", "/api/products", nil)
	ann.want(500, "POST", "/api/checkout", payWith(goodCard))
	status, page := newBrowser(t, base).get("/")
	sees(t, page, "Something went wrong on our side.")
	if status != 500 {
		t.Errorf("the page is answered with %d", status)
	}
	for name, want := range map[string]string{"shop_visits_failed_total": "3", "shop_orders_total": "1", "shop_orders_failed_total": "1"} {
		if got := metric(t, s, name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func TestThePoolRefills(t *testing.T) {
	var p pool
	now := time.Unix(1e9, 0)
	for i := range poolSize {
		if !p.take(now) {
			t.Fatalf("the pool is empty after %d", i)
		}
	}
	if p.take(now) {
		t.Error("the pool has no end")
	}
	now = now.Add(time.Second)
	for i := range poolRefill {
		if !p.take(now) {
			t.Errorf("after a second only %d came back", i)
		}
	}
	if p.take(now) {
		t.Error("more came back than should")
	}
}

func TestDeclinedAsPaid(t *testing.T) {
	s, base := open(t, DeclinedAsPaid)
	b := newBrowser(t, base)
	b.signIn("ann")
	b.sends("/basket/items", "sku", "tea-chai", "quantity", "1")
	_, page := b.pays("4000 0000 0000 0002")
	sees(t, page, "<h1>Thank you</h1>")
	if got := metric(t, s, "shop_payments_declined_total"); got != "1" {
		t.Errorf("%s payments are counted as declined, want 1", got)
	}
}

func TestSearchMisses(t *testing.T) {
	for fault, want := range map[Fault]int{SearchMisses: 0, None: 1} {
		s, base := open(t, fault)
		c := &client{t: t, base: base}
		if n := count(c.want(200, "GET", "/api/products?q=sencha", nil), "products"); n != want {
			t.Errorf("with fault %q sencha finds %d products, want %d", fault, n, want)
		}
		if n := count(c.want(200, "GET", "/api/products?q=Sencha", nil), "products"); n != 1 {
			t.Errorf("with fault %q Sencha finds %d products", fault, n)
		}
		if got := metric(t, s, "shop_searches_total"); got != "2" {
			t.Errorf("%s searches are counted, want 2", got)
		}
	}
}

func TestEveryFaultHasATest(t *testing.T) {
	if n := len(Faults()); n != 8 {
		t.Errorf("%d faults: is each of them tested here and explained in README.md?", n)
	}
	if _, err := ParseFault("slo"); err == nil || !strings.Contains(err.Error(), "wrong-total") {
		t.Errorf("a fault that is none: %v", err)
	}
}
