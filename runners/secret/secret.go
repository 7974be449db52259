// Package secret resolves ${secret.name} and masks what must not be seen.
//
// A value that was resolved or added is replaced by *** wherever it stands, also percent-encoded, JSON- or
// HTML-escaped, one within the other, in large or small letters as style sheets make them, and in base64, even in the
// middle of a longer base64 text. The headers that carry credentials are masked whoever set them. What is not
// remembered is not guessed at: the package knows no patterns of tokens, keeps nothing on disk, and no error of it
// contains a value.
package secret

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"unicode/utf8"
)

// Prefix of the variables that hold secrets. Commands that hoops starts do not inherit them.
const Prefix = "HOOPS_SECRET_"

// shortest is the fewest characters of a secret, and of what a mask looks for.
const shortest = 4

// lingering is how many released values are still masked: events of the sessions that kept them may be on
// their way to the mask.
const lingering = 4096

// ErrTooShort refuses a value: masking it would replace parts of ordinary words everywhere.
var ErrTooShort = fmt.Errorf("it has fewer than %d characters, and masking it would garble everything", shortest)

// Options say where secrets come from; the zero value is the process's environment and files.
type Options struct {
	Lookup   func(env string) (string, bool)
	ReadFile func(path string) ([]byte, error)
}

// Store remembers the secrets of a run. It is safe for concurrent use, and its zero value is an empty store.
type Store struct {
	options Options

	mu       sync.RWMutex
	resolved map[string]string // by variable
	held     map[string]int    // how many hold a value
	released []string          // a ring: still held once each
	oldest   int               // in released, when it is full
	index    index
}

// NewStore makes an empty store.
func NewStore(o Options) *Store { return &Store{options: o} }

// Variable is the environment variable of a secret: api-key is HOOPS_SECRET_API_KEY.
func Variable(name string) string {
	return Prefix + strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(name))
}

// Resolve reads a secret from its variable, or from the file that its variable with _FILE names, and masks it
// from then on. A secret is read once: it stays the same for the whole run.
func (s *Store) Resolve(name string) (string, error) {
	variable := Variable(name)
	s.mu.RLock()
	value, known := s.resolved[variable]
	s.mu.RUnlock()
	if known {
		return value, nil
	}
	value, from, err := s.read(variable)
	if err == nil {
		if err = s.Add(value); err != nil {
			err = fmt.Errorf("%s cannot be used: %w", from, err)
		}
	}
	if err != nil {
		return "", fmt.Errorf("secret %q: %w", name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if first, raced := s.resolved[variable]; raced {
		return first, nil
	}
	if s.resolved == nil {
		s.resolved = map[string]string{}
	}
	s.resolved[variable] = value
	return value, nil
}

func (s *Store) read(variable string) (value, from string, err error) {
	lookup, readFile := s.options.Lookup, s.options.ReadFile
	if lookup == nil {
		lookup = os.LookupEnv
	}
	if readFile == nil {
		readFile = os.ReadFile
	}
	file := variable + "_FILE"
	value, set := lookup(variable)
	path, named := lookup(file)
	switch {
	case value != "" && path != "":
		return "", "", fmt.Errorf("%s and %s are both set; unset one of them", variable, file)
	case value != "":
		return value, variable, nil
	case path != "":
		content, err := readFile(path)
		if err != nil {
			// The path is left out: someone who confuses the two variables has put the secret there.
			var at *fs.PathError
			if errors.As(err, &at) {
				err = at.Err
			} else {
				err = errors.New("reading it failed")
			}
			return "", "", fmt.Errorf("the file that %s names cannot be read: %w", file, err)
		}
		value = strings.TrimRight(string(content), "\r\n")
		if value == "" {
			return "", "", fmt.Errorf("the file that %s names is empty", file)
		}
		return value, "the file that " + file + " names", nil
	case set || named:
		return "", "", fmt.Errorf("%s is set, but empty", map[bool]string{true: variable, false: file}[set])
	}
	return "", "", fmt.Errorf("not set; set %s, or set %s to the path of a file that holds it", variable, file)
}

// Add masks a value until the end of the run. A value of fewer than 4 characters, spaces around it not
// counted, is refused with ErrTooShort.
func (s *Store) Add(value string) error {
	if utf8.RuneCountInString(strings.TrimSpace(value)) < shortest {
		return ErrTooShort
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hold(value)
	return nil
}

// Mask replaces every remembered secret in the text. It allocates only when there is something to replace.
func (s *Store) Mask(text string) string {
	if len(text) < shortest {
		return text
	}
	l := looks.Get().(*look)
	defer l.free()
	s.mu.RLock()
	l.through(text, &s.index)
	s.mu.RUnlock()
	return l.masked(text)
}

// Scope is for values that a session keeps: they are masked until some time after its end, so that a long run
// does not remember each of its million tokens.
func (s *Store) Scope() *Scope { return &Scope{store: s} }

// Scope holds the secrets of one session. It is safe for concurrent use.
type Scope struct {
	store  *Store
	mu     sync.Mutex
	values map[string]bool
}

// Add masks a value until the scope is released, or longer. It refuses as Store.Add does.
func (c *Scope) Add(value string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.values[value] {
		return nil
	}
	if err := c.store.Add(value); err != nil {
		return err
	}
	if c.values == nil {
		c.values = map[string]bool{}
	}
	c.values[value] = true
	return nil
}

// Release lets go of the scope's values. They are masked until 4096 others have been released after them: what
// a session emitted before its end is masked by then. The scope can be used again.
func (c *Scope) Release() {
	c.mu.Lock()
	values := c.values
	c.values = nil
	c.mu.Unlock()
	if len(values) == 0 {
		return
	}
	s := c.store
	s.mu.Lock()
	defer s.mu.Unlock()
	for v := range values {
		if len(s.released) < lingering {
			s.released = append(s.released, v)
			continue
		}
		s.drop(s.released[s.oldest])
		s.released[s.oldest] = v
		s.oldest = (s.oldest + 1) % lingering
	}
}

func (s *Store) hold(value string) {
	if s.held == nil {
		s.held = map[string]int{}
	}
	s.held[value]++
	if s.held[value] == 1 {
		for _, p := range patterns(value) {
			s.index.add(p)
		}
	}
}

func (s *Store) drop(value string) {
	s.held[value]--
	if s.held[value] == 0 {
		delete(s.held, value)
		for _, p := range patterns(value) {
			s.index.remove(p)
		}
	}
}
