package browser

import (
	"context"
	"testing"
	"time"
)

// What --headed draws over a page is in nobody's way.
func TestACaptionIsInNobodysWay(t *testing.T) {
	b := newBench(t, map[string]any{"/": report + `<button onclick="out('clicked')">Pay</button>`})
	v := b.visit(open("/"), click(named("Pay")), see("clicked"))
	defer v.close()
	if err := v.step(0); err != nil {
		t.Fatal(err)
	}
	tab := v.session.State(b.driver).(*state).tabs[0]
	ctx, cancel := context.WithTimeout(tab.ctx, time.Minute)
	defer cancel()
	for _, text := range []string{`next: click the "Pay" button`, ""} {
		if err := tab.caption(ctx, text); err != nil {
			t.Error(err)
		}
	}
	for i := 1; i < 3; i++ {
		if err := v.step(i); err != nil {
			t.Error(err)
		}
	}
}

func TestAScreenThatIsNotThere(t *testing.T) {
	d := New(Config{Headed: true, Lookup: func(name string) (string, bool) { return ":77", name == "DISPLAY" }})
	f := d.withoutScreen("chrome failed to start:\n[1:1:ERROR:ozone_platform_x11.cc] Missing X server or $DISPLAY\n")
	if f == nil || f.Message != "there is no screen for --headed: nothing answers at DISPLAY=:77" || len(f.Help) != 1 {
		t.Errorf("%v", f)
	}
	if f := d.withoutScreen("no more memory"); f != nil {
		t.Error(f)
	}
	if cap(d.slots) != 1 {
		t.Errorf("%d windows at once, and one person who watches", cap(d.slots))
	}
}
