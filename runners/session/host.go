// Package session executes one scenario once: the hot path of every runner.
//
// A Host is what the sessions of one run share: the environment, the drivers, secrets, @once. Its Lower turns
// a scenario into a Script of closures, once per run and the same for every runner; a Session executes a
// script. The room knows values, scopes, expectations and control; it refuses to know how a request is sent or
// a button clicked (drivers) and when or how often a scenario runs (runners).
package session

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/secret"
)

// Host is what all sessions of one run share. It is safe for concurrent use once it is made.
type Host struct {
	Program *ir.Program
	Env     *ir.Environment
	Dir     string
	Secrets *secret.Store
	Now     func() time.Time
	// Sleep waits for think time and between tries, or until ctx ends.
	Sleep func(ctx context.Context, d time.Duration) error
	// Pause is what `I pause` does; nil does nothing.
	Pause func(ctx context.Context, s *Session) error
	// RetryOnce lets a later attempt try a @once body again that failed. Without it the first failure is
	// everybody's: where attempts only number the journeys of a load, each would log in again.
	RetryOnce bool
	// Funcs are the step functions in Go, in the order of Program.Funcs.
	Funcs []GoFunc

	drivers []Driver
	files   map[string]*ir.File
	scope   expr.Scope
	seed    uint64
	run     map[string]any
	params  map[string]any
	env     map[string]any
	secrets atomic.Pointer[map[string]any] // by name; replaced, never changed

	mu     sync.Mutex // held while lowering
	bodies map[bodyKey]*body
	// patterns are those of parameters, by their source.
	patterns map[string]*regexp.Regexp
	once     onceStore
}

// GoFunc is a step function written in Go. Its error fails the step.
type GoFunc func(ctx context.Context, s *Session, args []any) error

// NewHost prepares a run: the drivers are started, and closed by Close.
func NewHost(plan runners.Plan, drivers ...Driver) (*Host, error) {
	h := &Host{
		Program: plan.Program, Env: plan.Env, Dir: plan.Dir, Secrets: plan.Secrets, Now: plan.Now, Sleep: sleep,
		files:  map[string]*ir.File{},
		seed:   plan.Seed,
		run:    map[string]any{"id": plan.RunID, "number": int64(plan.Number)},
		params: map[string]any{},
		bodies: map[bodyKey]*body{},
	}
	for i := range plan.Program.Files {
		h.files[plan.Program.Files[i].Path] = &plan.Program.Files[i]
	}
	for _, p := range plan.Program.Params {
		h.params[p.Name] = p.Default
	}
	for name, value := range plan.Params {
		h.params[name] = value
	}
	h.secrets.Store(&map[string]any{})
	h.scope = ScopeOf(plan.Program)
	if err := h.readEnvironment(); err != nil {
		return nil, err
	}
	for _, d := range drivers {
		if err := d.Start(h); err != nil {
			h.Close()
			return nil, err
		}
		h.drivers = append(h.drivers, d)
	}
	return h, nil
}

// Close undoes what @once bodies did and ends the drivers. Every session must be closed before.
func (h *Host) Close() error {
	failed := []error{h.once.close()}
	for _, d := range h.drivers {
		failed = append(failed, d.Close())
	}
	h.drivers = nil
	return errors.Join(failed...)
}

// Text evaluates a template of the environment: its url, a header, a file name.
func (h *Host) Text(t ir.Template) (string, error) {
	l := &Lowering{host: h}
	text, err := l.Text(t)
	if err != nil {
		return "", err
	}
	value, err := text(h.frame())
	var failure *Failure
	if errors.As(err, &failure) { // there is no step under which it could be shown
		place := ""
		if failure.at.File != "" {
			place = fmt.Sprintf(" (%s)", failure.at)
		}
		whole := *failure
		whole.Message, whole.Help = strings.Join(append([]string{failure.Message}, failure.Help...), "; ")+place, nil
		return "", &whole
	}
	return value, err
}

// frame is one outside of every session: env, secret, param and run can be read.
func (h *Host) frame() *Frame { return &Frame{session: &Session{host: h}} }

// EnvText is the value of ${env.name}, "" when there is none.
func (h *Host) EnvText(name string) string {
	s, _ := h.env[name].(string)
	return s
}

// resolve reads a secret when a program that names it is lowered, so that evaluating it later takes no lock.
// One that cannot be had is a missing value, and fails the step that reads it.
func (h *Host) resolve(name string) {
	for {
		known := h.secrets.Load()
		if _, done := (*known)[name]; done || name == "" {
			return
		}
		grown := maps.Clone(*known)
		value, err := h.Secrets.Resolve(name)
		if err != nil {
			grown[name] = expr.Missing{What: "secret." + name, Why: strings.TrimPrefix(err.Error(), fmt.Sprintf("secret %q: ", name))}
		} else {
			grown[name] = value
		}
		if h.secrets.CompareAndSwap(known, &grown) {
			return
		}
	}
}

// File is the content of a project file: embedded in the program, or beside it when it is too large for that.
func (h *Host) File(path string) ([]byte, error) {
	f := h.files[path]
	if f == nil {
		return nil, fmt.Errorf("the program has no file %q", path)
	}
	if c := f.Content(); c != nil {
		return c, nil
	}
	data, err := os.ReadFile(filepath.Join(h.Dir, filepath.FromSlash(path)))
	if err != nil {
		return nil, fmt.Errorf("%s is too large to be embedded and must lie beside the artefact: %w", path, err)
	}
	if got := ir.FileDigest(data); got != f.Digest {
		return nil, fmt.Errorf("%s is not the file that the program was compiled with: its digest is %s, expected %s", path, ir.Short(got), ir.Short(f.Digest))
	}
	return data, nil
}

func (h *Host) seedOf(script *Script, row, attempt int) (uint64, uint64) {
	hash := fnv.New64a()
	fmt.Fprintf(hash, "%s\x00%d\x00%d", script.Scenario.ID, row, attempt)
	return h.seed, hash.Sum64()
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
