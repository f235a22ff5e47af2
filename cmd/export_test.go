package cmd

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// FlagTypes returns for each command that does something the types of its flags.
func FlagTypes() map[string]map[string]string {
	all := map[string]map[string]string{}
	var visit func(*cobra.Command, string)
	visit = func(c *cobra.Command, path string) {
		for _, below := range c.Commands() {
			visit(below, path+" "+below.Name())
		}
		if path == "" || !c.Runnable() || c.HasSubCommands() {
			return
		}
		types := map[string]string{}
		note := func(f *pflag.Flag) { types[f.Name] = f.Value.Type() }
		c.InheritedFlags().VisitAll(note)
		c.LocalFlags().VisitAll(note)
		delete(types, "help")
		all[path[1:]] = types
	}
	visit(newProgram(Env{}).root(), "")
	return all
}

// ShownValue returns how the value of a flag that every command has is shown.
func ShownValue(flag, value string) (string, error) {
	f := newProgram(Env{}).root().PersistentFlags().Lookup(flag)
	if err := f.Value.Set(value); err != nil {
		return "", err
	}
	shown := f.Value.String()
	if slice, ok := f.Value.(pflag.SliceValue); ok {
		shown += " " + strings.Join(slice.GetSlice(), " ")
	}
	return shown, nil
}
