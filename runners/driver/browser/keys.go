package browser

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/runners/session"
)

// pressed is a key with its modifiers.
type pressed struct {
	text      string
	modifiers []chromedp.Modifier
}

var namedKeys = map[string]string{
	"Enter": kb.Enter, "Tab": kb.Tab, "Escape": kb.Escape, "Space": " ", "Backspace": kb.Backspace,
	"Delete": kb.Delete, "Insert": kb.Insert, "Home": kb.Home, "End": kb.End, "PageUp": kb.PageUp,
	"PageDown": kb.PageDown, "ArrowUp": kb.ArrowUp, "ArrowDown": kb.ArrowDown, "ArrowLeft": kb.ArrowLeft,
	"ArrowRight": kb.ArrowRight, "F1": kb.F1, "F2": kb.F2, "F3": kb.F3, "F4": kb.F4, "F5": kb.F5, "F6": kb.F6,
	"F7": kb.F7, "F8": kb.F8, "F9": kb.F9, "F10": kb.F10, "F11": kb.F11, "F12": kb.F12,
}

var modifierKeys = map[string]chromedp.Modifier{
	"Control": chromedp.ModifierCtrl, "Shift": chromedp.ModifierShift, "Alt": chromedp.ModifierAlt, "Meta": chromedp.ModifierMeta,
}

// alsoCalled are other names that people have for them.
var alsoCalled = map[string]string{"Ctrl": "Control", "Strg": "Control", "Cmd": "Meta", "Command": "Meta", "Option": "Alt"}

// meant is help that begins with the name which was meant, if there is one.
func meant(name string, names []string, help string) []string {
	if close := diag.Closest(name, names); close != "" {
		return []string{"did you mean " + cmp.Or(alsoCalled[close], close) + "?", help}
	}
	return []string{help}
}

func keyOf(text string) (pressed, error) {
	name := text
	var k pressed
	if before, plus := strings.CutSuffix(text, "++"); plus {
		text, name = before, "+"
	} else if i := strings.LastIndexByte(text, '+'); i > 0 {
		text, name = text[:i], text[i+1:]
	} else {
		text = ""
	}
	for _, m := range strings.FieldsFunc(text, func(c rune) bool { return c == '+' }) {
		modifier, known := modifierKeys[m]
		if !known {
			f := session.Failf("browser/key", "there is no modifier key %q", m)
			f.Help = meant(m, append(slices.Sorted(maps.Keys(modifierKeys)), slices.Sorted(maps.Keys(alsoCalled))...), "they are Control, Shift, Alt and Meta, with a + behind each: Control+a")
			return k, f
		}
		k.modifiers = append(k.modifiers, modifier)
	}
	k.text = namedKeys[name]
	if k.text == "" && len([]rune(name)) == 1 {
		k.text = name
		switch {
		case slices.Contains(k.modifiers, chromedp.ModifierCtrl) || slices.Contains(k.modifiers, chromedp.ModifierMeta):
			k.text = strings.ToLower(name) // the letter, whatever Shift makes of it
		case slices.Contains(k.modifiers, chromedp.ModifierShift):
			k.text = strings.ToUpper(name)
		}
	}
	if k.text == "" {
		f := session.Failf("browser/key", "there is no key %q", name)
		f.Help = meant(name, slices.Sorted(maps.Keys(namedKeys)), "write one character, or Enter, Tab, Escape, Space, Backspace, Delete, Insert, Home, End, PageUp, PageDown, ArrowUp, ArrowDown, ArrowLeft, ArrowRight, F1 to F12")
		return k, f
	}
	return k, nil
}
