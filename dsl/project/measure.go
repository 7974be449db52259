package project

import (
	"cmp"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

func (b *builder) measure(name string, pos diag.Pos, f *measure) ir.Measure {
	m := ir.Measure{
		Name: name, Count: f.Count.Value, Per: f.Per.Value, Of: f.Of.Value, Value: f.Value.Value,
		Quantile: f.Quantile.Value, Step: f.Step.Value, From: cmp.Or(f.From.Value, "openmetrics"), Better: f.Better.Value,
		Owner: f.Owner.Value, MDE: f.MDE.Value, Unit: f.Unit.Value, At: f.At.Value, Margin: f.Margin.Value,
		DSN: b.template(f.DSN), URL: b.document(f.URL), Control: f.Control.Value, Split: f.Split.Value,
		Synthetic: f.Synthetic.Value, Pos: pos,
	}
	if w := f.Weights; w.set() {
		m.Weights = &ir.Weights{Control: w.Control.Value, Split: w.Split.Value}
	}
	for _, s := range f.Says.Items {
		if s.set() {
			m.Says = append(m.Says, s.Value)
		}
	}
	if !f.set() {
		return m
	}
	b.oneOf(&f.block, f.is(), "count", "value", "quantile")
	b.needs(&f.block, "per", "count")
	b.needs(&f.block, "of", "count")
	b.excludes(&f.block, "per", "of")
	b.needs(&f.block, "at", "quantile")
	b.needs(&f.block, "control", "split")
	b.needs(&f.block, "split", "control")
	b.needs(&f.block, "weights", "split")
	b.weights(&f.Weights)
	if at := f.At; at.set() && !isQuantile(at.Value) {
		d := b.fail(at.At, codeValue, "%q is not a quantile", at.Value)
		help(d, "write it as p95 or p99.9")
	}
	if known := append([]string{ir.Durations}, ir.Vitals()...); m.From == "run" && f.Quantile.set() && !slices.Contains(known, m.Quantile) {
		d := b.fail(f.Quantile.At, codeValue, "a run measures no %q", m.Quantile)
		if near := diag.Closest(m.Quantile, known); near != "" {
			help(d, "did you mean %s?", near)
		} else {
			help(d, "write %s", oneOf(known))
		}
	}
	for _, key := range []string{"value", "quantile"} {
		if _, has := f.Has[key]; has && !f.Count.set() && m.From == "openmetrics" {
			help(b.fail(f.at(key), codeMisplaced, "%s needs another source than openmetrics, which can only count", key),
				"write from: prometheus, sql, json or csv; from: run for what hoops itself measures")
		}
	}
	b.fromOnly(f, m.From, "dsn", "sql")
	b.fromOnly(f, m.From, "url", "json", "csv")
	b.fromOnly(f, m.From, "step", "run")
	return m
}

// weights must be the parts of a whole.
func (b *builder) weights(w *weights) {
	if !w.Control.set() || !w.Split.set() {
		return
	}
	whole := new(big.Rat)
	for _, part := range []percent{w.Control, w.Split} {
		n, ok := new(big.Rat).SetString(strings.TrimSpace(strings.TrimSuffix(part.Value, "%")))
		if !ok || n.Sign() <= 0 {
			return // it said so itself
		}
		whole.Add(whole, n)
	}
	if whole.Cmp(big.NewRat(100, 1)) != 0 {
		d := b.fail(w.Split.At, codeValue, "%s and %s are not the whole traffic of both groups: weights add up to 100%%", w.Control.Value, w.Split.Value)
		help(d, "leave out those who are in neither group: where 10%% see the candidate and 10%% are the control group, write 50%% and 50%%")
	}
}

// fromOnly holds a key to its sources; those of a database and of a document cannot do without it.
func (b *builder) fromOnly(f *measure, from, key string, sources ...string) {
	_, has := f.Has[key]
	for _, s := range sources {
		if s == from {
			if !has && key != "step" {
				b.fail(f.at("from"), codeMissing, "from: %s needs `%s`", from, key)
			}
			return
		}
	}
	if has {
		b.fail(f.at(key), codeMisplaced, "%s goes with from: %s, and this measure is from %s", key, oneOf(sources), from)
	}
}

// document is a URL, or a file of the project.
func (b *builder) document(t template) ir.Template {
	if strings.Contains(t.Value, "://") {
		return b.address(t, "http", "https")
	}
	if t.set() && !strings.HasPrefix(t.Value, "${") {
		b.inProject(text{t.scalar})
	}
	return b.template(t)
}

func isQuantile(s string) bool {
	number, ok := strings.CutPrefix(s, "p")
	q, err := strconv.ParseFloat(number, 64)
	return ok && err == nil && q > 0 && q < 100 && strings.Trim(number, "0123456789.") == ""
}
