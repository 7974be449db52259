package reporters

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/runners"
)

// maxLine is the longest event accepted, in bytes: evidence in place is small text, never a page.
const maxLine = 64 << 20

var kinds = []runners.Kind{runners.RunStarted, runners.StageStarted, runners.ScenarioStarted, runners.StepFinished,
	runners.RequestFinished, runners.PageLeft, runners.Attached, runners.ScenarioFinished, runners.Summarised, runners.Judged,
	runners.Noticed, runners.StageFinished, runners.StageSkipped, runners.RunFinished}

// Read replays a recorded stream into sink, which the caller closes. A line that is not an event ends it with
// an error that names the line; the events before it have been emitted. Fields that this version does not
// know are left out, kinds, statuses and outcomes that it does not know are errors.
func Read(r io.Reader, sink runners.Sink) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	lines.Split(wholeLines)
	n := 0
	for lines.Scan() {
		n++
		e, err := event(lines.Bytes())
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if err := sink.Emit(e); err != nil {
			return err
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("line %d: longer than %d MB", n+1, maxLine>>20)
	case err != nil:
		return fmt.Errorf("line %d: %w", n+1, err)
	case n == 0:
		return errors.New("line 1: expected events, found an empty stream")
	}
	return nil
}

// wholeLines splits at line ends and keeps them, so that a last line without one is known.
func wholeLines(data []byte, atEOF bool) (int, []byte, error) {
	for i, c := range data {
		if c == '\n' {
			return i + 1, data[:i+1], nil
		}
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}

func event(line []byte) (runners.Event, error) {
	var e runners.Event
	if err := json.Unmarshal(line, &e); err != nil {
		if line[len(line)-1] != '\n' {
			return e, fmt.Errorf("the stream is cut off in the middle of an event (%w)", err)
		}
		return e, fmt.Errorf("expected an event: %w", err)
	}
	switch {
	case !slices.Contains(kinds, e.Kind):
		return e, unknown("kind", e.Kind, kinds)
	case e.Status != "" && !slices.Contains(runners.Statuses, e.Status):
		return e, unknown("status", e.Status, runners.Statuses)
	case e.Outcome != "" && !slices.Contains(outcomes, e.Outcome):
		return e, unknown("outcome", e.Outcome, outcomes)
	}
	return e, nil
}

var outcomes = []runners.Outcome{runners.GatePassed, runners.GateFailed, runners.GateUndecided}

func unknown[T ~string](what string, found T, expected []T) error {
	var names []string
	for _, e := range expected {
		names = append(names, string(e))
	}
	if near := diag.Closest(string(found), names); near != "" {
		return fmt.Errorf("unknown %s %q: did you mean %q?", what, found, near)
	}
	return fmt.Errorf("unknown %s %q: was the stream written by a newer hoops?", what, found)
}
