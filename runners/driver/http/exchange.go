package http

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/cucumber-value/hoops/runners/session"
	"github.com/cucumber-value/hoops/runners/session/site"
)

// maxRedirects of one request.
const maxRedirects = 10

var errTimeout = errors.New("no answer in time")

// exchange sends a message, follows its redirects if this body does, and keeps the last response as the
// session's answer.
func (d *Driver) exchange(ctx context.Context, f *session.Frame, name string, m *message) error {
	s := f.Session()
	st := s.State(d).(*state)
	if err := s.ShareCookies(ctx, st); err != nil {
		return err
	}
	var began time.Time
	for hop := 0; ; hop++ {
		sample, got, err := d.send(ctx, f, st, m, hopName(name, hop))
		if err != nil {
			return err
		}
		if hop == 0 {
			began = sample.Began
		}
		a := &answer{
			method: m.method, url: m.text, state: st, to: m.to,
			status: got.status, reason: got.reason, fields: got.fields, raw: got.body,
			duration: sample.Began.Add(sample.Duration).Sub(began), now: d.host.Now,
		}
		location := ""
		if f.FollowRedirects() && redirects(got.status) {
			location = got.fields.get("Location")
		}
		if location == "" {
			s.Answered(a)
			return nil
		}
		next, err := d.follow(m, got.status, location)
		if err == nil && hop == maxRedirects {
			failure := session.Failf("http/redirects", "%s was redirected more than %d times", name, maxRedirects)
			failure.Help = []string{"look at the first one with: I don't follow redirects"}
			err = failure
		}
		if err != nil {
			var failure *session.Failure
			if errors.As(err, &failure) {
				failure.Lines = append(failure.Lines, lines(a.Describe())...)
			}
			return err
		}
		m = next
	}
}

func redirects(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

func (d *Driver) follow(m *message, status int, location string) (*message, error) {
	u, err := url.Parse(location)
	if err != nil {
		return nil, session.Failf("http/redirects", "the Location of the redirect is no URL: %v", site.WithoutURL(err))
	}
	u = m.to.URL.ResolveReference(u)
	if u.Fragment == "" {
		u.Fragment, u.RawFragment = m.to.URL.Fragment, m.to.URL.RawFragment
	}
	to, err := d.site.Admit(u)
	if err != nil {
		var failure *session.Failure
		if errors.As(err, &failure) {
			failure.Message = "the redirect cannot be followed: " + failure.Message
		}
		return nil, err
	}
	return m.redirected(status, to), nil
}

// send sends one message and measures it.
func (d *Driver) send(ctx context.Context, f *session.Frame, st *state, m *message, name string) (sample session.Sample, _ *response, _ error) {
	o := order{message: m, writes: writes(m.method) || f.Writes(), maxBody: d.maxBody}
	if o.writes {
		if err := d.site.MayWrite(f, m.to.Address); err != nil {
			return sample, nil, err // and nothing is sent, not even what a redirect asks for
		}
	}
	o.header, o.cookies = st.outgoing(m)
	s := f.Session()
	if o.writes {
		s.Wrote()
	}
	o.began = time.Now()
	o.deadline = o.began.Add(d.timeout)
	got, err := st.transport.send(ctx, o)
	sample = session.Sample{
		Name: name, Began: o.began, Duration: time.Since(o.began),
		Sent: int64(len(m.body)), URL: m.text, Writes: o.writes,
	}
	if got != nil {
		sample.Received, sample.Phases = int64(len(got.body)), got.phases
	}
	switch {
	case err == nil:
		sample.Code = got.status
		st.incoming(m.to, got.fields)
	case ctx.Err() != nil:
		err, sample.Err = context.Cause(ctx), "interrupted"
		if up := (*session.TimeUp)(nil); errors.As(err, &up) {
			sample.Err = up.Error()
		}
	default:
		err, sample.Err = d.explain(err, m)
	}
	st.trail.add(o, sample, got)
	s.Sampled(sample)
	return sample, got, err
}
