package settings

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"pgregory.net/rapid"
)

// smallTree has flags of all kinds: with a value, without, with one that is optional, and one that is a switch with
// one command only.
func smallTree() *cobra.Command {
	run := func(*cobra.Command, []string) {}
	root := &cobra.Command{Use: "propctl"}
	root.SetGlobalNormalizationFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName { return pflag.NormalizedName(name) })
	root.PersistentFlags().StringP("section", "s", "", "")
	root.PersistentFlags().BoolP("quiet", "q", false, "")
	activate := &cobra.Command{Use: "activate", Aliases: []string{"push"}, Run: run}
	activate.Flags().StringP("network", "n", "", "")
	activate.Flags().String("fast", "", "")
	activate.Flags().String("colour", "", "")
	activate.Flags().Lookup("colour").NoOptDefVal = "always"
	hostnames := &cobra.Command{Use: "hostnames"}
	add := &cobra.Command{Use: "add", Run: run}
	add.Flags().Bool("fast", false, "")
	hostnames.AddCommand(add)
	root.AddCommand(activate, hostnames)
	return root
}

// Wherever flags stand before the command, its words come first and all else keeps its order.
func TestTheWordsOfACommandComeFirst(t *testing.T) {
	root := smallTree()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SampledFrom([][]string{{"activate"}, {"push"}, {"hostnames", "add"}}).Draw(t, "command")
		flags := [][]string{
			{"--section", "x"},
			{"--section=activate"},
			{"-s", "hostnames"},
			{"-sx"},
			{"-q"},
			{"--quiet"},
			{"-qs", "add"},
			{"--colour"},
			{"--colour=never"},
			{"-n", "staging"},
			{"--fast", "auto"},
			{"--help"},
		}
		var args, rest []string
		for _, word := range words {
			for _, flag := range rapid.SliceOfN(rapid.SampledFrom(flags), 0, 3).Draw(t, "flags") {
				args, rest = append(args, flag...), append(rest, flag...)
			}
			args = append(args, word)
		}
		after := rapid.SliceOfN(rapid.SampledFrom([]string{"www.example.com", "activate", "-y", "--", "--nonsense", "-"}), 0, 3).Draw(t, "after")
		args, rest = append(args, after...), append(rest, after...)
		want := slices.Concat(words, rest)
		if have := CommandFirst(root, args); !slices.Equal(have, want) {
			t.Errorf("%q became %q, want %q", args, have, want)
		}
		if again := CommandFirst(root, want); !slices.Equal(again, want) {
			t.Errorf("%q became %q", want, again)
		}
	})
}

// What is typed wrong stays as it was typed, for the message to be about that.
func TestWordsStayWhereAFlagIsUnknown(t *testing.T) {
	root := smallTree()
	for _, line := range []string{"--nonsense activate x", "-Z activate x", "-qZ activate", "--s activate", "--", "", "x activate", "-q"} {
		args := strings.Fields(line)
		if have := CommandFirst(root, args); !slices.Equal(have, args) {
			t.Errorf("%q became %q", args, have)
		}
	}
	if have := CommandFirst(root, strings.Fields("--fast hostnames add")); !slices.Equal(have, []string{"hostnames", "add", "--fast"}) {
		t.Errorf("a switch with one command took the name of a command for its value: %q", have)
	}
}
