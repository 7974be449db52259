package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/cucumber-value/hoops/runners/session"
)

// What page.js cannot see, the browser itself may: closed shadow roots, roles and names that an element has told to
// the browser alone (ElementInternals), the controls that the browser draws (a video's), text that comes from a style
// sheet. A look that finds nothing in the page asks the browser's accessibility tree for exactly the name, and hands
// what it finds to page.js, which treats it like everything else: visible, enabled, standing still, covered by nothing.
// That a target is gone holds only when neither of them knows it.

// The tree takes a few milliseconds of a small page and half a second of one with 10,000 rows. So it is not asked
// before the page has been looked at a few times, and then for a tenth of the time at most; but always at the end.
const (
	looksBefore = 4
	restAfter   = 10
)

// pace says when the browser is asked.
type pace struct {
	looks int
	asked bool
	until time.Time
}

// due is called once for each look at the page.
func (p *pace) due(ctx context.Context) bool {
	p.looks++
	return lastLook(ctx) || p.looks >= looksBefore && time.Now().After(p.until)
}

// withBeyond asks the browser, and looks again when it knows something.
func (t *tab) withBeyond(ctx context.Context, p *pace, what *element, verb string, again func(*element) error) error {
	began := time.Now()
	defer func() {
		p.asked, p.until = true, time.Now().Add(restAfter*time.Since(began))
	}()
	more, err := t.beyond(ctx, what, verb)
	if err != nil || !more {
		return err
	}
	wider := *what
	wider.Beyond = true
	return again(&wider)
}

// lastLook reports whether the step's time is up, so that no other look comes.
func lastLook(ctx context.Context) bool {
	end, limited := ctx.Value(deadlineKey{}).(deadline)
	return limited && !end.host.Now().Before(end.until)
}

// told is what the browser says of an element.
type told struct {
	Role      string `json:"role"`
	Disabled  bool   `json:"disabled"`
	ReadOnly  bool   `json:"readonly"`
	Generated bool   `json:"generated"` // by a style sheet: there is no node of it
}

// mostBeyond elements are looked at: a name that more have tells nothing.
const mostBeyond = 50

// beyond asks the browser for a target, and for what it is in. It reports whether page.js now knows more.
func (t *tab) beyond(ctx context.Context, what *element, verb string) (bool, error) {
	frames := t.frames()
	if len(frames) == 0 {
		return false, errAway
	}
	defer chromedp.Call(ctx, runtime.ReleaseObjectGroup, runtime.ReleaseObjectGroupParams{ObjectGroup: world}) // page.js has what it keeps
	more, err := t.closedRoots(ctx, frames)
	if err != nil {
		return false, err
	}
	for _, f := range frames {
		found, err := t.tree(ctx, f, what, verb)
		if err != nil && f.id == frames[0].id {
			return false, err
		}
		more = more || found
	}
	return more, nil
}

// tree asks the accessibility tree of a frame.
func (t *tab) tree(ctx context.Context, in frame, what *element, verb string) (more bool, err error) {
	document, err := t.document(ctx, in)
	if err != nil {
		return false, err
	}
	for w := what; w != nil; w, verb = w.In, "in" {
		if w.CSS != "" {
			continue
		}
		answer, err := chromedp.Call(ctx, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{ObjectID: document, AccessibleName: w.Name})
		if err != nil {
			return false, away(ctx, err)
		}
		var facts []told
		var nodes []cdp.BackendNodeID
		for _, n := range ofInterest(answer.Nodes, w) {
			fact := told{Role: role(n), Generated: n.BackendDOMNodeID == 0}
			for _, p := range n.Properties {
				is := p.Value != nil && string(p.Value.Value) == "true"
				switch p.Name {
				case accessibility.PropertyNameDisabled:
					fact.Disabled = is
				case accessibility.PropertyNameReadonly:
					fact.ReadOnly = is
				}
			}
			facts, nodes = append(facts, fact), append(nodes, n.BackendDOMNodeID)
		}
		if len(facts) == 0 && w != what {
			continue
		}
		if err := t.hand(ctx, in, document, "adopt", nodes, w, verb, facts); err != nil {
			return false, err
		}
		more = more || len(facts) > 0
	}
	return more, nil
}

// ofInterest are the nodes that may be what is looked for. Which roles a verb wants is page.js's affair.
func ofInterest(nodes []*accessibility.Node, w *element) []*accessibility.Node {
	fitting := slices.DeleteFunc(slices.Clone(nodes), func(n *accessibility.Node) bool {
		r := role(n)
		return n.Ignored || slices.Contains(unseen, r) || w.Role != "" && w.Role != "field" && !isA(r, w.Role)
	})
	return fitting[:min(len(fitting), mostBeyond)]
}

// unseen are roles of what has a name that nobody sees, or that something else stands for.
var unseen = []string{"", "none", "generic", "InlineTextBox", "RootWebArea", "Iframe", "IframePresentational"}

// isA reports whether a role is one that is asked for, or a kind of it.
func isA(have, role string) bool {
	switch role {
	case "cell":
		return have == role || have == "gridcell"
	case "table":
		return have == role || have == "grid"
	case "textbox":
		return have == role || have == "searchbox"
	}
	return have == role
}

// role of a node, by its ARIA name where the browser has another one of its own.
func role(n *accessibility.Node) string {
	var name string
	if n.Role == nil || json.Unmarshal(n.Role.Value, &name) != nil {
		return ""
	}
	switch name {
	case "image":
		return "img"
	case "DisclosureTriangle", "DisclosureTriangleGrouped":
		return "button"
	}
	return name
}

// shape is a node of the document, as far as it says where closed shadow roots are.
type shape struct {
	BackendNodeID   cdp.BackendNodeID  `json:"backendNodeId"`
	FrameID         cdp.FrameID        `json:"frameId"`
	ShadowRootType  cdp.ShadowRootType `json:"shadowRootType"`
	Children        []shape            `json:"children"`
	ShadowRoots     []shape            `json:"shadowRoots"`
	ContentDocument *shape             `json:"contentDocument"`
	NodeName        string             `json:"nodeName"`
	Attributes      []string           `json:"attributes"` // name, value, name, value
}

type describedShape struct {
	Node shape `json:"node"`
}

var describeShape = cdp.Command[dom.DescribeNodeParams, describedShape]{Method: dom.DescribeNode.Method}

// closedRoots hands the closed shadow roots of all frames to page.js. It reports whether there is one that it did not
// know.
func (t *tab) closedRoots(ctx context.Context, frames []frame) (bool, error) {
	document, err := t.document(ctx, frames[0])
	if err != nil {
		return false, err
	}
	whole := int64(-1)
	answer, err := chromedp.Call(ctx, describeShape, dom.DescribeNodeParams{ObjectID: document, Depth: &whole, Pierce: yes()})
	if err != nil {
		return false, away(ctx, err)
	}
	closed := map[cdp.FrameID][]cdp.BackendNodeID{}
	t.blind = nil
	var walk func(n *shape, in cdp.FrameID)
	walk = func(n *shape, in cdp.FrameID) {
		for i := range n.ShadowRoots {
			r := &n.ShadowRoots[i]
			if r.ShadowRootType == cdp.ShadowRootTypeUserAgent {
				continue
			}
			if r.ShadowRootType == cdp.ShadowRootTypeClosed {
				closed[in] = append(closed[in], r.BackendNodeID)
			}
			walk(r, in)
		}
		for i := range n.Children {
			walk(&n.Children[i], in)
		}
		switch {
		case n.ContentDocument != nil:
			walk(n.ContentDocument, n.FrameID)
		case n.FrameID != "" && n.NodeName == "IFRAME" && t.drawnAt(ctx, n.BackendNodeID):
			t.blind = append(t.blind, n.attribute("src"))
		}
	}
	walk(&answer.Node, frames[0].id)
	for _, f := range frames {
		if len(closed[f.id]) == 0 {
			continue
		}
		document, err := t.document(ctx, f)
		if err == nil {
			err = t.hand(ctx, f, document, "enter", closed[f.id])
		}
		if err != nil && f.id == frames[0].id {
			return false, err
		}
	}
	return len(closed) > 0, nil
}

func (n *shape) attribute(name string) string {
	for i := 0; i+1 < len(n.Attributes); i += 2 {
		if n.Attributes[i] == name {
			return n.Attributes[i+1]
		}
	}
	return ""
}

// drawnAt reports whether a node takes room in the page.
func (t *tab) drawnAt(ctx context.Context, id cdp.BackendNodeID) bool {
	answer, err := chromedp.Call(ctx, dom.GetContentQuads, dom.GetContentQuadsParams{BackendNodeID: id})
	if err != nil || len(answer.Quads) == 0 {
		return false
	}
	q := answer.Quads[0]
	return q[2]-q[0] > 1 && q[5]-q[1] > 1
}

// unseenFrames is a look that cannot be told: a browser that was not started by hoops may keep frames of other sites
// where nothing here sees them, and what is not seen is not known to be gone.
func (t *tab) unseenFrames(what *element) error {
	f := session.Failf("browser/frame", "whether %s is gone is not known: a frame of another site cannot be looked into, %s", what, t.driver.cut(t.blind[0], 200))
	f.Help = []string{frameHelp}
	return f
}

const frameHelp = "start the browser elsewhere with --disable-site-isolation-trials, so that frames of other sites can be looked into; one that hoops starts can"

// document of a frame, as an object of our world.
func (t *tab) document(ctx context.Context, in frame) (runtime.RemoteObjectID, error) {
	answer, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: "document", UniqueContextID: in.world, ObjectGroup: world})
	if err != nil {
		return "", away(ctx, err)
	}
	return answer.Result.ObjectID, nil
}

// hand calls a function of page.js with nodes, null for one that is none, and other arguments behind them.
func (t *tab) hand(ctx context.Context, in frame, document runtime.RemoteObjectID, function string, nodes []cdp.BackendNodeID, more ...any) error {
	_, err := handed[any](ctx, t, in, document, function, nodes, more...)
	return err
}

// handed is what such a function answers.
func handed[T any](ctx context.Context, t *tab, in frame, document runtime.RemoteObjectID, function string, nodes []cdp.BackendNodeID, more ...any) (v T, err error) {
	call := runtime.CallFunctionOnParams{ObjectID: document, Silent: yes(), ReturnByValue: yes(),
		FunctionDeclaration: fmt.Sprintf("function(n, ...a) { return %s.%s(a.slice(0, n), ...a.slice(n)) }", world, function)}
	argument := func(v any) error {
		b, err := json.Marshal(v)
		call.Arguments = append(call.Arguments, &runtime.CallArgument{Value: b})
		return err
	}
	if err := argument(len(nodes)); err != nil {
		return v, err
	}
	for _, id := range nodes {
		node, err := dom.ResolveNodeResult{}, error(nil)
		if id != 0 {
			node, err = chromedp.Call(ctx, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: id, ObjectGroup: world, ExecutionContextID: in.local})
		}
		if err != nil && ctx.Err() != nil {
			return v, context.Cause(ctx)
		}
		if err != nil || node.Object == nil { // it has gone again, or there is none
			call.Arguments = append(call.Arguments, &runtime.CallArgument{Value: []byte("null")})
			continue
		}
		call.Arguments = append(call.Arguments, &runtime.CallArgument{ObjectID: node.Object.ObjectID})
	}
	for _, m := range more {
		if err := argument(m); err != nil {
			return v, err
		}
	}
	answer, err := chromedp.Call(ctx, runtime.CallFunctionOn, call)
	if err != nil {
		return v, away(ctx, err)
	}
	if e := answer.ExceptionDetails; e != nil {
		text := e.Text
		if e.Exception != nil && e.Exception.Description != "" {
			text = firstLine(e.Exception.Description)
		}
		return v, thrown{text}
	}
	if len(answer.Result.Value) == 0 {
		return v, nil
	}
	return v, json.Unmarshal(answer.Result.Value, &v)
}

// away is the error of a call into a page that is being replaced, or of a step whose time is up.
func away(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fmt.Errorf("%w: %v", errAway, err)
}
