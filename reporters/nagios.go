package reporters

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/reporters/page"
	"github.com/cucumber-value/hoops/runners"
)

// nagios writes a run as one check of the monitoring plugin guidelines: a status line with performance data,
// and a line for each scenario that failed. What hoops could not find out is UNKNOWN, never OK; a finding about
// the software is CRITICAL, a step that timed out included; a scenario that had no result in its time is none.
type nagios struct {
	atEnd
	code int
}

func newNagios(o Options) runners.Sink {
	n := &nagios{atEnd{o: o}, 3}
	n.write = n.print
	return n
}

// ExitCode is 0 for OK, 2 for CRITICAL, 3 for UNKNOWN; 3 before Close.
func (n *nagios) ExitCode() int { return n.code }

func (n *nagios) print() error {
	_, err := io.WriteString(n.o.Out, n.line())
	return err
}

// mostLines is how many failures follow the status line: agents cut a check's output at a few kilobytes.
const mostLines = 20

func (n *nagios) line() string {
	c := n.record.counts()
	total := c.Total()
	scenarios := 0
	var failed, stuck string // where the first of each stopped
	var found, silent, over int
	var more []string
	features := map[string]string{}
	for _, s := range n.record.stages {
		if scenarios += s.scenarios(); len(s.results) == 0 {
			scenarios += s.counts().Total() // a load tells no more of them
		}
		for _, f := range s.features() {
			features[f.id+f.file] = n.record.feature(f.id, f.file)
			for _, r := range f.results {
				switch {
				case r.status.Good() || r.status == runners.Skipped:
				case r.status != runners.Failed:
					stuck = cmp.Or(stuck, n.where(r))
				default:
					what := "Failed"
					switch {
					case s.repeated() && s.outcome() == runners.GatePassed:
						what = "Recovered"
						over++
					case r.abandoned || r.timedOut():
						silent++
					default:
						found++
						failed = cmp.Or(failed, n.where(r))
					}
					more = append(more, fmt.Sprintf("%s: %s — %s", what, field(full(r), 200), field(r.reason(), 300)))
				}
			}
		}
	}
	what := plural(int64(total), "scenario")
	if scenarios < total && scenarios > 0 {
		what = fmt.Sprintf("%d runs of %s", total, plural(int64(scenarios), "scenario"))
	}
	cannot := c.Undefined + c.Pending + c.Ambiguous
	word, says := "UNKNOWN", ""
	switch o := n.record.outcome(); {
	case found > 0:
		n.code, word = 2, "CRITICAL"
		says = fmt.Sprintf("%d of %s failed%s", found, what, brackets(failed))
	case silent > 0:
		says = fmt.Sprintf("%d of %s gave no result", silent, what)
	case total == 0 || o == runners.GatePassed && c.Passed+c.Flaky == 0:
		says = "nothing was checked"
	case cannot > 0:
		says = fmt.Sprintf("%d of %s cannot run%s", cannot, what, brackets(stuck))
	case o == runners.GatePassed:
		n.code, word = 0, "OK"
		says = fmt.Sprintf("%d of %s passed%s", c.Passed+c.Flaky, what, brackets(phrase(count{c.Flaky, "flaky"})))
		if over > 0 {
			says += ", " + recovered(over)
		}
	case o == runners.GateFailed:
		n.code, word = 2, "CRITICAL"
		says = fmt.Sprintf("%d of %s passed, and the run failed", c.Passed+c.Flaky, what)
	default:
		says = fmt.Sprintf("%d of %s passed, and the run is undecided", c.Passed+c.Flaky, what)
	}
	why := n.record.why()
	for _, s := range n.record.stages {
		why = cmp.Or(why, s.message)
	}
	if why != "" && n.code != 0 {
		says += ": " + field(why, 300)
	}
	subject := field(cmp.Or(n.record.project(), "hoops"), 100)
	switch {
	case len(features) == 1:
		for _, name := range features {
			subject = field(name, 100)
		}
	case len(features) > 1:
		subject = fmt.Sprintf("%d features", len(features))
	}
	critical := ""
	if n.o.Timeout > 0 && total == 1 { // of one scenario, so of no sum
		critical = strings.TrimSuffix(strings.TrimRight(seconds(n.o.Timeout), "0"), ".")
	}
	head := fmt.Sprintf("FEATURE %s - %s: %s | passed=%d;;;0;%d failed=%d;;0;0;%d time=%ss;;%s;0\n", word, subject, says,
		c.Passed+c.Flaky, total, c.Failed, total, seconds(n.record.duration()), critical)
	if left := len(more) - mostLines; left > 0 {
		more = append(more[:mostLines], fmt.Sprintf("and %d more", left))
	}
	for _, m := range more {
		head += m + "\n"
	}
	return head
}

// where is the step that stopped a scenario and its line.
func (n *nagios) where(r *result) string {
	name, at := full(r), r.pos
	if s, ok := r.culprit(); ok {
		name, at = s.name, s.pos
	}
	if at.IsZero() {
		at = r.pos
	}
	return field(name, 200) + prefixed(", ", field(place(at), 200))
}

// field is data in a status line, where a bar would begin the performance data.
func field(s string, n int) string {
	return strings.ReplaceAll(page.Line(s, n), "|", "/")
}

// seconds with at most three decimals, as Nagios reads them.
func seconds(d time.Duration) string {
	return strconv.FormatFloat(max(0, d.Seconds()), 'f', 3, 64)
}
