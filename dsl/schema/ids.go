package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
)

// IDs are the files that others may refer to by an absolute $id, wherever they lie: their paths by it.
type IDs map[string][]string

// Add a file under its $id.
func (ids IDs) Add(id, name string) {
	if !slices.Contains(ids[id], name) {
		ids[id] = append(ids[id], name)
		slices.Sort(ids[id])
	}
}

// ID is the absolute $id of a schema as it lies in a file, without a fragment; "" when it has none.
func ID(text []byte) string {
	if !bytes.Contains(text, []byte("id\"")) {
		return ""
	}
	var top map[string]json.RawMessage
	if json.Unmarshal(bytes.TrimPrefix(text, []byte("\ufeff")), &top) != nil {
		return ""
	}
	key := "$id"
	if bytes.Contains(top["$schema"], []byte("draft-04")) {
		key = "id"
	}
	var id string
	if json.Unmarshal(top[key], &id) != nil {
		return ""
	}
	u, err := url.Parse(id)
	if err != nil || u.Scheme == "" || u.Scheme == scheme || u.Host == "" {
		return ""
	}
	whole, _ := split(u.String())
	return whole
}

// base says that what is relative to an $id is so to the place of its file.
type base struct {
	id     string
	at     *url.URL
	folder string
}

// place is the path of what a URL names, as far from the file as it is from the file's $id. false when they are no
// relatives, or it would lie outside of the project.
func (b base) place(of *url.URL) (name string, ok bool) {
	if of.Scheme != b.at.Scheme || of.Host != b.at.Host || of.RawQuery != "" || !strings.HasPrefix(of.Path, "/") {
		return "", false
	}
	folder, _ := path.Split("/" + strings.TrimPrefix(b.at.Path, "/"))
	up := ""
	for !strings.HasPrefix(of.Path, folder) {
		folder, _ = path.Split(strings.TrimSuffix(folder, "/"))
		up += "../"
	}
	name = path.Join(b.folder, up, strings.TrimPrefix(of.Path, folder))
	return name, name != "." && name != ".." && !strings.HasPrefix(name, "../")
}

// remember the $id of a file, if it has one.
func (f *files) remember(one *file) {
	id := ID([]byte(one.text))
	at, err := url.Parse(id)
	if id == "" || err != nil {
		return
	}
	b := base{id, at, path.Dir(one.path)}
	if !slices.ContainsFunc(f.bases, func(o base) bool { return o.id == b.id && o.folder == b.folder }) {
		f.bases = append(f.bases, b)
	}
}

// sharedID is that several files have the $id that one refers to.
type sharedID struct{ names []string }

func (e *sharedID) Error() string { return "several have this $id: " + strings.Join(e.names, ", ") }

// byID finds the file that a URL names which is not one of a file: the file in its place that has it as its $id, then
// one that the project names and that has, then the one in its place.
func (f *files) byID(address string) (*file, error) {
	var there []*file
	for _, name := range f.places(address) {
		one, err := f.open(name)
		if err != nil {
			continue
		}
		if ID([]byte(one.text)) == address {
			return one, nil
		}
		there = append(there, one)
	}
	switch names := f.ids[address]; {
	case len(names) == 1:
		return f.open(names[0])
	case len(names) > 1:
		return nil, &sharedID{names}
	case len(there) > 0:
		return there[0], nil
	}
	return nil, errors.New("it is no file of the project")
}

// places are the paths that a URL has by the $id of the files that are known.
func (f *files) places(address string) (names []string) {
	of, err := url.Parse(address)
	if err != nil {
		return nil
	}
	for _, b := range f.bases {
		if name, ok := b.place(of); ok && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// open reads a file of the project.
func (f *files) open(name string) (*file, error) {
	if name == path.Clean(f.root) {
		name = f.root // as the step writes it
	}
	data, err := f.read(name)
	if err != nil {
		return nil, err
	}
	return &file{name, string(bytes.TrimPrefix(data, []byte("\ufeff")))}, nil
}

// follow loads what a file refers to, and what that does, in the order of their texts: the library follows references
// in an order of its own, different each time, and where a URL leads depends on the $ids that are known.
func (f *files) follow(address string) {
	met := map[string]bool{address: true}
	for waiting := []string{address}; len(waiting) > 0; waiting = waiting[1:] {
		from := waiting[0]
		if _, err := f.Load(from); err != nil {
			continue // the library says it, if it gets there
		}
		text := f.known[from].text
		bases := []string{from}
		if id := ID([]byte(text)); id != "" {
			bases = []string{id}
		}
		walk(text, func(p, value string, _, _ int) {
			if strings.HasSuffix(p, "/$id") || strings.HasSuffix(p, "/id") {
				if to := resolved(bases[0], value); to != "" && !slices.Contains(bases, to) {
					bases = append(bases, to)
				}
			}
		})
		walk(text, func(p, value string, _, _ int) {
			if !refers(p) {
				return
			}
			whole, _ := split(value)
			for _, b := range bases {
				if to := resolved(b, whole); whole != "" && !met[to] {
					met[to] = true
					waiting = append(waiting, to)
				}
			}
		})
	}
}

// refers reports whether what a pointer leads to is a reference.
func refers(pointer string) bool {
	switch pointer[strings.LastIndexByte(pointer, '/')+1:] {
	case "$ref", "$dynamicRef", "$recursiveRef", "$schema":
		return true
	}
	return false
}

// saved is what a person can do about a URL that no file has, referred to in one file.
func (f *files) saved(address, by string) string {
	of, err := url.Parse(address)
	if err == nil {
		for _, b := range f.bases {
			if name, ok := b.place(of); ok && f.hasID(by, b.id) {
				return fmt.Sprintf("save it in the project as %s: what is relative to the $id of %s is so to its place", name, by)
			}
		}
	}
	return fmt.Sprintf(`save it in the project and refer to it by its path: {"$ref": %q}`, path.Base(address))
}

// hasID reports whether a file that is known has an $id.
func (f *files) hasID(name, id string) bool {
	for _, one := range f.known {
		if one.path == name && ID([]byte(one.text)) == id {
			return true
		}
	}
	return false
}
