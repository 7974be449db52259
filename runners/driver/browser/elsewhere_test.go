package browser

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
)

// elsewhere starts a browser as somebody would for others, and returns its address.
func elsewhere(t *testing.T, flags ...string) string {
	t.Helper()
	needBrowser(t)
	path, err := find(os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	c := exec.Command(path, append(flags, "--headless", "--no-sandbox", "--remote-debugging-port=0", "--user-data-dir="+dir, "--disable-background-networking", "--disable-component-update", "about:blank")...)
	own(c)
	out, err := c.StderrPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	t.Cleanup(func() {
		c.Process.Kill()
		c.Wait()
		removed := func() bool { return os.RemoveAll(dir) == nil }
		for until := time.Now().Add(5 * time.Second); !removed() && time.Now().Before(until); {
			time.Sleep(10 * time.Millisecond) // its children are still writing
		}
	})
	for lines.Scan() {
		if _, address, ok := strings.Cut(lines.Text(), "DevTools listening on "); ok {
			go io.Copy(io.Discard, out)
			return address
		}
	}
	t.Fatal("the browser has not said where it listens")
	return ""
}

// A browser that was started without hoops' own flags: roles and names are computed in the page.
func TestABrowserElsewhere(t *testing.T) {
	address := elsewhere(t)
	host, _, _ := strings.Cut(strings.TrimPrefix(address, "ws://"), "/")
	for _, remote := range []string{address, "ws://" + host, "http://" + host + "/"} {
		t.Run(remote, func(t *testing.T) {
			b := newBench(t, map[string]any{
				"/": report + `<h1>Shop</h1><a href=/tab target=_blank>Tab</a><label for=e>E-mail</label><input id=e><button aria-label="Pay now" onclick="out('paid')">→</button>
				<table><tr><td>Tea<td><button onclick="out('tea')">Delete</button><tr><td>Cake<td><button>Delete</button></table><section aria-label=Basket><button onclick="out('basket')">Empty</button></section>`,
				"/tab": "<h1>Inside</h1>",
			}, func(b *bench) { b.env.Browser = remote })
			b.passes(open("/"), see("heading:Shop"), fill(named("E-mail"), "ann"), expectTrue(`page.text("#e") == "ann"`), click(named("button:Pay now")), see("paid"),
				click(in(named("button:Delete"), named("row:Tea"))), see("tea"), click(in(named("button:Empty"), named("region:Basket"))), see("basket"), click(named("Tab")), see("Inside"))
		})
	}
	// It lives on, and nothing of ours is left in it.
	response, err := http.Get("http://" + host + "/json/list")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var pages []struct{ Type, URL string }
	if err := json.NewDecoder(response.Body).Decode(&pages); err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		if p.Type == "page" && strings.Contains(p.URL, "127.0.0.1") {
			t.Errorf("%s is left in it", p.URL)
		}
	}
}

// What such a browser keeps in a process of its own nobody sees here: it is not said to be gone.
func TestAFrameOfAnotherSiteElsewhere(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			w.Header().Set("X-Frame-Options", "DENY")
		}
		html(w, "<button>Pay</button>")
	}))
	t.Cleanup(other.Close)
	far := strings.Replace(other.URL, "127.0.0.1", "localhost", 1) + "/"
	pages := map[string]any{"/": `<h1>Shop</h1><iframe src="` + far + `"></iframe><iframe src="http://` + nobody(t) + `/"></iframe><iframe src="` + far + `sulky"></iframe>`}
	b := newBench(t, pages, func(b *bench) { b.env.Browser = elsewhere(t) })
	b.little = 5 * time.Second
	b.fails(`whether "Pay" is gone is not known: a frame of another site cannot be looked into, `+far, open("/"), dontSee("Pay"))
	b.little = time.Second
	b.fails("not looked into: a frame of another site, "+far, open("/"), see("Pay"))
	for _, set := range []func(*bench){
		func(b *bench) {
			b.env.Browser = elsewhere(t, "--disable-site-isolation-trials", "--disable-features=IsolateOrigins,SitePerProcess")
		},
		func(*bench) {},
	} {
		newBench(t, pages, set).passes(open("/"), click(named("Pay")), see("Pay"), dontSee("Nothing"))
	}
}

func TestABrowserElsewhereThatIsNotThere(t *testing.T) {
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := nobody.Addr().String()
	nobody.Close()
	b := newBench(t, map[string]any{"/": "<h1>Shop</h1>"}, func(b *bench) { b.env.Browser = "ws://" + address + "/?token=secret-token" })
	_, err = b.driver.Lower(&ir.Open{}, nil)
	unavailable, ok := err.(*session.Unavailable)
	if !ok || !strings.HasPrefix(unavailable.Message, "the browser at ws://"+address+" does not answer: ") || strings.Contains(err.Error(), "secret-token") {
		t.Errorf("%v", err)
	}
}

// authority signs the certificate of a server, and writes itself into a file.
func authority(t *testing.T, dir string, names ...string) (*tls.Config, string) {
	t.Helper()
	key := func() *ecdsa.PrivateKey {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	sign := func(c, parent *x509.Certificate, public *ecdsa.PublicKey, by *ecdsa.PrivateKey) []byte {
		c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour)
		der, err := x509.CreateCertificate(rand.Reader, c, parent, public, by)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	rootKey, leafKey := key(), key()
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test CA"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	rootDER := sign(root, root, &rootKey.PublicKey, rootKey)
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "server"}, DNSNames: names, IPAddresses: []net.IP{net.ParseIP("127.0.0.1")}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	leafDER := sign(leaf, root, &leafKey.PublicKey, rootKey)
	if err := os.WriteFile(filepath.Join(dir, "ca.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: rootDER}), 0o600); err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{leafDER}, PrivateKey: leafKey}}}, "ca.pem"
}

func TestTLSOfTheEnvironment(t *testing.T) {
	dir := t.TempDir()
	config, ca := authority(t, dir)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { html(w, "<h1>Shop</h1>") }))
	server.TLS = config
	server.StartTLS()
	t.Cleanup(server.Close)
	with := func(own *ir.TLS) func(*bench) {
		return func(b *bench) {
			b.env.URL, b.env.TLS, b.dir, b.little = ir.Literal(server.URL), own, dir, 20*time.Second
		}
	}
	newBench(t, nil, with(nil)).fails("the certificate of "+strings.TrimPrefix(server.URL, "https://")+" is not trusted: its authority is unknown here", open("/"))
	newBench(t, nil, with(&ir.TLS{CA: ir.Literal(ca)})).passes(open("/"), see("Shop"))
	newBench(t, nil, with(&ir.TLS{Insecure: true})).passes(open("/"), see("Shop"))
	newBench(t, nil, with(&ir.TLS{Insecure: true}), func(b *bench) { b.env.Browser = elsewhere(t) }).passes(open("/"), see("Shop"))
	other := t.TempDir()
	authority(t, other)
	newBench(t, nil, with(&ir.TLS{CA: ir.Literal(ca)}), func(b *bench) { b.dir = other }).fails("is not trusted: its authority is unknown here", open("/"))
}

// What a browser cannot do is said before anything runs.
func TestWhatABrowserCannotDo(t *testing.T) {
	for name, c := range map[string]struct {
		env    ir.Environment
		config Config
		words  string
	}{
		"client certificate": {env: ir.Environment{TLS: &ir.TLS{Cert: ir.Literal("a"), Key: ir.Literal("b")}}, words: `cannot show the client certificate of environment "odd"`},
		"no screen":          {config: Config{Headed: true}, words: "there is no screen for --headed"},
		"a window elsewhere": {env: ir.Environment{Browser: "ws://h"}, config: Config{Headed: true}, words: "--headed opens a window on this machine"},
	} {
		c.env.Name = "odd"
		c.config.Lookup = func(string) (string, bool) { return "", false }
		d := New(c.config)
		d.host = &session.Host{Env: &c.env}
		d.browsers.driver = d
		_, err := d.Lower(&ir.Open{}, nil)
		unavailable, ok := err.(*session.Unavailable)
		if !ok || !strings.Contains(unavailable.Message, c.words) || unavailable.Help == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestProxyWithAPassword(t *testing.T) {
	var seen askedFor
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user := r.Header.Get("Proxy-Authorization")
		if user == "" {
			w.Header().Set("Proxy-Authenticate", `Basic realm="out"`)
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		seen.note(r, r.URL.Host, user)
		if user != "Basic YW5uOm9wZW4tc2VzYW1l" {
			w.Header().Set("Proxy-Authenticate", `Basic realm="out"`)
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		html(w, "<h1>Behind the proxy</h1>")
	}))
	t.Cleanup(proxy.Close)
	over := func(user string) func(*bench) {
		return func(b *bench) {
			b.env.URL, b.env.Proxy = ir.Literal("http://shop.example"), ir.Literal(strings.Replace(proxy.URL, "http://", "http://"+user+"@", 1))
			b.little = 20 * time.Second // it fails at once
		}
	}
	b := newBench(t, nil, over("ann:open-sesame"))
	b.passes(open("/"), see("Behind the proxy"))
	if all := fmt.Sprint(seen.all()); !strings.HasPrefix(all, "[GET / shop.example Basic YW5uOm9wZW4tc2VzYW1l") {
		t.Errorf("the proxy saw %s", all)
	}
	if got := b.host.Secrets.Mask("open-sesame"); got != "***" {
		t.Errorf("masked %q", got)
	}
	newBench(t, nil, over("bob:wrong")).fails("the proxy "+proxy.URL+" wants another user or password", open("/"))
}
