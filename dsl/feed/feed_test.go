package feed

import (
	"fmt"
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a.csv", "user,pin\nann,0042\nbob,7\n", "[user pin] [[ann 0042] [bob 7]] [2 3]"},
		{"a.csv", "\ufeffuser,pin\r\nann,\"a,b\"\r\n", "[user pin] [[ann a,b]] [2]"},
		{"a.csv", "user , pin\n\n\"two\nlines\", x\nbob,y", "[user pin] [[two\nlines  x] [bob y]] [3 5]"},
		{"a.tsv", "user\tpin\nann\ta,b\n", "[user pin] [[ann a,b]] [2]"},
		{"a.ndjson", "{\"user\":\"ann\",\"pin\":9007199254740993}\n\n{\"pin\":true,\"user\":null}\n", "[user pin] [[ann 9007199254740993] [null true]] [1 3]"},
		{"a.jsonl", "{\"a\":\"\\u00e9\"}", "[a] [[é]] [1]"},
		{"A.JSONL", "{\"a\":1}\r\n", "[a] [[1]] [1]"},

		{"a.csv", "", "a.csv:1:1: the data file has no rows"},
		{"a.csv", "user\n", "a.csv:1:1: the data file has no rows"},
		{"a.csv", "user,pin\nann,1\nbob\n", "a.csv:3:1: this line has 1 cell, the first one names 2 cells"},
		{"a.csv", "user;pin\nann;1,5\n", "a.csv:2:1: this line has 2 cells, the first one names 1 cell"},
		{"a.csv", "user,pin\nann,é\"b\n", "a.csv:2:6: the data file is no CSV: bare \" in non-quoted-field"},
		{"a.csv", "user,pin\nann,\"b\n", `a.csv:2:7: the data file is no CSV: extraneous or missing " in quoted-field`},
		{"a.csv", "user,\nann,1\n", "a.csv:1:1: column 2 has no name"},
		{"a.csv", "user,user\nann,1\n", `a.csv:1:1: two columns are called "user"`},
		{"a.ndjson", "{\"a\":1}\n{\"b\":2}\n", `a.ndjson:2:1: this line has no "a", which the first one has`},
		{"a.ndjson", "{\"a\":1}\n{\"a\":2,\"b\":2}\n", `a.ndjson:2:1: this line has "b", which the first one has not`},
		{"a.ndjson", "{\"a\":1}\n{\"a\":2,\"a\":3}\n", "a.ndjson:2:1: this line has a name twice"},
		{"a.ndjson", "{\"a\":1,\"a\":2}\n", `a.ndjson:1:1: two columns are called "a"`},
		{"a.ndjson", "{\"a\":[1]}\n", `a.ndjson:1:1: this line is no JSON object of scalars: the value of "a" is no text, number, true, false or null`},
		{"a.ndjson", "[1]\n", "a.ndjson:1:1: this line is no JSON object of scalars: it begins with ["},
		{"a.ndjson", "{\"a\":1} {}\n", "a.ndjson:1:1: this line is no JSON object of scalars: something follows the object"},
		{"a.ndjson", "{\"a\":1\n", "a.ndjson:1:1: this line is no JSON object of scalars: it ends in the middle"},
		{"a.ndjson", "\n", "a.ndjson:1:1: the data file has no rows"},
		{"a.ndjson", "{}\n", "a.ndjson:1:1: the data file has no columns"},
	} {
		table, wrong := Read(c.name, c.text)
		got := ""
		if wrong != nil {
			got = wrong.Range.Pos.String() + ": " + wrong.Message
		} else {
			got = fmt.Sprint(table.Columns, " ", table.Rows, " ", table.Lines)
		}
		if got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.text, got, c.want)
		}
	}
	if table, _ := Read("a.csv", "a,b\n1,2\n"); table.Missing([]string{"b", "c"}) != "c" || table.Missing([]string{"a"}) != "" {
		t.Error("what is missing is not found")
	}
}

func FuzzRead(f *testing.F) {
	f.Add("a.csv", "a,b\n1,\"2\"\n")
	f.Add("a.ndjson", "{\"a\":1,\"b\":\"x\"}\n")
	f.Fuzz(func(t *testing.T, name, text string) {
		table, wrong := Read(name, text)
		if (table == nil) == (wrong == nil) {
			t.Fatal("neither a table nor what is wrong, or both")
		}
		if wrong != nil {
			if wrong.Range.Pos.Line < 1 || wrong.Range.Pos.Line > strings.Count(text, "\n")+1 && text != "" {
				t.Fatalf("%+v", wrong)
			}
			return
		}
		for _, r := range table.Rows {
			if len(r) != len(table.Columns) {
				t.Fatal("a row of another length")
			}
		}
	})
}
