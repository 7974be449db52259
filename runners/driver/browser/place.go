package browser

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A frame does not know where it is: that is asked of the page around it, frame by frame, of frames of other sites
// too. reach.js says where its contents are drawn, which part of them is in sight, and what lies over a point.

// holder is the element that shows a frame, in the frame around it.
type holder struct {
	node   cdp.BackendNodeID
	around frame
	inner  frame
	size   size // of what is in it, as that measures itself
}

type size struct {
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
}

// holders of a frame, the outermost first.
func (t *tab) holders(ctx context.Context, of frame) ([]holder, error) {
	answer, err := chromedp.Call(ctx, page.GetFrameTree, cdp.Empty{})
	if err != nil {
		return nil, away(ctx, err)
	}
	var path []cdp.FrameID
	var walk func(tree *page.FrameTree, above []cdp.FrameID)
	walk = func(tree *page.FrameTree, above []cdp.FrameID) {
		here := append(above[:len(above):len(above)], tree.Frame.ID)
		if tree.Frame.ID == of.id {
			path = here
		}
		for _, child := range tree.ChildFrames {
			walk(child, here)
		}
	}
	walk(answer.FrameTree, nil)
	known := map[cdp.FrameID]frame{}
	for _, f := range t.frames() {
		known[f.id] = f
	}
	if len(path) == 0 {
		return nil, errAway
	}
	var list []holder
	for i := 1; i < len(path); i++ {
		outer, ok := known[path[i-1]]
		inner, also := known[path[i]]
		if !ok || !also {
			return nil, errAway
		}
		owner, err := chromedp.Call(ctx, dom.GetFrameOwner, dom.GetFrameOwnerParams{FrameID: path[i]})
		if err != nil {
			return nil, away(ctx, err)
		}
		list = append(list, holder{node: owner.BackendNodeID, around: outer, inner: inner})
	}
	return list, nil
}

// askHolder calls a function of page.js with the element that shows a frame.
func askHolder[T any](ctx context.Context, t *tab, h holder, function string, more ...any) (v T, err error) {
	document, err := t.document(ctx, h.around)
	if err != nil {
		return v, err
	}
	return handed[T](ctx, t, h.around, document, function, []cdp.BackendNodeID{h.node}, more...)
}

func (t *tab) releaseObjects(ctx context.Context) {
	chromedp.Call(ctx, runtime.ReleaseObjectGroup, runtime.ReleaseObjectGroupParams{ObjectGroup: world}) // its error is that of a page that is gone
}

// frameInSight reports whether a person sees a frame, and all that it is in.
func (t *tab) frameInSight(ctx context.Context, of frame) (bool, error) {
	defer t.releaseObjects(ctx)
	list, err := t.holders(ctx, of)
	if err != nil {
		return false, err
	}
	for _, h := range list {
		seen, err := askHolder[bool](ctx, t, h, "inSight")
		if err != nil || !seen {
			return false, err
		}
	}
	return true, nil
}

// part of a frame.
type part struct {
	Left   float64 `json:"left"`
	Top    float64 `json:"top"`
	Right  float64 `json:"right"`
	Bottom float64 `json:"bottom"`
}

// spots are where an element can be touched in its frame, or what covers it there.
type spots struct {
	Points [][2]float64
	Cover  string
}

// place finds where the element of a frame is touched in the page, as far as it is in sight there and nothing of the
// page around it lies over it.
func (t *tab) place(ctx context.Context, r *reply) error {
	defer t.releaseObjects(ctx)
	list, err := t.holders(ctx, r.frame)
	if err != nil {
		return err
	}
	for i := range list {
		if list[i].size, err = ask[size](ctx, t, list[i].inner, "size"); err != nil {
			return err
		}
	}
	seen, err := t.spots(ctx, list, r.frame)
	if err == nil && len(seen.Points) == 0 && seen.Cover == "" { // it is scrolled away
		if err = t.bring(ctx, list, r.frame); err == nil {
			seen, err = t.spots(ctx, list, r.frame)
		}
	}
	if err != nil {
		return err
	}
	r.OK, r.Cover, r.Why = false, seen.Cover, "outside"
	for _, point := range seen.Points {
		at, cover := point, ""
		for i := len(list) - 1; i >= 0 && cover == ""; i-- {
			out, err := askHolder[struct {
				X, Y  float64
				Cover string
			}](ctx, t, list[i], "through", list[i].size, at[0], at[1])
			if err != nil {
				return err
			}
			at, cover = [2]float64{out.X, out.Y}, out.Cover
		}
		if cover == "" {
			r.OK, r.X, r.Y, r.Cover, r.Why = true, at[0], at[1], "", ""
			return nil
		}
		if r.Cover == "" {
			r.Cover = cover
		}
	}
	if r.Cover != "" {
		r.Why = "covered"
	}
	return nil
}

func (t *tab) spots(ctx context.Context, list []holder, of frame) (seen spots, err error) {
	var open *part
	for _, h := range list {
		in, err := askHolder[part](ctx, t, h, "opening", h.size, open)
		if err != nil {
			return seen, err
		}
		open = &in
	}
	return ask[spots](ctx, t, of, "spots", open)
}

// bring scrolls the middle of an element into sight, in each of the frames around it.
func (t *tab) bring(ctx context.Context, list []holder, of frame) error {
	at, err := ask[[2]float64](ctx, t, of, "middle")
	for i := len(list) - 1; i >= 0 && err == nil; i-- {
		var out struct{ X, Y float64 }
		out, err = askHolder[struct{ X, Y float64 }](ctx, t, list[i], "bring", list[i].size, at[0], at[1])
		at = [2]float64{out.X, out.Y}
	}
	return err
}
