package project

import (
	"io/fs"
	"path"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// loading reads a file and what it includes into one value: what a file says comes first, then its includes in
// their order. A file that is reached twice is read once.
type loading struct {
	options Options
	file    file
	list    diag.List
	sources []Source
	seen    map[string]bool
}

// load reads one file; chain are the files that led to it.
func (l *loading) load(name, content string, chain []string) {
	l.seen[name] = true
	l.sources = append(l.sources, Source{name, content})
	s, root, found := open(name, content)
	l.list = append(l.list, found...)
	if root == nil {
		return
	}
	r := &reader{source: s, list: &l.list}
	before := len(l.file.Include.Items)
	r.into(&l.file, value{name, s.start(root), root}, "")
	chain = append(chain[:len(chain):len(chain)], name)
	for _, include := range l.file.Include.Items[before:] {
		l.include(r, include, chain)
	}
}

func (l *loading) include(r *reader, t text, chain []string) {
	if !t.set() || t.Value == "" {
		return
	}
	name := path.Join(path.Dir(chain[len(chain)-1]), t.Value)
	for i, c := range chain {
		if c == name {
			d := r.fail(t.At, codeInclude, "%s includes itself", name)
			help(d, "the way round: %s", strings.Join(append(chain[i:len(chain):len(chain)], name), " → "))
			return
		}
	}
	switch {
	case l.options.Read == nil:
		r.fail(t.At, codeInclude, "nothing can be included here")
	case path.IsAbs(t.Value) || strings.Contains(t.Value, `\`) || !fs.ValidPath(name) || name == ".":
		d := r.fail(t.At, codeInclude, "%q is not a file of this project", t.Value)
		help(d, "write a path relative to this file, with `/`, that does not leave the project")
	case !l.seen[name]:
		content, err := l.options.Read(name)
		if err != nil {
			r.fail(t.At, codeInclude, "%s cannot be read: %s", name, firstLine(err.Error()))
			return
		}
		l.load(name, content, chain)
	}
}
