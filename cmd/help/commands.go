package help

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// Commands are a title and the commands below it.
type Commands struct {
	Title    string
	Commands []*cobra.Command
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
func groupsBelow(c *cobra.Command) []Commands {
	if c.HasParent() {
		return filled([]Commands{{"Commands", visibleBelow(c)}})
	}
	var groups []Commands
	rest := visibleBelow(c)
	for _, g := range groupsOfCommands() {
		one := Commands{Title: g.title}
		for name := range strings.FieldsSeq(g.names) {
			if i := slices.IndexFunc(rest, func(c *cobra.Command) bool { return c.Name() == name }); i >= 0 {
				one.Commands = append(one.Commands, rest[i])
				rest = slices.Delete(rest, i, i+1)
			}
		}
		groups = append(groups, one)
	}
	groups[len(groups)-1].Commands = rest
	topics := slices.DeleteFunc(slices.Clone(c.Commands()), func(c *cobra.Command) bool { return !isTopic(c) })
	return filled(append(groups, Commands{"Topics, as in propctl help exit-codes", topics}))
}

func visibleBelow(c *cobra.Command) []*cobra.Command {
	return slices.DeleteFunc(slices.Clone(c.Commands()), func(below *cobra.Command) bool {
		return !below.IsAvailableCommand() && below.Name() != "help"
	})
}

func filled(groups []Commands) []Commands {
	return slices.DeleteFunc(groups, func(g Commands) bool { return len(g.Commands) == 0 })
}

// list has a line for each command, and more where the terminal is narrow.
func (g Commands) list(width int) string {
	const indent, gap = 2, 2
	longest := 0
	for _, c := range g.Commands {
		longest = max(longest, len(c.Name()))
	}
	column := indent + longest + gap
	var lines []string
	for _, c := range g.Commands {
		name := strings.Repeat(" ", indent) + c.Name() + strings.Repeat(" ", column-indent-len(c.Name()))
		lines = append(lines, name+hanging(c.Short, column, width))
	}
	return strings.Join(lines, "\n")
}
