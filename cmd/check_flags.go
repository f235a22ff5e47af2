package cmd

import (
	"github.com/spf13/cobra"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/notify"
	"github.com/propctl/propctl/cmd/settings"
)

// check finds mistakes before anything is sent.
func (p *program) check(c *cobra.Command, args []string, positional cobra.PositionalArgs) error {
	if err := settings.CheckArguments(c, args); err != nil {
		p.files = nil // the mistake may be in their names
		return err
	}
	if err := positional(c, args); err != nil {
		return &catalogue.UsageError{Err: settings.ArgumentCountError(c, args), Command: c.CommandPath()}
	}
	if err := p.checkFlags(c); err != nil {
		return err
	}
	if err := p.files.Check(); err != nil {
		p.files = nil // what was refused is not written
		return err
	}
	return nil
}

// canDryRun reports whether a command that submits something can be tried first.
func canDryRun(c *cobra.Command) bool {
	f := c.Flags().Lookup("dry-run")
	return f != nil && f.Value.String() != "true"
}

// checkFlags finds mistakes in the flags that every command has, and in the secret of webhooks.
func (p *program) checkFlags(c *cobra.Command) error {
	if _, alone := c.Annotations[narrows]; !alone {
		if err := p.flags.CheckTogether(); err != nil {
			return err
		}
	}
	if len(p.flags.Faults.All) > 0 && !p.flags.Simulate && c.Name() != "simulate" {
		return catalogue.Usagef("--fault is for the simulator, and this would reach Akamai; give --simulate too, or leave it out")
	}
	if err := p.flags.Check(c.Flags().Changed("account-key")); err != nil || len(p.flags.NotifyURLs.All) == 0 {
		return err
	}
	_, err := notify.Secret(p.env)
	return err
}
