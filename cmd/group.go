package cmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// group makes a command of commands: alone it shows what there is, and with
// anything else it is a mistake, which cobra would take for a wish for help.
func group(c *cobra.Command, below ...*cobra.Command) *cobra.Command {
	c.SuggestionsMinimumDistance = 2
	c.AddCommand(below...)
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return c.Help()
		}
		meant := c.SuggestionsFor(args[0])
		err := fmt.Errorf("unknown command %q for %q", args[0], c.CommandPath())
		if len(meant) > 0 {
			err = fmt.Errorf("%w; did you mean %s?", err, strings.Join(meant, " or "))
		}
		return &usageError{err: err, command: c.CommandPath()}
	}
	c.Args = cobra.ArbitraryArgs
	return c
}
