package feed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// readNDJSON reads one object a line. The first one says which columns there are, and every other one has them,
// in any order. Numbers keep their digits.
func readNDJSON(name, text string) (*Table, *diag.Diagnostic) {
	t := &Table{}
	number := 0
	for line := range strings.Lines(text) {
		number++
		if strings.TrimSpace(line) == "" {
			continue
		}
		line = strings.TrimRight(line, "\r\n")
		names, values, err := object(line)
		fail := func(code, format string, args ...any) *diag.Diagnostic {
			d := diag.Errorf(at(name, number, 1, utf8.RuneCountInString(line)), code, format, args...)
			return &d
		}
		if err != nil {
			d := fail(codeSyntax, "this line is no JSON object of scalars: %v", err).WithHelp(`write one object a line: {"user": "ann", "pin": "0042"}`)
			return nil, &d
		}
		if t.Columns == nil {
			t.Columns = names
		}
		row := make([]string, len(t.Columns))
		for i, c := range t.Columns {
			j := slices.Index(names, c)
			if j < 0 {
				return nil, fail(codeColumns, "this line has no %q, which the first one has", c)
			}
			row[i] = values[j]
		}
		if len(names) > len(t.Columns) {
			extra := slices.IndexFunc(names, func(n string) bool { return !slices.Contains(t.Columns, n) })
			if extra < 0 {
				return nil, fail(codeColumns, "this line has a name twice")
			}
			return nil, fail(codeColumns, "this line has %q, which the first one has not", names[extra])
		}
		t.Rows, t.Lines = append(t.Rows, row), append(t.Lines, number)
	}
	return t, nil
}

// object reads a line as its names, in their order, and its values as the cells that they would be.
func object(line string) (names, values []string, err error) {
	in := json.NewDecoder(strings.NewReader(line))
	if start, err := in.Token(); err != nil {
		return nil, nil, plain(err)
	} else if start != json.Delim('{') {
		return nil, nil, fmt.Errorf("it begins with %v", start)
	}
	for in.More() {
		key, err := in.Token()
		if err != nil {
			return nil, nil, plain(err)
		}
		var raw json.RawMessage
		if err := in.Decode(&raw); err != nil {
			return nil, nil, plain(err)
		}
		value := string(bytes.TrimSpace(raw))
		switch value[0] {
		case '{', '[':
			return nil, nil, fmt.Errorf("the value of %q is no text, number, true, false or null", key)
		case '"':
			if err := json.Unmarshal(raw, &value); err != nil {
				return nil, nil, plain(err)
			}
		}
		names, values = append(names, key.(string)), append(values, value)
	}
	if _, err := in.Token(); err != nil {
		return nil, nil, plain(err)
	}
	if _, err := in.Token(); err != io.EOF {
		return nil, nil, fmt.Errorf("something follows the object")
	}
	return names, values, nil
}

// plain says that a line ends too early as people would.
func plain(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("it ends in the middle")
	}
	return err
}

func cells(n int) string {
	if n == 1 {
		return "1 cell"
	}
	return fmt.Sprintf("%d cells", n)
}
