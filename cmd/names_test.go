package cmd

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/propctl/propctl/papi"
)

// Commands are verbs or nouns in lower case, flags are in lower case with dashes,
// members of the document begin with a small letter and have no signs.
func TestNamesOfCommandsFlagsAndMembersAreOfOneForm(t *testing.T) {
	command, member := regexp.MustCompile(`^[a-z]+(?:-[a-z]+)*$`), regexp.MustCompile(`^[a-z]+(?:[A-Z][a-z]+|ID)*$`)
	verbsBelow := func(c *cobra.Command) bool { return strings.HasSuffix(c.Name(), "s") || !c.HasSubCommands() }
	var visit func(*cobra.Command)
	visit = func(c *cobra.Command) {
		if !command.MatchString(c.Name()) || len(c.Aliases) > 0 {
			t.Errorf("%q is no name of a command", c.CommandPath())
		}
		if c.HasParent() && !verbsBelow(c) && c.Name() != "rollout" {
			t.Errorf("%q has commands below it, and is no plural", c.CommandPath())
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if !command.MatchString(f.Name) {
				t.Errorf("--%s of %s is no name of a flag", f.Name, c.CommandPath())
			}
		})
		for _, below := range c.Commands() {
			visit(below)
		}
	}
	visit(newProgram(Env{}).root())

	data, err := json.Marshal(&document{Property: &propertyView{}, Error: &errorView{PAPI: &papiView{}}, Budget: viewBudget(&papi.Quota{})})
	if err != nil {
		t.Fatal(err)
	}
	var members []string
	for _, found := range regexp.MustCompile(`"([^"]+)":`).FindAllStringSubmatch(string(data), -1) {
		members = append(members, found[1])
	}
	if i := slices.IndexFunc(members, func(name string) bool { return !member.MatchString(name) }); i >= 0 || len(members) < 30 {
		t.Errorf("%d members; %q", len(members), members[max(i, 0)])
	}
}
