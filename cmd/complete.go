package cmd

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/screen"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/papi"
)

// What shells complete is found here: values of flags from their types, and names
// from PAPI. Whatever goes wrong, nothing is completed and nothing is said: somebody
// is in the middle of a line.

// completes registers the completion of all flags and arguments. It is called only when a shell asks for completions:
// cobra keeps what is registered in a global table.
func (p *program) completes(root *cobra.Command) {
	p.env.Stderr = io.Discard // for all that is called from here; cobra has its own
	p.flags.Quiet = true
	p.progress, p.record = screen.NewProgress(p.env, p.flags), &journal.Run{}
	var visit func(*cobra.Command)
	visit = func(c *cobra.Command) {
		register := func(f *pflag.Flag) {
			_ = c.RegisterFlagCompletionFunc(f.Name, p.completionOf(f)) // there is such a flag
			_, f.Usage = settings.Usage(f)                              // shells show it as it is
		}
		c.LocalNonPersistentFlags().VisitAll(register)
		c.PersistentFlags().VisitAll(register)
		if c.ValidArgsFunction == nil && len(c.ValidArgs) == 0 && !c.HasSubCommands() {
			c.ValidArgsFunction = p.completionOfArguments(c.Use)
		}
		for _, below := range c.Commands() {
			visit(below)
		}
	}
	visit(root)
}

// completionOf finds out from a flag's type, or else from its name and that of its
// value, what can be given.
func (p *program) completionOf(f *pflag.Flag) cobra.CompletionFunc {
	switch value := f.Value.(type) {
	case interface{ Words() []string }:
		return words(value.Words()...)
	case *settings.Networks:
		value.Repeatable = true
		return func(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return completeNetworks(value, typed)
		}
	case *base:
		return words("latest", "staging", "production")
	}
	switch f.Name {
	case "poll":
		return words("adaptive", "retry-after", "30s")
	case "section":
		return p.completeSections
	case "fault":
		return completeFaults
	}
	switch value, _ := settings.Usage(f); value {
	case "FILE", "PATH":
		return cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault)
	case "FOLDER":
		return cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs)
	case result.Properties.Operand():
		return p.completeNames(result.Properties, false)
	case result.Includes.Operand():
		return p.completeNames(result.Includes, false)
	}
	return cobra.NoFileCompletions
}

// words completes one of a few words.
func words(all ...string) cobra.CompletionFunc {
	return cobra.FixedCompletions(all, cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveKeepOrder)
}

// completeNetworks completes a network, and after a comma the one that is not there yet.
func completeNetworks(n *settings.Networks, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	const directive = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	both := []string{result.NetworkName(papi.Staging), result.NetworkName(papi.Production)}
	comma := strings.LastIndex(typed, ",")
	if comma < 0 {
		if n.Max > 1 {
			both = append(both, strings.Join(both, ","))
		}
		return both, directive
	}
	given, err := papi.ParseNetwork(typed[:comma])
	if err != nil || n.Max < 2 {
		return nil, directive
	}
	var all []cobra.Completion
	for _, other := range both {
		if other != result.NetworkName(given) {
			all = append(all, typed[:comma+1]+other)
		}
	}
	return all, directive
}

// completionOfArguments reads from a command's usage what its arguments are.
func (p *program) completionOfArguments(use string) cobra.CompletionFunc {
	_, operands, _ := strings.Cut(use, " ")
	first, _, _ := strings.Cut(operands, " ")
	many := strings.HasSuffix(first, "...")
	first, versioned := strings.CutSuffix(strings.TrimSuffix(first, "..."), "[@VERSION]")
	var complete cobra.CompletionFunc
	switch strings.Trim(first, "[]") {
	case "GLOB":
		complete = func(c *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return p.completeNames(kindOf(c), false)(c, args, typed)
		}
	case result.Properties.Operand():
		complete = p.completeNames(result.Properties, versioned)
	case result.Includes.Operand():
		complete = p.completeNames(result.Includes, versioned)
	case "FILE":
		complete = cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault)
	default:
		return cobra.NoFileCompletions
	}
	return func(c *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 && !many {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		all, directive := complete(c, args, typed)
		return slices.DeleteFunc(all, func(one string) bool { return slices.Contains(args, one) }), directive
	}
}

// kindOf is what a command is about, by the one that it is below.
func kindOf(c *cobra.Command) result.AssetKind {
	if c.Parent().Name() == "includes" {
		return result.Includes
	}
	return result.Properties
}

// completeNames completes the name of a property or an include, and after an @ the
// word for a version.
func (p *program) completeNames(about result.AssetKind, versioned bool) cobra.CompletionFunc {
	return func(c *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if name, _, found := strings.Cut(typed, "@"); found {
			if !versioned {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return beginning([]string{name + "@latest", name + "@staging", name + "@production"}, typed),
				cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
		}
		return beginning(p.names(c, about), typed), cobra.ShellCompDirectiveNoFileComp
	}
}

// completeSections completes the sections of the credentials file in force.
func (p *program) completeSections(c *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	_, _ = settings.Load(c, p.env) // what can be read, counts
	sections, err := papi.Sections(p.edgerc())
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return beginning(safeWords(sections), typed), cobra.ShellCompDirectiveNoFileComp
}

func beginning(all []string, typed string) []string {
	var some []string
	for _, one := range all {
		if strings.HasPrefix(one, typed) {
			some = append(some, one)
		}
	}
	return some
}
