package dsl

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
)

// ProjectFile is the name of the one file that is not Gherkin.
const ProjectFile = "hoops.yaml"

// Sources are the files of one project: what Compile reads.
type Sources struct {
	Dir      string // absolute; "" when there is none
	Project  *Source
	Features []Source // *.feature, *.steps.feature among them, by path
	// Read gives the bytes of any other file of the project: schemas, uploads, data, includes.
	Read func(path string) ([]byte, error)
}

// Source is one file: its slash-separated path relative to the project, and its bytes.
type Source struct {
	Path string
	Data []byte
}

// FindProject is the folder of the nearest hoops.yaml, from start upwards; "" when there is none.
func FindProject(start string) string {
	dir, err := filepath.Abs(start)
	if err != nil {
		return ""
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		dir = filepath.Dir(dir)
	}
	for {
		if info, err := os.Stat(filepath.Join(dir, ProjectFile)); err == nil && !info.IsDir() {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

// Open reads a project: dir's hoops.yaml, if it has one, and every *.feature below it except in hidden
// folders, node_modules, vendor, and folders with a hoops.yaml of their own. With only, the features are those
// files alone, beside every *.steps.feature.
func Open(dir string, only ...string) (*Sources, error) {
	root, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	s := &Sources{Dir: root, Read: func(name string) ([]byte, error) { return readInside(root, name) }}
	data, err := os.ReadFile(filepath.Join(root, ProjectFile))
	switch {
	case err == nil:
		s.Project = &Source{ProjectFile, data}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	if len(only) > 0 {
		for _, name := range only {
			data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
			if err != nil {
				return nil, err
			}
			s.Features = append(s.Features, Source{name, data})
		}
		return s, nil
	}
	err = filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name != root && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules" || entry.Name() == "vendor" || hasProject(name)) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(entry.Name(), ".feature") {
			return nil
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		s.Features = append(s.Features, Source{filepath.ToSlash(relative), data})
		return nil
	})
	if err != nil {
		return nil, err
	}
	sort.Slice(s.Features, func(i, j int) bool { return s.Features[i].Path < s.Features[j].Path })
	return s, nil
}

func hasProject(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, ProjectFile))
	return err == nil
}

// readInside reads a file of the project and none outside of it: a feature file must not be able to take a
// private key along into an artefact.
func readInside(root, name string) ([]byte, error) {
	clean := path.Clean(strings.ReplaceAll(name, `\`, "/"))
	if path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../") || filepath.VolumeName(name) != "" {
		return nil, fmt.Errorf("%s lies outside of the project", name)
	}
	inside, err := os.OpenRoot(root)
	if err != nil {
		return nil, err
	}
	defer inside.Close()
	return inside.ReadFile(filepath.FromSlash(clean))
}
