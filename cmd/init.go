package cmd

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
)

//go:embed starter
var starter embed.FS

func (a *app) initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init",
		Short: "Write a small commented project into the current folder",
		Args:  noArgs,
		RunE:  func(*cobra.Command, []string) error { return a.initialise() },
	}
}

// initialise writes the starter project, and overwrites nothing: with one of its files there, it writes none.
func (a *app) initialise() error {
	files, err := fs.Sub(starter, "starter")
	if err != nil {
		return harness(err, "")
	}
	var names, there []string
	err = fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		names = append(names, name)
		if _, err := os.Lstat(filepath.FromSlash(name)); !errors.Is(err, fs.ErrNotExist) {
			there = append(there, name)
		}
		return nil
	})
	if err != nil {
		return harness(err, "")
	}
	if len(there) > 0 {
		return usage("already here: "+strings.Join(there, ", "), "hoops init overwrites nothing; begin in another folder")
	}
	project := projectName()
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return harness(err, "")
		}
		text := strings.Replace(string(data), "project: my-project", "project: "+project, 1)
		if err := writeNew(filepath.FromSlash(name), text); err != nil {
			return harness(err, "")
		}
		fmt.Fprintf(a.stdio.Out, "wrote %s\n", name)
	}
	_, err = fmt.Fprint(a.stdio.Out, "\nhoops check                              see what it says\nhoops test --url http://127.0.0.1:8080   run it against your software\n")
	return err
}

func writeNew(name, text string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Close())
}

var plainName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

// projectName is that of the current folder, where that is a word.
func projectName() string {
	dir, err := os.Getwd()
	if name := filepath.Base(dir); err == nil && plainName.MatchString(name) {
		return name
	}
	return "my-project"
}
