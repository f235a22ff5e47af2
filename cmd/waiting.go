package cmd

import (
	"context"

	"github.com/spf13/pflag"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/settings"
)

// waitFlags say how to wait.
type waitFlags struct {
	until settings.Choice
	poll  activation.Poll
}

func (f *waitFlags) declare(fs *pflag.FlagSet) {
	f.until = settings.UntilActive
	fs.Var(settings.OneOf[settings.Choice]{To: &f.until, Allowed: []settings.Choice{settings.UntilActive, settings.UntilSteady}}, "until", "what to wait for")
	fs.TextVar(&f.poll, "poll", activation.Poll{}, "`adaptive|retry-after|DURATION` when to look")
}

func (f *waitFlags) waiting() activation.WaitOptions {
	return activation.WaitOptions{Steady: f.until == settings.UntilSteady, Poll: f.poll}
}

// interruptedBy sets the context within which an activation is cancelled at a time-out. It has no time limit, and ends
// when the command is interrupted.
func interruptedBy(ctx context.Context, t activation.Target) activation.Target {
	t.CancelContext = func() context.Context { return ctx }
	return t
}
