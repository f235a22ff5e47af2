package cmd

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/screen"
	"github.com/propctl/propctl/cmd/term"
)

// Help begins with examples: most people who ask for it want a line to begin
// with. It is a result, and goes to stdout.

// maxHelp is how wide help is at most: longer lines are not read easily.
const maxHelp = 100

// shapeHelp has all commands below root print the help that is made here.
func (p *program) shapeHelp(root *cobra.Command) {
	strictHelp(root)
	root.SetHelpFunc(func(c *cobra.Command, _ []string) {
		w := &term.Printer{W: p.env.Stdout}
		w.Printf("%s", helpText(c, helpWidth(p.env)))
		if w.Err != nil {
			p.exitCode = catalogue.ExitError
		}
	})
	root.SetUsageFunc(func(c *cobra.Command) error { // nobody prints it; cobra's own would be linked
		p.stderr().Line("usage: %s", usageLine(c))
		return nil
	})
}

// helpWidth is that of the terminal, as far as it is known and makes sense.
func helpWidth(e term.Env) int {
	width := 0
	if e.Width != nil {
		width = e.Width()
	}
	if width <= 0 {
		width = screen.UnknownWidth
	}
	return min(width, maxHelp)
}

// helpText is the help of a command, or a topic's text.
func helpText(c *cobra.Command, width int) string {
	c.InitDefaultHelpFlag()
	summary, more := leadOf(c)
	if isTopic(c) {
		parts := []string{paragraphs(summary, width), paragraphs(more, width)}
		for _, g := range listedFlags(c) {
			parts = append(parts, titled(g.title+":", g.text(width)))
		}
		return joinParts(parts...)
	}
	parts := []string{paragraphs(summary, width), titled("Examples:", c.Example), titled("Usage:", "  "+usageLine(c)), paragraphs(more, width)}
	for _, g := range groupsBelow(c) {
		parts = append(parts, titled(g.title+":", g.list(width)))
	}
	for _, g := range ownFlags(c) {
		parts = append(parts, titled(g.title+":", g.text(width)))
	}
	parts = append(parts, titled(mostUsed(c)+":", usefulFlags(c).text(width)))
	if c.HasAvailableSubCommands() {
		parts = append(parts, paragraphs(c.CommandPath()+" COMMAND --help shows the flags of a command.", width))
	}
	return joinParts(parts...)
}

// isTopic reports whether c is a text and no command.
func isTopic(c *cobra.Command) bool { return c.IsAdditionalHelpTopicCommand() }

// leadOf returns what a command is for, in a sentence or two, and the rest of
// what there is to say.
func leadOf(c *cobra.Command) (summary, more string) {
	summary, more, _ = strings.Cut(cmp.Or(c.Long, c.Short), "\n\n")
	return summary, more
}

// usageLine is how a command is written.
func usageLine(c *cobra.Command) string {
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

// commandGroup is a title and the commands below it.
type commandGroup struct {
	title    string
	commands []*cobra.Command
}

// groupsOfCommands says below which title a command of the root stands. One that
// is not named here stands below the last.
func groupsOfCommands() []struct{ title, names string } {
	return []struct{ title, names string }{
		{"Activate", "activate deactivate rollback wait cancel rollout"},
		{"Look", "list status pending history diff validate budget"},
		{"Hostnames and includes", "hostnames includes"},
		{"Tools", ""},
	}
}

// groupsBelow returns the commands below c, and the topics, in groups that are
// not empty.
func groupsBelow(c *cobra.Command) []commandGroup {
	if c.HasParent() {
		return filled([]commandGroup{{"Commands", visibleBelow(c)}})
	}
	var groups []commandGroup
	rest := visibleBelow(c)
	for _, g := range groupsOfCommands() {
		one := commandGroup{title: g.title}
		for name := range strings.FieldsSeq(g.names) {
			if i := slices.IndexFunc(rest, func(c *cobra.Command) bool { return c.Name() == name }); i >= 0 {
				one.commands = append(one.commands, rest[i])
				rest = slices.Delete(rest, i, i+1)
			}
		}
		groups = append(groups, one)
	}
	groups[len(groups)-1].commands = rest
	topics := slices.DeleteFunc(slices.Clone(c.Commands()), func(c *cobra.Command) bool { return !isTopic(c) })
	return filled(append(groups, commandGroup{"Topics, as in propctl help exit-codes", topics}))
}

func visibleBelow(c *cobra.Command) []*cobra.Command {
	return slices.DeleteFunc(slices.Clone(c.Commands()), func(below *cobra.Command) bool {
		return !below.IsAvailableCommand() && below.Name() != "help"
	})
}

func filled(groups []commandGroup) []commandGroup {
	return slices.DeleteFunc(groups, func(g commandGroup) bool { return len(g.commands) == 0 })
}

// list has a line for each command, and more where the terminal is narrow.
func (g commandGroup) list(width int) string {
	const indent, gap = 2, 2
	longest := 0
	for _, c := range g.commands {
		longest = max(longest, len(c.Name()))
	}
	column := indent + longest + gap
	var lines []string
	for _, c := range g.commands {
		name := strings.Repeat(" ", indent) + c.Name() + strings.Repeat(" ", column-indent-len(c.Name()))
		lines = append(lines, name+hanging(c.Short, column, width))
	}
	return strings.Join(lines, "\n")
}

// hanging fills lines of which all but the first are indented up to a column.
func hanging(text string, column, width int) string {
	const least = 20
	return strings.ReplaceAll(paragraphs(text, max(width-column, least)), "\n", "\n"+strings.Repeat(" ", column))
}

// paragraphs fills the lines of paragraphs up to a width. Lines that are indented are
// left as they are.
func paragraphs(text string, width int) string {
	var lines []string
	open := false // the last line may be added to
	for line := range strings.SplitSeq(text, "\n") {
		if line == "" || strings.HasPrefix(line, " ") {
			lines, open = append(lines, line), false
			continue
		}
		for word := range strings.FieldsSeq(line) {
			last := len(lines) - 1
			if open && utf8.RuneCountInString(lines[last])+1+utf8.RuneCountInString(word) <= width {
				lines[last] += " " + word
				continue
			}
			lines, open = append(lines, word), true
		}
	}
	return strings.Join(lines, "\n")
}
