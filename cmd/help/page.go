package help

import (
	"cmp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// Page is the help of a command, or a topic.
type Page struct {
	Topic          bool   // a text, and no command
	Summary, More  string // what it is for, in a sentence or two, and the rest of what there is to say
	Example, Usage string
	Commands       []Commands
	Flags          []Flags // that only some commands have; of the topic flags: that every command has
	mostUsed       Flags
	command        string // how it is called
}

// PageOf returns the page of a command.
func PageOf(c *cobra.Command) Page {
	c.InitDefaultHelpFlag()
	p := Page{Topic: isTopic(c), command: c.CommandPath()}
	p.Summary, p.More, _ = strings.Cut(cmp.Or(c.Long, c.Short), "\n\n")
	if p.Topic {
		p.Flags = listedFlags(c)
		return p
	}
	p.Example, p.Usage = c.Example, usageOf(c)
	p.Commands, p.Flags, p.mostUsed = groupsBelow(c), ownFlags(c), usefulFlags(c)
	return p
}

// Text is the page for a terminal of a width.
func (p Page) Text(width int) string {
	parts := []string{paragraphs(p.Summary, width), titled("Examples:", p.Example)}
	if p.Usage != "" {
		parts = append(parts, titled("Usage:", "  "+p.Usage))
	}
	parts = append(parts, paragraphs(p.More, width))
	for _, g := range p.Commands {
		parts = append(parts, titled(g.Title+":", g.list(width)))
	}
	for _, g := range append(slices.Clone(p.Flags), p.mostUsed) {
		parts = append(parts, titled(g.Title+":", g.text(width)))
	}
	if len(p.Commands) > 0 {
		parts = append(parts, paragraphs(p.command+" COMMAND --help shows the flags of a command.", width))
	}
	return joinParts(parts...)
}

// isTopic reports whether c is a text and no command.
func isTopic(c *cobra.Command) bool { return c.IsAdditionalHelpTopicCommand() }

// usageOf is how a command is written.
func usageOf(c *cobra.Command) string {
	if c.HasAvailableSubCommands() {
		return c.CommandPath() + " COMMAND"
	}
	return c.UseLine()
}

func titled(title, text string) string {
	if text = strings.TrimRight(text, "\n"); text == "" {
		return ""
	}
	return title + "\n" + text
}

// joinParts puts an empty line between the parts that are not empty.
func joinParts(parts ...string) string {
	parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
	return strings.Join(parts, "\n\n") + "\n"
}
