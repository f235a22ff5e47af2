package ci

import (
	"crypto/rand"
	"path/filepath"
	"strings"
	"time"

	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

// Logging commands of Azure Pipelines:
// https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands

func azureSyntax() ciSyntax {
	return ciSyntax{
		begin: func(title string, _ time.Time) string { return "##[group]" + title },
		end:   func(string, time.Time) string { return "##[endgroup]" },
		report: func(a annotation) string {
			if a.severity == severityNotice {
				return "" // there are only errors and warnings
			}
			return "##vso[task.logissue type=" + string(a.severity) + ";]" + azureEscaped(a.title+": "+a.text())
		},
		// The agent replaces $(name) in values, so they are words. Names have no dashes.
		set: func(f fact) string {
			return "##vso[task.setvariable variable=propctl." + f.underscored() + ";isOutput=true]" + f.word()
		},
		leave: leaveForAzure,
	}
}

// azureEscaped escapes a value or a message: a percent sign by a name of its own,
// since %25 is two digits like any other to the agent, and what would end a
// property or the command.
func azureEscaped(s string) string {
	return strings.NewReplacer("%", "%AZP25", "\r", "%0D", "\n", "%0A", ";", "%3B", "]", "%5D").Replace(s)
}

// leaveForAzure writes the summary where the agent cleans up after the job, and
// hands it over.
func leaveForAzure(env term.Env, d *result.Document, rec *journal.Run) ([]string, error) {
	folder, ok := env.Lookup("AGENT_TEMPDIRECTORY")
	if !ok || !filepath.IsAbs(folder) || strings.ContainsFunc(folder, term.IsUnsafe) {
		return nil, nil
	}
	const mode = 0o644
	path := filepath.Join(folder, "propctl-"+rand.Text()+".md")
	if err := journal.WriteFile(path, []byte(summaryWithin(maxSummary, d, rec)), mode); err != nil {
		return nil, err
	}
	return []string{"##vso[task.uploadsummary]" + azureEscaped(path)}, nil
}
