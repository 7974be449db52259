package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/cucumber-value/hoops/dsl"
	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/pick"
)

// target is what a command works on: a program, from sources or from an artefact, and the places in it that
// the arguments named.
type target struct {
	program *ir.Program
	digest  string
	home    string // the project's folder, or what stands for it: its history lies below; "" without a hoops.yaml
	folder  folder
	places  []pick.Place
	result  *dsl.Result // nil for an artefact
}

func (t *target) source(file string) string {
	if t.result != nil {
		return t.result.Source(file)
	}
	return t.program.Source(file)
}

// nameOne is the remedy where an argument names nothing that hoops can work on.
const nameOne = "name a folder with features, a feature file, PATH:LINE or an artefact"

// artefactSuffix is how an artefact's file ends.
const artefactSuffix = ".hoops"

// open makes the target of a command's arguments: folders, feature files with or without lines, or one
// artefact. Diagnostics are printed here; errors among them end the command.
func (a *app) open(args []string) (*target, error) {
	defer collectLate()() // nearly all that is made here stays
	if len(args) == 0 {
		args = []string{"."}
	}
	if isArtefact(args[0]) {
		if len(args) > 1 {
			return nil, usage("an artefact stands alone, found also "+args[1], "select inside it with -t or --name")
		}
		return a.openArtefact(args[0])
	}
	return a.openSources(args)
}

func isArtefact(arg string) bool {
	info, err := os.Stat(arg)
	return strings.HasSuffix(arg, artefactSuffix) && (err != nil || !info.IsDir())
}

func (a *app) openArtefact(name string) (*target, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, usage(unreadable(name, err), "hoops build -o FILE writes an artefact")
	}
	p, digest, newer, err := ir.Decode(data)
	if err != nil {
		hint := "build it again: hoops build -o " + name
		switch {
		case errors.Is(err, ir.ErrNotArtefact):
			hint = "hoops build -o FILE writes an artefact"
		case errors.Is(err, ir.ErrVersion):
			hint = "build it again with this hoops, or run it with the hoops that built it"
		}
		return nil, &failure{exitHarness, name + ": " + err.Error(), hint}
	}
	if newer {
		fmt.Fprintf(a.stdio.Err, "hoops: %s was built by a newer hoops: what it knows and this one does not is left out\n", name)
	}
	dir, err := os.Getwd()
	if err != nil {
		return nil, harness(err, "")
	}
	return &target{program: p, digest: digest, home: homeOf(name, p.Project), folder: folderOf(dir, digest)}, nil
}

func (a *app) openSources(args []string) (*target, error) {
	var root string
	type place struct {
		path  string
		lines []int
	}
	var places []place
	for _, arg := range args {
		path, lines := arg, []int(nil)
		info, err := os.Stat(arg)
		if err != nil {
			var ok bool
			if path, lines, ok = pick.ParseLocation(arg); !ok {
				return nil, usage(fmt.Sprintf("%q is neither a file nor PATH:LINE", arg), nameOne)
			}
			if info, err = os.Stat(path); err != nil {
				return nil, usage(unreadable(path, err), nameOne)
			}
		}
		project := dsl.FindProject(path)
		if project == "" {
			if project, err = filepath.Abs(path); err != nil {
				return nil, harness(err, "")
			}
			if !info.IsDir() {
				project = filepath.Dir(project)
			}
		}
		if root != "" && root != project {
			return nil, usage(fmt.Sprintf("%s belongs to another project than %s", arg, args[0]), "run one project at a time")
		}
		root = project
		if !info.IsDir() && !strings.HasSuffix(path, ".feature") && filepath.Base(path) != dsl.ProjectFile {
			return nil, usage(fmt.Sprintf("%s is neither a feature file nor an artefact", path), nameOne)
		}
		if filepath.Base(path) != dsl.ProjectFile {
			places = append(places, place{path, lines})
		}
	}
	sources, err := dsl.Open(root)
	if err != nil {
		return nil, harness(err, "")
	}
	t := &target{folder: folder{root, func() bool { return true }}}
	if sources.Project != nil {
		t.home = root
	}
	for _, p := range places {
		absolute, err := filepath.Abs(p.path)
		if err != nil {
			return nil, harness(err, "")
		}
		relative, err := filepath.Rel(root, absolute)
		if err != nil || relative == "." {
			continue
		}
		relative = filepath.ToSlash(relative)
		if len(p.lines) == 0 {
			t.places = append(t.places, pick.Place{Path: relative})
		}
		for _, l := range p.lines {
			t.places = append(t.places, pick.Place{Path: relative, Line: l})
		}
	}
	if sources.Project == nil {
		sources.Features = named(sources.Features, t.places)
	}
	t.result = dsl.Compile(sources)
	a.diagnose(t.result.Diagnostics, t.result.Source)
	if t.result.Program == nil {
		n := 0
		for _, d := range t.result.Diagnostics {
			if d.Severity == diag.Error {
				n++
			}
		}
		word := "errors"
		if n == 1 {
			word = "error"
		}
		return t, &failure{code: exitUsage, message: fmt.Sprintf("%d %s", n, word)}
	}
	t.program, t.digest = t.result.Program, ir.Digest(t.result.Program)
	return t, nil
}

// named leaves, where no hoops.yaml says what belongs together, the files that were named and the definitions.
func named(features []dsl.Source, places []pick.Place) []dsl.Source {
	if len(places) == 0 {
		return features
	}
	var out []dsl.Source
	for _, f := range features {
		keep := strings.HasSuffix(f.Path, ".steps.feature")
		for _, p := range places {
			keep = keep || f.Path == p.Path || strings.HasPrefix(f.Path, p.Path+"/")
		}
		if keep {
			out = append(out, f)
		}
	}
	return out
}

func unwritable(name string, err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("the folder of %s does not exist", name)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Sprintf("%s may not be written", name)
	}
	return err.Error()
}

func unreadable(name string, err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("%s does not exist", name)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Sprintf("%s may not be read", name)
	}
	return err.Error()
}
