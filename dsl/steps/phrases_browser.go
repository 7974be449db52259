package steps

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

var phrasesOfBrowser = []entry{
	{driver: "browser", source: "I open {string}", build: func(b *binder, args []phrase) ir.Op {
		target := args[0].urlTemplate()
		if len(target) == 0 {
			b.fail(diag.Errorf(diag.At(args[0].pos(0), 1), "steps/argument", "the address is empty").WithHelp(`write "/" for the root`))
			return nil
		}
		return &ir.Open{Target: target, Name: sampleName("GET", target), Pos: args[0].pos(0)}
	}},
	{driver: "browser", source: "I click {hoops target}", build: func(b *binder, args []phrase) ir.Op {
		return b.act(ir.Click, args[0], nil)
	}},
	{driver: "browser", source: "I fill {hoops target} with {string}", build: func(b *binder, args []phrase) ir.Op {
		return b.act(ir.Fill, args[0], &args[1])
	}},
	{driver: "browser", source: "I fill the form:", takes: pairs, build: func(b *binder, _ []phrase) ir.Op {
		fields, ok := b.fields(ir.Plain, "what a field is called is written out; one that a value names has a step of its own: I fill \"${label}\" with \"${value}\"")
		if !ok {
			return nil
		}
		return &ir.Act{Verb: ir.FillForm, Fields: fields, Pos: b.line.Table.Pos}
	}},
	{driver: "browser", source: "I choose {string} from {hoops target}", build: func(b *binder, args []phrase) ir.Op {
		return b.act(ir.Choose, args[1], &args[0])
	}},
	{driver: "browser", source: "I tick {hoops target}", build: func(b *binder, args []phrase) ir.Op {
		return b.act(ir.Tick, args[0], nil)
	}},
	{driver: "browser", source: "I untick {hoops target}", build: func(b *binder, args []phrase) ir.Op {
		return b.act(ir.Untick, args[0], nil)
	}},
	{driver: "browser", source: "I press the {string} key", build: func(b *binder, args []phrase) ir.Op { return b.press(args[0]) }},
	{driver: "browser", source: "I upload {string} to {hoops target}", build: func(b *binder, args []phrase) ir.Op {
		return b.act(ir.Upload, args[1], &args[0])
	}},
	{driver: "browser", source: "I see {hoops target}", build: func(b *binder, args []phrase) ir.Op { return b.see(args[0], false) }},
	{driver: "browser", source: "I don't see {hoops target}", build: func(b *binder, args []phrase) ir.Op { return b.see(args[0], true) }},
	{driver: "browser", source: "the page title is {string}", build: func(b *binder, args []phrase) ir.Op {
		return &ir.See{Look: ir.SeeTitle, Want: args[0].template(everywhere(ir.Plain)), Pos: args[0].pos(0)}
	}},
	{driver: "browser", source: "the page address is {string}", build: func(b *binder, args []phrase) ir.Op {
		return &ir.See{Look: ir.SeeAddress, Want: args[0].urlTemplate(), Pos: args[0].pos(0)}
	}},
	{driver: "browser", source: "I take a screenshot", build: func(b *binder, _ []phrase) ir.Op {
		return &ir.Act{Verb: ir.Screenshot, Pos: b.line.Pos}
	}},
}

// A target is what a person sees of an element, or css "…".
const (
	quoted        = `(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')`
	oneElement    = `the (?:\d+(?:st|nd|rd|th) )?` + quoted + `(?: [a-z][a-z -]*)?`
	targetPattern = `css ` + quoted + `|` + quoted + `|` + oneElement + `(?: in ` + oneElement + `)*`
)

// roles are the words for kinds of elements: ARIA's own, and what people call them. A field is anything that
// can be filled in.
var roles = map[string]string{
	"text field": "textbox", "text box": "textbox", "image": "img", "radio button": "radio", "check box": "checkbox",
	"list item": "listitem", "item": "listitem", "menu item": "menuitem", "section": "region", "list box": "listbox",
	"drop-down": "combobox", "number field": "spinbutton", "search field": "searchbox", "column": "columnheader",
}

var ownRoles = []string{
	"alert", "alertdialog", "article", "banner", "button", "cell", "checkbox", "columnheader", "combobox", "complementary",
	"contentinfo", "dialog", "field", "figure", "form", "grid", "gridcell", "group", "heading", "img", "link", "list", "listbox",
	"listitem", "main", "menu", "menubar", "menuitem", "meter", "navigation", "option", "progressbar", "radio", "radiogroup",
	"region", "row", "rowheader", "search", "searchbox", "slider", "spinbutton", "status", "switch", "tab", "table", "tablist",
	"tabpanel", "textbox", "toolbar", "tree", "treeitem",
}

func (b *binder) act(verb ir.Verb, target phrase, value *phrase) ir.Op {
	t, ok := b.target(target)
	if !ok {
		return nil
	}
	op := &ir.Act{Verb: verb, Target: t, Pos: target.pos(0)}
	if value != nil {
		op.Value = value.template(everywhere(ir.Plain))
	}
	return op
}

func (b *binder) see(target phrase, not bool) ir.Op {
	t, ok := b.target(target)
	if !ok {
		return nil
	}
	return &ir.See{Look: ir.SeeTarget, Target: t, Not: not, Pos: target.pos(0)}
}

var targetUnit = regexp.MustCompile(`^the (?:(\d+)(?:st|nd|rd|th) )?(` + quoted + `)`)

// target reads what the type's pattern has matched.
func (b *binder) target(p phrase) (*ir.Target, bool) {
	if r, size := firstRune(p.text); isPlaceholder(r) && size == len(p.text) {
		return &ir.Target{Name: p.template(everywhere(ir.Plain))}, true
	}
	if rest, ok := strings.CutPrefix(p.text, "css "); ok {
		inner := p.sub(len("css ")+1, len("css ")+len(rest)-1).unescaped()
		return &ir.Target{CSS: inner.template(everywhere(ir.Selector))}, b.named(inner)
	}
	if !strings.HasPrefix(p.text, "the ") {
		inner := p.sub(1, len(p.text)-1).unescaped()
		return &ir.Target{Name: inner.template(everywhere(ir.Plain))}, b.named(inner)
	}
	m := targetUnit.FindStringSubmatchIndex(p.text)
	t := &ir.Target{}
	if m[2] >= 0 {
		nth := p.text[m[2]:m[3]]
		t.Nth, _ = strconv.Atoi(nth)
		if t.Nth < 1 {
			b.fail(diag.Errorf(diag.At(p.pos(m[2]), len(nth)), "steps/argument", "%q is no place in a row: the first is the 1st", nth))
			return nil, false
		}
	}
	inner := p.sub(m[4]+1, m[5]-1).unescaped()
	t.Name = inner.template(everywhere(ir.Plain))
	role, in, nested := strings.Cut(p.text[m[5]:], " in the ")
	if word := strings.TrimSpace(role); word != "" {
		at := diag.At(p.pos(m[5]+1), len([]rune(word)))
		switch known, ok := roles[word]; {
		case ok:
			t.Role = known
		case slices.Contains(ownRoles, word):
			t.Role = word
		default:
			d := diag.Errorf(at, "steps/role", "%q is no kind of element", word)
			var words []string
			for w := range roles {
				words = append(words, w)
			}
			slices.Sort(words)
			if near := diag.Closest(word, append(words, ownRoles...)); near != "" {
				d = d.WithHelp("did you mean %q?", near)
			} else {
				d = d.WithHelp("for example button, link, field, checkbox, heading, row, region; or leave it out")
			}
			b.fail(d)
			return nil, false
		}
	}
	if nested {
		start := len(p.text) - len(in) - len("the ")
		var ok bool
		if t.In, ok = b.target(p.sub(start, len(p.text))); !ok {
			return nil, false
		}
	}
	return t, b.named(inner)
}

// named checks that a target has a name to be found by.
func (b *binder) named(p phrase) bool {
	if strings.TrimSpace(p.text) != "" {
		return true
	}
	b.fail(diag.Errorf(diag.At(p.pos(0), 1), "steps/argument", "a target without a name would be anything on the page"))
	return false
}

// keys are those with a name. Any single character is a key too.
var keys = []string{
	"Enter", "Tab", "Escape", "Space", "Backspace", "Delete", "Insert", "Home", "End", "PageUp", "PageDown",
	"ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight",
	"F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12",
}

var modifiers = []string{"Control", "Shift", "Alt", "Meta"}

func (b *binder) press(p phrase) ir.Op {
	op := &ir.Act{Verb: ir.Press, Value: p.template(everywhere(ir.Plain)), Pos: p.pos(0)}
	text, fixed := p.plain()
	if !fixed {
		return op
	}
	parts := strings.Split(text, "+")
	if strings.HasSuffix(text, "+") { // the plus key itself
		parts = append(strings.Split(strings.TrimSuffix(strings.TrimSuffix(text, "+"), "+"), "+"), "+")
		parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	}
	for i, part := range parts {
		known := modifiers
		if i == len(parts)-1 {
			known = keys
			if len([]rune(part)) == 1 {
				continue
			}
		}
		if slices.Contains(known, part) {
			continue
		}
		d := diag.Errorf(diag.At(p.pos(0), max(1, len([]rune(text)))), "steps/key", "there is no key %q", part)
		if near := diag.Closest(part, known); near != "" {
			d = d.WithHelp("did you mean %q?", near)
		} else {
			d = d.WithHelp(`keys are single characters and %s; with a modifier: "Control+A"`, strings.Join(keys[:15], ", "))
		}
		b.fail(d)
		return nil
	}
	return op
}

func firstRune(s string) (rune, int) {
	for _, r := range s {
		return r, len(string(r))
	}
	return 0, 0
}
