package functional

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/cucumber/godog"
	messages "github.com/cucumber/messages/go/v21"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/pick"
	"github.com/cucumber-value/hoops/runners"
)

// shell is one run of godog over some scenarios: all of them, or those that are repeated.
type shell struct {
	*run
	number   int // of the attempt
	list     []*scenario
	features []godog.Feature      // with everything else blanked out
	byPickle map[string]*scenario // by the id that godog will give
}

// shell takes the features apart as godog will, and finds the scenario of each pickle before anything runs. A
// pickle has no line, but ids are counted: the same texts in the same order give the same ids.
func (r *run) shell(list []*scenario, number int) (_ *shell, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a feature's text cannot be parsed: %v", p)
		}
	}()
	sh := &shell{run: r, number: number, list: list, byPickle: make(map[string]*scenario, len(list))}
	places := map[string]map[int]*scenario{} // path → line
	var paths []string
	for _, s := range list {
		path := s.Feature.Path
		if places[path] == nil {
			places[path] = map[int]*scenario{}
			paths = append(paths, path)
		}
		line := s.Pos().Line
		if places[path][line] != nil {
			return nil, fmt.Errorf("%s: %q is selected twice", s.Pos(), s.name)
		}
		places[path][line] = s
	}
	texts := texts{}
	for _, path := range paths {
		text := r.plan.Program.Source(path)
		if text == "" {
			return nil, fmt.Errorf("the program does not hold the text of %s", path)
		}
		keep := map[int]bool{}
		for line := range places[path] {
			keep[line] = true
		}
		text = pick.Blank(text, targets(r.plan.Program, path), keep)
		sh.features = append(sh.features, godog.Feature{Name: path, Contents: []byte(text)})
		texts[path] = text
	}
	parsed, err := godog.TestSuite{Options: &godog.Options{FS: texts, Paths: paths}}.RetrieveFeatures()
	if err != nil {
		return nil, fmt.Errorf("a feature's text cannot be parsed: %w", err)
	}
	for _, feature := range parsed {
		lines := linesOf(feature.GherkinDocument)
		for _, pickle := range feature.Pickles {
			line := lines[pickle.AstNodeIds[len(pickle.AstNodeIds)-1]]
			s := places[pickle.Uri][line]
			if s == nil {
				return nil, fmt.Errorf("%s:%d: %q is in the text of the feature and not in the program", pickle.Uri, line, pickle.Name)
			}
			if err := s.agrees(pickle); err != nil {
				return nil, err
			}
			if len(pickle.Steps) == 0 { // godog calls no hook for it
				s.blame(runners.Undefined, diag.Errorf(diag.Range{Pos: s.Pos()}, "steps/none", "the scenario has no steps").
					WithHelp("write its steps, or tag it @wip"))
			}
			sh.byPickle[pickle.Id] = s
			delete(places[pickle.Uri], line)
		}
	}
	for _, path := range paths {
		for _, s := range places[path] {
			return nil, fmt.Errorf("%s: %q is in the program and not in the text of the feature", s.Pos(), s.name)
		}
	}
	return sh, nil
}

// targets are the scenarios of a file, for blanking.
func targets(p *ir.Program, path string) []pick.Target {
	var list []pick.Target
	for i := range p.Features {
		if p.Features[i].Path != path {
			continue
		}
		for _, s := range p.Features[i].Scenarios {
			t := pick.Target{Line: s.Pos.Line, To: s.To}
			for _, row := range s.Rows {
				t.Rows = append(t.Rows, row.Pos.Line)
			}
			list = append(list, t)
		}
	}
	return list
}

// linesOf are the lines of scenarios and example rows by their ids.
func linesOf(doc *messages.GherkinDocument) map[string]int {
	lines := map[string]int{}
	add := func(s *messages.Scenario) {
		if s == nil {
			return
		}
		lines[s.Id] = int(s.Location.Line)
		for _, e := range s.Examples {
			for _, row := range e.TableBody {
				lines[row.Id] = int(row.Location.Line)
			}
		}
	}
	for _, child := range doc.Feature.Children {
		add(child.Scenario)
		if child.Rule != nil {
			for _, c := range child.Rule.Children {
				add(c.Scenario)
			}
		}
	}
	return lines
}

// agrees reports where a pickle has other steps than the program, which would execute one thing and report
// another. A scenario without steps of its own has no pickle steps, not even those of its background.
func (s *scenario) agrees(p *messages.Pickle) error {
	steps := s.Scenario.Steps
	if len(p.Steps) == 0 && !slices.ContainsFunc(steps, func(s ir.Step) bool { return !s.Background }) {
		return nil
	}
	if len(p.Steps) != len(steps) {
		return fmt.Errorf("%s: %q has %d steps in the text of the feature and %d in the program", s.Pos(), s.name, len(p.Steps), len(steps))
	}
	for i := range steps {
		want := steps[i].Text
		if s.Row >= 0 {
			want = pickled(want, s.Scenario.Columns, s.Scenario.Rows[s.Row].Cells)
		}
		if strings.TrimSpace(want) != strings.TrimSpace(p.Steps[i].Text) {
			return fmt.Errorf("%s: step %d of %q is %q in the text of the feature and %q in the program", steps[i].Pos, i+1, s.name, p.Steps[i].Text, want)
		}
	}
	return nil
}

// pickled puts the cells in the place of the columns as the library that makes pickles does: one after the other, so
// that a cell that looks like a column is filled in again. Nothing else may be compared with a pickle's text.
func pickled(text string, columns, cells []string) string {
	for i, column := range columns {
		text = strings.ReplaceAll(text, "<"+column+">", cells[i])
	}
	return text
}

// walk lets godog walk the scenarios, and compares what it says in the end with what was recorded.
func (sh *shell) walk(ctx context.Context) error {
	if len(sh.features) == 0 {
		return errors.New("nothing is selected") // godog would look for a folder named features
	}
	register()
	suite := godog.TestSuite{
		Name:                "hoops",
		ScenarioInitializer: sh.initialise,
		Options: &godog.Options{
			FeatureContents: sh.features,
			Strict:          true,
			Format:          silent,
			Output:          io.Discard,
			NoColors:        true,
			Concurrency:     max(1, sh.plan.Workers),
			DefaultContext:  ctx,
		},
	}
	code := suite.Run()
	if code != 0 && code != 1 {
		return fmt.Errorf("godog could not run the features (code %d)", code)
	}
	good := true
	for _, s := range sh.list {
		good = good && s.status == runners.Passed
	}
	if good != (code == 0) && ctx.Err() == nil {
		return fmt.Errorf("godog says that the scenarios have %s, and hoops recorded the opposite", map[bool]string{true: "passed", false: "failed"}[code == 0])
	}
	return nil
}
