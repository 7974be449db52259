package cmd

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/history"
	"github.com/cucumber-value/hoops/reporters/owners"
)

// ownersAsked is what hoops report owners is asked for.
type ownersAsked struct {
	only   owners.Filter
	since  string
	format string
	file   string
}

func (a *app) ownersCommand() *cobra.Command {
	var w ownersAsked
	c := &cobra.Command{
		Use:   "owners [DIR | HISTORY.db]…",
		Short: "Report to the people who asked for a feature whether it delivers what was promised",
		Long: `hoops report owners shows the last verdict of every promise that the history knows, worst first, with what it
rests on and the releases before it. Given several folders or histories it shows them all.`,
		Example: `  hoops report owners                              at the terminal
  hoops report owners -o value.html                one page, which needs no network
  hoops report owners --owner payments -f markdown a comment for a pull request`,
		RunE: func(_ *cobra.Command, args []string) error { return a.reportOwners(args, w) },
	}
	f := c.Flags()
	f.StringVarP(&w.file, "output", "o", "", "write to `FILE`, whose name tells the format: .html, .md, .json, .xml, .txt")
	f.StringVarP(&w.format, "format", "f", "", "write `FORMAT[:FILE]`: "+strings.Join(owners.Formats(), ", "))
	f.StringArrayVar(&w.only.Owners, "owner", nil, "only promises of the owner `NAME`, several times")
	f.StringArrayVar(&w.only.Tags, "tag", nil, "only features with the tag `@TAG`, several times")
	f.StringArrayVar(&w.only.Verdicts, "verdict", nil, "only promises that are `delivered, missed, undecided or unbound`, several times")
	f.StringArrayVar(&w.only.Environments, "env", nil, "only the environment `NAME`, several times")
	f.StringVar(&w.since, "since", "", "only promises judged since `TIME`: 7d, 2026-03-01, 2026-03-01T14:00:00Z")
	return c
}

func (a *app) reportOwners(args []string, w ownersAsked) error {
	if err := a.checkOwners(&w); err != nil {
		return err
	}
	sources, closeAll, err := a.ownersSources(args)
	defer closeAll()
	if err != nil {
		return err
	}
	report, err := owners.From(owners.Options{Tool: tool(), Now: a.now(), Only: w.only}, sources...)
	if err != nil {
		return unusable(shownFrom(err))
	}
	var text bytes.Buffer
	if err := owners.Write(&text, w.format, report, w.file == "" && colourful(a.stdio.Out, a.lookup)); err != nil {
		return harness(err, "")
	}
	if w.file == "" {
		if _, err := a.stdio.Out.Write(text.Bytes()); err != nil {
			return harness(err, "")
		}
	} else if err := os.WriteFile(w.file, text.Bytes(), 0o644); err != nil {
		return harness(fmt.Errorf("the report cannot be written: %s", unwritable(w.file, err)), "hoops makes files, and no folders")
	} else {
		fmt.Fprintf(a.stdio.Err, "hoops: %s: %s\n", diag.Printable(w.file), report.Totals.Sentence())
	}
	if report.Totals.Promises == 0 {
		return said(exitUndecided)
	}
	return nil
}

// checkOwners settles the format and refuses what would silently choose nothing.
func (a *app) checkOwners(w *ownersAsked) error {
	if w.since != "" {
		var err error
		if w.only.Since, err = a.pastTime("--since", w.since); err != nil {
			return err
		}
	}
	for _, v := range w.only.Verdicts {
		if !slices.Contains(owners.Verdicts, owners.Verdict(v)) {
			return usage(fmt.Sprintf("--verdict %s is no verdict", v), "verdicts are delivered, missed, undecided and unbound")
		}
	}
	if format, file, named := strings.Cut(w.format, ":"); named { // as all other reports are asked for
		if w.file != "" || file == "" {
			return usage(fmt.Sprintf("-f %s does not tell one file", w.format), "write -f "+format+":FILE, or -f "+format+" -o FILE")
		}
		w.format, w.file = format, file
	}
	byName := map[string]string{".html": "html", ".htm": "html", ".md": "markdown", ".json": "json", ".xml": "junit", ".txt": "text", "": "text"}
	if w.format == "" {
		format, ok := byName[strings.ToLower(filepath.Ext(w.file))]
		if !ok {
			return usage(fmt.Sprintf("-o %s does not tell the format", w.file), "say it: -f "+strings.Join(owners.Formats(), ", -f "))
		}
		w.format = format
	}
	if !slices.Contains(owners.Formats(), w.format) {
		hint := "formats are " + strings.Join(owners.Formats(), ", ")
		if near := diag.Closest(w.format, owners.Formats()); near != "" {
			hint = fmt.Sprintf("did you mean %s?", near)
		}
		return usage(fmt.Sprintf("unknown format %q", w.format), hint)
	}
	return nil
}

// ownersSources opens every history: of the project here, of a folder's project, or all projects of a file.
func (a *app) ownersSources(args []string) (list []owners.Source, closeAll func(), err error) {
	closeAll = func() {
		for _, s := range list {
			s.Store.Close()
		}
	}
	if len(args) == 0 {
		args = []string{""}
	}
	seen := map[[2]string]bool{}
	for _, arg := range args {
		path, projects, err := a.ownersHistory(arg)
		if err != nil {
			return list, closeAll, err
		}
		full, err := filepath.Abs(path)
		if err != nil {
			return list, closeAll, harness(err, "")
		}
		for _, p := range projects {
			if seen[[2]string{full, p}] {
				continue
			}
			seen[[2]string{full, p}] = true
			store, err := history.Open(path, history.Options{Project: p, Now: a.now, ReadOnly: true})
			if err != nil {
				return list, closeAll, unusable(shownFrom(err))
			}
			list = append(list, owners.Source{Name: fromHere(full), Project: p, Store: store})
		}
	}
	return list, closeAll, nil
}

// ownersHistory is the history that an argument names, and whose projects in it are meant.
func (a *app) ownersHistory(arg string) (path string, projects []string, err error) {
	if info, err := os.Stat(arg); arg != "" && (err == nil && info.Mode().IsRegular() && filepath.Ext(arg) != ".hoops") {
		store, err := history.Open(arg, history.Options{Now: a.now, ReadOnly: true})
		if err != nil {
			return "", nil, unusable(shownFrom(err))
		}
		defer store.Close()
		projects, err := store.Projects()
		if err != nil {
			return "", nil, unusable(shownFrom(err))
		}
		return arg, projects, nil
	} else if arg != "" && errors.Is(err, fs.ErrNotExist) {
		return "", nil, usage(fmt.Sprintf("there is no %s", arg), "name a folder with a hoops.yaml, or a history")
	}
	a.quiet = true
	var of []string
	if arg != "" {
		of = []string{arg}
	}
	t, err := a.open(of)
	if err != nil {
		return "", nil, err
	}
	where := a.archiveOf(t)
	store, err := a.remember(t, archive.read)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil, &failure{exitUndecided, "no promise has been judged here yet: there is no history in " + fromHere(cmp.Or(where.path, ".")), "hoops value judges them now, and keeps what it found"}
	}
	if err != nil {
		return "", nil, unusable(err)
	}
	store.Close()
	return where.path, []string{where.project}, nil
}
