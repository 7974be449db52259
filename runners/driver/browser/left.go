package browser

import (
	"context"
	"time"

	"github.com/cucumber-value/hoops/runners"
)

// shownPage is the page of a tab, until it is left; left is nil when nobody wants to know what was measured of it.
type shownPage struct {
	of   *navigation
	left func(runners.Vitals)
}

// longestPaint is how long a page that is left at the end of its session may still take until its largest paint is
// known. One that paints nothing takes all of it.
const longestPaint = time.Second

// painted waits for the largest paint of the page: a page has loaded before it is painted.
func (t *tab) painted() {
	if t.page.left == nil || t.ctx.Err() != nil {
		return
	}
	ctx, cancel := context.WithTimeout(t.ctx, longestPaint)
	defer cancel()
	_ = t.wait(ctx, func() bool { return t.page.of.vitals.LCP != nil }) // what is not known then is not told
}

// leave tells what was measured of the page that the tab has shown until now.
func (t *tab) leave() {
	if t.page.left == nil {
		return
	}
	t.mu.Lock()
	v := t.page.of.vitals.told()
	t.mu.Unlock()
	left := t.page.left
	t.page = shownPage{}
	left(v)
}
