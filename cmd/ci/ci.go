// Package ci writes for CI systems: annotations, folds, variables and summaries of
// GitHub, GitLab, Azure and TeamCity; JUnit and dotenv files.
package ci

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
)

// A CI system reads what a step prints, and takes some lines for commands. Ours
// go to stderr, because stdout has the result alone:
//   - GitHub's runner reads both streams of a step alike (ScriptHandler.cs).
//   - So does Azure's agent, and its script tasks move stderr to stdout anyway; a
//     step fails for it only with failOnStderr: true, which nobody should give to a
//     program that says there how far it is.
//   - GitLab's runner makes one log of both.
//   - TeamCity documents standard output only, so its steps have to end in 2>&1.
//
// Text from outside goes through term.Clean before it is escaped for the system,
// so that it cannot begin a command even at the start of a line.

// ciOf returns the CI system that the environment names.
func ciOf(env term.Env) settings.CISystem {
	for _, known := range [...]struct {
		variable string
		system   settings.CISystem
	}{
		{"GITHUB_ACTIONS", settings.CIGitHub},
		{"GITLAB_CI", settings.CIGitLab},
		{"TF_BUILD", settings.CIAzure},
		{"TEAMCITY_VERSION", settings.CITeamCity},
		{"JENKINS_URL", settings.CIJenkins},
	} {
		if value, ok := env.Lookup(known.variable); ok && !strings.EqualFold(value, "false") {
			return known.system
		}
	}
	return settings.CINone
}

// ciSyntax has the commands of a CI system. A function is nil where the system has no such command; the others
// return a whole command without a line end.
type ciSyntax struct {
	begin, end func(title string, now time.Time) string // of what can be folded
	report     func(annotation) string                  // empty: not of this severity
	set        func(fact) string                        // a variable for later steps
	progress   func(line string) string                 // what is shown beside the running build
	// leave writes the files through which the system is told more, and returns the
	// commands that hand them over.
	leave func(term.Env, *result.Document, *journal.Run) ([]string, error)
}

func syntaxOf(s settings.CISystem) ciSyntax {
	switch s {
	case settings.CIGitHub:
		return githubSyntax()
	case settings.CIGitLab:
		return gitlabSyntax()
	case settings.CIAzure:
		return azureSyntax()
	case settings.CITeamCity:
		return teamcitySyntax()
	case settings.CIJenkins, settings.CINone:
	}
	return ciSyntax{}
}

// logWriter is the log of a step, with what else is said there.
type logWriter interface {
	// Drawable reports whether a person watches a line that is drawn over and over.
	Drawable() bool
	// SetFold says how what is said from now on is folded.
	SetFold(begin, end func() string)
	// WriteCommand prints what the system is told meanwhile, where there are lines at all.
	WriteCommand(text string)
	// WriteText prints whatever is asked for.
	WriteText(text string)
}

// ci tells a CI system what happens.
type ci struct {
	syntax ciSyntax
	env    term.Env
	log    logWriter
	quiet  bool
}

// New returns the sink for the CI system that the flags or the environment name.
// It writes to the log of the step.
func New(env term.Env, f settings.Flags, p logWriter, rec *journal.Run) journal.Sink {
	c := &ci{syntax: syntaxOf(cmp.Or(f.CI, ciOf(env))), env: env, log: p, quiet: f.Quiet}
	if c.syntax.begin != nil && !p.Drawable() {
		title := term.Clean("propctl "+rec.Command, term.MaxName)
		p.SetFold(
			func() string { return c.syntax.begin(title, rec.Begun) },
			func() string { return c.syntax.end(title, rec.Begun) },
		)
	}
	return c
}

// Happened implements journal.Sink.
func (c *ci) Happened(m journal.Entry) {
	if c.syntax.progress == nil {
		return
	}
	if line, always := m.Text(); always {
		c.log.WriteCommand(c.syntax.progress(term.Clean(line, term.MaxMessage)))
	}
}

// Concluded implements journal.Sink.
func (c *ci) Concluded(_ context.Context, d *result.Document, rec *journal.Run) error {
	if isAside(d) {
		return nil
	}
	if c.syntax.report != nil {
		for _, a := range annotationsOf(d) {
			if a.severity != severityNotice || !c.quiet {
				c.tell(c.syntax.report(a))
			}
		}
	}
	if c.syntax.set != nil {
		for _, f := range factsOf(d) {
			c.tell(c.syntax.set(f))
		}
	}
	if c.syntax.leave == nil {
		return nil
	}
	commands, err := c.syntax.leave(c.env, d, rec)
	for _, command := range commands {
		c.tell(command)
	}
	return err
}

// tell prints a command, also with --quiet: it is the result, for a machine.
func (c *ci) tell(command string) {
	if command != "" {
		c.log.WriteText(command + "\n")
	}
}

// isAside reports whether the document is about this program itself, and so of no
// interest to a pipeline.
func isAside(d *result.Document) bool {
	return d.ExitCode == catalogue.ExitOK && (d.Build != nil || d.Simulator != nil || d.Errors != nil)
}
