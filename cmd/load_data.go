package cmd

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/feed"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/load"
)

// data reads the file that replaces the rows of outlines: that of the program, or one that lies beside it because
// it is too large to be embedded.
func (x *execution) data(one stage, d *ir.Data) (*load.Data, error) {
	text, err := x.dataText(d)
	if err != nil {
		return nil, err
	}
	table, wrong := feed.Read(d.File, text)
	if wrong != nil {
		x.diagnose(diag.List{*wrong}, func(string) string { return text })
		return nil, said(exitUsage)
	}
	outlines := 0
	for _, s := range one.selected {
		if !s.Scenario.Outline {
			continue
		}
		outlines++
		if c := table.Missing(s.Scenario.Columns); c != "" {
			return nil, usage(fmt.Sprintf("%s: the data file %s has no column %q, which %q reads", d.Pos, d.File, c, s.Scenario.Name),
				"its columns are "+strings.Join(table.Columns, ", "))
		}
	}
	if outlines == 0 {
		return nil, nil // nobody would read a row, and so none can be missing
	}
	return &load.Data{Columns: table.Columns, Rows: table.Rows, Use: d.Use, AtEnd: d.AtEnd}, nil
}

func (x *execution) dataText(d *ir.Data) (string, error) {
	i := slices.IndexFunc(x.target.program.Files, func(f ir.File) bool { return f.Path == d.File })
	if i < 0 {
		return "", usage(fmt.Sprintf("%s: the program has no data file %s", d.Pos, d.File), "build the artefact again")
	}
	f := &x.target.program.Files[i]
	if content := f.Content(); content != nil {
		return string(content), nil
	}
	content, err := os.ReadFile(filepath.Join(x.target.folder.dir, filepath.FromSlash(d.File)))
	if err != nil {
		return "", usage(fmt.Sprintf("the data file %s is too large to be in the artefact, and must lie beside it: %v", d.File, err), "")
	}
	if ir.FileDigest(content) != f.Digest {
		return "", usage(fmt.Sprintf("%s is not the data file that the program was compiled with", d.File), "build the artefact again")
	}
	return string(content), nil
}
