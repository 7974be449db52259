package browser

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
	"github.com/cucumber-value/hoops/runners/session/site"
)

// impossible is what a browser cannot do of what the environment or a flag asks for.
func (d *Driver) impossible() error {
	env := d.host.Env
	unable := func(help, format string, args ...any) error {
		return &session.Unavailable{Message: fmt.Sprintf(format, args...), Help: help}
	}
	if env.TLS != nil && env.TLS.Cert != nil {
		return unable("run these scenarios with --driver http, or give the browser an environment whose url needs no certificate, a proxy that holds it for example",
			"a browser that hoops starts cannot show the client certificate of environment %q (tls: cert)", env.Name)
	}
	if d.config.Headed {
		screen := func(name string) bool { value, ok := d.config.Lookup(name); return ok && value != "" }
		switch {
		case env.Browser != "":
			return unable("leave --headed out, or run in an environment without browser: {remote}", "--headed opens a window on this machine, and environment %q uses a browser elsewhere", env.Name)
		case runtime.GOOS == "linux" && !screen("DISPLAY") && !screen("WAYLAND_DISPLAY"):
			message, help := noScreen("neither DISPLAY nor WAYLAND_DISPLAY is set")
			return unable(help, "%s", message)
		}
	}
	return nil
}

// unwanted features of the browser. Each browser context has a window, and each window loads two pages for the
// suggestions of its address bar, in a renderer of their own: without them a context costs 250 ms of processor time
// in place of 410.
var unwanted = []string{"Translate", "BlinkGenPropertyTrees", "SitePerProcess", "IsolateOrigins", "HttpsUpgrades", "MediaRouter",
	"OptimizationHints", "WebUIOmniboxPopup", "WebUIOmniboxAimPopup"}

// options are those of a browser that is there to be tested with: nothing calls home, nothing is throttled, and
// frames of other sites can be looked into.
func (b *browsers) options(dir string) ([]chromedp.ExecAllocatorOption, error) {
	h := b.driver.host
	list := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	if b.driver.config.Headed {
		list = append(list, chromedp.VisibleWindow)
	}
	list = append(list,
		chromedp.ExecPath(b.path), chromedp.UserDataDir(dir), chromedp.WindowSize(1280, 800), chromedp.DisableGPU,
		chromedp.ModifyCmdFunc(own),
		chromedp.Env("TMPDIR="+dir), // what it leaves there goes with the profile
		chromedp.Flag("enable-blink-features", "ComputedAccessibilityInfo"),
		chromedp.Flag("disable-features", strings.Join(unwanted, ",")),
		chromedp.Flag("disable-site-isolation-trials", true),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-crash-reporter", true), chromedp.Flag("disable-search-engine-choice-screen", true),
		chromedp.Flag("no-pings", true), chromedp.Flag("lang", "en-GB"),
	)
	if h.Env.TLS == nil {
		return list, nil
	}
	if h.Env.TLS.Insecure {
		return append(list, chromedp.IgnoreCertErrors), nil
	}
	pins, err := b.driver.pins()
	if err != nil {
		return nil, err
	}
	if len(pins) > 0 {
		list = append(list, chromedp.Flag("ignore-certificate-errors-spki-list", strings.Join(pins, ",")))
	}
	return list, nil
}

// longestHandshake with a server whose certificate is looked at.
const longestHandshake = 5 * time.Second

// pins are the keys of the servers that the environment's own authority vouches for. A browser takes no
// authority from the command line, but it takes keys: hoops asks each server for its certificate and checks it
// as the http driver does. One that does not answer, or that the authority does not vouch for, gets none, and
// the browser says so when a page is opened there.
func (d *Driver) pins() ([]string, error) {
	t := d.host.Env.TLS
	if t.CA == nil && t.ServerName == "" {
		return nil, nil
	}
	config := &tls.Config{ServerName: t.ServerName}
	if t.CA != nil {
		pem, err := d.file(t.CA)
		if err != nil {
			return nil, fmt.Errorf("tls: ca: %w", err)
		}
		if config.RootCAs, err = x509.SystemCertPool(); err != nil {
			config.RootCAs = x509.NewCertPool()
		}
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, errors.New("tls: ca: the file holds no certificate in PEM form")
		}
	}
	var pins []string
	for _, a := range d.site.Addresses() {
		if a.Scheme != "https" {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), longestHandshake)
		conn, err := (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", a.String())
		cancel()
		if err != nil {
			continue
		}
		leaf := conn.(*tls.Conn).ConnectionState().PeerCertificates[0]
		conn.Close()
		digest := sha256.Sum256(leaf.RawSubjectPublicKeyInfo)
		pins = append(pins, base64.StdEncoding.EncodeToString(digest[:]))
	}
	return pins, nil
}

// file is one of the project, or one that lies beside it.
func (d *Driver) file(name ir.Template) ([]byte, error) {
	path, err := d.host.Text(name)
	if err != nil {
		return nil, err
	}
	if data, err := d.host.File(path); err == nil {
		return data, nil
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(d.host.Dir, filepath.FromSlash(path))
	}
	return os.ReadFile(path)
}

// proxy is the environment's, with the password that it asks for.
type proxy struct {
	server   string // without user and password, "" when there is none
	user     string
	password string
}

func newProxy(h *session.Host) (proxy, error) {
	if h.Env.Proxy == nil {
		return proxy{}, nil
	}
	text, err := h.Text(h.Env.Proxy)
	if err != nil {
		return proxy{}, fmt.Errorf("proxy: %w", err)
	}
	u, err := url.Parse(text)
	if err != nil {
		return proxy{}, fmt.Errorf("proxy: %w", site.WithoutURL(err))
	}
	p := proxy{server: u.Scheme + "://" + u.Host}
	if u.User != nil {
		site.Basic(h, u.User) // masked
		p.user = u.User.Username()
		p.password, _ = u.User.Password()
	}
	return p, nil
}

// use makes a browser context send everything over the proxy, this machine's own addresses included.
func (p proxy) use(params *target.CreateBrowserContextParams) {
	if p.server != "" {
		params.ProxyServer, params.ProxyBypassList = p.server, "<-loopback>"
	}
}
