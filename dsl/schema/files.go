package schema

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// A file of the project has a URL for the library, which resolves references against it.
const scheme = "project"

func urlOf(name string) string {
	return (&url.URL{Scheme: scheme, Path: "/" + path.Clean(name)}).String()
}

// pathOf is the path of a file's URL; false when it is another.
func pathOf(address string) (string, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != scheme {
		return "", false
	}
	return strings.TrimPrefix(u.Path, "/"), true
}

// split is a URL without its fragment, and that.
func split(address string) (whole, fragment string) {
	whole, fragment, _ = strings.Cut(address, "#")
	if plain, err := url.PathUnescape(fragment); err == nil {
		fragment = plain
	}
	return whole, fragment
}

func escaped(key string) string {
	return url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(key))
}

// ours is a text of the library with paths instead of URLs, in one line.
func ours(text string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(text, scheme+":///", "")), " ")
}

// files gives the library what it refers to.
type files struct {
	root  string
	read  func(path string) ([]byte, error)
	known map[string]*file // by URL
	bases []base           // of the files that are known, as they were met
	ids   IDs
}

type file struct{ path, text string }

// Load reads a file, by its own URL or by one that an $id gives it.
func (f *files) Load(address string) (any, error) {
	one := f.known[address]
	if one == nil {
		name, ours := pathOf(address)
		var err error
		if ours {
			one, err = f.open(name)
		} else {
			one, err = f.byID(address)
		}
		if err != nil {
			return nil, err
		}
		f.known[address] = one
		f.remember(one)
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(one.text))
	if err != nil {
		return nil, one.notJSON(err)
	}
	return value, nil
}

// notJSON is the error of a file that cannot be decoded.
type notJSON struct {
	at  diag.Range
	why string
}

func (e *notJSON) Error() string { return e.why }

func (f *file) notJSON(err error) *notJSON {
	var syntax *json.SyntaxError
	offset, why := len(f.text), "there is something behind its value"
	switch {
	case strings.TrimSpace(f.text) == "":
		why = "the file is empty"
	case !utf8.ValidString(f.text):
		offset, why = 0, "it is not UTF-8"
	case errors.Is(err, io.ErrUnexpectedEOF):
		why = "it ends before its value does"
	case errors.As(err, &syntax):
		offset = max(0, int(syntax.Offset)-1)
		r, _ := utf8.DecodeRuneInString(f.text[min(offset, len(f.text)):])
		why = fmt.Sprintf("%q is not expected here", r)
		if strings.Contains(syntax.Error(), "nesting") {
			why = "it is nested too deeply"
		}
	default: // behind the value
		d := json.NewDecoder(strings.NewReader(f.text))
		if d.Decode(new(json.RawMessage)) == nil {
			offset = skip(f.text, int(d.InputOffset()))
		}
	}
	return &notJSON{f.place(offset, 1), why}
}

// place is a place of a file, from an offset in bytes.
func (f *file) place(offset, length int) diag.Range {
	before := f.text[:min(offset, len(f.text))]
	last := strings.LastIndexByte(before, '\n') + 1
	return diag.At(diag.Pos{File: f.path, Line: 1 + strings.Count(before, "\n"), Col: 1 + utf8.RuneCountInString(before[last:])}, max(1, length))
}

// at is the place that a URL with a pointer names, the beginning of the file when it is not there.
func (f *files) at(address string) diag.Range {
	whole, pointer := split(address)
	one := f.known[whole]
	if one == nil {
		return start(f.root)
	}
	at := start(one.path)
	walk(one.text, func(p, _ string, from, to int) {
		if p == pointer {
			at = one.place(from, firstLine(one.text[from:to]))
		}
	})
	return at
}

func firstLine(text string) int {
	text, _, _ = strings.Cut(text, "\n")
	return utf8.RuneCountInString(text)
}

// reference is where a URL is referred to, and by which keyword; the beginning of the schema when nothing does.
// One without a fragment stands for all that lead into its file.
func (f *files) reference(address string) (at diag.Range, keyword string) {
	target, pointer := split(address)
	for _, base := range slices.Sorted(maps.Keys(f.known)) {
		one := f.known[base]
		bases := []string{base}
		walk(one.text, func(p, value string, _, _ int) {
			if p == "/$id" || p == "/id" {
				bases = append(bases, resolved(base, value))
			}
		})
		walk(one.text, func(p, value string, from, to int) {
			if !refers(p) {
				return
			}
			whole, fragment := split(value)
			if keyword != "" || value == "" || fragment != pointer && pointer != "" {
				return
			}
			if whole == target || slices.ContainsFunc(bases, func(b string) bool { return resolved(b, whole) == target }) {
				at, keyword = one.place(from, to-from), p[strings.LastIndexByte(p, '/')+1:]
			}
		})
		if keyword != "" {
			return at, keyword
		}
	}
	return start(f.root), ""
}

// resolved is a reference against the URL that it is relative to, without a fragment.
func resolved(base, reference string) string {
	against, err := url.Parse(base)
	if err != nil {
		return reference
	}
	to, err := against.Parse(reference)
	if err != nil {
		return reference
	}
	whole, _ := split(to.String())
	return whole
}

// nameOf is a URL as a person knows it.
func (f *files) nameOf(address string) string {
	if one := f.known[address]; one != nil {
		return one.path
	}
	return ours(address)
}

// walk visits the values of a JSON text with their pointers and places, and the text of those that are strings.
func walk(text string, visit func(pointer, value string, from, to int)) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var value func(pointer string) bool
	value = func(pointer string) bool {
		from := skip(text, int(d.InputOffset()))
		token, err := d.Token()
		if err != nil {
			return false
		}
		for i := 0; token == json.Delim('[') && d.More(); i++ {
			if !value(fmt.Sprintf("%s/%d", pointer, i)) {
				return false
			}
		}
		for token == json.Delim('{') && d.More() {
			key, err := d.Token()
			if err != nil || !value(pointer+"/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(key.(string))) {
				return false
			}
		}
		if _, open := token.(json.Delim); open {
			if _, err := d.Token(); err != nil {
				return false
			}
		}
		said, _ := token.(string)
		visit(pointer, said, from, int(d.InputOffset()))
		return true
	}
	value("")
}

// skip is the offset of the next token.
func skip(text string, offset int) int {
	for offset < len(text) && strings.IndexByte(" \t\r\n,:", text[offset]) >= 0 {
		offset++
	}
	return offset
}

// words are those of the library for one violation.
func words(kind jsonschema.ErrorKind) string {
	text := kind.LocalizedString(message.NewPrinter(language.English))
	return strings.NewReplacer(scheme+":///", "", "not valid regex: error parsing regexp: ", "no pattern: ").Replace(text)
}
