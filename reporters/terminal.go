package reporters

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/reporters/page"
	"github.com/cucumber-value/hoops/runners"
)

// terminal is what pretty and progress have in common: a heading per stage, failures in full when they happen,
// verdicts and notices, and at the end the failures once more and the last line. Everything that one event
// prints is one write.
type terminal struct {
	o       Options
	record  record
	text    strings.Builder
	render  diag.Renderer
	failed  []failed
	waiting string            // the outcome of a stage, held back until it is known that another follows
	judged  map[*stage]bool   // whose verdicts are printed
	told    map[string]bool   // failures of journeys that are printed
	inFull  map[cause]*result // the first that each went wrong in
	spoke   time.Time         // when the stage last said something, or that it is alive
	ended   bool
}

// failed is the short form of a failure, for the end.
type failed struct {
	stage *stage
	text  string
}

func newTerminal(o Options) terminal {
	return terminal{o: o, render: diag.Renderer{Source: o.Source, Colour: o.Colour}, judged: map[*stage]bool{}, told: map[string]bool{}, inFull: map[cause]*result{}}
}

const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
)

func (t *terminal) paint(colour, s string) string {
	if !t.o.Colour || s == "" {
		return s
	}
	return "\x1b[" + colour + "m" + s + "\x1b[0m"
}

func (t *terminal) line(format string, args ...any) {
	fmt.Fprintf(&t.text, format+"\n", args...)
}

func (t *terminal) flush() error {
	if t.text.Len() == 0 {
		return nil
	}
	_, err := io.WriteString(t.o.Out, t.text.String())
	t.text.Reset()
	return err
}

// mark of a status: shape and word carry the meaning, colour only helps.
func (t *terminal) mark(s runners.Status) string {
	switch s {
	case runners.Passed:
		return t.paint(green, "✓")
	case runners.Flaky:
		return t.paint(yellow, "~")
	case runners.Skipped:
		return t.paint(dim, "–")
	case runners.Undefined, runners.Pending, runners.Ambiguous:
		return t.paint(yellow, "?")
	}
	return t.paint(red, "✗")
}

// room is how many characters a line of data may take.
func (t *terminal) room() int {
	if t.o.Width > 0 {
		return max(20, t.o.Width-24)
	}
	return 200
}

// take adds an event to the record, and prints the outcome of the stage before if this is not the end.
func (t *terminal) take(e runners.Event) *result {
	if e.Kind != runners.RunFinished {
		t.text.WriteString(t.waiting)
		t.waiting = ""
	}
	return t.record.take(e)
}

// show prints what an event means, after take.
func (t *terminal) show(e runners.Event) {
	switch e.Kind {
	case runners.StageStarted:
		t.heading(t.record.stage(e.Stage))
	case runners.Noticed:
		if e.Failure != nil {
			t.journey(e)
			return
		}
		t.line("%s", t.paint(dim, "· "+page.Line(e.Message, 500)))
	case runners.StageSkipped:
		t.line("%s", t.paint(dim, "· "+page.Line(t.record.notices[len(t.record.notices)-1], 500)))
	case runners.Summarised:
		if e.Summary != nil && e.Summary.Final {
			t.load(t.record.stage(e.Stage))
		}
	case runners.StageFinished:
		s := t.record.stage(e.Stage)
		t.verdicts(s)
		o := s.outcome()
		why := s.message
		if s.said() {
			why = ""
		}
		t.waiting = t.outcome(o) + prefixed(" ", s.tally()) + " in " + total(s.duration) + prefixed(" · ", page.Line(why, 500)) + "\n"
	case runners.RunFinished:
		t.end()
	}
}

// said reports whether the stage's message is what one of its expectations got, which stands above.
func (s *stage) said() bool {
	return s.summary != nil && slices.ContainsFunc(s.summary.Expectations, func(e runners.Expectation) bool { return e.Got == s.message })
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func (t *terminal) outcome(o runners.Outcome) string {
	colour := yellow
	switch o {
	case runners.GatePassed:
		colour = green
	case runners.GateFailed:
		colour = red
	}
	return t.paint("1;"+colour, strings.ToUpper(string(o)))
}

func (t *terminal) heading(s *stage) {
	parts := s.headline()
	parts[0] = t.paint(bold, parts[0])
	if s.info.Selected > 0 {
		parts = append(parts, fmt.Sprintf("%d selected", s.info.Selected))
	}
	if t.record.stages[0] != s {
		t.line("")
	}
	t.line("%s", strings.Join(parts, " · "))
}

// heartbeat is how often a long stage says that it is alive, by the clock of its events.
const heartbeat = 10 * time.Second

// beat prints how a stage goes, when it has been silent for long.
func (t *terminal) beat(e runners.Event) {
	switch {
	case e.Kind == runners.StageStarted:
		t.spoke = e.Time
	case e.Stage == "" || t.spoke.IsZero() || e.Time.Sub(t.spoke) < heartbeat || e.Kind == runners.StageFinished:
	case t.record.stage(e.Stage).soFar.at > 0: // how a load goes is shown while it goes, and is no part of a report
	default:
		t.spoke = e.Time
		t.line("%s", t.paint(dim, t.record.stage(e.Stage).going()))
	}
}

// going is how far a stage is: "120 of 412, 1 failed".
func (s *stage) going() string {
	c := s.counts()
	of := ""
	if s.info.Selected > 0 && !s.repeated() {
		of = fmt.Sprintf(" of %d", s.info.Selected)
	} else if s.repeated() {
		of = " runs"
	}
	waiting := phrase(count{c.Undefined, "undefined"}, count{c.Pending, "pending"}, count{c.Ambiguous, "ambiguous"})
	return fmt.Sprintf("%d%s, %d failed%s", c.Total(), of, c.Failed, prefixed(", ", waiting))
}

// failure prints what went wrong with a result, under its line.
func (t *terminal) failure(s *stage, r *result) {
	t.steps(r, true)
	list := r.diagnostics()
	for _, d := range list {
		t.diagnostic(t.shortened(s, r, d))
	}
	if s, found := r.culprit(); len(list) == 0 && (!found || s.name != r.reason()) {
		t.line("    %s", page.Line(cmp.Or(r.reason(), "no reason was recorded"), longestText))
	}
	t.evidence(r)
	t.failed = append(t.failed, failed{s, t.short(r)})
}

// cause is all that a diagnostic says but for its place, in one stage.
type cause struct {
	stage *stage
	said  string
}

// shortened is a diagnostic without what it has in common with one that stands above: what failed once for all, a
// sign-in that every scenario begins with, is told once in full.
func (t *terminal) shortened(s *stage, r *result, d diag.Diagnostic) diag.Diagnostic {
	lines := len(d.Notes) + len(d.Help) + strings.Count(strings.Join(d.Help, ""), "\n")
	if lines < 3 { // as long as the reference to it
		return d
	}
	key := cause{s, fmt.Sprintf("%q %q %q %v", d.Code, d.Message, d.Help, d.Notes)}
	first, known := t.inFull[key]
	if !known {
		t.inFull[key] = r
		return d
	}
	d.Help = nil
	d.Notes = []diag.Note{{Text: "all else is as above, in " + cmp.Or(full(first), "a scenario without a name") + prefixed(" at ", place(first.pos))}}
	return d
}

func (t *terminal) diagnostic(d diag.Diagnostic) {
	for l := range strings.Lines(t.render.Sprint(harmless(d))) {
		t.text.WriteString("    " + l)
	}
}

// mostEvidence is how many lines of each piece of evidence a terminal shows; all of it is in the stream.
const mostEvidence = 20

func (t *terminal) evidence(r *result) {
	for _, a := range r.evidence {
		t.line("    attached %s", t.paint(dim, page.Line(fmt.Sprintf("%s · %s · %s", a.Name, a.Media, size(a.Size)), 300)))
		n := 0
		for l := range strings.Lines(a.Text) {
			if n++; n > mostEvidence {
				t.line("    | …")
				break
			}
			t.line("    | %s", page.Line(strings.TrimRight(l, "\r\n"), 200))
		}
	}
}

// short is "features/checkout.feature:9 Pay for one item: the status is 500, expected 201".
func (t *terminal) short(r *result) string {
	var b strings.Builder
	if p := place(r.pos); p != "" {
		b.WriteString(p + " ")
	}
	b.WriteString(page.Line(full(r), t.room()))
	reason := page.Line(r.reason(), 300)
	if r.status != runners.Failed && !strings.HasPrefix(reason, string(r.status)) {
		b.WriteString(": " + string(r.status))
	}
	b.WriteString(prefixed(": ", reason))
	return b.String()
}

// steps of the last attempt, up to the first that did not pass if asked so, with every undo that failed.
func (t *terminal) steps(r *result, upToFailure bool) {
	left := 0
	stopped := false
	for _, s := range r.final() {
		good := s.status == runners.Passed
		switch {
		case s.number == 0 && good && !t.o.Verbose:
		case stopped && s.number > 0 && !t.o.Verbose:
			left++
		default:
			if left > 0 {
				t.line("    %s", t.paint(dim, fmt.Sprintf("– %d more", left)))
				left = 0
			}
			t.line("    %s %s%s", t.mark(s.status), page.Line(s.name, t.room()), t.paint(dim, stepTime(s)))
			stopped = stopped || upToFailure && !good && s.status != runners.Skipped
		}
	}
	if left > 0 {
		t.line("    %s", t.paint(dim, fmt.Sprintf("– %d more", left)))
	}
}

func stepTime(s step) string {
	if s.duration == 0 {
		return ""
	}
	return "  " + brief(s.duration)
}

func (t *terminal) verdict(v runners.Verdict) {
	colour := map[string]string{delivered: green, missed: red, undecided: yellow, unbound: dim}[verdictOf(v)]
	t.line("%s  %s%s", t.paint("1;"+colour, verdictWord(v)), page.Line(t.record.words(v), 300), prefixed(" — ", page.Line(because(v), 1000)))
}

// advice is what a verdict rests on, and what follows from it. In a pipeline a promise that is kept is a line, since
// somebody asked for much else too.
func (t *terminal) advice(v runners.Verdict) {
	if verdictOf(v) != delivered || t.o.Verbose || t.record.judgesOnly() {
		for _, l := range basis(v) {
			t.line("  %s", t.paint(dim, page.Line(l, 1000)))
		}
	}
	if v.WouldChange != "" && verdictOf(v) != delivered {
		t.line("  %s", t.paint(dim, "would change it: "+page.Line(v.WouldChange, 500)))
	}
	for _, h := range v.Help {
		lines := strings.Split(strings.TrimRight(diag.Cut(h, longestText), "\n"), "\n")
		t.line("  help: %s", page.Line(lines[0], 500))
		for _, l := range lines[1:] {
			t.line("    %s", page.Line(l, 500))
		}
	}
}

// verdicts of a stage, once, the worst first, each with what follows from it.
func (t *terminal) verdicts(s *stage) {
	if t.judged[s] {
		return
	}
	t.judged[s] = true
	for _, v := range worstFirst(s.verdicts) {
		t.verdict(v)
		t.advice(v)
	}
}

// mostFailures is how many failures the end repeats; all of them stand in full above.
const mostFailures = 100

// end prints what remains to be said of the whole run. The digest stands here and nowhere else.
func (t *terminal) end() {
	if t.ended {
		return
	}
	t.ended = true
	for _, s := range t.record.stages {
		t.verdicts(s)
	}
	if len(t.record.stages) > 1 {
		t.text.WriteString(t.waiting)
		t.table()
	}
	t.waiting = ""
	list := slices.DeleteFunc(t.failed, func(f failed) bool { return f.stage.outcome() == runners.GatePassed }) // recovered
	if len(list) > 0 {
		t.line("")
	}
	for _, f := range list[:min(len(list), mostFailures)] {
		t.line("%s", f.text)
	}
	if n := len(list) - mostFailures; n > 0 {
		t.line("… and %d more above", n)
	}
	if n := len(t.record.stages); n > 0 && len(t.record.stages[n-1].verdicts) == 0 && len(t.record.verdicts()) > 0 {
		t.line("")
		for _, v := range worstFirst(t.record.verdicts()) { // they were said some stages ago
			t.verdict(v)
		}
	}
	t.line("")
	if share := t.record.measurable(); share != "" {
		t.line("%s", share)
	}
	t.line("%s", t.last())
}

func (t *terminal) last() string {
	parts := []string{t.outcome(t.record.outcome()) + prefixed(" ", t.record.tally()) + " in " + total(t.record.duration())}
	why := t.record.why()
	if s := t.record.stages; why == "" && len(s) == 1 && !s[0].said() {
		why = s[0].message // the line that ends a stage stands for the run where there is only one
	}
	for _, p := range []string{why, shortDigest(t.record.digest()), prefixed("with ", strings.Join(t.record.overrides(), " "))} {
		if p != "" {
			parts = append(parts, page.Line(p, 500))
		}
	}
	return strings.Join(parts, " · ")
}

// table of the stages of a pipeline.
func (t *terminal) table() {
	rows := [][]string{{"stage", "outcome", "", "time"}}
	for _, s := range t.record.stages {
		told := s.tally()
		if s.skipped {
			told = page.Line(s.message, 100)
		}
		rows = append(rows, []string{page.Line(cmp.Or(s.name, "(none)"), 100), string(s.ended()), told, s.lasted()})
	}
	t.line("")
	for i, l := range aligned(rows) {
		if i == 0 {
			l = t.paint(dim, l)
		}
		t.line("%s", l)
	}
}
