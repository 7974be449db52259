package browser

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

func TestZZProbe(t *testing.T) {
	for _, what := range []string{"Tab", "Window", "Post"} {
		b := newBench(t, map[string]any{
			"/":    `<a href=/tab target=_blank>Tab</a><button onclick="window.open('/tab')">Window</button><form target=_blank method=post action=/tab><button>Post</button></form>`,
			"/tab": func(w http.ResponseWriter, r *http.Request) { fmt.Println(time.Now(), "REQUEST", r.Method); html(w, "<h1>A new tab</h1>") },
		})
		v := b.visit(open("/"), see("Tab"))
		if err := v.all(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		tab := v.session.State(b.driver).(*state).tabs[0]
		yes := true
		began := time.Now()
		br := chromedp.FromContext(tab.ctx).Browser
		ch, stop := br.Subscribe("Target.attachedToTarget")
		chromedp.Listen(tab.ctx, func(ev any) {
			if e, ok := ev.(*page.EventWindowOpen); ok {
				fmt.Println(what, time.Since(began), "windowOpen", e.URL)
			}
		})
		go func() {
			for raw := range ch {
				var e target.EventAttachedToTarget
				json.Unmarshal(raw, &e)
				if !e.WaitingForDebugger {
					continue
				}
				fmt.Println(what, time.Since(began), "attached", e.TargetInfo.Type, e.TargetInfo.URL, e.WaitingForDebugger, e.SessionID, "opener", e.TargetInfo.OpenerID, tab.id, e.TargetInfo.BrowserContextID)
				go func() {
					time.Sleep(300 * time.Millisecond)
					_, err := chromedp.CallBrowser(tab.ctx, target.DetachFromTarget, target.DetachFromTargetParams{SessionID: e.SessionID})
					fmt.Println(what, time.Since(began), "resumed", err)
				}()
			}
		}()
		_, err := chromedp.CallBrowser(tab.ctx, target.SetAutoAttach, target.SetAutoAttachParams{AutoAttach: true, WaitForDebuggerOnStart: true, Flatten: &yes, Filter: target.Filter{{Type: "page"}}})
		fmt.Println("set", err)
		time.Sleep(time.Second / 2)
		r, err := tab.ready(tab.ctx, &element{Name: what}, "click")
		fmt.Println(tab.mouse(tab.ctx, r), time.Since(began))
		time.Sleep(2 * time.Second)
		stop()
		v.close()
	}
}
