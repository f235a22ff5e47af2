package settings

import (
	"slices"
	"testing"

	"github.com/spf13/pflag"
)

func TestEveryFlagOfEveryCommandIsInOneGroup(t *testing.T) {
	var grouped []string
	for _, g := range Groups() {
		grouped = append(grouped, g.Names...)
	}
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	new(Flags).Declare(flags)
	flags.VisitAll(func(f *pflag.Flag) {
		i := slices.Index(grouped, f.Name)
		if i < 0 {
			t.Errorf("--%s is in no group, or in two", f.Name)
			return
		}
		grouped = slices.Delete(grouped, i, i+1)
		if value, text := Usage(f); text == "" || f.Value.Type() != "bool" && value == "" {
			t.Errorf("--%s: the value is %q and the usage %q", f.Name, value, text)
		}
	})
	if len(grouped) > 0 {
		t.Errorf("there are no flags, or not so many, called %v", grouped)
	}
}
