package rollout

import (
	"context"
	"crypto/x509"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// Host is the program that the commands are a part of. Its members are set before the
// commands are made.
type Host struct {
	// Run does a command between the reading of the settings and the printing of the result.
	Run func(c *cobra.Command, args []string, positional cobra.PositionalArgs, do Action) error
	// Follows marks a command that brings activations about: who is told of its end may take longer.
	Follows func(*cobra.Command) *cobra.Command
	// Connect opens a session. Nothing is sent yet.
	Connect func() (*Session, error)
	// ConnectTo is Connect with another section of the credentials file; empty: the same one.
	ConnectTo func(section string) (*Session, error)
	// Coordination is what is shared with other machines; nil where nothing is.
	Coordination func() (*Coordination, error)
	// Submission declares the flags that go with every submission.
	Submission func(*pflag.FlagSet) Submission
	// Within bounds a command by its time-out, where one was given.
	Within func(ctx context.Context) (context.Context, context.CancelFunc)
	// CanAsk reports whether somebody is there to answer a question, which Confirm puts.
	CanAsk  func() bool
	Confirm func(ctx context.Context, text string) error
	// Begin starts the line at the bottom, and Say prints a line for people.
	Begin func(subject string)
	Say   func(format string, args ...any)
	// Repeat is a command line with those of the flags that were typed for which keep holds.
	Repeat func(words []string, keep func(flag string) bool) string
	// GoesOn introduces a command that goes on with what goes on without this one.
	GoesOn func() string
	Given  func(flag string) bool
	Stdin  func() io.Reader
	// Environ is what the commands of checks may see.
	Environ  func() []string
	Checking http.RoundTripper // carries the requests of checks; nil: the network
	// Print shows people the result.
	Print     func(*term.Printer, *result.Document)
	UserAgent func() string
	Roots     func() (*x509.CertPool, error)
	// Now is the time by PAPI's clock.
	Now func() time.Time
}

// Action is what a command does.
type Action = func(ctx context.Context, args []string) (*result.Report, error)

// Session is a connection to PAPI, or to a simulated one.
type Session struct {
	Client        *papi.Client
	Account       string // whose properties these are, for people
	Speed         float64
	Simulated     bool // nothing leaves this process
	Resubmissions int
	Jitter        func(time.Duration) time.Duration
	Turns         activation.Turns // those that other machines take, too; nil: none are taken
	Budget        *papi.Quota      // as PAPI told it last; nil: not
	Remember      func(*papi.Quota)
	Happened      func(rollout.Event)
	// Tell tells those who are told of the end of a run how something has ended, of a command, while this run goes on.
	Tell       func(command string, r *result.Report, err error)
	OutputFile string // empty: none
}

// Coordination is what is shared with other machines.
type Coordination struct {
	Store   coordinator.Store
	Work    coordinator.Work
	Holder  activation.Holder // who this process is
	Section string            // whose credentials it uses
}

// Submission is what goes with every submission.
type Submission struct {
	Notify func() []string
	Note   func() string
	// Check finds what PAPI would refuse.
	Check func(notify []string, note string) error
	// Request has the rest.
	Request func() papi.ActivationRequest
}
