package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cucumber-value/hoops/dsl"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/reporters"
)

// complete makes the shell complete what the project of the current folder has: environments, tags, names,
// parameters, stages. Where nothing compiles nothing is completed, and nothing is said.
func complete(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	if shells, _, err := root.Find([]string{"completion"}); err == nil {
		shells.Args = func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return usage(fmt.Sprintf("hoops completes for bash, fish, powershell and zsh, found %q", args[0]), "")
		}
		shells.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	}
	words := map[string]func(*ir.Program) []string{
		"env":    environmentNames,
		"tags":   tagNames,
		"name":   scenarioNames,
		"param":  paramNames,
		"from":   stageNames,
		"to":     stageNames,
		"driver": func(*ir.Program) []string { return driverNames },
		"format": func(*ir.Program) []string { return reporters.Formats() },
		"allow":  func(*ir.Program) []string { return []string{"shell"} },
	}
	for _, c := range root.Commands() {
		for flag, list := range words {
			if c.Flags().Lookup(flag) == nil || (c.Name() == "check" || c.Name() == "steps") && flag == "format" {
				continue
			}
			directive := cobra.ShellCompDirectiveNoFileComp
			if flag == "param" || flag == "format" { // NAME=VALUE, FORMAT:FILE
				directive |= cobra.ShellCompDirectiveNoSpace
			}
			err := c.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
				return list(current()), directive
			})
			if err != nil {
				panic(err) // a flag completed twice: a fault of this table
			}
		}
		if c.Name() == "run" {
			c.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
				return stageNames(current()), cobra.ShellCompDirectiveDefault
			}
		}
	}
}

// current is the program of the current folder, an empty one when it has none.
func current() *ir.Program {
	if dir := dsl.FindProject("."); dir != "" {
		if sources, err := dsl.Open(dir); err == nil {
			if p := dsl.Compile(sources).Program; p != nil {
				return p
			}
		}
	}
	return &ir.Program{}
}

func environmentNames(p *ir.Program) []string {
	var names []string
	for _, e := range p.Environments {
		names = append(names, e.Name)
	}
	return names
}

func stageNames(p *ir.Program) []string {
	var names []string
	for _, s := range p.Stages {
		names = append(names, s.Name+"\t"+string(s.Run))
	}
	return names
}

func paramNames(p *ir.Program) []string {
	var names []string
	for _, q := range p.Params {
		names = append(names, q.Name+"=")
	}
	return names
}

// scenarioNames are names without a tab, which would end the word.
func scenarioNames(p *ir.Program) []string {
	var names []string
	for _, f := range p.Features {
		for _, s := range f.Scenarios {
			if name := strings.ReplaceAll(s.Name, "\t", " "); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}
