package settings_test

import (
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// program is a command line with two commands, whose flags have each of the types that there are.
type program struct {
	settings.Flags

	root     *cobra.Command
	home     string
	env      map[string]string
	executed *cobra.Command // nil where flags could not be read

	note     settings.Text
	notify   settings.List
	networks settings.Networks
	pending  settings.Choice
	poll     activation.Poll
	noWait   bool
	fast     settings.OptionalBool
	limit    int
	factor   float64
	force    bool
	few      int               // of status
	either   settings.Networks // of status
}

func newProgram(t *testing.T) *program {
	t.Helper()
	p := &program{home: t.TempDir()}
	p.env = map[string]string{"HOME": p.home}
	p.root = &cobra.Command{Use: "propctl", SilenceErrors: true, SilenceUsage: true}
	p.root.SetGlobalNormalizationFunc(settings.NormalizeName)
	p.root.SetFlagErrorFunc(settings.FlagError)
	p.root.SetOut(io.Discard)
	p.Declare(p.root.PersistentFlags())

	p.networks = settings.Networks{All: []papi.Network{papi.Staging}, Max: 2, InOrder: true}
	p.either = settings.Networks{All: []papi.Network{papi.Staging, papi.Production}, Max: 1}
	p.pending = settings.IfPendingWait
	activate := p.command("activate PROPERTY", cobra.ExactArgs(1))
	f := activate.Flags()
	f.Var(&p.note, "note", "`TEXT` why")
	f.Var(&p.notify, "notify", "`ADDRESS` who is told")
	f.VarP(&p.networks, "network", "n", "`NETWORK[,NETWORK]` where")
	f.Var(settings.OneOf[settings.Choice]{To: &p.pending, Allowed: []settings.Choice{settings.IfPendingWait, settings.IfPendingFail}}, "if-pending", "what then")
	f.TextVar(&p.poll, "poll", activation.Poll{}, "`DURATION` when to look")
	f.BoolVar(&p.noWait, "no-wait", false, "do not wait")
	f.VarPF(&p.fast, "fast-push", "", "fast").NoOptDefVal = "true"
	settings.DeclareInt(f, &p.limit, "limit", 20, "`N` how many")
	f.Float64Var(&p.factor, "factor", 1.5, "`N` how much")
	f.BoolVar(&p.force, "force", false, "over what is there")
	status := p.command("status [staging | production]", cobra.OnlyValidArgs)
	status.ValidArgs = []cobra.Completion{"staging", "production"}
	status.Flags().VarP(&p.either, "network", "n", "`NETWORK` where")
	settings.DeclareInt(status.Flags(), &p.few, "limit", 5, "`N` how few")
	status.Flags().Float64("factor", 1.5, "`N` how much")
	p.root.AddCommand(activate, status)
	return p
}

func (p *program) command(use string, args cobra.PositionalArgs) *cobra.Command {
	return &cobra.Command{Use: use, Args: args, RunE: func(c *cobra.Command, _ []string) error {
		p.executed = c
		_, err := settings.Load(c, p.Env())
		return err
	}}
}

// Env is an environment with the variables of the program.
func (p *program) Env() term.Env {
	return term.Env{
		LookupEnv: func(name string) (string, bool) { value, ok := p.env[name]; return value, ok },
		Environ: func() []string {
			var all []string
			for _, name := range slices.Sorted(maps.Keys(p.env)) {
				all = append(all, name+"="+p.env[name])
			}
			return all
		},
	}
}

// settingsFile is where the settings file is looked for.
func (p *program) settingsFile() string {
	return filepath.Join(p.home, ".config", "propctl", "config.yaml")
}

// write makes a file, by default the settings file.
func (p *program) write(t *testing.T, path, content string) string {
	t.Helper()
	if path == "" {
		path = p.settingsFile()
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// run executes a command line, in which blanks separate the words.
func (p *program) run(line string) error {
	p.root.SetArgs(strings.Fields(line))
	return p.root.Execute()
}

// shown is the value of a flag of the command that was executed, and where it is from.
func (p *program) shown(flag string) (value, source, name string) {
	f := p.executed.Flags().Lookup(flag)
	kind, name := settings.SourceOf(f)
	return settings.ShownValue(f), string(kind), name
}

// refused checks that an error is a mistake in the settings, of which it says all that is wanted.
func refused(t *testing.T, err error, want ...string) {
	t.Helper()
	e, ok := errors.AsType[*catalogue.SettingError](err)
	if !ok {
		t.Errorf("%v, want an error of the settings that says %q", err, want)
		return
	}
	for _, w := range want {
		if !strings.Contains(e.Error(), w) {
			t.Errorf("%q does not say %q", e, w)
		}
	}
	if v := catalogue.Judge(err); v.ExitCode != catalogue.ExitUsage || v.Help == "" {
		t.Errorf("exit code %d, hint %q", v.ExitCode, v.Help)
	}
}
