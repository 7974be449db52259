package session

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// expect lowers an expectation. Each fails when there is nothing to look at: no data never passes.
func (l *Lowering) expect(op *ir.Expect) (Action, error) {
	switch op.Check {
	case ir.CheckTrue:
		return l.expectTrue(op)
	case ir.CheckStatus:
		return l.expectStatus(op)
	case ir.CheckJSON:
		return l.expectJSON(op)
	case ir.CheckFields:
		return l.expectFields(op)
	case ir.CheckTakes:
		return l.expectTakes(op)
	case ir.CheckSchema:
		return l.expectSchema(op)
	case ir.CheckExit:
		return l.expectExit(op)
	case ir.CheckContains, ir.CheckMatches:
		return l.expectOutput(op)
	}
	return nil, fmt.Errorf("unknown check %q", op.Check)
}

func (l *Lowering) expectTrue(op *ir.Expect) (Action, error) {
	condition, err := expr.CompileCondition(op.Expr, l.spelt(op.Pos))
	if condition, err = l.compiled(condition, op.Expr, err); err != nil {
		return nil, err
	}
	looks := readsPage(condition)
	return func(ctx context.Context, f *Frame) error {
		r := condition.Test(f)
		if looks && !r.Holds {
			var err error
			if r, err = f.look(ctx, condition, r, func(r expr.Result) bool { return r.Holds }); err != nil {
				return err
			}
		}
		if r.Holds {
			return nil
		}
		code := "expect/false"
		if r.NoData {
			code = "expect/no-data"
		}
		failure := f.unexpected(code, "%s", r.Explanation)
		failure.Help = r.Help()
		return failure
	}, nil
}

// unexpected is a failed expectation with the answer that it looked at.
func (f *Frame) unexpected(code, format string, args ...any) *Failure {
	failure := Failf(code, format, args...)
	failure.Lines = f.session.describe()
	return failure
}

func (l *Lowering) expectStatus(op *ir.Expect) (Action, error) {
	if class, ok := op.Want.Constant(); ok && strings.HasSuffix(class, "xx") {
		return func(_ context.Context, f *Frame) error {
			code, err := f.status()
			if err != nil {
				return err
			}
			if fmt.Sprintf("%dxx", code/100) == class {
				return nil
			}
			return f.unexpected("expect/status", "the status is %d, expected %s", code, class)
		}, nil
	}
	want, err := l.Value(op.Want, "int")
	if err != nil {
		return nil, err
	}
	return func(_ context.Context, f *Frame) error {
		code, err := f.status()
		if err != nil {
			return err
		}
		w, err := want(f)
		if err != nil {
			return err
		}
		if w == code {
			return nil
		}
		return f.unexpected("expect/status", "the status is %d, expected %s", code, expr.Text(w))
	}, nil
}

func (f *Frame) status() (int64, error) {
	switch code := f.builtin("status").(type) {
	case int64:
		return code, nil
	case expr.Missing:
		return 0, Failf("expect/no-data", "the status has no data: %s", code.Why)
	}
	return 0, Failf("expect/no-data", "the status has no data")
}

// builtin is the value of one of hoops' own names, whatever parameter hides it in this frame.
func (f *Frame) builtin(name string) any {
	switch name {
	case "exit", "out":
		return answerValue(f.session.command, name, "no command has been run yet")
	}
	return answerValue(f.session.answer, name, "no request has been sent yet")
}

func (l *Lowering) expectTakes(op *ir.Expect) (Action, error) {
	want, err := l.Duration(op.Want)
	if err != nil {
		return nil, err
	}
	return func(_ context.Context, f *Frame) error {
		took, ok := f.builtin("duration").(time.Duration)
		if !ok {
			return Failf("expect/no-data", "the duration has no data: no request has been sent yet")
		}
		limit, err := want(f)
		if err != nil {
			return err
		}
		if took < limit {
			return nil
		}
		return f.unexpected("expect/takes", "the response took %s, expected less than %s", expr.Text(took), expr.Text(limit))
	}, nil
}

func (l *Lowering) expectJSON(op *ir.Expect) (Action, error) {
	text, err := l.Text(op.Want)
	if err != nil {
		return nil, err
	}
	credentials, err := l.credentials(op.Want)
	if err != nil {
		return nil, err
	}
	var constant any
	if _, fixed := op.Want.Constant(); fixed {
		s, _ := text(nil)
		if constant, err = decodeJSON([]byte(s)); err != nil {
			return nil, err
		}
	}
	return func(_ context.Context, f *Frame) error {
		want := constant
		if want == nil {
			s, err := text(f)
			if err != nil {
				return err
			}
			if want, err = decodeJSON([]byte(s)); err != nil {
				return Failf("expect/json", "the expected JSON is not JSON: %v", err)
			}
		}
		body := f.builtin("body")
		if m, missing := body.(expr.Missing); missing {
			return f.unexpected("expect/no-data", "the response has no JSON: %s", m.Why)
		}
		differences := f.withhold(compareJSON("body", body, want, nil), credentials)
		if len(differences) == 0 {
			return nil
		}
		failure := Failf("expect/json", "%s", firstOf(differences))
		failure.Lines = append(limited(differences[1:], 20), f.session.describe()...)
		return failure
	}, nil
}

// firstOf is what a failure's one line says where several things are wrong.
func firstOf(findings []string) string {
	if n := len(findings) - 1; n > 0 {
		return fmt.Sprintf("%s (and %d more)", findings[0], n)
	}
	return findings[0]
}

func limited(lines []string, n int) []string {
	if len(lines) <= n {
		return lines
	}
	return append(lines[:n:n], fmt.Sprintf("… and %d more", len(lines)-n))
}

func (l *Lowering) expectFields(op *ir.Expect) (Action, error) {
	type pair struct {
		source string
		have   *expr.Program
		want   ValueFunc
		hidden []*expr.Program // of want
	}
	pairs := make([]pair, len(op.Fields))
	for i, field := range op.Fields {
		have, err := l.Expression(field.Name)
		if err != nil {
			return nil, err
		}
		want, err := l.Value(field.Value, "")
		if err != nil {
			return nil, err
		}
		hidden, err := l.credentials(field.Value)
		if err != nil {
			return nil, err
		}
		pairs[i] = pair{source: field.Name, have: have, want: want, hidden: hidden}
	}
	return func(_ context.Context, f *Frame) error {
		var wrong []string
		for _, p := range pairs {
			want, err := p.want(f)
			if err != nil {
				return err
			}
			if s, ok := want.(string); ok && s != anything {
				want = scalar(s)
			}
			have, err := p.have.Eval(f)
			if err != nil {
				wrong = append(wrong, unevaluated(p.source, err).Error())
				continue
			}
			if want == anything {
				if have == nil {
					wrong = append(wrong, fmt.Sprintf("%s is null, expected any value", p.source))
				}
				continue
			}
			if !expr.Equal(have, want) && expr.Text(have) != expr.Text(want) {
				is := shown(have)
				if p.have.Hides() {
					is = withheld
				}
				line := fmt.Sprintf("%s is %s, expected %s", p.source, is, shown(want))
				wrong = append(wrong, f.withhold([]string{line}, p.hidden)...)
			}
		}
		if len(wrong) == 0 {
			return nil
		}
		failure := f.unexpected("expect/fields", "%s", wrong[0])
		failure.Lines = append(limited(wrong[1:], 20), failure.Lines...)
		return failure
	}, nil
}

// scalar reads a cell as a JSON scalar if it is one, else as text.
func scalar(s string) any {
	v, err := decodeJSON([]byte(s))
	if err != nil {
		return s
	}
	switch v.(type) {
	case map[string]any, []any:
		return s
	}
	return v
}

func (l *Lowering) expectExit(op *ir.Expect) (Action, error) {
	want, err := l.Value(op.Want, "int")
	if err != nil {
		return nil, err
	}
	return func(_ context.Context, f *Frame) error {
		code, ok := f.builtin("exit").(int64)
		if !ok {
			return Failf("expect/no-data", "the exit code has no data: no command has been run yet")
		}
		w, err := want(f)
		if err != nil {
			return err
		}
		if w == code {
			return nil
		}
		failure := Failf("expect/exit", "the exit code is %d, expected %s", code, expr.Text(w))
		failure.Lines = f.session.describeCommand()
		return failure
	}, nil
}

func (l *Lowering) expectOutput(op *ir.Expect) (Action, error) {
	text, err := l.Text(op.Want)
	if err != nil {
		return nil, err
	}
	credentials, err := l.credentials(op.Want)
	if err != nil {
		return nil, err
	}
	var constant *regexp.Regexp
	if pattern, ok := op.Want.Constant(); ok && op.Check == ir.CheckMatches {
		if constant, err = regexp.Compile(pattern); err != nil {
			return nil, err
		}
	}
	return func(_ context.Context, f *Frame) error {
		out, ok := f.builtin("out").(string)
		if !ok {
			return Failf("expect/no-data", "the output has no data: no command has been run yet")
		}
		want, err := text(f)
		if err != nil {
			return err
		}
		if op.Check == ir.CheckContains {
			if want != "" && strings.Contains(out, want) {
				return nil
			}
			failure := Failf("expect/output", "%s", f.withhold([]string{fmt.Sprintf("the output does not contain %q", want)}, credentials)[0])
			failure.Lines = f.session.describeCommand()
			return failure
		}
		pattern := constant
		if pattern == nil {
			if pattern, err = regexp.Compile(want); err != nil {
				return Failf("expect/output", "%s", f.withhold([]string{fmt.Sprintf("%q is not a regular expression: %v", want, err)}, credentials)[0])
			}
		}
		if pattern.MatchString(out) {
			return nil
		}
		failure := Failf("expect/output", "%s", f.withhold([]string{fmt.Sprintf("the output does not match %q", want)}, credentials)[0])
		failure.Lines = f.session.describeCommand()
		return failure
	}, nil
}

func (s *Session) describeCommand() []string {
	if s.command == nil {
		return nil
	}
	return strings.Split(strings.TrimRight(s.command.Describe(), "\n"), "\n")
}

// decodeJSON reads one JSON value; numbers stay as they are written.
func decodeJSON(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("there is something behind the JSON value")
	}
	return v, nil
}
