package project

import (
	"cmp"
	"net/url"
	"regexp"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

func (b *builder) environment(name string, pos diag.Pos, f *environment) ir.Environment {
	e := ir.Environment{
		Name:        name,
		URL:         b.address(f.URL, "http", "https"),
		Vars:        b.vars(&f.Vars),
		Hosts:       b.hosts(f.Hosts),
		Timeout:     cmp.Or(f.Timeout.D, ir.DefaultTimeout),
		StepTimeout: cmp.Or(f.StepTimeout.D, ir.DefaultStepTimeout),
		MaxBody:     cmp.Or(f.MaxBody.Bytes, ir.DefaultMaxBody),
		Proxy:       b.address(f.Proxy, "http", "https", "socks5"),
		HTTP:        f.HTTP.Value,
		Where:       b.where(f.Where),
		Writes:      f.Writes.Value,
		Load:        f.Load.Value,
		OpenMetrics: b.address(f.OpenMetrics, "http", "https"),
		Prometheus:  b.address(f.Prometheus, "http", "https"),
		Browser:     f.Browser.Remote.Value,
		Pos:         pos,
	}
	b.base(f.URL)
	b.overTLS(f)
	names(b, "services", &f.Services)
	names(b, "vars", &f.Vars)
	for _, s := range f.Services.Entries {
		if v := f.Vars.find(s.Name); v != nil {
			d := b.fail(s.At, codeDuplicate, "${env.%s} would be a service and a var", s.Name)
			*d = d.WithNote(v.At, "the var is here")
		}
		e.Services = append(e.Services, ir.Var{Name: s.Name, Value: b.address(s.Value, "http", "https"), Pos: s.At.Pos})
	}
	e.Headers = b.headers(&f.Headers)
	e.Auth = b.auth(&f.Auth)
	if t := &f.TLS; t.set() {
		b.needs(&t.block, "cert", "key")
		b.needs(&t.block, "key", "cert")
		e.TLS = &ir.TLS{CA: b.template(t.CA), Cert: b.template(t.Cert), Key: b.template(t.Key),
			ServerName: t.ServerName.Value, Insecure: t.Insecure.On}
		for _, file := range []template{t.CA, t.Cert} { // a private key is never embedded
			if file.set() && !strings.Contains(file.Value, "${") {
				b.Files = append(b.Files, Where{file.Value, file.Pos})
			}
		}
	}
	if s := &f.Start; s.set() {
		b.start(f)
		e.Start = &ir.Start{Run: s.Run.Value, Ready: s.Ready.Value, Within: cmp.Or(s.Within.D, 30e9), Pos: s.Key.Pos}
	}
	if r := f.Browser.Remote; r.set() {
		b.checkURL(r.scalar, []string{"http", "https", "ws", "wss"})
	}
	b.credentials(f, &e)
	return e
}

// base refuses a url with a query or a fragment: no address that is resolved against it would have them.
func (b *builder) base(url template) {
	outside := anyValue.ReplaceAllStringFunc(url.Value, func(v string) string { return strings.Repeat("_", len(v)) })
	i := strings.IndexAny(outside, "?#")
	if i < 0 || !url.set() {
		return
	}
	what := map[byte]string{'?': "query", '#': "fragment"}[outside[i]]
	d := b.fail(url.part(i, len(url.Value)), codeValue, "the url of an environment has no %s: what is below it would not have it", what)
	help(d, "leave %s out, and write a query into the steps' addresses", url.Value[i:])
}

// anyValue is a ${…} in a text.
var anyValue = regexp.MustCompile(`\$\{[^}]*\}`)

// overTLS refuses HTTP/2 where an address says that there is no TLS: hoops agrees on it in TLS only.
func (b *builder) overTLS(f *environment) {
	if f.HTTP.Value != "2" {
		return
	}
	plain := func(what string, t template) {
		if !strings.HasPrefix(strings.ToLower(t.Value), "http://") {
			return
		}
		d := b.fail(f.HTTP.At, codeValue, "http: 2 is spoken over TLS, and %s is %s", what, t.Value)
		*d = d.WithNote(t.At, "%s is here", what)
		help(d, "write https://, or leave `http: 2` out")
	}
	plain("url", f.URL)
	for _, s := range f.Services.Entries {
		plain("service "+s.Name, s.Value)
	}
}

// hosts are names that requests are compared with, so one that can never equal is a mistake.
func (b *builder) hosts(l list[text]) []string {
	var all []string
	for _, h := range l.Items {
		if !h.set() {
			continue
		}
		u, err := url.Parse("//" + h.Value)
		if err != nil || u.Host != h.Value || u.Hostname() == "" || strings.ContainsAny(h.Value, " *@") {
			d := b.fail(h.At, codeValue, "%q is not a host", h.Value)
			if u, err := url.Parse(h.Value); err == nil && u.Host != "" {
				help(d, "write the host only: %s", u.Host)
			} else {
				help(d, "write its name, with a port if it is not the usual one: api.shop.example:8443")
			}
		}
		all = append(all, h.Value)
	}
	return all
}

func (b *builder) headers(m *named[template]) []ir.Field {
	var all []ir.Field
	first := map[string]diag.Range{}
	for _, h := range m.Entries {
		if strings.IndexFunc(h.Name, notToken) >= 0 {
			b.fail(h.At, codeValue, "%q cannot be the name of a header", h.Name)
		}
		lower := strings.ToLower(h.Name)
		if before, twice := first[lower]; twice {
			d := b.fail(h.At, codeDuplicate, "the header %s is defined twice: case does not count", h.Name)
			*d = d.WithNote(before, "first here")
		}
		first[lower] = h.At
		if strings.ContainsAny(h.Value.Value, "\r\n") {
			b.fail(h.Value.At, codeValue, "the value of a header has one line")
		}
		all = append(all, ir.Field{Name: h.Name, Value: b.template(h.Value), Pos: h.At.Pos})
	}
	return all
}

// notToken is what RFC 9110 leaves out of header names.
func notToken(c rune) bool {
	return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("!#$%&'*+-.^_`|~", c))
}

func (b *builder) auth(f *auth) *ir.Auth {
	if !f.set() {
		return nil
	}
	if b.oneOf(&f.block, f.is(), "user", "bearer") == "user" {
		b.needs(&f.block, "user", "password")
	}
	b.excludes(&f.block, "password", "bearer")
	return &ir.Auth{User: b.template(f.User), Password: b.template(f.Password), Bearer: b.template(f.Bearer)}
}

// start needs a place where the software can be seen to be ready.
func (b *builder) start(f *environment) {
	if _, ok := f.Has["url"]; !ok {
		d := b.fail(f.Start.Key, codeMissing, "start goes with url, which is missing")
		help(d, "hoops waits until something answers there")
	}
	if ready := f.Start.Ready; ready.set() && !anyPlaceholder.MatchString(ready.Value) && !strings.HasPrefix(ready.Value, "/") {
		d := b.fail(ready.At, codeValue, "ready is a path below url, and this is %q", ready.Value)
		help(d, "begin it with `/`")
	}
	run := f.Start.Run
	for _, at := range placeholder.FindAllStringIndex(run.Value, -1) {
		d := b.fail(run.part(at[0], at[1]), codeValue, "run is a command, in which hoops fills in nothing: %s", run.Value[at[0]:at[1]])
		help(d, "let the software read a variable of the environment, and write $NAME")
	}
}

// placeholder is one of hoops', which no shell can read.
var placeholder = regexp.MustCompile(`\$\{(param|env|var|secret|service|run)\.[^}]*\}?`)
