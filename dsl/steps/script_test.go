package steps

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

func TestScripts(t *testing.T) {
	for _, c := range []struct{ script, want string }{
		{`echo ${x}`, "shell"},
		{`echo "${x}"`, "shell-quoted"},
		{`echo "a $(printf %s ${x}) b" ${x}`, "shell shell"},
		{`echo "a $(printf %s "${x}") b"`, "shell-quoted"},
		{`echo $( (echo ${x}) ) "${x}"`, "shell shell-quoted"},
		{`echo 'a' \' ${x} "\"" ${x}`, "shell shell"},
		{"# isn't ${x}\necho ${x}", "shell-quoted shell"},
		{"cat <<END\n'${x}'\nEND\necho ${x}", "shell-quoted shell"},
		{"cat <<-END\n\t${x}\n\tEND\necho \"${x}\"", "shell-quoted shell-quoted"},
		{"cat <<< ${x}\necho ${x}", "shell shell"},
		{"cat <<A <<B\n${x}\nA\n${x}\nB\necho ${x}", "shell-quoted shell-quoted shell"},
		{`echo '${x}'`, "a value in single quotes is not expanded by the shell"},
		{"cat <<'END'\n${x}\nEND", "a value in a quoted heredoc is not expanded by the shell"},
		{"cat <<\\END\n${x}\nEND", "a value in a quoted heredoc is not expanded by the shell"},
		{"echo `echo ${x}`", "a value in backticks may be read as code"},
		{`echo $(( ${x} + 1 ))`, "a value in arithmetic may be read as code"},
		{`echo "$(( (1) + ${x} ))"`, "a value in arithmetic may be read as code"},
		{`echo $((1 + (2))) ${x}`, "shell"},
	} {
		p, wrong := cut(oneLine(c.script, diag.Pos{Line: 1, Col: 1}), nil)
		if wrong != nil {
			t.Fatal(wrong.Message)
		}
		template, wrong := p.shellTemplate()
		var got []string
		for _, part := range template {
			if part.Expr != "" {
				got = append(got, string(part.Place))
			}
		}
		said := strings.Join(got, " ")
		if wrong != nil {
			said = wrong.Message
		}
		if said != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.script, said, c.want)
		}
	}
}

// A value inside a text of an expression is a part of that text.
func TestExpressionsKnowTheirQuotes(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`text == "<zip>"`, `text == "" + string(row.zip) + ""`},
		{`text == 'a<zip>b' and <zip> > 1`, `text == 'a' + string(row.zip) + 'b' and row.zip > 1`},
		{`text == "\"<zip>"`, `text == "\"" + string(row.zip) + ""`},
		{`body.n == ${1 + x}`, `body.n == (1 + x)`},
		{`body.n == ${x}`, `body.n == x`},
	} {
		p, wrong := cut(oneLine(c.text, diag.Pos{Line: 1, Col: 1}), []string{"zip"})
		if wrong != nil {
			t.Fatal(wrong.Message)
		}
		if got := p.expression(); got != c.want {
			t.Errorf("%s became %s, expected %s", c.text, got, c.want)
		}
	}
}

// A real shell is the judge: whatever stands around a value that is accepted, the shell sees it as data.
func TestTheShellSeesData(t *testing.T) {
	const hostile = "$(echo pwned) `echo pwned` '\" ; echo pwned #\n* \\"
	for _, script := range []string{
		`printf %s ${x}`, `printf %s "${x}"`, `printf %s "$(printf %s ${x})"`, "cat <<END\n${x}\nEND",
		"x=${x}; printf %s \"$x\"", `printf '%s' a"${x}"b`,
	} {
		p, wrong := cut(oneLine(script, diag.Pos{Line: 1, Col: 1}), nil)
		if wrong != nil {
			t.Fatal(wrong.Message)
		}
		template, wrong := p.shellTemplate()
		if wrong != nil {
			t.Fatal(wrong.Message)
		}
		var b strings.Builder
		for _, part := range template {
			switch {
			case part.Expr == "":
				b.WriteString(part.Text)
			case part.Place == ir.Shell:
				b.WriteString(`"${V}"`)
			default:
				b.WriteString(`${V}`)
			}
		}
		command := exec.Command("sh", "-c", b.String())
		command.Env = []string{"V=" + hostile}
		out, err := command.Output()
		if err != nil || !strings.Contains(string(out), hostile) {
			t.Errorf("%s\nbecame %s\nand printed %q, %v", script, b.String(), out, err)
		}
	}
}
