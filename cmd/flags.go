package cmd

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// count is a flag whose value is a number of things. Where 0 is below the least, it is what was not given.
type count struct {
	n     *int
	least int
}

var _ pflag.Value = (*count)(nil)

func (c *count) Set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < c.least {
		return fmt.Errorf("expected a number from %d up", c.least)
	}
	*c.n = n
	return nil
}

func (c *count) Type() string { return "N" }

func (c *count) String() string {
	if c.n == nil || *c.n == 0 {
		return ""
	}
	return strconv.Itoa(*c.n)
}

// wrongFlag says what is wrong with a flag, without the words of Go's number parser.
func wrongFlag(c *cobra.Command, err error) error {
	message := err.Error()
	if before, _, found := strings.Cut(message, ": strconv."); found {
		message = before + ": expected a number"
	}
	if before, _, found := strings.Cut(message, " in -"); found && strings.HasPrefix(message, "unknown shorthand flag") {
		message = before
	}
	hint := c.CommandPath() + " --help lists its flags"
	if name, found := strings.CutPrefix(message, "unknown flag: --"); found {
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := diag.Closest(name, names); near != "" {
			hint = fmt.Sprintf("did you mean --%s?", near)
		}
	}
	return usage(message, hint)
}
