package settings

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/term"
)

// CheckArguments refuses what is no text: it could be sent only as something else
// than what was typed. Wherever flags have their values from, they are looked at.
func CheckArguments(c *cobra.Command, args []string) error {
	for _, arg := range args {
		if err := term.CheckText(arg); err != nil {
			return catalogue.Usagef("an argument %w", err)
		}
	}
	var first error
	c.Flags().VisitAll(func(f *pflag.Flag) {
		values := []string{f.Value.String()}
		if slice, ok := f.Value.(pflag.SliceValue); ok {
			values = slice.GetSlice()
		}
		for _, value := range values {
			if err := term.CheckText(value); err != nil && first == nil {
				first = catalogue.Usagef("--%s %w", f.Name, err)
			}
		}
	})
	return first
}

// inWords says what is wrong with the value of a flag where a library says it in
// its own words, and returns other errors as they are.
func inWords(f *pflag.Flag, value string, err error) error {
	if !catalogue.Is[*strconv.NumError](err) {
		return err
	}
	value = term.Truncate(value, term.MaxName)
	if f.Value.Type() == "bool" {
		return fmt.Errorf("%q is neither true nor false", value)
	}
	return fmt.Errorf("%q is not a number that can be used here", value)
}
