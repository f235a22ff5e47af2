package cmd

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
)

func TestTheCommandComesFirstWhereverItsFlagsAre(t *testing.T) {
	tests := []struct{ name, args, want string }{
		{"nothing", "", ""},
		{"no flags before", "activate x -n staging", "activate x -n staging"},
		{"a flag of every command", "--section s activate x", "activate --section s x"},
		{"by its other spelling", "--accountkey k activate x", "activate --accountkey k x"},
		{"with an equals sign", "--section=s activate x", "activate --section=s x"},
		{"by its letter", "-s s activate x", "activate -s s x"},
		{"its value at once", "-ss activate x", "activate -ss x"},
		{"several letters", "-qs s activate x", "activate -qs s x"},
		{"a switch of the command", "--yes deactivate x", "deactivate --yes x"},
		{"a switch by its letter", "-y deactivate x", "deactivate -y x"},
		{"a flag of the command", "-n staging deactivate x", "deactivate -n staging x"},
		{"a value that is the name of a command", "--section status activate x", "activate --section status x"},
		{"a switch that takes a value only at once", "--fast-push activate x", "activate --fast-push x"},
		{"between the words of a command", "hostnames -n staging add x y", "hostnames add -n staging x y"},
		{"before both", "--dry-run hostnames add x y", "hostnames add --dry-run x y"},
		{"help", "-h activate", "activate -h"},
		{"an operand that is the name of a command", "activate status", "activate status"},
		{"all after two dashes", "--yes -- activate x", "--yes -- activate x"},
		{"a flag that there is not", "--nonsense activate x", "--nonsense activate x"},
		{"a switch that takes a value elsewhere", "--fast rollout status x", "rollout status --fast x"},
		{"a value of a flag that is a switch elsewhere", "--fast auto rollback x", "rollback --fast auto x"},
		{"a letter that there is not", "-Z activate x", "-Z activate x"},
		{"no value", "--section", "--section"},
		{"a word that is no command", "--yes activte x", "--yes activte x"},
		{"completion", "__complete --section s activate x", "__complete activate --section s x"},
		{"completion of a command", "__complete --section activate", "__complete --section activate"},
		{"completion of nothing", "__complete", "__complete"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			have := strings.Join(settings.CommandFirst(newProgram(term.Env{}).root(), strings.Fields(tt.args)), " ")
			if diff := cmp.Diff(tt.want, have); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Before the command is known, a flag is known by its name only.
func TestFlagsOfOneNameTakeAValueInEveryCommandOrInNone(t *testing.T) {
	root := newProgram(term.Env{}).root()
	all := map[string]*pflag.Flag{}
	var visit func(*cobra.Command)
	visit = func(c *cobra.Command) {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			same := all[f.Name]
			if same == nil {
				same, all[f.Name] = f, f
			}
			if f.Name == "fast" { // a switch of rollout status, and a choice of rollback; see the cases above
				return
			}
			if (same.NoOptDefVal == "") != (f.NoOptDefVal == "") || same.Shorthand != f.Shorthand {
				t.Errorf("--%s of %s is not like --%s of another command", f.Name, c.CommandPath(), f.Name)
			}
		})
		for _, below := range c.Commands() {
			visit(below)
		}
	}
	visit(root)
}
