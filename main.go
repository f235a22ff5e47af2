// Propctl activates versions of Akamai properties and waits for the outcome.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/propctl/propctl/cmd"
)

var version, commit, date string // set by the release

// The first signal ends the command, the second one the process. A reader that has
// gone, as head does, ends neither: an activation that was submitted is followed to
// its end, and the exit code says how it ended.
func main() {
	signal.Ignore(syscall.SIGPIPE)
	signals, ended := make(chan os.Signal, 2), make(chan int, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	ctx, interrupt := context.WithCancelCause(context.Background())
	go func() { ended <- cmd.Run(ctx, cmd.System(version, commit, date), os.Args[1:]) }()
	go func() {
		<-signals
		interrupt(cmd.ErrInterrupted)
		<-signals
		ended <- cmd.ExitInterrupted
	}()
	os.Exit(<-ended)
}
