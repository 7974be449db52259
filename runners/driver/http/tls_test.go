package http

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// authority makes certificates for a test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
}

func newAuthority(t *testing.T) *authority {
	a := &authority{}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "our authority"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a.key, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	der, err := x509.CreateCertificate(rand.Reader, template, template, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	a.cert, _ = x509.ParseCertificate(der)
	a.pem = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return a
}

func (a *authority) issue(t *testing.T, name string) (cert, key []byte) {
	k, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &k.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	private, _ := x509.MarshalECPrivateKey(k)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: private})
}

func secure(t *testing.T, a *authority, h2 bool, clients bool, handle http.HandlerFunc) *httptest.Server {
	cert, key := a.issue(t, "shop.internal")
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handle)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.EnableHTTP2 = h2
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	if clients {
		pool := x509.NewCertPool()
		pool.AddCert(a.cert)
		server.TLS.ClientCAs, server.TLS.ClientAuth = pool, tls.RequireAndVerifyClientCert
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

func TestTLS(t *testing.T) {
	a := newAuthority(t)
	handle := func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.Proto)
		for _, c := range r.TLS.PeerCertificates {
			io.WriteString(w, " "+c.Subject.CommonName)
		}
	}
	open, closed := secure(t, a, true, false, handle), secure(t, a, true, true, handle)
	cert, key := a.issue(t, "the client")
	dir := t.TempDir()
	for name, data := range map[string][]byte{"key.pem": key} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	try := func(url string, tls *ir.TLS) *bench {
		w := at(url)
		w.env.TLS, w.dir = tls, dir
		for path, data := range map[string][]byte{"certs/ca.pem": a.pem, "certs/client.pem": cert} {
			w.files = append(w.files, ir.File{Path: path, Text: string(data), Size: int64(len(data))})
		}
		return w.open(t, get("/"), keep("text", "text"))
	}
	f := try(open.URL, &ir.TLS{ServerName: "shop.internal"}).fails("http/tls")
	if !strings.Contains(f.Message, "authority that is not known here") || !strings.Contains(f.Help[0], "tls: {ca:") {
		t.Errorf("%s %s", f.Message, f.Help)
	}
	ca := ir.Literal("certs/ca.pem")
	if f := try(open.URL, &ir.TLS{CA: ca}).fails("http/tls"); !strings.Contains(f.Message, "not for that name") || !strings.Contains(f.Help[0], "server-name") {
		t.Errorf("%s %s", f.Message, f.Help)
	}
	if got := try(open.URL, &ir.TLS{CA: ca, ServerName: "shop.internal"}).kept()["text"]; got != "HTTP/1.1" {
		t.Errorf("got %v", got)
	}
	if got := try(open.URL, &ir.TLS{Insecure: true}).kept()["text"]; got != "HTTP/1.1" {
		t.Errorf("got %v", got)
	}
	if f := try(closed.URL, &ir.TLS{CA: ca, ServerName: "shop.internal"}).fails("http/tls"); !strings.Contains(f.Help[0], "cert") {
		t.Errorf("%s %s", f.Message, f.Help)
	}
	both := &ir.TLS{CA: ca, ServerName: "shop.internal", Cert: ir.Literal("certs/client.pem"), Key: ir.Literal("key.pem")}
	if got := try(closed.URL, both).kept()["text"]; got != "HTTP/1.1 the client" {
		t.Errorf("got %v", got)
	}
	both.Key = ir.Literal(filepath.Join(dir, "key.pem"))
	try(closed.URL, both).kept()
}

func TestHTTP2OnRequest(t *testing.T) {
	a := newAuthority(t)
	handle := func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s", r.Proto, r.Method, body)
	}
	two, one := secure(t, a, true, false, handle), secure(t, a, false, false, handle)
	try := func(url string, ops ...ir.Op) *bench {
		w := at(url)
		w.env.HTTP, w.env.TLS = "2", &ir.TLS{Insecure: true}
		return w.open(t, append(ops, keep("text", "text"))...)
	}
	for op, want := range map[*ir.Request]string{get("/"): "HTTP/2.0 GET ", post("/", "x"): "HTTP/2.0 POST x", send("POST", "/"): "HTTP/2.0 POST ", send("DELETE", "/", cell("Idempotency-Key", "1")): "HTTP/2.0 DELETE "} {
		if got := try(two.URL, op).kept()["text"]; got != want {
			t.Errorf("got %q, expected %q", got, want)
		}
	}
	if f := try(one.URL, get("/")).fails("http/tls"); !strings.Contains(f.Message, "does not speak HTTP/2") {
		t.Error(f.Message)
	}
	plain := record(t, nil)
	if f := try(plain.URL, get("/")).fails("http/protocol"); !strings.Contains(f.Message, "HTTP/2 needs https") {
		t.Error(f.Message)
	}
}
