package shop

import (
	"bytes"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// browser is a customer of the pages: it keeps cookies, follows redirects and fills in forms.
type browser struct {
	t      *testing.T
	base   string
	client *http.Client
	csrf   string
}

func newBrowser(t *testing.T, base string) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, base: base, client: &http.Client{Jar: jar}}
}

var csrfField = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

// page reads a page, and its token for the next form.
func (b *browser) page(answer *http.Response, err error) (int, string) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	if !bytes.HasSuffix(bytes.TrimSpace(text), []byte("</html>")) {
		b.t.Errorf("%s is not a whole page", answer.Request.URL)
	}
	if m := csrfField.FindSubmatch(text); m != nil {
		b.csrf = string(m[1])
	}
	return answer.StatusCode, string(text)
}

func (b *browser) get(path string) (int, string) {
	b.t.Helper()
	return b.page(b.client.Get(b.base + path))
}

// sends fills in a form: names and values in turn.
func (b *browser) sends(path string, fields ...string) (int, string) {
	b.t.Helper()
	form := url.Values{"csrf": {b.csrf}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return b.page(b.client.PostForm(b.base+path, form))
}

func (b *browser) signIn(user string) {
	b.t.Helper()
	b.get("/sign-in")
	if _, page := b.sends("/sign-in", "user", user, "password", password(user)); !strings.Contains(page, "Welcome, "+user) {
		b.t.Fatalf("%s is not welcome:\n%s", user, page)
	}
}

func (b *browser) pays(card string) (int, string) {
	b.t.Helper()
	return b.sends("/checkout", "name", "Ann", "street", "1 Tea Lane", "town", "York", "postcode", "YO1 7HH", "card", card)
}

// sees checks a page for texts; those that begin with ! must not be there.
func sees(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		unwanted, not := strings.CutPrefix(text, "!")
		if strings.Contains(page, unwanted) == not {
			t.Errorf("want %q in\n%s", text, page)
		}
	}
}

func TestAnOrderOnThePages(t *testing.T) {
	_, base := open(t, None)
	b := newBrowser(t, base)
	_, page := b.get("/")
	sees(t, page, "<h1>Good things for the kettle</h1>", "Earl Grey", "£24.50", `role="search"`, "!Sign out")
	if n := strings.Count(page, `<li class="card">`); n < 12 {
		t.Errorf("%d products on the first page", n)
	}
	_, page = b.get("/?q=" + url.QueryEscape("<b>sencha"))
	sees(t, page, "&lt;b&gt;sencha", "!<b>sencha", "Nothing matches")
	_, page = b.get("/?q=sencha")
	sees(t, page, "1 product found", "Sencha", "!Earl Grey")
	_, page = b.get("/products/tea-sencha")
	sees(t, page, "<h1>Sencha</h1>", "£5.50", `<label for="quantity">`)
	_, page = b.sends("/basket/items", "sku", "tea-sencha", "quantity", "2")
	sees(t, page, "Sencha is in your basket.", "£13.95")
	_, page = b.get("/basket")
	sees(t, page, "!Sencha is in your basket.") // it is said once
	_, page = b.sends("/basket/items/tea-sencha", "quantity", "11")
	sees(t, page, "You can buy at most 10 of one product.", `value="2"`)
	_, page = b.sends("/basket/items/tea-sencha", "quantity", "3")
	sees(t, page, "£19.45")
	_, page = b.sends("/basket/items", "sku", "ware-jug", "quantity", "1")
	sees(t, page, "Milk Jug")
	_, page = b.sends("/basket/items/ware-jug/remove")
	sees(t, page, "Milk Jug is removed.", "£19.45")
	_, page = b.get("/checkout")
	sees(t, page, "<h1>Sign in</h1>", `value="/checkout"`)
	status, page := b.sends("/sign-in", "user", "ann", "password", "wrong", "next", "/checkout")
	sees(t, page, "That name and password do not match.", `value="ann"`)
	if status != 401 {
		t.Errorf("a wrong password is answered with %d", status)
	}
	_, page = b.sends("/sign-in", "user", "ann", "password", "ann-likes-tea", "next", "/checkout")
	sees(t, page, "<h1>Checkout</h1>", "Pay £19.45", "Signed in as <strong>ann</strong>")
	_, page = b.pays("4000 0000 0000 0002")
	sees(t, page, "Your card was declined.", "Pay £19.45", `value="1 Tea Lane"`)
	_, page = b.pays(goodCard)
	sees(t, page, "<h1>Thank you</h1>", "<strong>K100001</strong>", "£19.45")
	_, page = b.get("/orders")
	sees(t, page, "K100001", "3 × Sencha", "£19.45")
	_, page = b.get("/orders/K100001")
	sees(t, page, "<h1>Order K100001</h1>", "ending 4242")
	_, page = b.get("/basket")
	sees(t, page, "Your basket is empty.")
	_, page = b.sends("/sign-out")
	sees(t, page, "You are signed out.", "!Your orders")
	_, page = b.get("/orders")
	sees(t, page, "<h1>Sign in</h1>")
}

func TestPagesRefuse(t *testing.T) {
	_, base := open(t, None)
	b := newBrowser(t, base)
	for path, status := range map[string]int{"/nix": 404, "/products/nix": 404} {
		got, page := b.get(path)
		sees(t, page, "<h1>Page not found</h1>")
		if got != status {
			t.Errorf("%s: %d, want %d", path, got, status)
		}
	}
	b.csrf = "guessed"
	status, page := b.sends("/basket/items", "sku", "tea-sencha", "quantity", "1")
	sees(t, page, "This form is too old.")
	if status != 403 {
		t.Errorf("a form without its token is answered with %d", status)
	}
}

func TestSigningInBeginsANewVisit(t *testing.T) {
	_, base := open(t, None)
	b := newBrowser(t, base)
	b.get("/sign-in")
	home, _ := url.Parse(base)
	before := b.client.Jar.Cookies(home)[0].Value
	b.signIn("ann")
	if b.client.Jar.Cookies(home)[0].Value == before {
		t.Error("the cookie of before signing in is signed in")
	}
}

func TestOurPage(t *testing.T) {
	for next, want := range map[string]string{
		"/checkout": "/checkout", "/orders/K1": "/orders/K1", "": "/", "//evil.example": "/", "https://evil.example/": "/",
		`/\evil.example`: "/", "/%0d%0aX: y": "/%0D%0AX:%20y", "javascript:alert(1)": "/", "checkout": "/",
	} {
		if got := ourPage(next); got != want {
			t.Errorf("ourPage(%q) is %q, want %q", next, got, want)
		}
	}
}
