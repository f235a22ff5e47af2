package cmd

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/settings"
)

// group makes a command that has commands below it. Alone it prints its help. With an unknown command it is a mistake,
// for which cobra would print the help too.
func group(c *cobra.Command, below ...*cobra.Command) *cobra.Command {
	c.SuggestionsMinimumDistance = 2
	c.AddCommand(below...)
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return c.Help()
		}
		meant := c.SuggestionsFor(args[0])
		err := fmt.Errorf("unknown command %q for %q%s", args[0], c.CommandPath(), settings.DidYouMean(meant))
		return &catalogue.UsageError{Err: err, Command: c.CommandPath()}
	}
	c.Args = cobra.ArbitraryArgs
	return c
}
