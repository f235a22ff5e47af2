package cmd

import (
	"bytes"
	"context"

	"github.com/spf13/cobra"
)

func (p *program) completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Print the completion script of a shell",
		Long: `Print the completion script of a shell. Load it with one of

  source <(propctl completion bash)
  propctl completion zsh > "${fpath[1]}/_propctl"
  propctl completion fish > ~/.config/fish/completions/propctl.fish
  propctl completion powershell | Out-String | Invoke-Expression`,
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		Args:      cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			check := cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs)
			return p.run(c, args, check, func(_ context.Context, args []string) (*report, error) { return completion(c.Root(), args[0]) })
		},
	}
}

func completion(root *cobra.Command, shell string) (*report, error) {
	var script bytes.Buffer
	var err error
	switch shell {
	case "bash":
		err = root.GenBashCompletionV2(&script, true)
	case "zsh":
		err = root.GenZshCompletion(&script)
	case "fish":
		err = root.GenFishCompletion(&script, true)
	case "powershell":
		err = root.GenPowerShellCompletionWithDesc(&script)
	}
	return &report{
		outcome: outcomeOK,
		fill:    func(d *document) { d.Script = script.String() },
		text:    func(w *printer) { w.text("%s", script.String()) },
	}, err
}
