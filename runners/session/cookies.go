package session

import (
	"context"
	"net/http"
	"net/url"
)

// Cookie is one that a state received, with the address it came from. One that is gone has a negative MaxAge.
type Cookie struct {
	From   *url.URL
	Cookie *http.Cookie
}

// CookieKeeper is a State that keeps cookies. Those of one actor are common to all drivers: who signed in over
// HTTP is signed in in the browser too.
type CookieKeeper interface {
	State
	// News are the cookies that came, changed or went since the last call.
	News(context.Context) ([]Cookie, error)
	// Take stores the news of another driver, which are none of its own.
	Take(context.Context, []Cookie) error
}

// ShareCookies brings the acting person's state with a driver up to date with the other drivers'. A driver
// calls it before it sends.
func (s *Session) ShareCookies(ctx context.Context, to CookieKeeper) error {
	if len(s.states) < 2 {
		return nil
	}
	for _, a := range s.states {
		from, keeps := a.state.(CookieKeeper)
		if !keeps || from == to || a.actor != s.actor {
			continue
		}
		news, err := from.News(ctx)
		if err != nil {
			return err
		}
		if len(news) == 0 {
			continue
		}
		if err := to.Take(ctx, news); err != nil {
			return err
		}
	}
	return nil
}
