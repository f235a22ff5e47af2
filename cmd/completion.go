package cmd

import (
	"bytes"
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

func (p *program) completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:         "completion bash|zsh|fish|powershell",
		Annotations: map[string]string{anyway: ""},
		Short:       "Print the completion script of a shell",
		Long: `Print the completion script of a shell, which completes commands, flags and their
values, and the names of properties and includes where there are credentials.

The names come from one request, whose answer is kept for a minute. When there is no
answer within two seconds, or none at all, nothing is completed and nothing is said.

Load it in a PowerShell with

  propctl completion powershell | Out-String | Invoke-Expression`,
		Example: `  source <(propctl completion bash)
  propctl completion zsh > "${fpath[1]}/_propctl"
  propctl completion fish > ~/.config/fish/completions/propctl.fish`,
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		Args:      cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			check := cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs)
			return p.run(c, args, check, func(_ context.Context, args []string) (*result.Report, error) { return completion(c.Root(), args[0]) })
		},
	}
}

// withAt has a bash script take PROPERTY@VERSION for one word, which bash would
// divide.
func withAt(script string) string {
	script = strings.ReplaceAll(script, "_init_completion -n =: ", "_init_completion -n =:@ ")
	colon := "    __propctl_handle_special_char \"$cur\" :\n"
	return strings.Replace(script, colon, colon+strings.Replace(colon, ":", "@", 1), 1)
}

func completion(root *cobra.Command, shell string) (*result.Report, error) {
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
	text := script.String()
	if shell == "bash" {
		text = withAt(text)
	}
	return &result.Report{
		Outcome: catalogue.OutcomeOK,
		Fill:    func(d *result.Document) { d.Script = text },
		Text:    func(w *term.Printer, _ *result.Document) { w.Printf("%s", text) },
	}, err
}
