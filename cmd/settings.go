package cmd

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/cmd/text"
)

func (p *program) configCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "Show the settings in force and where they came from",
		Long: `Show the settings in force that are not defaults, and where their values came from:
a flag, a variable, or the settings file. --all shows the defaults after them. The
account switch key is shown in part only, and of a URL only the host.

A setting that several commands have with different values is shown once for each
value. What is wrong with the settings is a warning here, so that it can be found.`,
		Example: `  propctl config
  propctl config --all
  propctl config -o json
  propctl config init`,
		Annotations: map[string]string{anyway: ""},
	}
	all := false
	c.Flags().BoolVar(&all, "all", false, "show what has its default, too")
	group(c, p.configPathCommand(), p.configInitCommand())
	unknown := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) > 0 {
			return unknown(c, args)
		}
		return p.run(c, args, cobra.NoArgs, func(context.Context, []string) (*result.Report, error) { return p.config(c, all), nil })
	}
	return c
}

// config lists the settings as this command line has them.
func (p *program) config(c *cobra.Command, all bool) *result.Report {
	known := p.settings(c)
	return &result.Report{
		Outcome: catalogue.OutcomeOK,
		Fill:    func(d *result.Document) { d.Settings = known },
		Text:    func(w *term.Printer, d *result.Document) { text.Settings(w, d, all) },
	}
}

// settings returns the settings of every command: those for all of them as they
// are in force here, then the others, by name.
func (p *program) settings(c *cobra.Command) []*result.Setting {
	var global, own []*result.Setting
	settable := settings.AllFlags(c.Root())
	settable["config"] = true
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if settable[f.Name] && c.InheritedFlags().Lookup(f.Name) != nil {
			global = append(global, viewSetting(f))
		}
	})
	for command, f := range p.flagsOfCommands() {
		v := viewSetting(f)
		same := slices.IndexFunc(own, func(o *result.Setting) bool {
			return o.Name == v.Name && o.Value == v.Value && o.Source == v.Source
		})
		if same < 0 {
			same, own = len(own), append(own, v)
		}
		own[same].Commands = append(own[same].Commands, command)
	}
	slices.SortStableFunc(own, func(a, b *result.Setting) int { return strings.Compare(a.Name, b.Name) })
	return append(global, own...)
}

func viewSetting(f *pflag.Flag) *result.Setting {
	kind, name := settings.SourceOf(f)
	return &result.Setting{Name: f.Name, Value: settings.ShownValue(f), Source: kind, From: result.Optional(name), Commands: []string{}}
}

// flagsOfCommands yields each command with each of its own flags that a settings file may set, with the values of the
// environment and the file. Mistakes in them are warnings.
func (p *program) flagsOfCommands() func(func(string, *pflag.Flag) bool) {
	other := newProgram(p.env) // whose flags nobody has typed
	other.flags.Config = p.flags.Config
	root := other.root()
	settable := settings.AllFlags(root)
	file := p.fromFile
	said := map[string]bool{errorText(p.settingsErr): true, "": true}
	return func(yield func(string, *pflag.Flag) bool) {
		for _, c := range commandsBelow(root) {
			for _, err := range []error{settings.LoadEnvironment(c.LocalNonPersistentFlags(), p.env), file.Apply(c)} {
				if wrong := errorText(err); !said[wrong] {
					said[wrong] = true
					p.progress.Warn(wrong)
				}
			}
			command, goOn := strings.TrimPrefix(c.CommandPath(), p.name()+" "), true
			c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
				goOn = goOn && (!settable[f.Name] || yield(command, f))
			})
			if !goOn {
				return
			}
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// commandsBelow returns all commands below one, in the order of their names.
func commandsBelow(c *cobra.Command) []*cobra.Command {
	var all []*cobra.Command
	for _, below := range c.Commands() {
		all = append(append(all, below), commandsBelow(below)...)
	}
	return all
}
