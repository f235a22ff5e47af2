package ci

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
)

// Workflow commands of GitHub Actions:
// https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands

func githubSyntax() ciSyntax {
	return ciSyntax{
		begin: func(title string, _ time.Time) string { return "::group::" + githubData(title) },
		end:   func(string, time.Time) string { return "::endgroup::" },
		report: func(a annotation) string {
			return "::" + string(a.severity) + " title=" + githubProperty(a.title) + "::" + githubData(strings.Join(a.lines, "\n"))
		},
		leave: leaveForGitHub,
	}
}

// githubData escapes what stands behind a command.
func githubData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// githubProperty escapes the value of a property.
func githubProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}

// leaveForGitHub appends the outputs and the summary of the step to the files that
// the runner has named.
func leaveForGitHub(env term.Env, d *result.Document, rec *journal.Run) ([]string, error) {
	var outputs strings.Builder
	for _, f := range factsOf(d) {
		outputs.WriteString(githubOutput(f, rand.Text()))
	}
	return nil, journal.JoinErrors([]error{
		appendTo(env, "GITHUB_OUTPUT", func(int64) string { return outputs.String() }),
		appendTo(env, "GITHUB_STEP_SUMMARY", func(size int64) string { return summaryWithin(maxSummary-size, d, rec) }),
	})
}

// githubOutput formats an output of the step. A value of several lines ends at a delimiter that nobody could know
// before, so nothing in the value can begin another output. Control characters are made visible.
func githubOutput(f fact, delimiter string) string {
	lines := strings.Split(f.value, "\n")
	for i, line := range lines {
		lines[i] = term.Visible(term.Truncate(line, term.MaxMessage))
	}
	if len(lines) == 1 {
		return f.name + "=" + lines[0] + "\n"
	}
	return f.name + "<<" + delimiter + "\n" + strings.Join(lines, "\n") + "\n" + delimiter + "\n"
}

// appendTo appends a text to the file that a variable names. There is none outside
// of a runner, and then nothing is written. The text is told how long the file is.
func appendTo(env term.Env, variable string, text func(size int64) string) (err error) {
	path, ok := env.Lookup(variable)
	if !ok {
		return nil
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("nothing can be added to the file that %s names: %w", variable, settings.WithoutPath(err))
		}
	}()
	if err := journal.CheckPath(path); err != nil { // a pipe could take forever
		return err
	}
	const mode = 0o644
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, mode) //nolint:gosec // the file that the runner named
	if err != nil {
		return err
	}
	size, begun, err := ending(f)
	if err == nil {
		if more := text(size + int64(len(begun))); more != "" {
			_, err = f.WriteString(begun + more)
		}
	}
	return errors.Join(err, f.Close())
}

// ending returns the size of a file, and a line end where its last line has none:
// ours must not become part of it.
func ending(f *os.File) (size int64, end string, err error) {
	if size, err = f.Seek(0, io.SeekEnd); err != nil || size == 0 {
		return size, "", err
	}
	last := make([]byte, 1)
	if _, err = f.ReadAt(last, size-1); err == nil && last[0] != '\n' {
		end = "\n"
	}
	return size, end, err
}
