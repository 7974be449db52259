package cmd

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"
	"testing"
)

// TestWorst is about several exit codes at once: 2, 3, 1, 4, 0 in this order.
func TestWorst(t *testing.T) {
	order := []int{2, 3, 1, 4, 0}
	for i, worse := range order {
		for _, better := range order[i:] {
			if got := worst(better, worse); got != worse {
				t.Errorf("worst(%d, %d) = %d, expected %d", better, worse, got, worse)
			}
			if got := worst(worse, better); got != worse {
				t.Errorf("worst(%d, %d) = %d, expected %d", worse, better, got, worse)
			}
		}
	}
	if got := worst(); got != 0 {
		t.Errorf("worst() = %d, expected 0", got)
	}
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) {
	return 0, &fs.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.ENOSPC}
}

// TestUnwritableStdout is about what cannot be written: hoops could not do what it was asked, and says why once.
func TestUnwritableStdout(t *testing.T) {
	t.Chdir("../examples/calculator")
	for _, args := range []string{"show", "schema", "check", "steps"} {
		var said strings.Builder
		code := Main(strings.Fields(args), Stdio{In: strings.NewReader(""), Out: full{}, Err: &said})
		if code != exitHarness || strings.Count(said.String(), "no space left") != 1 || strings.Contains(said.String(), `\n`) {
			t.Errorf("hoops %s: exit code %d: %s", args, code, said.String())
		}
	}
	var x execution
	said := &strings.Builder{}
	x.app = &app{stdio: Stdio{Err: said}}
	x.unwritten(errors.Join(errors.New("no room"), errors.New("no room"), errors.New("no folder")))
	if said.String() != "hoops: no room\nhoops: no folder\n" {
		t.Errorf("%q", said)
	}
}
