package runners_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/runners"
)

// everywhere is an event with a text in each of its strings, lists and payloads.
func everywhere(t *testing.T, text string) runners.Event {
	t.Helper()
	var fill func(v reflect.Value)
	fill = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.String:
			v.SetString(text)
		case reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem())
		case reflect.Slice:
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			fill(v.Index(0))
			fill(v.Index(1))
		case reflect.Struct:
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					fill(v.Field(i))
				}
			}
		}
	}
	var e runners.Event
	fill(reflect.ValueOf(&e).Elem())
	e.Time = time.Unix(1, 0)
	if e.Failure != nil {
		e.Failure.Severity = diag.Error
	}
	return e
}

// fromSources are the strings that no data reaches: ids, names of the project's own things, positions, digests,
// the fixed words of hoops.
var fromSources = map[string]bool{
	".Run": true, ".Stage": true, ".Kind": true, ".Feature": true, ".Scenario": true, ".Tags": true, ".Status": true,
	".Outcome": true, ".Pos.File": true,
	".Info.Project": true, ".Info.Digest": true, ".Info.Tool": true, ".Info.Runner": true, ".Info.Driver": true, ".Info.Environment": true,
	".Failure.Code": true, ".Failure.Range.Pos.File": true, ".Failure.Notes.Range.Pos.File": true,
	".Attachment.Media": true, ".Attachment.Digest": true,
	".Summary.Model": true, ".Summary.Load": true, ".Summary.Late": true, // fixed words, and numbers that were read
	".Summary.Groups.Of": true, ".Summary.Groups.Name": true, ".Summary.Groups.Histogram": true,
	".Summary.Groups.Scenario": true, ".Summary.Expectations.Outcome": true, ".Summary.Expectations.Pos.File": true,
	".Verdict.Clause": true, ".Verdict.Words": true, ".Verdict.Reading": true, ".Verdict.Verdict": true, ".Verdict.Reason": true, ".Verdict.Target": true,
	".Verdict.Exposure": true, ".Verdict.Window": true, ".Verdict.Grade": true, ".Verdict.Owner": true, ".Verdict.WouldChange": true,
	".Verdict.Mode": true, ".Verdict.Claim": true, ".Verdict.Measure": true, ".Verdict.Events": true, ".Verdict.Exposed": true, ".Verdict.Point": true, ".Verdict.Low": true,
	".Verdict.High": true, ".Verdict.Compare": true, ".Verdict.Bound": true, ".Verdict.Upper": true, ".Verdict.Unit": true, ".Verdict.Again": true,
	".Verdict.QueryHash": true, ".Verdict.Baseline.Events": true, ".Verdict.Baseline.Exposed": true, ".Verdict.Baseline.Point": true,
}

func TestEveryTextIsMaskedOnce(t *testing.T) {
	original := everywhere(t, "a s3cret! b")
	before, err := json.Marshal(original)
	if err != nil {
		t.Fatal(err)
	}
	calls := atomic.Int64{}
	mask := func(s string) string {
		calls.Add(1)
		return "<" + strings.ReplaceAll(s, "s3cret!", "***") + ">" // not idempotent, to see a second time
	}
	one, two := &recorder{}, &recorder{}
	stream := runners.NewStream(mask, one, two)
	stream.Emit(original)
	if err := stream.Close(); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(one.events, two.events); d != "" {
		t.Error(d)
	}
	masked := 0
	var walk func(path string, v reflect.Value)
	walk = func(path string, v reflect.Value) {
		switch v.Kind() {
		case reflect.String:
			switch got := v.String(); {
			case got == "<a *** b>":
				masked++
			case got == "a s3cret! b" && fromSources[path]:
			default:
				t.Errorf("%s is %q", path, got)
			}
		case reflect.Pointer:
			walk(path, v.Elem())
		case reflect.Slice:
			for i := range v.Len() {
				walk(path, v.Index(i))
			}
		case reflect.Struct:
			for i := range v.NumField() {
				if f := v.Type().Field(i); f.IsExported() {
					walk(path+"."+f.Name, v.Field(i))
				}
			}
		}
	}
	walk("", reflect.ValueOf(one.events[0]))
	if int64(masked) != calls.Load() {
		t.Errorf("%d calls for %d texts and two sinks", calls.Load(), masked)
	}
	after, err := json.Marshal(original)
	if err != nil || string(after) != string(before) {
		t.Errorf("masking changed the sender's event: %s, %v", after, err)
	}
}
