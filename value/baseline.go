package value

import (
	"fmt"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure"
)

// comparison is what a claim is compared with.
type comparison struct {
	question int // -1 without a window
	window   measure.Window
	words    string // "release 2.3.1", "last week"
	grade    string
	control  bool
	name     string           // that it was pinned under, "" where the claim names none
	refused  *measure.Failure // why it has no window; a pinned baseline may still take its place
}

// compared is the claim's own window and the baseline beside it.
func (t Times) compared(c ir.Claim, m ir.Measure) (measure.Window, comparison, *measure.Failure) {
	own, f := t.window(c, m)
	if f != nil {
		return own, comparison{}, f
	}
	b := comparison{question: -1, words: baseline(c.Baseline), grade: "C"}
	if name, ok := strings.CutPrefix(c.Baseline, "name "); ok {
		b.name, b.words = name, name
	}
	weekly := c.Window == "" && t.Since == 0 && m.From != "run" && (own.Release != "" || t.Alone)
	monday := t.startOf("week", t.Now)
	thisWeek := func() {
		if weekly && own.From.Before(monday) {
			own.From, own.Words = monday, "this week"
		}
	}
	before := func(from, to time.Time) {
		if to.After(own.From) && !own.From.IsZero() {
			to = own.From // what is judged is no part of what it is compared with
		}
		b.window = measure.Window{From: from, To: to, Words: b.words}
	}
	none := func(sentence string, help ...string) {
		b.refused = &measure.Failure{Reason: NoBaseline, Sentence: sentence, Help: help}
	}
	switch {
	case b.name != "":
		none(fmt.Sprintf("nothing of %s was pinned as %q in this environment", m.Name, b.name), pinNamed(b.name))
	case c.Baseline == "control group":
		b.grade, b.control, b.window = "A", true, own
		if m.Control == "" || m.Split == "" {
			none(fmt.Sprintf("%s does not say which part of the traffic is the control group", m.Name),
				fmt.Sprintf("give %q control: and split:, the label matchers of both groups, such as version=\"1\" and version=\"2\"", m.Name))
		}
	case c.Baseline == "last week":
		thisWeek()
		before(t.step("week", monday, -1), monday)
	case c.Baseline == "same days last week":
		thisWeek()
		b.grade = "B"
		b.window = t.shifted(own, -7, b.words)
		if b.window.To.After(own.From) {
			none("the window is longer than a week, so the same days last week are a part of it", "name a shorter window, such as over the last 7 days")
		}
	case c.Baseline == "this time last year":
		b.grade = "B"
		b.window = t.shifted(own, -364, "the same weekdays a year before") // 52 weeks
	case strings.HasPrefix(c.Baseline, "average of the last "):
		t.averaged(c, &b, monday, thisWeek, before, none)
	default:
		t.released(c, &b, before, none)
	}
	if b.refused == nil && !b.control && own.From.IsZero() && b.window.To.IsZero() {
		none("it is not known when the window began, so nothing before it can be told apart")
	}
	return own, b, nil
}

func pinNamed(name string) string {
	return fmt.Sprintf("hoops value pin --as %q keeps what is observed now; --from and --to keep what was then", name)
}

// shifted is a window some days earlier, at the same times of the day.
func (t Times) shifted(w measure.Window, days int, words string) measure.Window {
	if w.From.IsZero() {
		return measure.Window{Words: words}
	}
	return measure.Window{From: w.From.In(t.zone()).AddDate(0, 0, days), To: w.To.In(t.zone()).AddDate(0, 0, days), Words: words}
}

type refusing = func(sentence string, help ...string)

func (t Times) averaged(c ir.Claim, b *comparison, monday time.Time, thisWeek func(), before func(from, to time.Time), none refusing) {
	var n int
	var unit string
	if _, err := fmt.Sscanf(c.Baseline, "average of the last %d %s", &n, &unit); err != nil || n < 1 || n > 1000 {
		none(fmt.Sprintf("the baseline %q is not understood", c.Baseline))
		return
	}
	if strings.HasPrefix(unit, "week") {
		thisWeek()
		before(t.step("week", monday, -n), monday)
		return
	}
	live, i := t.live()
	oldest, j := t.version(n)
	if i < 0 || j < 0 {
		none(fmt.Sprintf("%d releases before this one are not recorded", n), "hoops release VERSION --at TIME records one that is over")
		return
	}
	before(oldest.At, live.At)
}

// released are the baselines that are a release: the previous one, or one that is named.
func (t Times) released(c ir.Claim, b *comparison, before func(from, to time.Time), none refusing) {
	live, i := t.live()
	if i < 0 {
		none("no release is recorded, so there is no "+strings.TrimPrefix(c.Baseline, "the ")+" to compare with",
			"hoops release VERSION records a release; the one before it is then the baseline", "or hoops value pin keeps what is judged now as the baseline")
		return
	}
	r, j := t.version(1)
	if version, named := strings.CutPrefix(c.Baseline, "release "); named {
		j = -1
		for k := range t.Releases {
			if t.Releases[k].Version == version && !t.Releases[k].At.After(t.Now) {
				r, j = t.Releases[k], k // the first that was recorded of it
				if !(k+1 < len(t.Releases) && t.Releases[k+1].Version == version) {
					break
				}
			}
		}
		switch {
		case j < 0:
			none(fmt.Sprintf("release %s is not recorded", version), fmt.Sprintf("hoops release %s --at TIME records it", version))
			return
		case version == live.Version:
			none(fmt.Sprintf("release %s is the one that is judged, and it cannot be compared with itself", version))
			return
		}
	}
	if j < 0 {
		none(fmt.Sprintf("release %s is the first that is recorded, so there is no release before it", live.Version),
			"hoops release VERSION --at TIME records the one before it", "or hoops value pin keeps what is judged now as the baseline")
		return
	}
	b.words = "release " + r.Version
	before(r.At, t.after(j))
	b.window.Release = r.Version
}
