package cmd

import (
	"github.com/spf13/pflag"

	"github.com/propctl/propctl/activation"
)

// waitFlags say how to wait.
type waitFlags struct {
	until choice
	poll  activation.Poll
}

func (f *waitFlags) declare(fs *pflag.FlagSet) {
	f.until = untilActive
	fs.Var(oneOf[choice]{&f.until, []choice{untilActive, untilSteady}}, "until", "wait until it is `active`, or steady: nothing moves any more")
	fs.TextVar(&f.poll, "poll", activation.Poll{}, "when to look: `adaptive`, retry-after, or a duration of at least 5s")
}

func (f *waitFlags) waiting() activation.WaitOptions {
	return activation.WaitOptions{Steady: f.until == untilSteady, Poll: f.poll}
}
