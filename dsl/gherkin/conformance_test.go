package gherkin_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/gherkin"
)

// shared is where Cucumber's own test data lies when it is there; it is no part of this module.
const shared = "../../../shared/conformance"

func sharedFiles(t testing.TB, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(shared, pattern))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skipf("SKIPPED: no conformance data %s beside the repository", pattern)
	}
	return files
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

type location struct{ Line, Column int }

// node is the union of what the reference trees hold.
type node struct {
	Location    location
	Keyword     string
	Name        string
	Value       string
	Text        string
	Description string
	Language    string
	Content     string
	Delimiter   string
	MediaType   string
	Tags        []node
	Steps       []node
	Examples    []node
	TableHeader *node
	TableBody   []node
	Rows        []node
	Cells       []node
	DataTable   *node
	DocString   *node
	Children    []struct{ Background, Scenario, Rule *node }
}

func TestGoodFilesHaveTheReferenceTree(t *testing.T) {
	for _, file := range sharedFiles(t, "gherkin-v26.2.0/good/*.feature") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, list := gherkin.Normalise("x.feature", read(t, file))
			doc, more := gherkin.Parse("x.feature", text)
			if list = append(list, more...); list.HasErrors() {
				t.Fatal(list.Err())
			}
			var envelope struct{ GherkinDocument struct{ Feature *node } }
			if err := json.Unmarshal(read(t, file+".ast.ndjson"), &envelope); err != nil {
				t.Fatal(err)
			}
			want := envelope.GherkinDocument.Feature
			if doc.Feature == nil || want == nil {
				if doc.Feature != nil || want != nil {
					t.Fatalf("feature is %v, want %v", doc.Feature, want)
				}
				return
			}
			if doc.Language != want.Language {
				t.Errorf("language %q, want %q", doc.Language, want.Language)
			}
			if diff := cmp.Diff(flattenReference(want), flatten(doc.Feature)); diff != "" {
				t.Errorf("tree (-want +got):\n%s", diff)
			}
		})
	}
}

// entry is one node of either tree.
type entry struct {
	What, Text string
	Line, Col  int
}

func flattenReference(f *node) []entry {
	var out []entry
	add := func(what, text string, l location) { out = append(out, entry{what, text, l.Line, l.Column}) }
	tags := func(n node) {
		for _, t := range n.Tags {
			add("tag", t.Name, t.Location)
		}
	}
	title := func(n node) {
		tags(n)
		add("title", n.Keyword+": "+n.Name, n.Location)
		for _, l := range strings.Split(n.Description, "\n") {
			if l = strings.TrimSpace(l); l != "" {
				add("description", l, location{})
			}
		}
	}
	row := func(n node) {
		add("row", "", n.Location)
		for _, c := range n.Cells {
			add("cell", c.Value, c.Location)
		}
	}
	steps := func(n node) {
		for _, s := range n.Steps {
			add("step", strings.TrimSpace(s.Keyword)+" "+s.Text, s.Location)
			if s.DataTable != nil {
				for _, r := range s.DataTable.Rows {
					row(r)
				}
			}
			if d := s.DocString; d != nil {
				add("doc", strings.TrimSpace(d.MediaType)+d.Delimiter+d.Content, d.Location)
			}
		}
	}
	scenario := func(n node) {
		title(n)
		steps(n)
		for _, e := range n.Examples {
			title(e)
			if e.TableHeader != nil {
				row(*e.TableHeader)
			}
			for _, r := range e.TableBody {
				row(r)
			}
		}
	}
	var children func(n *node)
	children = func(n *node) {
		title(*n)
		for _, c := range n.Children {
			switch {
			case c.Background != nil:
				title(*c.Background)
				steps(*c.Background)
			case c.Rule != nil:
				children(c.Rule)
			default:
				scenario(*c.Scenario)
			}
		}
	}
	children(f)
	return out
}

func flatten(f *gherkin.Feature) []entry {
	var out []entry
	add := func(what, text string, p diag.Pos) { out = append(out, entry{what, text, p.Line, p.Col}) }
	title := func(keyword, name string, pos diag.Pos, tags []gherkin.Tag, description []gherkin.Line) {
		for _, t := range tags {
			add("tag", t.Name, t.Pos)
		}
		add("title", keyword+": "+name, pos)
		for _, l := range description {
			if l.Text != "" {
				add("description", l.Text, diag.Pos{})
			}
		}
	}
	row := func(pos diag.Pos, cells []gherkin.Cell) {
		add("row", "", pos)
		for _, c := range cells {
			add("cell", c.Value, c.Pos)
		}
	}
	steps := func(list []*gherkin.Step) {
		for _, s := range list {
			add("step", s.Keyword+" "+s.Text, s.Pos)
			if s.Table != nil {
				for _, r := range s.Table.Rows {
					row(r.Pos, r.Cells)
				}
			}
			if d := s.DocString; d != nil {
				add("doc", d.MediaType+d.Delimiter+d.Content, d.Pos)
			}
		}
	}
	background := func(b *gherkin.Background) {
		if b != nil {
			title(b.Keyword, b.Name, b.Pos, nil, b.Description)
			steps(b.Steps)
		}
	}
	scenarios := func(rule *gherkin.Rule) {
		for _, s := range f.Scenarios {
			if s.Rule != rule {
				continue
			}
			title(s.Keyword, s.Name, s.Pos, s.Tags, s.Description)
			steps(s.Steps)
			for _, e := range s.Examples {
				title(e.Keyword, e.Name, e.Pos, e.Tags, e.Description)
				if e.Header != nil {
					row(e.HeaderPos, e.Header)
				}
				for _, r := range e.Rows {
					row(r.Pos, r.Cells)
				}
			}
		}
	}
	title(f.Keyword, f.Name, f.Pos, f.Tags, f.Description)
	background(f.Background)
	scenarios(nil)
	for _, r := range f.Rules {
		title(r.Keyword, r.Name, r.Pos, r.Tags, r.Description)
		background(r.Background)
		scenarios(r)
	}
	return out
}

func TestBadFilesHaveTheReferenceErrors(t *testing.T) {
	for _, file := range sharedFiles(t, "gherkin-v26.2.0/bad/*.feature") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, list := gherkin.Normalise("x.feature", read(t, file))
			_, more := gherkin.Parse("x.feature", text)
			var got []location
			for _, d := range append(list, more...) {
				if d.Severity == diag.Error {
					got = append(got, location{d.Range.Line, d.Range.Col})
				}
			}
			var want []location
			lines := bufio.NewScanner(bytes.NewReader(read(t, file+".errors.ndjson")))
			for lines.Scan() {
				var e struct {
					ParseError struct{ Source struct{ Location location } }
				}
				if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
					t.Fatal(err)
				}
				at := e.ParseError.Source.Location
				if at.Column == 0 {
					at = location{6, 5} // the end of the file has no column: the tag that waits there
				}
				want = append(want, at)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCorporaParse(t *testing.T) {
	sharedFiles(t, "corpora/*")
	parsed := 0
	err := filepath.WalkDir(filepath.Join(shared, "corpora"), func(file string, e os.DirEntry, err error) error {
		if err != nil || filepath.Ext(file) != ".feature" {
			return err
		}
		parsed++
		text, list := gherkin.Normalise(file, read(t, file))
		_, more := gherkin.Parse(file, text)
		for _, d := range append(list, more...) {
			if d.Code == "gherkin/internal" {
				t.Error(d.FirstLine())
			}
			t.Log(diag.Renderer{Source: func(string) string { return text }}.Sprint(d))
		}
		return nil
	})
	if err != nil || parsed == 0 {
		t.Fatalf("%d files, %v", parsed, err)
	}
}
