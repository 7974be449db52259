package session

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
)

// caller is the step that called a definition, and which of its arguments are shown to nobody.
type caller struct {
	step   *ir.Step
	hidden []bool
}

// caller of a binding.
func (l *Lowering) caller(step *ir.Step, b *ir.Binding) (caller, error) {
	c := caller{step: step}
	for _, arg := range b.Args {
		credentials, err := l.credentials(arg)
		if err != nil {
			return c, err
		}
		c.hidden = append(c.hidden, len(credentials) > 0)
	}
	return c, nil
}

// begun are the words of a step that wrote something, so that it can be told from the others of its definition: a
// row's values are put in, and of a step in a definition's body, or with a value in it that the run has made, the
// values are added.
func (f *Frame) begun(c caller) string {
	s := f.session
	words := c.step.Text
	rows := s.script.Scenario.Rows
	if s.row >= 0 && s.row < len(rows) {
		words = runners.Filled(words, s.script.Scenario.Columns, rows[s.row].Cells)
	}
	words = runners.OneLine(words)
	var values []string
	if strings.Contains(words, "${") {
		for i, p := range f.params {
			value := shown(f.args[i])
			if i < len(c.hidden) && c.hidden[i] {
				value = withheld
			}
			if p.Name != "" {
				values = append(values, p.Name+" = "+value)
			}
		}
	}
	for _, name := range sortedKeys(f.columns) {
		values = append(values, name+" = "+shown(f.columns[name]))
	}
	if len(values) > 0 {
		words += fmt.Sprintf(" (%s)", strings.Join(values, ", "))
	}
	return words
}

func sortedKeys(m map[string]any) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// undone says which step could not be undone, and where it stands: in the feature, and in the definition that took
// it there.
func (c *compensation) undone(failure *Failure) *Failure {
	f := *failure
	f.Code, f.Undo, f.Step = "session/undo", c.words, c.at
	f.Message = fmt.Sprintf("undo of `%s`: %s", c.words, failure.Message)
	f.alike = fmt.Sprintf("undo of `%s`: %s", runners.OneLine(c.called.step.Text), failure.Message)
	f.Help = append(f.Help[:len(f.Help):len(f.Help)], "what this step began may have been left behind: look for it, and remove it")
	if c.called.step != c.at {
		f.Trail = append(f.Trail[:len(f.Trail):len(f.Trail)], diag.Note{Range: c.called.step.Range(), Text: c.called.step.Words()})
	}
	return &f
}

// scenarioStep is the step of the scenario that the session is at, or the one that is given outside of all.
func (s *Session) scenarioStep(otherwise *ir.Step) *ir.Step {
	if steps := s.script.Scenario.Steps; s.step > 0 && s.step <= len(steps) {
		return &steps[s.step-1]
	}
	return otherwise
}
