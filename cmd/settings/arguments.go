package settings

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Flags may stand before the command that they belong to. cobra finds the command
// first, and would take a command for the value of a flag that it does not know
// yet. So the words of the command are put in front.

// CommandFirst returns args with the words that name a command moved to the
// front. All else keeps its order; with a flag that no command has, args stay as
// they are, for the message to be about what was typed.
func CommandFirst(root *cobra.Command, args []string) []string {
	if len(args) > 0 && IsCompletion(args[0]) { // the last word is not typed to its end
		if last := len(args) - 1; last > 0 {
			return slices.Concat(args[:1], CommandFirst(root, args[1:last]), args[last:])
		}
		return args
	}
	var known flagTable
	c, words, rest := root, []string{}, []string{}
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" || !c.HasSubCommands() {
			rest = append(rest, args[i:]...)
			break
		}
		if !strings.HasPrefix(arg, "-") || arg == "-" {
			below := child(c, arg)
			if below == nil {
				rest = append(rest, args[i:]...)
				break
			}
			c, words = below, append(words, arg)
			continue
		}
		if known == nil {
			known = flagsOfAll(root)
		}
		separate, ok := known.takesNext(root, arg)
		if !ok {
			return args
		}
		rest = append(rest, arg)
		if separate && i+1 < len(args) && child(c, args[i+1]) != nil && isSwitchSomewhere(root, arg) {
			separate = false // what follows is the command, and no value
		}
		if i++; separate && i < len(args) {
			rest = append(rest, args[i])
		} else {
			i--
		}
	}
	return append(words, rest...)
}

// IsCompletion reports whether the first word is what completion scripts call.
func IsCompletion(word string) bool {
	return word == cobra.ShellCompRequestCmd || word == cobra.ShellCompNoDescRequestCmd
}

func child(c *cobra.Command, name string) *cobra.Command {
	i := slices.IndexFunc(c.Commands(), func(below *cobra.Command) bool { return below.Name() == name || below.HasAlias(name) })
	if i < 0 {
		return nil
	}
	return c.Commands()[i]
}

// flagTable has the flags of all commands by name and by letter. Where two
// commands have one of the same name, and it takes a value with one of them only, that is it.
type flagTable map[string]*pflag.Flag

// isSwitchSomewhere reports whether a flag of that name goes without a value with any command.
func isSwitchSomewhere(root *cobra.Command, arg string) bool {
	found := false
	EachFlag(root, func(f *pflag.Flag) { found = found || "--"+f.Name == arg && f.NoOptDefVal != "" })
	return found
}

func flagsOfAll(root *cobra.Command) flagTable {
	all := flagTable{"help": {Name: "help", NoOptDefVal: "true"}, "h": {Name: "help", NoOptDefVal: "true"}}
	note := func(f *pflag.Flag) {
		if before := all[f.Name]; before == nil || before.NoOptDefVal != "" {
			all[f.Name] = f
		}
		if f.Shorthand != "" {
			all[f.Shorthand] = f
		}
	}
	EachFlag(root, note)
	return all
}

// takesNext reports whether the word after a flag is its value; it is not ok
// when there is no such flag.
func (all flagTable) takesNext(root *cobra.Command, arg string) (separate, ok bool) {
	if long, isLong := strings.CutPrefix(arg, "--"); isLong {
		name, _, hasValue := strings.Cut(long, "=")
		f := all[string(root.GlobalNormalizationFunc()(nil, name))]
		if f == nil || len(f.Name) == 1 {
			return false, false
		}
		return !hasValue && f.NoOptDefVal == "", true
	}
	letters := arg[1:]
	for i, letter := range letters {
		f := all[string(letter)]
		if f == nil || f.Shorthand != string(letter) && letter != 'h' {
			return false, false
		}
		if f.NoOptDefVal == "" { // what follows is its value
			return i == len(letters)-1, true
		}
		if strings.HasPrefix(letters[i+1:], "=") {
			return false, true
		}
	}
	return false, true
}
