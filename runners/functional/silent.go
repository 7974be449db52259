package functional

import (
	"bytes"
	"io"
	"io/fs"
	"sync"
	"time"

	"github.com/cucumber/godog"
	"github.com/cucumber/godog/formatters"
	messages "github.com/cucumber/messages/go/v21"
)

// silent is the name of a formatter that says nothing: godog insists on one, and its own write reports or panic.
const silent = "hoops"

// register adds it to godog's registry, which is global and not synchronised.
var register = sync.OnceFunc(func() {
	godog.Format(silent, "hoops reports by itself", func(string, io.Writer) formatters.Formatter { return silence{} })
})

type silence struct{}

func (silence) TestRunStarted()                                                                     {}
func (silence) Feature(*messages.GherkinDocument, string, []byte)                                   {}
func (silence) Pickle(*messages.Pickle)                                                             {}
func (silence) Defined(*messages.Pickle, *messages.PickleStep, *formatters.StepDefinition)          {}
func (silence) Failed(*messages.Pickle, *messages.PickleStep, *formatters.StepDefinition, error)    {}
func (silence) Passed(*messages.Pickle, *messages.PickleStep, *formatters.StepDefinition)           {}
func (silence) Skipped(*messages.Pickle, *messages.PickleStep, *formatters.StepDefinition)          {}
func (silence) Undefined(*messages.Pickle, *messages.PickleStep, *formatters.StepDefinition)        {}
func (silence) Pending(*messages.Pickle, *messages.PickleStep, *formatters.StepDefinition)          {}
func (silence) Ambiguous(*messages.Pickle, *messages.PickleStep, *formatters.StepDefinition, error) {}
func (silence) Summary()                                                                            {}

// texts is a file system of feature texts by path: godog parses on request only what it finds in files.
type texts map[string]string

// Open a text; there are no folders.
func (t texts) Open(path string) (fs.File, error) {
	text, ok := t[path]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	return &textFile{bytes.NewReader([]byte(text)), path}, nil
}

type textFile struct {
	*bytes.Reader
	name string
}

func (f *textFile) Close() error               { return nil }
func (f *textFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *textFile) Name() string               { return f.name }
func (f *textFile) Mode() fs.FileMode          { return 0o444 }
func (f *textFile) ModTime() time.Time         { return time.Time{} }
func (f *textFile) IsDir() bool                { return false }
func (f *textFile) Sys() any                   { return nil }
