package reporters

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/runners"
)

// exposition writes one probe run as metrics in the text format, for a file collector or a gateway. Names,
// types and labels are those of the daemon; the text of steps and URLs stays out of labels. Rows of an outline
// count as one scenario, which succeeds when all of them do; one that was skipped has no series.
type exposition struct {
	o      Options
	record record
	done   bool
}

func newPrometheus(o Options) runners.Sink { return &exposition{o: o} }

func (x *exposition) Emit(e runners.Event) error {
	x.record.take(e)
	return nil
}

func (x *exposition) Close() error {
	if x.done {
		return nil
	}
	x.done = true
	x.record.close()
	var b strings.Builder
	for _, f := range x.families() {
		f.write(&b)
	}
	_, err := io.WriteString(x.o.Out, b.String())
	return err
}

// family is one metric; its samples are written in the order of their names and labels.
type family struct {
	name, kind, help string
	samples          []sample
}

type sample struct {
	suffix string // of a histogram's series
	labels string // as written, "" or "{…}"
	value  float64
}

func (f *family) add(value float64, labels ...string) {
	f.samples = append(f.samples, sample{labels: labelled(labels...), value: value})
}

func (f *family) write(b *strings.Builder) {
	if len(f.samples) == 0 {
		return
	}
	fmt.Fprintf(b, "# HELP %s %s\n# TYPE %s %s\n", f.name, f.help, f.name, f.kind)
	for _, s := range f.samples {
		fmt.Fprintf(b, "%s%s%s %s\n", f.name, s.suffix, s.labels, strconv.FormatFloat(s.value, 'g', -1, 64))
	}
}

// labelled takes names and values in turn.
func labelled(pairs ...string) string {
	if len(pairs) == 0 {
		return ""
	}
	var parts []string
	for i := 0; i < len(pairs); i += 2 {
		parts = append(parts, pairs[i]+`="`+escapeLabel(pairs[i+1])+`"`)
	}
	return "{" + strings.Join(parts, ",") + "}"
}

var labelValue = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// escapeLabel keeps a label on its line, and a terminal that shows the file unharmed.
func escapeLabel(s string) string { return labelValue.Replace(oneLine(s, 500)) }

// bounds of a scenario's duration, in seconds, from one fast request to a long browser journey.
var bounds = []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}

// series is what one scenario did in one stage, all rows together.
type series struct {
	labels []string
	bad    bool
	at     time.Time // the end of its last success
	runs   map[string]int
	took   []time.Duration
}

func (x *exposition) series() []*series {
	byLabels := map[string]*series{}
	var list []*series
	for _, s := range x.record.stages {
		for _, r := range s.results {
			if r.status == runners.Skipped {
				continue
			}
			labels := []string{"feature", r.feature, "scenario", r.id, "stage", s.name}
			key := strings.Join(labels, "\x00")
			one := byLabels[key]
			if one == nil {
				one = &series{labels: labels, runs: map[string]int{}}
				byLabels[key] = one
				list = append(list, one)
			}
			one.bad = one.bad || !r.status.Good()
			if end := r.began.Add(r.duration); end.After(one.at) {
				one.at = end
			}
			one.runs[resultWord(r)]++
			one.took = append(one.took, r.duration)
		}
	}
	slices.SortFunc(list, func(a, b *series) int { return slices.Compare(a.labels, b.labels) })
	return list
}

func (x *exposition) families() []*family {
	success := &family{name: "hoops_scenario_success", kind: "gauge", help: "Whether the scenario passed, all of its rows."}
	runs := &family{name: "hoops_scenario_runs_total", kind: "counter", help: "Executions of the scenario by result."}
	took := &family{name: "hoops_scenario_duration_seconds", kind: "histogram", help: "How long the scenario took."}
	last := &family{name: "hoops_scenario_last_success_timestamp_seconds", kind: "gauge", help: "When the scenario passed."}
	for _, s := range x.series() {
		success.add(number(!s.bad), s.labels...)
		for _, word := range []string{"passed", "failed", "error"} {
			if s.runs[word] > 0 {
				runs.add(float64(s.runs[word]), append(slices.Clone(s.labels), "result", word)...)
			}
		}
		took.observe(s.took, s.labels)
		if !s.bad {
			last.add(float64(s.at.UnixMilli())/1000, s.labels...)
		}
	}
	verdict := &family{name: "hoops_value_verdict", kind: "gauge", help: "The verdict of the clause."}
	for _, s := range x.record.stages {
		for _, v := range s.verdicts {
			for _, word := range []string{delivered, missed, undecided, unbound} {
				feature, _, _ := strings.Cut(v.Clause, "#")
				verdict.add(number(word == verdictOf(v)), "feature", feature, "claim", v.Clause, "stage", s.name, "verdict", word)
			}
		}
	}
	info := &family{name: "hoops_artefact_info", kind: "gauge", help: "The artefact that was run."}
	if d := x.record.digest(); d != "" {
		info.add(1, "digest", d, "version", x.record.info.Tool)
	}
	probe := &family{name: "probe_success", kind: "gauge", help: "Whether the probe passed."}
	probe.add(number(x.record.outcome() == runners.GatePassed && x.record.counts().Outcome() == runners.GatePassed))
	time := &family{name: "probe_duration_seconds", kind: "gauge", help: "How long the probe took."}
	time.add(max(0, x.record.duration().Seconds()))
	return []*family{success, runs, took, last, verdict, info, probe, time}
}

// observe adds one histogram: cumulative buckets, the sum and the count.
func (f *family) observe(took []time.Duration, labels []string) {
	var sum time.Duration // exact, in whatever order they finished
	for _, d := range took {
		sum += max(0, d)
	}
	bucket := func(le string, n int) {
		f.samples = append(f.samples, sample{"_bucket", labelled(append(slices.Clone(labels), "le", le)...), float64(n)})
	}
	for _, bound := range bounds {
		n := 0
		for _, d := range took {
			if d.Seconds() <= bound {
				n++
			}
		}
		bucket(strconv.FormatFloat(bound, 'g', -1, 64), n)
	}
	bucket("+Inf", len(took))
	f.samples = append(f.samples, sample{"_sum", labelled(labels...), sum.Seconds()}, sample{"_count", labelled(labels...), float64(len(took))})
}

func resultWord(r *result) string {
	switch {
	case r.status.Good():
		return "passed"
	case r.status == runners.Failed && !r.abandoned:
		return "failed"
	}
	return "error"
}

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
