package measure

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// JSON reads numbers out of a JSON document: orders.failed, rows[0].n, or any expression over body, such as
// len(body.orders). Numbers are read to their last digit. A document says nothing of times: it is taken to be about
// the window, and the observation says so.
type JSON struct{ *Documents }

var _ Source = JSON{}

// Sample reads the document once for all measures of it.
func (j JSON) Sample(ctx context.Context, m ir.Measure, w Window) (Observation, error) {
	obs := Observation{Window: w, Since: w.From, Coverage: 1, Query: query(m)}
	body, shown, f := j.document(ctx, m, w, "application/json")
	if f == nil {
		obs.Source = "json " + shown
		obs.Notes = []string{shown + " says nothing of times, and is taken to be about the window: " + cmp.Or(w.Words, "this one")}
		f = j.read(body, shown, m, &obs)
	}
	if f != nil {
		return j.fail(f, "json", shown, obs.Query)
	}
	return obs, nil
}

func (j JSON) read(body []byte, shown string, m ir.Measure, obs *Observation) (f *Failure) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return failed(SourceFailed, "%s is no JSON: %s", shown, clip(err.Error()))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return failed(SourceFailed, "%s is more than one JSON value", shown)
	}
	at := func(key, path string, read func(what, text string) (*big.Rat, *Failure)) (*big.Rat, *Failure) {
		text, f := numberAt(key, path, value)
		if f != nil {
			return nil, f
		}
		return read(path, text)
	}
	if samples := m.Quantile + m.Value; samples != "" {
		return samplesAt(samples, value, m, obs)
	}
	if obs.Events, f = at("count:", m.Count, counted); f != nil || whole(m) == "" {
		return f
	}
	obs.Exposure, f = at(wholeKey(m), whole(m), counted)
	return f
}

// fields is a path that does not start with body.
var fields = regexp.MustCompile(`^(?:\$\.)?([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*|\[[^\]]*\])*)$`)

// find evaluates a path or an expression over the document.
func find(key, path string, value any) (any, *Failure) {
	source := strings.TrimSpace(path)
	if p := fields.FindStringSubmatch(source); p != nil && p[1] != "body" && !strings.HasPrefix(p[1], "body.") && !strings.HasPrefix(p[1], "body[") {
		source = "body." + p[1]
	}
	program, err := expr.Compile(source, expr.Scope{Values: map[string]expr.Kind{"body": expr.Any}})
	if err != nil {
		return nil, failed(SourceFailed, "%s %q is no path: %s", key, path, err).help("write a path such as orders.failed, or an expression such as len(body.orders)")
	}
	found, err := program.Eval(document{value})
	var none *expr.NoData
	switch {
	case errors.As(err, &none):
		return nil, failed(NoData, "%s %s in the document", none.What, none.Why).help("check the names in the path")
	case err != nil:
		return nil, failed(SourceFailed, "%s %q cannot be read: %s", key, path, err)
	case found == nil:
		return nil, failed(NoData, "%q in the document is null", path)
	}
	return found, nil
}

func numberAt(key, path string, value any) (string, *Failure) {
	found, f := find(key, path, value)
	if f != nil {
		return "", f
	}
	return numberText(path, found)
}

func numberText(path string, v any) (string, *Failure) {
	switch v := v.(type) {
	case json.Number:
		return v.String(), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case int:
		return strconv.Itoa(v), nil
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), nil
	case nil:
		return "null", nil
	case string:
		return "", failed(SourceFailed, "%q in the document is the text %q, and a measure needs a number", path, clip(v)).help("write number(body." + path + ") if it is one in quotes")
	case bool:
		return "", failed(SourceFailed, "%q in the document is %t, and a measure needs a number", path, v)
	case []any:
		return "", failed(SourceFailed, "%q in the document is a list, and a measure needs a number", path).help("count it: len(…)")
	}
	return "", failed(SourceFailed, "%q in the document is no number", path)
}

// samplesAt is one number, or a list of them.
func samplesAt(path string, value any, m ir.Measure, obs *Observation) *Failure {
	found, f := find("value:", path, value)
	if f != nil {
		return f
	}
	list, many := found.([]any)
	if !many {
		if m.Quantile != "" {
			return failed(SourceFailed, "%q in the document is no list, and a distribution needs one of samples", path)
		}
		list = []any{found}
	}
	if len(list) == 0 {
		return failed(NoData, "%q in the document is an empty list", path)
	}
	var values []*big.Rat
	for i, v := range list {
		text, f := numberText(path, v)
		if f != nil {
			return f
		}
		r, f := exact(fmt.Sprintf("%s[%d]", path, i), text)
		if f != nil {
			return f
		}
		values = append(values, r)
	}
	sampled(obs, m.Quantile != "", m.Unit, "", values)
	return nil
}

// document is the world of an expression: nothing but body.
type document struct{ body any }

func (d document) Value(string) any { return d.body }

func (d document) Call(name string, _ []any) (any, error) {
	return nil, fmt.Errorf("%s() is not there: a measure reads its document only", name)
}
