// Package help makes the help of commands, and has the topics that go with it. It begins with examples: most people who
// ask for help want a line to begin with. Help is a result, and goes to stdout.
package help

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/cmd/term"
)

// Install adds the topics to root, and has all commands below it print the help that is made here. failed is told when
// that cannot be printed.
func Install(root *cobra.Command, env term.Env, failed func()) {
	root.AddCommand(topics()...)
	strict(root)
	root.SetHelpFunc(func(c *cobra.Command, _ []string) {
		w := &term.Printer{W: env.Stdout}
		w.Printf("%s", PageOf(c).Text(widthOf(env)))
		if w.Err != nil {
			failed()
		}
	})
	root.SetUsageFunc(func(c *cobra.Command) error { // nobody prints it; cobra's own would be linked
		w := &term.Printer{W: env.Stderr}
		w.Line("usage: %s", usageOf(c))
		return nil
	})
}

// maxWidth is how wide help is at most: longer lines are not read easily.
const maxWidth = 100

// widthOf is how wide help is: as the terminal, where that is known and not too much.
func widthOf(e term.Env) int {
	width := 0
	if e.Width != nil {
		width = e.Width()
	}
	if width <= 0 {
		width = term.UnknownWidth
	}
	return min(width, maxWidth)
}

// strict makes help of an unknown topic a usage error, and leaves the rest of cobra's help command, such as its
// completion, unchanged.
func strict(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	for _, help := range root.Commands() {
		if help.Name() != "help" {
			continue
		}
		help.Use, help.Short = "help [COMMAND | TOPIC]", "Show the help of a command, or a topic"
		help.Long = "Show the help of a command, or a topic. It is the same as --help after the command."
		help.Example = "  propctl help hostnames add\n  propctl help exit-codes"
		commands := help.ValidArgsFunction
		help.ValidArgsFunction = func(c *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
			all, directive := commands(c, args, typed)
			for _, topic := range topics() {
				if len(args) == 0 && strings.HasPrefix(topic.Name(), typed) {
					all = append(all, cobra.CompletionWithDesc(topic.Name(), topic.Short))
				}
			}
			return all, directive
		}
		help.Run, help.RunE = nil, func(_ *cobra.Command, args []string) error {
			found, _, err := root.Find(args)
			if err != nil {
				return err
			}
			found.InitDefaultHelpFlag()
			return found.Help()
		}
	}
}
