package dsl

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/project"
	"github.com/cucumber-value/hoops/dsl/steps"
)

// ProjectFile is the name of the one file that is not Gherkin.
const ProjectFile = "hoops.yaml"

// Sources are the files of one project: what Compile reads.
type Sources struct {
	Dir      string // absolute; "" when there is none
	Project  *Source
	Features []Source // *.feature, *.steps.feature among them, by path
	Misnamed []string // files that are not read, and whose names are nearly those of files that are
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

// NameOf is the name that the hoops.yaml of a folder gives its project, "" when it gives none. Nothing else of the
// project is read.
func NameOf(dir string) string {
	data, err := readInside(dir, ProjectFile)
	if err != nil {
		return ""
	}
	p, _ := project.Parse(ProjectFile, yamlText(data), project.Options{
		Read: func(name string) (string, error) {
			data, err := readInside(dir, name)
			return yamlText(data), plainly(err)
		},
		Template: steps.ProjectTemplate,
	})
	return p.Name
}

// Open reads a project: dir's hoops.yaml, if it has one, and every *.feature below it except in hidden
// folders, node_modules, vendor, and folders with a hoops.yaml of their own. With only, the features are those
// files alone, beside every *.steps.feature. No file outside of dir is read, not even by a link.
func Open(dir string, only ...string) (*Sources, error) {
	root, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	s := &Sources{Dir: root, Read: func(name string) ([]byte, error) { return readInside(root, name) }}
	data, err := readInside(root, ProjectFile)
	switch {
	case err == nil:
		s.Project = &Source{ProjectFile, data}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	if s.Project == nil {
		s.Misnamed = nearly(root)
	}
	paths := map[string]bool{}
	for _, name := range only {
		paths[path.Clean(filepath.ToSlash(name))] = true
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
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		relative = filepath.ToSlash(relative)
		if strings.HasSuffix(relative, stepsSuffix) || len(only) == 0 && strings.HasSuffix(relative, ".feature") {
			paths[relative] = true
		} else if strings.EqualFold(path.Ext(relative), ".feature") && len(only) == 0 {
			s.Misnamed = append(s.Misnamed, relative)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(paths)) {
		data, err := readInside(root, name)
		if err != nil {
			return nil, err
		}
		s.Features = append(s.Features, Source{name, data})
	}
	return s, nil
}

// plainly is why a file cannot be read, without the calls of the system that it took.
func plainly(err error) error {
	var system *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("it does not exist")
	case errors.As(err, &system):
		return system.Err
	}
	return err
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
	info, err := inside.Stat(filepath.FromSlash(clean))
	if err == nil && !info.Mode().IsRegular() { // reading a pipe would wait for ever
		return nil, fmt.Errorf("%s is not a file", name)
	}
	if err != nil {
		return nil, err
	}
	return inside.ReadFile(filepath.FromSlash(clean))
}
