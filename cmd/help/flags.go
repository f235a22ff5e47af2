package help

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/propctl/propctl/cmd/settings"
)

// A command's help has its own flags, by what one wants, and the few that most people need of those that every
// command has. The others are a topic.

// Flags are a title and flags.
type Flags struct {
	Title string
	Flags []*pflag.Flag
	brief bool // on a terminal only their names: another command's help says what they mean
}

// usefulNames are the flags of every command that the help of a command shows.
func usefulNames(c *cobra.Command) []string {
	if c.Name() == "simulate" {
		return strings.Fields("fault speed timeout output")
	}
	return strings.Fields("output section account-key timeout simulate")
}

// groupsOfOwnFlags are flags of commands that stand below a title of their own. Those not named here come first.
func groupsOfOwnFlags() []settings.FlagGroup {
	return []settings.FlagGroup{
		{Title: "Waiting", Names: strings.Fields("if-pending no-wait until poll on-timeout")},
		{
			Title: "Compliance record, for production",
			Names: strings.Fields("compliance-reason ticket peer-reviewed-by customer-email unit-tested other-reason"),
		},
	}
}

// detailNames are flags of a submission that few need. The help of activate explains them; that of others names them.
func detailNames() []string {
	return append(strings.Fields("fast-push ignore-http-errors delay-validations"), groupsOfOwnFlags()[1].Names...)
}

// ownFlags returns the flags that only some commands have, in the order in which they are declared, without the
// groups that are empty.
func ownFlags(c *cobra.Command) (all []Flags) {
	rest := Flags{Title: "Flags"}
	flags, shared := c.Flags(), c.Root().PersistentFlags()
	defer func(sorted bool) { flags.SortFlags = sorted }(flags.SortFlags)
	flags.SortFlags = false
	flags.VisitAll(func(f *pflag.Flag) {
		if !f.Hidden && f.Name != "help" && shared.Lookup(f.Name) == nil {
			rest.Flags = append(rest.Flags, f)
		}
	})
	if c.Name() != "activate" {
		details := Flags{Title: "As with " + c.Root().CommandPath() + " activate", brief: true}
		details.Flags, rest.Flags = split(rest.Flags, detailNames())
		defer func() {
			if len(details.Flags) > 0 {
				all = append(all, details)
			}
		}()
	}
	groups := []Flags{{}}
	for _, g := range groupsOfOwnFlags() {
		one := Flags{Title: g.Title}
		one.Flags, rest.Flags = split(rest.Flags, g.Names)
		groups = append(groups, one)
	}
	groups[0] = rest
	return slices.DeleteFunc(groups, func(g Flags) bool { return len(g.Flags) == 0 })
}

// split divides flags into those that are named and the others.
func split(flags []*pflag.Flag, names []string) (named, others []*pflag.Flag) {
	for _, f := range flags {
		if slices.Contains(names, f.Name) {
			named = append(named, f)
		} else {
			others = append(others, f)
		}
	}
	return named, others
}

// usefulFlags are those of every command that most people need.
func usefulFlags(c *cobra.Command) Flags {
	g := Flags{Title: "Flags of every command, all by " + c.Root().CommandPath() + " help flags"}
	for _, name := range usefulNames(c) {
		g.Flags = append(g.Flags, c.Root().PersistentFlags().Lookup(name))
	}
	return g
}

// listedFlags are the flags of a topic that lists them: all that every command has.
func listedFlags(topic *cobra.Command) []Flags {
	if topic.Name() != "flags" {
		return nil
	}
	var groups []Flags
	for _, g := range settings.Groups() {
		one := Flags{Title: g.Title}
		for _, name := range g.Names {
			one.Flags = append(one.Flags, topic.Root().PersistentFlags().Lookup(name))
		}
		groups = append(groups, one)
	}
	return groups
}

// names are in one paragraph.
func (g Flags) names(width int) string {
	const indent = "      "
	var names []string
	for _, f := range g.Flags {
		names = append(names, "--"+f.Name)
	}
	return indent + hanging(strings.Join(names, ", "), len(indent), width)
}

// text has a line for each flag, or more where it is longer than the terminal is wide.
func (g Flags) text(width int) string {
	if g.brief {
		return g.names(width)
	}
	const column, gap = 34, 2
	var lines []string
	for _, f := range g.Flags {
		_, usage := settings.Usage(f)
		if standard := settings.Default(f); standard != "" {
			usage += " (default " + standard + ")"
		}
		name := FlagName(f)
		name += strings.Repeat(" ", max(gap, column-len(name)))
		if len(name) > column && len(name)+utf8.RuneCountInString(usage) > width {
			lines = append(lines, strings.TrimRight(name, " "))
			name = strings.Repeat(" ", column)
		}
		lines = append(lines, name+hanging(usage, column, width))
	}
	return strings.Join(lines, "\n")
}

// FlagName is how a flag is written, with a word for its value.
func FlagName(f *pflag.Flag) string {
	name := "      --" + f.Name
	if f.Shorthand != "" {
		name = "  -" + f.Shorthand + ", --" + f.Name
	}
	value, _ := settings.Usage(f)
	return strings.TrimRight(name+" "+value, " ")
}
