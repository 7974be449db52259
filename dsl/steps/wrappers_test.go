package steps

import (
	"testing"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// An option of a wrapper takes the word behind it when it has an argument, and only then. What is not known of it is not
// refused.
func TestWrappersOfCommands(t *testing.T) {
	check := func(script, want string) {
		t.Helper()
		p, wrong := cut(oneLine(script, diag.Pos{Line: 1, Col: 1}), nil)
		if wrong != nil {
			t.Fatal(wrong.Message)
		}
		template, wrong := p.shellTemplate()
		said := ""
		if wrong != nil {
			said = wrong.Message
		}
		if said != want {
			t.Errorf("%s: got %q, want %q", script, said, want)
		}
		for _, part := range template {
			if part.Expr != "" && part.Place != ir.Shell && part.Place != ir.ShellQuoted {
				t.Errorf("%s: ${%s} is at %q", script, part.Expr, part.Place)
			}
		}
	}
	for _, accepted := range []string{
		"xargs -n1 echo ${x}", "xargs -n 1 echo ${x}", "xargs -P4 -n1 curl ${x}", "xargs -L1 echo ${x}", "xargs -t echo ${x}", "xargs --no-run-if-empty rm ${x}", "xargs -0 -r rm -f ${x}",
		"xargs -I{} cp {} ${x}", "xargs -I {} cp {} ${x}", "xargs -i{} cp {} ${x}", "xargs -n ${x} rm ${x}", "xargs -0n ${x} rm ${x}", "xargs --max-args ${x} rm ${x}", "xargs -a ${x} rm", "xargs -0 sh -c 'echo \"$1\"' _ ${x}",
		"sudo -n true ${x}", "sudo -i ls ${x}", "sudo -S ls ${x}", "sudo -H -u bob ls ${x}", "sudo -nu bob ls ${x}", "sudo --user=bob ls ${x}", "sudo --user bob ls ${x}", "sudo --preserve-env=A ls ${x}", "sudo --non-interactive ls ${x}",
		"sudo -u${x} ls", "sudo -u ${x} ls", "sudo --user=${x} ls", "sudo A=${x} ls", "sudo -u bob A=${x} ls ${x}", "sudo -- ls ${x}", "sudo -E env A=${x} ls ${x}", "sudo -u sh ls ${x}",
		"time -p ls ${x}", "time -v ls ${x}", "/usr/bin/time -f %e ls ${x}", "command time -p ls ${x}", "command -p ls ${x}", "command -v ${x}", "time ! ls ${x}",
		"env --chdir=${x} ls", "env -C ${x} ls", "env --unset=A ls ${x}", "env -0 ls ${x}", "env -iu A ls ${x}", "env - ls ${x}", "env -S 'ls -l' ${x}", "exec -c ls ${x}", "exec -l ls ${x}", "exec -a foo ls ${x}", "setsid -w ls ${x}", "nohup -- ls ${x}",
		"sudo -Z ${x} ls", "sudo -Z ls ${x}", "sudo --zone ls ${x}", "sudo -Z a ls ${x}", "xargs --zone=${x} ls", // options that nobody knows
		"ls >|${x}", "ls >| ${x}", "ls >|a ${x}", "ls 2>|${x} | cat ${x}",
	} {
		check(accepted, "")
	}
	for _, command := range []string{
		"xargs -n1 ${x}", "xargs -n 1 ${x}", "xargs -t ${x}", "xargs -I{} ${x}", "xargs --null ${x}", "sudo ${x}", "sudo -n ${x}", "sudo -u bob ${x}", "sudo --user=bob ${x}", "sudo --user bob ${x}", "sudo -nu bob ${x}", "sudo -- ${x}", "sudo -${x} ls",
		"time -p ${x}", "command -p ${x}", "command -- ${x}", "env -u A B=c ${x}", "env --chdir=a ${x}", "env - ${x}", "env -S ${x}", "env -S \"${x} a\"", "env -S\"ls; ${x}\"", "exec -c ${x}", "exec -a b ${x}", "setsid -w ${x}", "nohup ${x}", "sudo -E env -i ${x}",
		"-n ${x}; ${x}", "a >b | ${x}", `a \>| ${x}`, "a >|b; ${x}", "a >b|${x}",
	} {
		check(command, nameOfCommand)
	}
	check("sudo -Z sh -c ${x}", "a value in a script for sh -c is read as code")
	check("sudo -u bob sh -c ${x}", "a value in a script for sh -c is read as code")
	check("xargs -I{} sh -c \"echo {} ${x}\"", "a value in a script for sh -c is read as code")
	check("time -p eval ${x}", "a value in a script for eval is read as code")
}
