package cmd

import (
	"context"

	"github.com/spf13/cobra"
)

func (p *program) completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:         "completion bash|zsh|fish|powershell",
		Annotations: map[string]string{anyway: ""},
		Short:       "Print the completion script of a shell",
		Long: `Print the completion script of a shell. Load it with one of

  source <(propctl completion bash)
  propctl completion zsh > "${fpath[1]}/_propctl"
  propctl completion fish > ~/.config/fish/completions/propctl.fish
  propctl completion powershell | Out-String | Invoke-Expression`,
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		Args:      cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			check := cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs)
			return p.run(c, args, check, func(_ context.Context, args []string) (*report, error) { return completion(c.Root(), args[0]), nil })
		},
	}
}

func completion(root *cobra.Command, shell string) *report {
	return &report{outcome: outcomeOK, text: func(w *printer) {
		var err error
		switch shell {
		case "bash":
			err = root.GenBashCompletionV2(w, true)
		case "zsh":
			err = root.GenZshCompletion(w)
		case "fish":
			err = root.GenFishCompletion(w, true)
		case "powershell":
			err = root.GenPowerShellCompletionWithDesc(w)
		}
		_ = err // of w, which keeps it
	}}
}
