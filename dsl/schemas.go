package dsl

import (
	"bytes"
	"maps"
	"slices"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/schema"
)

// readSchema is what a schema was made of, and what is wrong with it.
type readSchema struct {
	files map[string]ir.File // by path, as they were read
	gone  map[string]bool    // paths at which there was nothing to read
	ids   schema.IDs         // that there were
	texts map[string]string
	wrong *diag.Diagnostic
}

// schema reads a schema once, and embeds what it refers to. What is wrong with it is said in its own file, with the
// step that names it. That it cannot be read at all is said where all files are.
func (c *compiler) schema(f neededFile) {
	if c.schemas[f.path] || c.in.Read == nil {
		return
	}
	if c.schemas == nil {
		c.schemas = map[string]bool{}
	}
	c.schemas[f.path] = true
	if _, err := c.in.Read(f.path); err != nil {
		return
	}
	s := c.again.schema(f.path, c.schemaIDs, c.in.Read)
	for path, one := range s.files {
		if !c.files[path] && s.wrong == nil {
			c.files[path] = true
			c.program.Files = append(c.program.Files, one)
		}
	}
	if s.wrong == nil {
		return
	}
	d := *s.wrong
	if name := d.Range.File; c.result.sources[name] == "" {
		c.result.sources[name] = s.texts[name]
	}
	if f.by == nil {
		d = d.WithNote(f.at, "the schema is named here")
	} else {
		d = d.WithNote(f.at, "the schema is named here").WithNote(f.by.Range(), "it is read by: %s", f.by.Words())
	}
	c.add(d)
}

// schema reads a schema, unless it and all that it refers to are as they were.
func (k *Compiler) schema(path string, ids schema.IDs, read func(string) ([]byte, error)) *readSchema {
	if k != nil && k.schemas[path].still(ids, read) {
		return k.schemas[path]
	}
	s := &readSchema{files: map[string]ir.File{}, gone: map[string]bool{}, ids: ids, texts: map[string]string{}}
	_, s.wrong = schema.Compile(path, ids, func(name string) ([]byte, error) {
		data, err := read(name)
		if err != nil {
			s.gone[name] = true
			return nil, plainly(err)
		}
		s.files[name] = file(name, data)
		s.texts[name] = string(bytes.TrimPrefix(data, []byte("\ufeff")))
		return data, nil
	})
	if k != nil && s.wrong == nil {
		s.texts = nil
		k.schemas[path] = s
	}
	return s
}

// still reports whether a schema that was good is what it was.
func (s *readSchema) still(ids schema.IDs, read func(string) ([]byte, error)) bool {
	if s == nil || !maps.EqualFunc(s.ids, ids, slices.Equal) {
		return false
	}
	for path, one := range s.files {
		if data, err := read(path); err != nil || ir.FileDigest(data) != one.Digest {
			return false
		}
	}
	for path := range s.gone {
		if _, err := read(path); err == nil {
			return false
		}
	}
	return true
}

// idsOf are the schemas among files, by their $id.
func (c *compiler) idsOf(lists ...[]neededFile) schema.IDs {
	ids := schema.IDs{}
	if c.in.Read == nil {
		return ids
	}
	met := map[string]bool{}
	for _, f := range slices.Concat(lists...) {
		if !f.schema || met[f.path] {
			continue
		}
		met[f.path] = true
		if data, err := c.in.Read(f.path); err == nil {
			if id := schema.ID(data); id != "" {
				ids.Add(id, f.path)
			}
		}
	}
	return ids
}

// identify writes down the $id of the files that have one in ids, for who runs the program.
func (c *compiler) identify() {
	for id, paths := range c.schemaIDs {
		for i := range c.program.Files {
			if slices.Contains(paths, c.program.Files[i].Path) {
				c.program.Files[i].ID = id
			}
		}
	}
}
