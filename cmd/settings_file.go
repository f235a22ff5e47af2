package cmd

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
)

func (p *program) configPathCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "path",
		Short: "Print the path of the settings file, whether it is there or not",
		Long: `Print the path of the settings file, whether it is there or not: what --config or
PROPCTL_CONFIG name, else propctl/config.yaml in the user's configuration folder.`,
		Example: `  propctl config path
  propctl config path -o json`,
		Annotations: map[string]string{anyway: mayBeMissing},
		RunE: func(c *cobra.Command, args []string) error {
			return p.run(c, args, cobra.NoArgs, func(context.Context, []string) (*result.Report, error) {
				v, err := p.settingsFile()
				if err != nil {
					return &result.Report{}, err
				}
				return settingsFileReport(v, "%s"), nil
			})
		},
	}
}

func (p *program) configInitCommand() *cobra.Command {
	force := false
	c := &cobra.Command{
		Use:   "init",
		Short: "Write a settings file in which every setting is explained",
		Long: `Write a settings file in which every setting is explained and none is set: remove
the # in front of one to set it. It goes where the settings are looked for, or to
the file that --config names. A file that is there already is not written over.`,
		Example: `  propctl config init
  propctl config init --config ./propctl.yaml`,
		Annotations: map[string]string{anyway: mayBeMissing},
		RunE: func(c *cobra.Command, args []string) error {
			return p.run(c, args, cobra.NoArgs, func(context.Context, []string) (*result.Report, error) { return p.initSettings(force) })
		},
	}
	c.Flags().BoolVar(&force, "force", false, "write over a file that is there")
	return c
}

func (p *program) settingsFile() (*result.SettingsFile, error) {
	path, named := settings.Path(p.env, p.flags.Config)
	if path == "" {
		return nil, catalogue.Usagef("there is no home folder to have settings in; name a file with --config")
	}
	return &result.SettingsFile{Path: path, Exists: isFile(path), Named: named}, nil
}

func settingsFileReport(v *result.SettingsFile, format string) *result.Report {
	return &result.Report{
		Outcome: catalogue.OutcomeOK,
		Fill:    func(d *result.Document) { d.SettingsFile = v },
		Text:    func(w *term.Printer, _ *result.Document) { w.Line(format, term.Clean(v.Path, term.MaxMessage)) },
	}
}

// initSettings writes the file.
func (p *program) initSettings(force bool) (*result.Report, error) {
	v, err := p.settingsFile()
	if err != nil {
		return &result.Report{}, err
	}
	if _, err := os.Lstat(v.Path); err == nil && !force {
		return &result.Report{}, catalogue.Usagef("%s is there already; --force writes over it", v.Path)
	}
	if err := os.MkdirAll(filepath.Dir(v.Path), 0o700); err != nil {
		return &result.Report{}, &catalogue.SettingError{Where: v.Path, Err: settings.WithoutPath(err)}
	}
	if err := journal.WriteFile(v.Path, []byte(p.commentedSettings()), 0o600); err != nil {
		return &result.Report{}, &catalogue.SettingError{Where: v.Path, Err: settings.WithoutPath(err)}
	}
	v.Exists = true
	return settingsFileReport(v, "wrote %s"), nil
}

// commentedSettings is a settings file with every setting in a comment.
func (p *program) commentedSettings() string {
	var b strings.Builder
	b.WriteString(`# Settings of propctl. Remove the # in front of a setting to set it.
#
# A flag beats the environment, the environment beats this file, and this file beats
# the default. propctl config shows what is in force and where it came from.
`)
	root := newProgram(p.env).root()
	settable := settings.AllFlags(root)
	section := func(title string, flags *pflag.FlagSet) {
		flags.VisitAll(func(f *pflag.Flag) {
			if !settable[f.Name] {
				return
			}
			delete(settable, f.Name) // once is enough
			if title != "" {
				b.WriteString("\n\n# " + title + "\n")
				title = ""
			}
			value, usage := settings.Usage(f)
			b.WriteString("\n# " + strings.TrimSpace(value+" "+usage) + "\n#" + f.Name + ": " + example(f) + "\n")
		})
	}
	section("For every command", root.PersistentFlags())
	for _, c := range commandsBelow(root) {
		section("For "+strings.TrimPrefix(c.CommandPath(), p.name()+" ")+", and where else it is taken", c.LocalNonPersistentFlags())
	}
	return b.String()
}

// example is a value in YAML that the flag takes: the default, where that is one.
func example(f *pflag.Flag) string {
	if slice, ok := f.Value.(pflag.SliceValue); ok && f.Value.Type() != "network" {
		return "[" + strings.Join(slice.GetSlice(), ", ") + "]"
	}
	word, _ := settings.Usage(f)
	candidates := []string{f.DefValue, word, "30m", "true", "1", "staging"}
	switch value := f.Value.(type) {
	case interface{ Words() []string }:
		candidates = append(candidates, value.Words()...)
	case *result.JQ:
		candidates = []string{"."}
	}
	for _, candidate := range candidates {
		if settings.SetFlag(f, candidate) != nil {
			continue
		}
		switch f.Value.Type() {
		case "bool", "int", "float64":
			return candidate
		}
		return strconv.Quote(candidate)
	}
	return `""`
}
