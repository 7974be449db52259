// Package ir is the program: what every feature, step definition and hoops.yaml of a project compile to, and
// what every runner executes.
//
// It is plain data: no functions, no maps, no floats, no times, no absolute paths. It can be printed (Print),
// hashed (Digest), stored (Encode, Decode), diffed and sent. It refuses to know how anything is executed: a
// runner lowers it privately, once per run. It may import dsl/diag and nothing else of hoops.
//
// Whoever adds a field or an op changes five places, and a test finds the ones forgotten: the type, the text
// form (print.go), the constructor table (opKinds), each driver's Accepts, and Minor in artefact.go.
package ir

import (
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// Program is a whole project, compiled. Slices are in source order: features by path, scenarios by line,
// definitions by path and line. Indices into Definitions and Funcs are 1-based, so that 0 is none.
type Program struct {
	Project      string        `json:"project,omitempty"`
	Features     []Feature     `json:"features,omitempty"`
	Definitions  []Definition  `json:"definitions,omitempty"` // those that a scenario reaches
	Funcs        []Func        `json:"funcs,omitempty"`
	Params       []Param       `json:"params,omitempty"`
	Vars         []Var         `json:"vars,omitempty"` // defaults of every environment's own
	Environments []Environment `json:"environments,omitempty"`
	Measures     []Measure     `json:"measures,omitempty"`
	Baselines    []Baseline    `json:"baselines,omitempty"`
	Zone         string        `json:"zone,omitempty"` // of days and weeks in clauses; "" is UTC
	CrossCutting []CrossCut    `json:"cross-cutting,omitempty"`
	Stages       []Stage       `json:"stages,omitempty"` // in pipeline order
	Releases     *Releases     `json:"releases,omitempty"`
	History      string        `json:"history,omitempty"` // path of its file
	Files        []File        `json:"files,omitempty"`   // by path
}

// Feature is one feature file.
type Feature struct {
	ID        string     `json:"id"`
	Path      string     `json:"path"`
	Name      string     `json:"name"`
	Language  string     `json:"language,omitempty"`
	Role      string     `json:"role,omitempty"` // of "As a …"
	Want      string     `json:"want,omitempty"` // of "I want …"
	Clauses   []Clause   `json:"clauses,omitempty"`
	Tags      []Tag      `json:"tags,omitempty"`
	Scenarios []Scenario `json:"scenarios,omitempty"`
	Pos       diag.Pos   `json:"pos"`
}

// Scenario is one scenario or one outline: an outline is a template with columns, its rows its instances.
// Steps begin with those of the backgrounds. Tags are its own and all it inherits from feature and rule.
type Scenario struct {
	ID      string   `json:"id"` // the join key of every stage's results: "feature-id/scenario-name"
	Name    string   `json:"name"`
	Rule    string   `json:"rule,omitempty"`
	Tags    []Tag    `json:"tags,omitempty"`
	Columns []string `json:"columns,omitempty"`
	Rows    []Row    `json:"rows,omitempty"`
	Outline bool     `json:"outline,omitempty"` // an outline without rows runs nothing
	Steps   []Step   `json:"steps,omitempty"`
	Pos     diag.Pos `json:"pos"`
	// The lines that PATH:LINE picks it by: of its rule's keyword (0 without one), of its first tag, and of the
	// last thing that belongs to it.
	RuleLine int `json:"rule-line,omitempty"`
	From     int `json:"from,omitempty"`
	To       int `json:"to,omitempty"`
}

// Row is one example. Tags are those of its Examples block and of its scenario.
type Row struct {
	ID    string   `json:"id"` // the scenario's id and its cells
	Cells []string `json:"cells"`
	Tags  []Tag    `json:"tags,omitempty"`
	From  int      `json:"from,omitempty"` // first line of its Examples, where the outline has several
	Pos   diag.Pos `json:"pos"`
}

// Tag is a tag with its "@".
type Tag struct {
	Name string   `json:"name"`
	Pos  diag.Pos `json:"pos"`
}

// Step is one step of a scenario or of a definition's body, with one binding for each driver it runs on and
// one obstacle for each it does not. The text is as written, "<columns>" included.
type Step struct {
	Keyword    string       `json:"keyword,omitempty"`
	Text       string       `json:"text"`
	Background bool         `json:"background,omitempty"`
	Doc        *Doc         `json:"doc,omitempty"`   // what a called definition reads as doc
	Table      [][]Template `json:"table,omitempty"` // what it reads as table and rows
	Bindings   []Binding    `json:"bindings,omitempty"`
	Obstacles  []Obstacle   `json:"obstacles,omitempty"`
	Pos        diag.Pos     `json:"pos"` // of its text, as every caret under a step
}

// Doc is a doc string that is passed on to a definition.
type Doc struct {
	Media   string   `json:"media,omitempty"`
	Content Template `json:"content"`
}

// Markup reports whether the doc string says that it is XML or HTML: values in it are encoded as such.
func (d *Doc) Markup() bool {
	media, _, _ := strings.Cut(d.Media, ";")
	media = strings.ToLower(strings.TrimSpace(media))
	switch media {
	case "xml", "html", "xhtml", "text/html":
		return true
	}
	return strings.HasSuffix(media, "/xml") || strings.HasSuffix(media, "+xml")
}

// Binding says what a step does on a driver: call a definition (1-based) or execute one op, never both.
// Rows restricts it to those rows (0-based) of an outline whose column decides what the step is, because it stands
// in its fixed words or because not every cell is of the parameter's type; empty means all.
type Binding struct {
	Driver     string     `json:"driver"`
	Definition int        `json:"definition,omitempty"`
	Args       []Template `json:"args,omitempty"` // of the definition, in the order of its parameters
	Op         Op         `json:"op,omitempty"`
	Rows       []int      `json:"rows,omitempty"`
	Column     string     `json:"column,omitempty"` // with Rows: the column to blame
}

// Obstacle says why a step does not run on a driver, so that every runner can explain its refusal.
type Obstacle struct {
	Driver  string   `json:"driver"`
	Status  string   `json:"status"` // undefined or ambiguous
	Message string   `json:"message"`
	Help    []string `json:"help,omitempty"` // the candidates, or a definition to paste
	Rows    []int    `json:"rows,omitempty"`
	Column  string   `json:"column,omitempty"` // with Rows: the column to blame
}

// Definition is a step definition written in Gherkin. Driver is "" for a neutral one, whose body steps have a
// binding for each driver that they run on.
type Definition struct {
	Pattern string      `json:"pattern"`
	Driver  string      `json:"driver,omitempty"`
	Params  []Parameter `json:"params,omitempty"`
	Effect  Effect      `json:"effect,omitempty"` // of a @read or @write tag; "" when its ops decide
	Each    bool        `json:"each,omitempty"`   // runs once for each row of its caller's table
	Once    bool        `json:"once,omitempty"`   // runs once per run and argument list
	MaxAge  Duration    `json:"max-age,omitempty"`
	Undo    int         `json:"undo,omitempty"` // 1-based index of its compensation
	Body    []Step      `json:"body,omitempty"`
	Pos     diag.Pos    `json:"pos"` // of the pattern
}

// Parameter of a pattern. One without a name matches but cannot be read. Types are those of Cucumber
// Expressions (string, int, float, word, "" for anonymous), hoops' own (duration, number, percent) and those
// of hoops.yaml, whose values are text that the regular expression Pattern matches as a whole.
type Parameter struct {
	Name    string `json:"name,omitempty"`
	Type    string `json:"type,omitempty"`
	Pattern string `json:"pattern,omitempty"` // "" of any other type
}

// Func is a step function written in Go that the program needs; who runs the program must bring it.
type Func struct {
	Pattern string      `json:"pattern"`
	Params  []Parameter `json:"params,omitempty"`
	Driver  string      `json:"driver,omitempty"`
	Effect  Effect      `json:"effect,omitempty"`
}

// Effect says whether something changes the software under test. "" is not known.
type Effect string

const (
	Reads  Effect = "read"
	Writes Effect = "write"
)

// File is a source or data file that the program was compiled from or needs, normalised if it is a source.
// Text holds it when it is valid UTF-8, else Bytes; above MaxEmbedded neither does, and the file must lie
// beside the artefact with this digest.
type File struct {
	Path   string `json:"path"`
	Digest string `json:"digest"`
	Size   int64  `json:"size"`
	Text   string `json:"text,omitempty"`
	Bytes  []byte `json:"bytes,omitempty"` // base64 in JSON
	ID     string `json:"id,omitempty"`    // the absolute $id of a JSON Schema that a step names: others refer to it so
}

// MaxEmbedded is the size in bytes above which a file is not embedded.
const MaxEmbedded = 10 << 20

// Content is the file's bytes as embedded, nil when it is not.
func (f *File) Content() []byte {
	if f.Bytes != nil {
		return f.Bytes
	}
	if f.Text == "" && f.Size > 0 {
		return nil
	}
	return []byte(f.Text)
}

// Duration is a time.Duration that is stored as its words, "1m30s".
type Duration time.Duration

// MarshalText writes the duration as Go writes it.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a Go duration.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	*d = Duration(v)
	return err
}

// String is Go's form without trailing zero units: "10m", not "10m0s".
func (d Duration) String() string {
	s := time.Duration(d).String()
	if n := len(s); n > 2 && s[n-2:] == "0s" && s[n-3] == 'm' {
		s = s[:n-2]
	}
	if n := len(s); n > 2 && s[n-2:] == "0m" && s[n-3] == 'h' {
		s = s[:n-2]
	}
	return s
}
