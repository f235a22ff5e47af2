package cmd

import (
	"github.com/spf13/cobra"

	"github.com/propctl/propctl/cmd/result"
)

// includesCommand has the verbs that includes have too. There is no fast
// fallback, and so no rollback.
func (p *program) includesCommand() *cobra.Command {
	return group(
		&cobra.Command{
			Use:   "includes",
			Short: "The same verbs for includes",
			Long: `The same verbs for includes.

INCLUDE is an include's id (inc_123 or 123) or its exact name. Before PAPI activates
one it validates every property that uses it. There is no fast fallback. The JSON
document names it in the member include; property is null.`,
			Example: `  propctl includes status security-headers
  propctl includes activate security-headers --notify you@example.com`,
		},
		p.activateCommand(result.Includes), p.deactivateCommand(result.Includes), p.waitCommand(result.Includes), p.cancelCommand(result.Includes),
		p.listCommand(result.Includes), p.statusCommand(result.Includes), p.pendingCommand(result.Includes), p.historyCommand(result.Includes), p.diffCommand(result.Includes), p.validateCommand(result.Includes),
	)
}
