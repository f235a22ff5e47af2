package cmd

import (
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/papi/simulator"
)

// completeFaults completes OPERATION=FAULT, one part after the other.
func completeFaults(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var all []string
	operation, _, found := strings.Cut(typed, "=")
	if !found {
		for _, o := range simulator.Operations() {
			all = append(all, string(o)+"=")
		}
		return beginning(all, typed), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
	known := slices.Sorted(maps.Keys(simulator.KnownFaults()))
	for _, fault := range slices.Concat([]string{"drop", "malformed", "delay:10s", "429", "500", "503", "503-after"}, known) {
		all = append(all, operation+"="+fault)
	}
	return beginning(all, typed), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}
