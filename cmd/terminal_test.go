package cmd

import (
	"io"
	"os"
	"testing"
)

func TestColour(t *testing.T) {
	pseudo, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil || !terminal(pseudo) {
		t.Skip("no pseudo-terminal here")
	}
	defer pseudo.Close()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	for name, test := range map[string]struct {
		out  io.Writer
		env  map[string]string
		want bool
	}{
		"a terminal":             {pseudo, nil, true},
		"NO_COLOR":               {pseudo, map[string]string{"NO_COLOR": "1"}, false},
		"an empty NO_COLOR":      {pseudo, map[string]string{"NO_COLOR": ""}, true},
		"a dumb terminal":        {pseudo, map[string]string{"TERM": "dumb"}, false},
		"a file":                 {null, nil, false},
		"something in this test": {io.Discard, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			lookup := func(name string) (string, bool) { v, set := test.env[name]; return v, set }
			if got := colourful(test.out, lookup); got != test.want {
				t.Errorf("colour %v, expected %v", got, test.want)
			}
		})
	}
}
