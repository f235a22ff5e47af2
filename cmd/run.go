// Package cmd is the command line: commands, flags, settings, output and exit
// codes. What it exports is what main and the tests need to run it.
package cmd

import (
	"context"
	"slices"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
)

// ErrInterrupted is the cause with which main ends the context at Ctrl-C, at SIGTERM
// and at SIGHUP.
var ErrInterrupted = catalogue.ErrInterrupted

// The exit codes.
const (
	ExitOK          = catalogue.ExitOK
	ExitError       = catalogue.ExitError
	ExitUsage       = catalogue.ExitUsage
	ExitFailed      = catalogue.ExitFailed
	ExitCredentials = catalogue.ExitCredentials
	ExitTimedOut    = catalogue.ExitTimedOut
	ExitBusy        = catalogue.ExitBusy
	ExitRejected    = catalogue.ExitRejected
	ExitLimited     = catalogue.ExitLimited
	ExitInterrupted = catalogue.ExitInterrupted
)

// Env is everything that a run takes from the outside.
type Env = term.Env

// Build says what this program was made of.
type Build = term.Build

// Run runs one command line, without the program's name, and returns the exit
// code. When ctx ends with ErrInterrupted as its cause, Run returns soon.
func Run(ctx context.Context, env term.Env, args []string) int {
	return newProgram(env).execute(ctx, args)
}

func (p *program) execute(ctx context.Context, args []string) int {
	defer p.close()
	root := p.root()
	root.SetArgs(slices.Concat([]string{}, settings.CommandFirst(root, args))) // nil would mean os.Args
	root.SetIn(p.env.Stdin)
	root.SetOut(p.env.Stdout)
	root.SetErr(p.env.Stderr)
	if len(args) > 0 && settings.IsCompletion(args[0]) {
		p.completes(root)
	}
	if err := root.ExecuteContext(ctx); err != nil {
		p.exitCode = p.refuse(err)
	}
	return p.exitCode
}
