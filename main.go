// Propctl activates versions of Akamai properties and waits for the outcome.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/propctl/propctl/cmd"
)

// memoryLimit is from where on memory is collected more often than the size of what is in use asks for. Rule trees of 10 MB
// and long lists of activations are read whole, and CI jobs often have little memory.
const memoryLimit = 96 << 20

var version, commit, date string // set by the release

// The first signal ends the command, the second one the process. What comes within a moment of the first is
// the same wish: timeout(1) and others signal a process and its group. A reader that has gone ends neither.
// A terminal that closes is a signal too, but not to what nohup began. Of Windows, Go takes Ctrl-Break for
// os.Interrupt, and a window that closes, a log-off and a shut-down for SIGTERM.
func main() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	signal.Ignore(syscall.SIGPIPE)
	signals, ended := make(chan os.Signal, 2), make(chan int, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(signals, syscall.SIGHUP)
	}
	ctx, interrupt := context.WithCancelCause(context.Background())
	go func() { ended <- cmd.Run(ctx, cmd.System(version, commit, date), os.Args[1:]) }()
	go func() {
		<-signals
		interrupt(cmd.ErrInterrupted)
		for first := time.Now(); time.Since(first) < time.Second/4; {
			<-signals
		}
		ended <- cmd.ExitInterrupted
	}()
	os.Exit(<-ended)
}
