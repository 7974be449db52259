package ir

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
)

func (t *printer) project(p *Program) {
	if p.History != "" {
		t.line(0, diag.Pos{}, "history %s", p.History)
	}
	if r := p.Releases; r != nil {
		t.line(0, r.Pos, "releases%s", options("from", r.From, "label", r.Label, "value", r.Value))
	}
	for _, v := range p.Params {
		t.line(0, v.Pos, "param %s default %q", v.Name, v.Default)
	}
	t.vars(0, "var", p.Vars)
	for _, c := range p.CrossCutting {
		t.line(0, c.Pos, "cross-cutting%s", options("where", c.Where))
		t.expressions(c.Expect)
	}
	for i := range p.Environments {
		t.environment(&p.Environments[i])
	}
	for i := range p.Stages {
		t.stage(&p.Stages[i])
	}
}

func (t *printer) environment(e *Environment) {
	t.line(0, e.Pos, "environment %s%s", e.Name, options("url", e.URL.String(), "hosts", strings.Join(e.Hosts, ","),
		"timeout", duration(e.Timeout), "step-timeout", duration(e.StepTimeout), "max-body", number(int(e.MaxBody)),
		"proxy", e.Proxy.String(), "http", e.HTTP, "where", e.Where, "writes", e.Writes, "load", e.Load,
		"openmetrics", e.OpenMetrics.String(), "prometheus", e.Prometheus.String(), "browser", e.Browser))
	t.vars(1, "service", e.Services)
	t.vars(1, "var", e.Vars)
	for _, h := range e.Headers {
		t.line(1, h.Pos, "header %s %s", h.Name, placed(h.Value))
	}
	if a := e.Auth; a != nil {
		t.line(1, diag.Pos{}, "auth%s", options("user", a.User.String(), "password", a.Password.String(), "bearer", a.Bearer.String()))
	}
	if s := e.TLS; s != nil {
		insecure := ""
		if s.Insecure {
			insecure = "yes"
		}
		t.line(1, diag.Pos{}, "tls%s", options("ca", s.CA.String(), "cert", s.Cert.String(), "key", s.Key.String(),
			"server-name", s.ServerName, "insecure", insecure))
	}
	if s := e.Start; s != nil {
		t.line(1, s.Pos, "start %q%s", s.Run, options("ready", s.Ready, "within", duration(s.Within)))
	}
}

func (t *printer) stage(s *Stage) {
	goesOn := ""
	if s.Continue {
		goesOn = "continue"
	}
	t.line(0, s.Pos, "stage %s run %s%s", s.Name, s.Run, options("driver", s.Driver, "env", s.Env, "where", s.Where,
		"for", duration(s.For), "every", duration(s.Every), "browsers", number(s.Browsers), "ask", s.Ask.String(), "release", s.Release.String(),
		"undecided", goesOn))
	if l := s.Load; l != nil {
		t.line(1, diag.Pos{}, "load%s", options("rate", l.Rate.String(), "users", number(l.Users), "duration", duration(l.Duration),
			"max-in-flight", number(l.MaxInFlight), "browsers", number(l.Browsers), "drain", duration(l.Drain),
			"connections", l.Connections))
		for _, m := range l.Mix {
			t.line(2, m.Pos, "mix %d of %q%s", m.Share, m.Of, options("driver", m.Driver))
		}
		if d := l.Data; d != nil {
			t.line(2, d.Pos, "data %s%s", d.File, options("use", d.Use, "at-end", d.AtEnd))
		}
	}
	t.expressions(s.Expect)
	if s.StopWhen != nil {
		t.line(1, s.StopWhen.Pos, "stop when %s", s.StopWhen.Source)
	}
}

func (t *printer) vars(depth int, label string, vars []Var) {
	for _, v := range vars {
		t.line(depth, v.Pos, "%s %s %s", label, v.Name, placed(v.Value))
	}
}

func (t *printer) expressions(list []Expression) {
	for _, e := range list {
		t.line(1, e.Pos, "expect %s", e.Source)
	}
}

func duration(d Duration) string {
	if d == 0 {
		return ""
	}
	return fmt.Sprint(d)
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
