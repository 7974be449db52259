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
	"github.com/cucumber-value/hoops/history"
)

const (
	historyVariable = "HOOPS_HISTORY" // a path, or off
	historyOff      = "off"
	historyFolder   = ".hoops"
	historyFile     = "history.db"
)

// archive is where the history of a target lies.
type archive struct {
	path    string // "" is nowhere: there is no project, or it is switched off
	off     bool   // switched off by hand
	named   bool   // somebody said where, so it has to be there
	project string
}

// archiveOf follows HOOPS_HISTORY, then the key history: of hoops.yaml, and else takes .hoops/history.db in the
// project's folder. Without a hoops.yaml there is no project whose history it could be.
func (a *app) archiveOf(t *target) archive {
	where := archive{project: t.program.Project}
	variable, _ := a.lookup(historyVariable)
	switch key := t.program.History; {
	case variable == historyOff || variable == "" && key == historyOff:
		where.off = true
	case variable != "":
		where.path, where.named = variable, true
	case t.home == "":
	case key != "":
		where.path, where.named = key, true
		if !filepath.IsAbs(key) {
			where.path = filepath.Join(t.home, filepath.FromSlash(key))
		}
	default:
		where.path = filepath.Join(t.home, historyFolder, historyFile)
	}
	return where
}

// open opens it to write. A folder .hoops that this makes is not for version control, and says so.
func (w archive) open(a *app) (*history.Store, error) {
	folder := filepath.Dir(w.path)
	_, err := os.Stat(folder)
	fresh := errors.Is(err, fs.ErrNotExist) && filepath.Base(folder) == historyFolder
	store, err := history.Open(w.path, history.Options{Project: w.project, Now: a.now})
	if err == nil && fresh {
		// It is a courtesy: without it the folder shows up as new, and nothing else.
		_ = os.WriteFile(filepath.Join(folder, ".gitignore"), []byte("*\n"), 0o644)
	}
	return store, shownFrom(err)
}

// read opens it for reading only.
func (w archive) read(a *app) (*history.Store, error) {
	store, err := history.Open(w.path, history.Options{Project: w.project, Now: a.now, ReadOnly: true})
	return store, shownFrom(err)
}

// shownFrom names the file of an error of the history as people here would: from the current folder.
func shownFrom(err error) error {
	var wrong *history.Error
	if !errors.As(err, &wrong) {
		return err
	}
	shown := *wrong
	shown.Path = fromHere(wrong.Path)
	return &shown
}

func fromHere(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	if relative, err := filepath.Rel(here, path); err == nil && !strings.HasPrefix(relative, "..") {
		return relative
	}
	return path
}

// remember opens the history of a command that is about it: there it must be.
func (a *app) remember(t *target, open func(archive, *app) (*history.Store, error)) (*history.Store, error) {
	where := a.archiveOf(t)
	switch {
	case where.off:
		return nil, usage("the history is switched off", "say where it is in history: of hoops.yaml or in "+historyVariable)
	case where.path == "":
		return nil, usage("there is no history without a hoops.yaml", "hoops init writes one, or say where it is in "+historyVariable)
	}
	return open(where, a)
}

// unusable makes an error of the history one of the command.
func unusable(err error) error {
	var wrong *history.Error
	if !errors.As(err, &wrong) {
		return err
	}
	return harness(err, strings.Join(wrong.Help, "; "))
}

// warn says what is wrong on stderr, with what to do, and goes on.
func (a *app) warn(err error, hints ...string) {
	fmt.Fprintf(a.stdio.Err, "hoops: %s\n", diag.Printable(a.mask(err.Error())))
	var wrong *history.Error
	if errors.As(err, &wrong) {
		hints = append(hints, wrong.Help...)
	}
	for _, h := range hints {
		fmt.Fprintf(a.stdio.Err, "hoops: hint: %s\n", diag.Printable(a.mask(h)))
	}
}

// homeOf is the folder that an artefact's history lies in: that of the project here, when it has the same name,
// else the artefact's own.
func homeOf(name, project string) string {
	if root := dsl.FindProject("."); root != "" && project != "" && dsl.NameOf(root) == project {
		return root
	}
	full, err := filepath.Abs(name)
	if err != nil {
		return ""
	}
	return filepath.Dir(full)
}
