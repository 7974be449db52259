package cmd

import (
	"sync"

	"github.com/cucumber-value/hoops/dsl"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// folder is where commands run and files lie that are not in the program.
type folder struct {
	dir  string
	ours func() bool // the program is that of the project there, and so its commands need not be allowed
}

// folderOf is the folder of an artefact that is run in dir: that of the project around it, if compiling that makes the
// same program. Nothing less would do, since an artefact may have the files of a project and other commands; and as it
// takes longer than all else before the first request, it is done once, when something depends on it.
func folderOf(dir, digest string) folder {
	project := dsl.FindProject(dir)
	ours := sync.OnceValue(func() bool {
		if project == "" {
			return false
		}
		sources, err := dsl.Open(project)
		if err != nil {
			return false
		}
		r := dsl.Compile(sources)
		return r.Program != nil && ir.Digest(r.Program) == digest
	})
	if project != "" && project != dir && ours() {
		dir = project
	}
	return folder{dir, ours}
}
