package steps

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

func TestScripts(t *testing.T) {
	const asCommand = "a value cannot be the name of a command"
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
		{`${x}`, asCommand}, {` "${x}" a`, asCommand}, {"echo a\n${x}", asCommand}, {`./${x}.sh`, asCommand}, {`"a b/${x}"`, asCommand}, {`\e${x}`, asCommand},
		{`true; ${x}`, asCommand}, {`true && ${x}`, asCommand}, {`true || ${x}`, asCommand}, {`true & ${x}`, asCommand}, {`true | ${x}`, asCommand},
		{`( ${x} )`, asCommand}, {`(${x})`, asCommand}, {`{ ${x}; }`, asCommand}, {`f() { ${x}; }`, asCommand}, {`f() ( ${x} )`, asCommand}, {`! ${x}`, asCommand},
		{`if ${x}; then ${x}; fi`, asCommand}, {`if true; then ${x}; fi`, asCommand}, {`if true; then :; else ${x}; fi`, asCommand}, {`for i in a; do ${x}; done`, asCommand},
		{`while ${x}; do :; done`, asCommand}, {`a=b ${x}`, asCommand}, {`a=${x} b='c d' ${x}`, asCommand}, {`echo $(${x})`, asCommand}, {`echo "$(a; ${x})"`, asCommand},
		{`>a 2>&1 ${x}`, asCommand}, {"# a\n${x}", asCommand}, {"a \\\n; ${x}", asCommand}, {`case a in a) ${x};; esac`, asCommand}, {`echo <(${x})`, asCommand},
		{`exec ${x}`, asCommand}, {`exec -- ${x}`, asCommand}, {`sudo -u bob ${x}`, asCommand}, {`env A=${x} ${x}`, asCommand}, {`xargs ${x}`, asCommand}, {"cat <<A\nA\n${x}", asCommand},
		{`echo ${x}`, "shell"}, {`a=${x}`, "shell"}, {`a=${x} b="${x}" c d`, "shell shell-quoted"}, {`a=(b ${x})`, "shell"}, {`a+=${x}; a[0]=${x}`, "shell shell"}, {`export A=${x}`, "shell"},
		{`for i in a ${x}; do echo ${x}; done`, "shell shell"}, {"for i in ${x}\ndo echo; done", "shell"}, {`[ ${x} = a ] && [[ ${x} == a && ${x} ]]`, "shell shell shell"},
		{`case ${x} in ${x}|b) echo ${x} ;; (${x}) echo;; esac; echo ${x}`, "shell shell shell shell shell"}, {"echo $(case a in ${x}) echo ${x};; esac) ${x}", "shell shell shell"},
		{`>${x} echo 2>"${x}" ${x} >>${x}`, "shell shell-quoted shell shell"}, {`echo a>&2 ${x}`, "shell"}, {`echo \; ${x} "a; ${x}" 'b;' ${x}`, "shell shell-quoted shell"},
		{`sudo -u ${x} id ${x}`, "shell shell"}, {`(cd a) < ${x}`, "shell"}, {`diff <(cat ${x}) ${x}`, "shell shell"}, {"a \\\n${x}", "shell"}, {"a \n b\\\n${x}", asCommand},
		{`eval ${x}`, "a value in a script for eval is read as code"}, {`eval "echo ${x}"`, "a value in a script for eval is read as code"},
		{`sh -c ${x}`, "a value in a script for sh -c is read as code"}, {`/bin/bash -ec "echo ${x}"`, "a value in a script for bash -c is read as code"},
		{`sudo -E sh -c "${x}"`, "a value in a script for sh -c is read as code"}, {`sh -c 'echo "$1"' sh ${x}`, "shell"}, {`bash -x ${x}`, "shell"}, {`trap "rm ${x}" EXIT`, "a value in a script for trap is read as code"},
		{`. ${x}`, "a value cannot name the script that is read as code"}, {`source "${x}/a"`, "a value cannot name the script that is read as code"}, {`. ./a ${x}`, "shell"},
		{"sh <<A\n${x}\nA", "a value in a script that a shell reads is read as code"}, {"bash -s a <<A\n${x}\nA", "a value in a script that a shell reads is read as code"}, {"bash -c a <<A\n${x}\nA", "shell-quoted"}, {"sh a.sh <<A\n${x}\nA", "shell-quoted"},
		{"cat <<A\n$(${x})\nA", "a value in $(…) or backticks of a heredoc may be read as code"}, {"cat <<A\n$(a (b) ) `c` \\` ${x}\nA", "shell-quoted"},
		{"cat <<A <<B\n`\nA\n${x}\nB", "shell-quoted"},
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

// FuzzScript holds, for any script: each value has a place where the shell expands it, or is refused where it stands; and
// what is refused alone is refused behind another command too.
func FuzzScript(f *testing.F) {
	for _, script := range []string{"a ${x}", "$(a `b` \"${x}\")", "case a in (b|${x}) c;; esac", "cat <<-A <<'B'\n${x}\nA", "f() { ${x}; }", "a=(b ${x}) >&2 $((1+${x}))", "[[ a && ${x} ]]", "sh -c '${x}' # ${x}", "sudo -u ${x} ${x}"} {
		f.Add(script)
	}
	f.Fuzz(func(t *testing.T, script string) {
		read := func(script string) (ir.Template, *diag.Diagnostic) {
			p, wrong := cut(oneLine(script, diag.Pos{Line: 1, Col: 1}), nil)
			if wrong != nil {
				t.Skip(wrong.Message)
			}
			return p.shellTemplate()
		}
		template, wrong := read(script)
		for _, part := range template {
			if part.Expr != "" && part.Place != ir.Shell && part.Place != ir.ShellQuoted {
				t.Fatalf("%q: ${%s} is at %q", script, part.Expr, part.Place)
			}
		}
		if _, later := read("true ${x} 'a' \"b\" >c; " + script); wrong != nil && (later == nil || later.Message != wrong.Message) {
			t.Fatalf("%q: %s, and behind another command %v", script, wrong.Message, later)
		}
	})
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
		`env -u A --unset=B printf %s ${x}`, `command -p printf %s ${x}`, `echo a | xargs -n1 -I {} printf %s ${x}`, "printf %s ${x} >|/dev/stdout",
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
