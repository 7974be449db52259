package cmd

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cucumber-value/hoops/dsl"
	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/steps"
)

func (a *app) stepsCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "steps [DIR | FILE.hoops] [WORD]...",
		Short: "List what a step can say: the definitions and the vocabulary",
		Long: `Lists the step definitions of a project, where they stand and how many steps use them, and the vocabulary.
With words, lists those that have all of them in their pattern, tags, driver or file.`,
		RunE: func(_ *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return usage(fmt.Sprintf("unknown format %q", format), "hoops steps prints text or json")
			}
			place, words := args[:0:0], args
			if len(args) > 0 {
				if _, err := os.Stat(args[0]); err == nil || isArtefact(args[0]) {
					place, words = args[:1], args[1:]
				}
			}
			list := sayings{Definitions: []saying{}}
			if len(place) > 0 || !desert() {
				t, err := a.open(place)
				if err != nil {
					return err
				}
				list = sayingsOf(t)
			} else {
				list.vocabulary(nil)
			}
			list = list.with(words)
			if len(words) > 0 && len(list.Definitions)+len(list.Vocabulary) == 0 {
				return usage(fmt.Sprintf("no step has %s", strings.Join(quoted(words), " and ")), "hoops steps lists them all")
			}
			return a.printSteps(list, format)
		},
	}
	c.Flags().StringVarP(&format, "format", "f", "text", "print `text or json`")
	return c
}

// desert reports whether the current folder has nothing to compile: the vocabulary is worth a look even there.
func desert() bool {
	if dsl.FindProject(".") != "" {
		return false
	}
	sources, err := dsl.Open(".")
	return err == nil && len(sources.Features) == 0
}

func quoted(words []string) []string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = fmt.Sprintf("%q", w)
	}
	return list
}

// sayings are what a step can say.
type sayings struct {
	Definitions []saying `json:"definitions"`
	Vocabulary  []saying `json:"vocabulary"`
}

// saying is a definition or a phrase of the vocabulary.
type saying struct {
	Pattern string    `json:"pattern"`
	Driver  string    `json:"driver,omitempty"` // "" for every driver
	Tags    []string  `json:"tags,omitempty"`
	Pos     *diag.Pos `json:"pos,omitempty"`
	Undone  bool      `json:"undone,omitempty"` // a compensation undoes what it wrote
	Used    int       `json:"used"`             // by so many steps of scenarios and of definitions that scenarios reach
}

func sayingsOf(t *target) sayings {
	p := t.program
	used, undos := make([]int, len(p.Definitions)), map[int]bool{}
	phrases := map[steps.Phrase]int{}
	types, _ := steps.NewTypes(nil) // those of hoops.yaml stand in no phrase
	library := steps.NewLibrary(types)
	see := func(columns []string, list []ir.Step) {
		visit := func(s *ir.Step) {
			var called []int
			var said []steps.Phrase
			for _, b := range s.Bindings {
				if b.Definition > 0 && !slices.Contains(called, b.Definition) {
					called = append(called, b.Definition)
					used[b.Definition-1]++
				}
				if b.Op == nil {
					continue
				}
				if phrase, ok := library.Phrase(b.Driver, s.Text, columns); ok && !slices.Contains(said, phrase) {
					said = append(said, phrase)
					phrases[phrase]++
				}
			}
		}
		for i := range list {
			ir.WalkStep(&list[i], visit)
		}
	}
	for i := range p.Features {
		for j := range p.Features[i].Scenarios {
			s := &p.Features[i].Scenarios[j]
			see(s.Columns, s.Steps)
		}
	}
	for i := range p.Definitions {
		undos[p.Definitions[i].Undo] = true
		see(nil, p.Definitions[i].Body)
	}
	list := sayings{Definitions: []saying{}}
	for i := range p.Definitions {
		if !undos[i+1] { // steps never say a compensation
			list.Definitions = append(list.Definitions, sayingOf(&p.Definitions[i], used[i]))
		}
	}
	if t.result != nil {
		for i := range t.result.Unused {
			list.Definitions = append(list.Definitions, sayingOf(&t.result.Unused[i], 0))
		}
	}
	slices.SortStableFunc(list.Definitions, func(x, y saying) int {
		if x.Pos.Less(*y.Pos) {
			return -1
		}
		if y.Pos.Less(*x.Pos) {
			return 1
		}
		return 0
	})
	list.vocabulary(phrases)
	return list
}

func sayingOf(d *ir.Definition, used int) saying {
	pos := d.Pos
	s := saying{Pattern: d.Pattern, Driver: d.Driver, Pos: &pos, Used: used, Undone: d.Undo > 0}
	switch {
	case d.Once && d.MaxAge > 0:
		s.Tags = append(s.Tags, "@once:"+d.MaxAge.String())
	case d.Once:
		s.Tags = append(s.Tags, "@once")
	}
	if d.Each {
		s.Tags = append(s.Tags, "@each")
	}
	if d.Effect != "" {
		s.Tags = append(s.Tags, "@"+string(d.Effect))
	}
	return s
}

func (l *sayings) vocabulary(used map[steps.Phrase]int) {
	for _, p := range steps.Vocabulary() {
		l.Vocabulary = append(l.Vocabulary, saying{Pattern: p.Text, Driver: p.Driver, Used: used[p]})
	}
}

// with leaves those that have all the words.
func (l sayings) with(words []string) sayings {
	lacks := func(s saying) bool {
		text := s.Pattern + " " + s.Driver + " " + strings.Join(s.Tags, " ")
		if s.Pos != nil {
			text += " " + s.Pos.File
		}
		text = strings.ToLower(text)
		return slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, strings.ToLower(w)) })
	}
	return sayings{slices.DeleteFunc(l.Definitions, lacks), slices.DeleteFunc(l.Vocabulary, lacks)}
}

func (a *app) printSteps(list sayings, format string) error {
	var b strings.Builder
	if format == "json" {
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(list); err != nil {
			return harness(err, "")
		}
	} else {
		list.print(&b)
	}
	if _, err := io.WriteString(a.stdio.Out, b.String()); err != nil {
		return harness(err, "")
	}
	return nil
}

// print writes the definitions a file at a time, then the vocabulary a driver at a time. The pattern comes last, so
// that it can be as long as it is and be pasted.
func (l sayings) print(b *strings.Builder) {
	headline := ""
	under := func(title string) {
		if title == headline {
			return
		}
		if headline != "" {
			b.WriteString("\n")
		}
		headline = title
		b.WriteString(title + "\n")
	}
	line := func(at, uses string, s saying) {
		text := fmt.Sprintf("  %4s  %6s  %s", at, uses, diag.Printable(s.Pattern))
		if len(s.Tags) > 0 {
			text += "  " + strings.Join(s.Tags, " ")
		}
		if s.Undone {
			text += "  (undone at the end)"
		}
		b.WriteString(text + "\n")
	}
	for _, s := range l.Definitions {
		under(fmt.Sprintf("%s  %s", driverOf(s), s.Pos.File))
		uses := "unused"
		if s.Used > 0 {
			uses = fmt.Sprintf("%d×", s.Used)
		}
		line(fmt.Sprint(s.Pos.Line), uses, s)
	}
	for _, s := range l.Vocabulary {
		under(fmt.Sprintf("%s  vocabulary", driverOf(s)))
		uses := ""
		if s.Used > 0 {
			uses = fmt.Sprintf("%d×", s.Used)
		}
		line("", uses, s)
	}
}

func driverOf(s saying) string {
	if s.Driver == "" {
		return "every driver"
	}
	return s.Driver
}
