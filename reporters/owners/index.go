package owners

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/reporters/page"
)

// names of one kind that a page can be filtered by, each with the class of what it chooses.
type names struct {
	prefix string
	names  []string
	count  map[string]int
	at     map[string]int
}

func (n *names) add(name string) {
	if strings.TrimSpace(name) == "" {
		return
	}
	if n.count == nil {
		n.count = map[string]int{}
	}
	n.count[name]++
}

// mostOptions of a filter: a list of more is no help to anybody, and the commonest are kept.
const mostOptions = 100

func (n *names) settle() {
	for name := range n.count {
		n.names = append(n.names, name)
	}
	slices.SortFunc(n.names, func(a, b string) int { return cmp.Or(cmp.Compare(n.count[b], n.count[a]), cmp.Compare(a, b)) })
	n.names = n.names[:min(len(n.names), mostOptions)]
	slices.Sort(n.names)
	n.at = map[string]int{}
	for i, name := range n.names {
		n.at[name] = i
	}
}

func (n *names) class(name string) []string {
	if i, ok := n.at[name]; ok {
		return []string{fmt.Sprint(n.prefix, i)}
	}
	return nil
}

// index of what a page can be filtered by.
type index struct{ owners, tags, environments, projects names }

func newIndex(r Report) *index {
	x := &index{owners: names{prefix: "o"}, tags: names{prefix: "t"}, environments: names{prefix: "e"}, projects: names{prefix: "p"}}
	for _, f := range r.Features {
		x.projects.add(f.Project)
		x.environments.add(f.Environment)
		for _, t := range f.Tags {
			x.tags.add(t)
		}
		for _, p := range f.Promises {
			for _, o := range ownersOf(f, p) {
				x.owners.add(o)
			}
		}
	}
	for _, n := range []*names{&x.owners, &x.tags, &x.environments, &x.projects} {
		n.settle()
	}
	return x
}

func ownersOf(f Feature, p Promise) []string {
	list := slices.Clone(p.Owners)
	if f.Owner != "" && !slices.Contains(list, f.Owner) {
		list = append(list, f.Owner)
	}
	return list
}

// of has the classes of a feature, ofPromise those of one of its promises.
func (x *index) of(f Feature) []string {
	var classes []string
	for _, one := range []struct {
		names *names
		name  string
	}{{&x.projects, f.Project}, {&x.environments, f.Environment}} {
		if len(one.names.names) > 1 {
			classes = append(classes, one.names.class(one.name)...)
		}
	}
	for _, t := range f.Tags {
		classes = append(classes, x.tags.class(t)...)
	}
	return classes
}

func (x *index) ofPromise(f Feature, p Promise) []string {
	classes := []string{"v-" + string(p.Verdict)}
	for _, o := range ownersOf(f, p) {
		classes = append(classes, x.owners.class(o)...)
	}
	return classes
}

// context is where a feature was judged, as far as it is not the same for all.
func (x *index) context(f Feature) string {
	project := f.Project
	if len(x.projects.names) == 1 {
		project = ""
	}
	return strings.Join(present(project, f.Environment), " · ")
}

// filters are those with a choice.
func (x *index) filters() []filter {
	verdicts := filter{ID: "verdict", Label: "Verdict"}
	for _, v := range Verdicts {
		verdicts.Options = append(verdicts.Options, option{Class: "v-" + string(v), Text: v.Word()})
	}
	list := []filter{verdicts}
	for _, one := range []struct {
		id, label string
		names     names
	}{{"owner", "Owner", x.owners}, {"tag", "Tag", x.tags}, {"environment", "Environment", x.environments}, {"project", "Project", x.projects}} {
		if len(one.names.names) < 2 && one.id != "tag" || len(one.names.names) == 0 {
			continue
		}
		f := filter{ID: one.id, Label: one.label}
		for i, name := range one.names.names {
			f.Options = append(f.Options, option{Class: fmt.Sprint(one.names.prefix, i), Text: page.Line(name, 60)})
		}
		list = append(list, f)
	}
	return list
}
