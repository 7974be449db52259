package cmd

import (
	"io"
	"os"

	"golang.org/x/term"
)

// terminal reports whether w is one that can move its cursor and show colours.
func terminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func colourful(w io.Writer, lookup func(string) (string, bool)) bool {
	if v, set := lookup("NO_COLOR"); set && v != "" {
		return false
	}
	if v, _ := lookup("TERM"); v == "dumb" {
		return false
	}
	return terminal(w)
}

func width(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return columns
}
