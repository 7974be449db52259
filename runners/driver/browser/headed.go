package browser

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/overlay"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/cucumber-value/hoops/runners/session"
)

// watched waits, before a step that acts, as long as --slow says; in a window its person is told meanwhile what comes
// next. The browser draws it over the page, not into it, and it is gone again when the step begins.
func (st *state) watched(ctx context.Context, m moment) error {
	slow := st.driver.config.Slow
	if !m.acts || slow <= 0 {
		return nil
	}
	if st.driver.config.Headed {
		if t, err := st.tab(ctx); err == nil { // else the step says what is wrong
			joined, stop := t.reach(ctx)
			defer stop()
			t.caption(joined, "next: "+m.what) // nothing depends on it
			defer t.caption(joined, "")
		}
	}
	return st.driver.host.Sleep(ctx, slow)
}

// caption brings a window to the front and shows a text over its page, none when it is "".
func (t *tab) caption(ctx context.Context, text string) error {
	_, front := chromedp.Call(ctx, page.BringToFront, cdp.Empty{})
	_, document := chromedp.Call(ctx, dom.Enable, dom.EnableParams{}) // the overlay wants it
	_, on := chromedp.Call(ctx, overlay.Enable, cdp.Empty{})
	_, said := chromedp.Call(ctx, overlay.SetPausedInDebuggerMessage, overlay.SetPausedInDebuggerMessageParams{Message: short(text, 100)})
	if text == "" {
		chromedp.Call(ctx, overlay.Disable, cdp.Empty{})
	}
	chromedp.Call(ctx, dom.Disable, cdp.Empty{})
	return errors.Join(front, document, on, said)
}

// noScreen is a window that cannot be opened.
func noScreen(format string, args ...any) (message, help string) {
	return "there is no screen for --headed: " + fmt.Sprintf(format, args...), "run it at a desktop, or as xvfb-run hoops …; without --headed no screen is needed"
}

// withoutScreen is what a browser that found no screen has said, nil for one that ended for another reason.
func (d *Driver) withoutScreen(said string) *session.Failure {
	if !d.config.Headed || !strings.Contains(said, "Missing X server") && !strings.Contains(said, "platform failed to initialize") {
		return nil
	}
	display, _ := d.config.Lookup("DISPLAY")
	message, help := noScreen("nothing answers at DISPLAY=%s", display)
	f := session.Failf("browser/start", "%s", message)
	f.Help = []string{help}
	return f
}
