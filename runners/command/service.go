package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// Why the software under test could not be started, or is no longer there; see Failure.
var (
	ErrTaken    = errors.New("something else already answers")
	ErrExited   = errors.New("the software under test ended")
	ErrNotReady = errors.New("the software under test did not get ready")
)

const (
	// DefaultWithin is how long a service may take to get ready.
	DefaultWithin = 30 * time.Second

	// DefaultStopGrace is how long a service may take from being asked to end to being killed: longer than a
	// script, because it may have containers or data to put away.
	DefaultStopGrace = 5 * time.Second
)

// ServiceSpec is software under test, and how to know that it is ready.
type ServiceSpec struct {
	Script string // stays in the foreground as long as the software runs
	Dir    string
	Env    []string      // "NAME=value", besides the environment of this process
	Ready  Probe         // HTTPReady or PortReady
	Within time.Duration // DefaultWithin when 0
	Grace  time.Duration // DefaultStopGrace when 0
	Log    io.Writer     // gets all of its output; may be nil. What goes wrong in it does not disturb the software
}

// Failure of a service: Reason is ErrTaken, ErrExited or ErrNotReady, Message one line, Help what to do, and
// Tail the end of its output. None of them is masked.
type Failure struct {
	Reason  error
	Message string
	Help    string
	Tail    string
}

func (f *Failure) Error() string {
	text := f.Message
	if f.Help != "" {
		text += "; " + f.Help
	}
	if f.Tail != "" {
		text += "\nits output ends with:\n  " + strings.ReplaceAll(f.Tail, "\n", "\n  ")
	}
	return text
}

func (f *Failure) Unwrap() error { return f.Reason }

// Service is running software under test. It ends with Stop, and when this process ends.
type Service struct {
	group *group
	life  *os.File // its other end is held by the guard of the group
	tail  *tail
	began time.Time

	stopping sync.Once
	stopped  chan struct{} // Stop was called
	done     chan struct{}
	err      error // set before done is closed
}

// Start starts a service and waits until it is ready. When it returns an error, nothing is left running: a
// *Failure, the cause of ctx when that ended first, or why the script could not be started. The service does
// not end with ctx.
func Start(ctx context.Context, spec ServiceSpec) (*Service, error) {
	if spec.Ready.ask == nil {
		return nil, errors.New("the software under test was not started: nothing tells when it is ready")
	}
	if spec.Ready.err != nil {
		return nil, fmt.Errorf("the software under test was not started: %w", spec.Ready.err)
	}
	if err := context.Cause(ctx); err != nil {
		return nil, fmt.Errorf("the software under test was not started: %w", err)
	}
	if spec.Ready.taken(ctx) {
		return nil, &Failure{
			Reason:  ErrTaken,
			Message: fmt.Sprintf("something already answers at %s, and the software under test was not started", spec.Ready.where),
			Help:    "stop it, or remove start from the environment to test what is there",
		}
	}
	s, err := start(spec)
	if err != nil {
		return nil, err
	}
	if err := s.wait(ctx, spec); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func start(spec ServiceSpec) (*Service, error) {
	read, life, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("the software under test was not started: %w", err)
	}
	defer read.Close()
	s := &Service{
		life:    life,
		tail:    &tail{log: spec.Log},
		began:   time.Now(),
		stopped: make(chan struct{}),
		done:    make(chan struct{}),
	}
	cmd := guarded(spec.Script)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = spec.Dir, environment(spec.Env), s.tail, s.tail
	s.group, err = launch(cmd, guardFiles(read), cmp.Or(spec.Grace, DefaultStopGrace))
	if err != nil {
		life.Close()
		return nil, unstarted(err, spec.Dir, spec.Script, spec.Env)
	}
	go s.watch()
	return s, nil
}

// watch ends what is left of the group when the script has ended, by itself or by Stop.
func (s *Service) watch() {
	select {
	case <-s.group.exited:
	case <-s.stopped:
	}
	after := time.Since(s.began).Round(time.Millisecond)
	select {
	case <-s.stopped:
	default:
		s.err = &Failure{
			Reason:  ErrExited,
			Message: fmt.Sprintf("the software under test ended by itself after %s with exit code %d", after, exitCode(s.group.cmd.ProcessState)),
			Help:    "its start command must stay in the foreground as long as the software runs",
			Tail:    s.tail.String(),
		}
	}
	s.group.end()
	s.life.Close() // not earlier: the guard takes it for the end of this process
	close(s.done)
}

func (s *Service) wait(ctx context.Context, spec ServiceSpec) error {
	within := cmp.Or(spec.Within, DefaultWithin)
	ctx, cancel := context.WithCancel(ctx)
	finished := make(chan struct{})
	defer func() { cancel(); <-finished }()
	over := time.NewTimer(within)
	defer over.Stop()
	asked := make(chan error, 1) // what Ready says, the last nil
	go func() {
		defer close(finished)
		for ctx.Err() == nil {
			err := spec.Ready.ask(ctx)
			select {
			case asked <- err:
			case <-ctx.Done():
			}
			if err == nil {
				return
			}
			select {
			case <-time.After(50 * time.Millisecond):
			case <-ctx.Done():
			}
		}
	}()
	last := errors.New("it did not answer in this time")
	for {
		select {
		case <-s.done:
			return s.err
		case <-over.C:
			return &Failure{
				Reason:  ErrNotReady,
				Message: fmt.Sprintf("the software under test was not ready within %s: %s: %v", within, spec.Ready.where, last),
				Help:    "see its output, or give it more time with within",
				Tail:    s.tail.String(),
			}
		case <-ctx.Done():
			return fmt.Errorf("the software under test was stopped before it was ready: %w", context.Cause(ctx))
		case err := <-asked:
			if err != nil {
				last = err
				continue
			}
			if s.group.over() { // who answered is somebody else, or was left behind
				<-s.done
				return s.err
			}
			return nil
		}
	}
}

// Stop ends the service and everything that it started, and waits for it. It may be called again, and from any
// goroutine.
func (s *Service) Stop() {
	s.stopping.Do(func() { close(s.stopped) })
	<-s.done
}

// Done is closed when the service has ended, by itself or by Stop.
func (s *Service) Done() <-chan struct{} { return s.done }

// Err is nil while the service runs and after Stop, and a *Failure when it ended by itself.
func (s *Service) Err() error {
	select {
	case <-s.done:
		return s.err
	default:
		return nil
	}
}

// Tail is the end of its output so far.
func (s *Service) Tail() string { return s.tail.String() }

// tail keeps the end of what is written to it, and passes it on.
type tail struct {
	log io.Writer

	mu   sync.Mutex
	kept []byte
}

const (
	tailBytes = 4 << 10
	tailLines = 20
)

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	t.kept = append(t.kept, b...)
	if over := len(t.kept) - tailBytes; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	t.mu.Unlock()
	if t.log != nil {
		// An error here would close the pipe, and the software would die of its own log.
		_, _ = t.log.Write(b)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := strings.TrimRight(string(t.kept), "\r\n \t")
	cut := len(t.kept) == tailBytes
	lines := strings.Split(text, "\n")
	if n := len(lines) - tailLines; n > 0 {
		lines, cut = lines[n:], false
	}
	if cut && len(lines) > 1 {
		lines = lines[1:] // the first one is torn
	}
	return strings.Join(lines, "\n")
}
