package cmd

import (
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

// Words returns what is said of each member of what is printed as JSON.
func Words() map[string]string { return newViews().words }

// Settings returns what a settings file has.
func Settings(path string) (map[string]any, error) {
	v, err := readSettings(path)
	if err != nil {
		return nil, err
	}
	return v.AllSettings(), nil
}
