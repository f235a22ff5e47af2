package rollout

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/cmd/term"
)

// How much of a command is kept, and how long it may take to end.
const (
	maxOutput = 4 << 10
	maxDetail = 200
	killGrace = 2 * time.Second
)

// run runs a command, never through a shell. It is ended with the context, with all that it
// has begun.
func (c *Checker) run(ctx context.Context, check rollout.Check, item rollout.Item) rollout.Finding {
	place := rollout.Placeholders{Property: item.Title(), ID: item.PropertyID, Network: item.Network, Version: item.Version}
	args := make([]string, len(check.Command))
	for i, a := range check.Command {
		args[i] = rollout.Fill(a, place)
	}
	command := exec.CommandContext(ctx, args[0], args[1:]...) //nolint:gosec // the manifest's own
	command.Env = environment(c.Environ, check.Pass)
	command.WaitDelay = killGrace
	endWithAll(command)
	out := &tail{}
	command.Stdout, command.Stderr = out, out
	err := command.Run()
	exit, isExit := errors.AsType[*exec.ExitError](err)
	switch {
	case err == nil:
		return rollout.Finding{Verdict: rollout.Held}
	case ctx.Err() != nil:
		return undecided("%s did not end in time", args[0])
	case isExit && exit.ExitCode() >= 0:
		return failed("%s ended with exit code %d%s", args[0], exit.ExitCode(), out.last())
	}
	return undecided("%s: %v%s", args[0], err, out.last())
}

// environment leaves out this program's own variables, but for those that a check
// asks for: credentials are nobody else's business.
func environment(all, pass []string) []string {
	env := []string{}
	for _, pair := range all {
		name, _, _ := strings.Cut(pair, "=")
		upper := strings.ToUpper(name)
		if own := strings.HasPrefix(upper, "AKAMAI_") || strings.HasPrefix(upper, "PROPCTL_"); !own || slices.Contains(pass, name) {
			env = append(env, pair)
		}
	}
	return env
}

// tail keeps the end of what is written.
type tail struct{ text []byte }

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	n := len(p)
	t.text = append(t.text, p[max(len(p)-maxOutput, 0):]...)
	t.text = t.text[max(len(t.text)-maxOutput, 0):]
	return n, nil
}

// last is the last line, after a colon; empty where there is none.
func (t *tail) last() string {
	lines := bytes.Split(bytes.TrimSpace(t.text), []byte("\n"))
	line := strings.TrimSpace(string(lines[len(lines)-1]))
	if line == "" {
		return ""
	}
	return ": " + line
}

// plain makes text of others harmless, and short.
func plain(s string) string { return term.Clean(s, maxDetail) }
