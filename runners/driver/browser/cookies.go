package browser

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"

	"github.com/cucumber-value/hoops/runners/session"
)

// Adopt copies the cookies of another state. One of a @once body gives its pages up for it: they would be kept
// to the end of the run for nothing. What undoes the body gets a new page with those cookies.
func (st *state) Adopt(from session.State) {
	other, ok := from.(*state)
	if !ok || other == st {
		return
	}
	if len(other.tabs) > 0 {
		ctx, cancel := context.WithTimeout(context.Background(), shortestAsk)
		defer cancel()
		if all, err := other.all(ctx); err == nil {
			other.frozen = nil
			for _, c := range all {
				other.frozen = append(other.frozen, param(c))
			}
		}
		if other.session.InOnce() {
			other.drop()
		}
	}
	if len(other.frozen) == 0 {
		return
	}
	if len(st.tabs) == 0 {
		st.frozen = append(st.frozen, other.frozen...)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), shortestAsk)
	defer cancel()
	st.set(ctx, st.tabs[len(st.tabs)-1], other.frozen) // a page that is gone fails the next step
}

// shortestAsk is the time for what belongs to no step.
const shortestAsk = 5 * time.Second

func (st *state) all(ctx context.Context) ([]*network.Cookie, error) {
	t := st.tabs[0]
	joined, cancel := t.reach(ctx)
	defer cancel()
	result, err := chromedp.CallBrowser(joined, storage.GetCookies, storage.GetCookiesParams{BrowserContextID: chromedp.FromContext(t.ctx).BrowserContextID})
	if err != nil {
		return nil, err
	}
	for _, c := range result.Cookies {
		if len(c.Value) >= shortestKey {
			st.secrets.Add(c.Value)
		}
	}
	return result.Cookies, nil
}

// A cookie of so many characters is more likely a key to a session than a word like "dark".
const shortestKey = 16

func (st *state) set(ctx context.Context, t *tab, cookies []*network.CookieParam) error {
	joined, cancel := t.reach(ctx)
	defer cancel()
	_, err := chromedp.CallBrowser(joined, storage.SetCookies, storage.SetCookiesParams{Cookies: cookies, BrowserContextID: chromedp.FromContext(t.ctx).BrowserContextID})
	return err
}

func param(c *network.Cookie) *network.CookieParam {
	p := &network.CookieParam{Name: c.Name, Value: c.Value, Domain: c.Domain, Path: c.Path, Secure: c.Secure, HTTPOnly: c.HTTPOnly, SameSite: c.SameSite,
		SourceScheme: c.SourceScheme, SourcePort: c.SourcePort}
	if !c.Session && c.Expires > 0 {
		p.Expires = cdp.TimeSinceEpoch(c.Expires)
	}
	return p
}

func key(c *network.Cookie) string { return c.Name + "\x00" + c.Domain + "\x00" + c.Path }

// News are the cookies that changed in the browser since the last call.
func (st *state) News(ctx context.Context) ([]session.Cookie, error) {
	if len(st.tabs) == 0 {
		return nil, nil
	}
	all, err := st.all(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, nil // the browser's end fails the steps that use it
	}
	var news []session.Cookie
	now := map[string]string{}
	for _, c := range all {
		now[key(c)] = c.Value
		if value, known := st.known[key(c)]; known && value == c.Value {
			continue
		}
		kept := &http.Cookie{Name: c.Name, Value: c.Value, Path: c.Path, Secure: c.Secure, HttpOnly: c.HTTPOnly}
		if strings.HasPrefix(c.Domain, ".") {
			kept.Domain = c.Domain
		}
		if !c.Session && c.Expires > 0 {
			kept.Expires = time.Unix(int64(c.Expires), 0)
		}
		news = append(news, session.Cookie{From: st.from(c.Domain, c.Path, c.Secure, c.SourcePort), Cookie: kept})
	}
	for k := range st.known {
		if _, still := now[k]; !still {
			parts := strings.Split(k, "\x00")
			gone := &http.Cookie{Name: parts[0], Path: parts[2], MaxAge: -1}
			if strings.HasPrefix(parts[1], ".") {
				gone.Domain = parts[1]
			}
			news = append(news, session.Cookie{From: st.from(parts[1], parts[2], false, 0), Cookie: gone})
		}
	}
	st.known = now
	return news, nil
}

// from is an address that a cookie can have come from: the environment's when it is that of its url.
func (st *state) from(domain, path string, secure bool, port int64) *url.URL {
	host := strings.TrimPrefix(domain, ".")
	u := &url.URL{Scheme: "http", Host: host, Path: path}
	if base := st.driver.site.Base; base != nil && base.Hostname() == host {
		u.Scheme, u.Host = base.Scheme, base.Host
		return u
	}
	if secure {
		u.Scheme = "https"
	}
	if port > 0 {
		u.Host += ":" + strconv.FormatInt(port, 10)
	}
	return u
}

// Take stores cookies that another driver received.
func (st *state) Take(ctx context.Context, news []session.Cookie) error {
	t, err := st.tab(ctx)
	if err != nil {
		return err
	}
	var params []*network.CookieParam
	for _, n := range news {
		c := n.Cookie
		p := &network.CookieParam{Name: c.Name, Value: c.Value, URL: n.From.String(), Domain: c.Domain, Path: c.Path, Secure: c.Secure, HTTPOnly: c.HttpOnly}
		switch {
		case c.MaxAge < 0:
			p.Expires = cdp.TimeSinceEpoch(1)
		case c.MaxAge > 0:
			p.Expires = cdp.TimeSinceEpoch(time.Now().Unix() + int64(c.MaxAge))
		case !c.Expires.IsZero():
			p.Expires = cdp.TimeSinceEpoch(c.Expires.Unix())
		}
		switch c.SameSite {
		case http.SameSiteLaxMode:
			p.SameSite = network.CookieSameSiteLax
		case http.SameSiteStrictMode:
			p.SameSite = network.CookieSameSiteStrict
		}
		params = append(params, p)
	}
	if err := st.set(ctx, t, params); err != nil {
		return st.blame(ctx, t, err)
	}
	all, err := st.all(ctx)
	if err != nil {
		return st.blame(ctx, t, err)
	}
	st.known = map[string]string{}
	for _, c := range all {
		st.known[key(c)] = c.Value
	}
	return nil
}
