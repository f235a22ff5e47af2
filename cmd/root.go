package cmd

import (
	"bufio"
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/ci"
	"github.com/propctl/propctl/cmd/help"
	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/notify"
	"github.com/propctl/propctl/cmd/otlp"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/screen"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
)

// program is one run of one command line. It is used once.
type program struct {
	env      term.Env
	flags    settings.Flags
	exitCode int
	began    bool // a command has begun, and reports errors itself
	given    givenFlags
	dryRuns  bool // --dry-run could be given, and was not
	follows  bool // the command follows activations to their end
	out      *screen.Output
	progress *screen.Progress
	files    journal.Files
	sinks    []journal.Sink
	notifier journal.Sink // one of them
	record   *journal.Run
	meter    meter
	session  *session     // nil until there is one
	shared   *coordinated // nil where there is no coordinator, or no need for it yet
	answers  *bufio.Reader

	roots       func() (*x509.CertPool, error) // readRoots, called once: --ca-file may be a pipe
	timeoutFrom string                         // the variable or the file that has --timeout; empty where none does
	caFileFrom  string                         // the variable that names the file of --ca-file; empty where none does
	fromFile    *settings.File                 // nil where there is none
	settingsErr error                          // what is wrong with the settings; most commands stop there
}

// toolName is the name of this program, and of its folders and variables.
const toolName = "propctl"

// name is what people type for this program.
func (p *program) name() string {
	if p.env.Name == "" {
		return toolName
	}
	return p.env.Name
}

// anyway is the annotation of commands that also run with wrong settings, which are only a warning then. With the value
// mayBeMissing, a settings file that was named and does not exist is no warning either.
const (
	anyway       = "propctl-anyway"
	mayBeMissing = "missing"
)

// narrows is the annotation of commands that take --contract without --group, and the other way round.
const narrows = "propctl-narrows"

// follows marks a command that brings an activation about, or waits for one: its end is told, and who is
// told of its end may take longer than for one that only looks.
const follows = "propctl-follows"

// following marks a command with follows.
func following(c *cobra.Command) *cobra.Command {
	if c.Annotations == nil {
		c.Annotations = map[string]string{}
	}
	c.Annotations[follows] = ""
	return c
}

func worksAnyway(c *cobra.Command) bool {
	_, marked := c.Annotations[anyway]
	return marked
}

func newProgram(env term.Env) *program {
	if env.Stdout == nil {
		env.Stdout = io.Discard
	}
	if env.Stderr == nil {
		env.Stderr = io.Discard
	}
	env.Build.Version = cmp.Or(env.Build.Version, "dev")
	p := &program{env: env}
	p.roots = sync.OnceValues(p.readRoots)
	return p
}

func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:         toolName,
		Annotations: map[string]string{cobra.CommandDisplayNameAnnotation: p.name()},
		Short:       "Activate versions of Akamai properties and wait for the outcome",
		Long: `propctl activates versions of Akamai properties: it looks at what is pending on
the network, submits, waits for the outcome, and says how much of the daily
activation budget is left.

Every command can be repeated at any time. A version that is active already is a
success, and one that is on its way is followed and not submitted again.`,
		Example: `  propctl activate www.example.com --notify you@example.com --simulate
  propctl status www.example.com
  propctl activate www.example.com -n staging,production --notify you@example.com`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetGlobalNormalizationFunc(settings.NormalizeName)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return &catalogue.UsageError{Err: settings.FlagError(c, err), Command: c.CommandPath()}
	})
	p.flags.Declare(root.PersistentFlags())
	root.AddCommand(
		p.activateCommand(result.Properties), p.deactivateCommand(result.Properties), p.rollbackCommand(),
		p.waitCommand(result.Properties), p.cancelCommand(result.Properties),
		p.listCommand(result.Properties), p.statusCommand(result.Properties), p.pendingCommand(result.Properties),
		p.historyCommand(result.Properties), p.diffCommand(result.Properties), p.validateCommand(result.Properties), p.budgetCommand(),
		p.hostnamesCommand(), p.includesCommand(),
		p.simulateCommand(), p.doctorCommand(), p.coordinatorCommand(), p.configCommand(), p.explainCommand(), p.schemaCommand(), p.completionCommand(), p.versionCommand(),
	)
	root.AddCommand(p.rolloutCommands()...)
	help.Install(root, p.env, func() { p.exitCode = catalogue.ExitError })
	return root
}

// refuse prints an error that came up before the command began, and returns the exit code. A command that began has
// printed its own.
func (p *program) refuse(err error) int {
	if p.began {
		return p.exitCode
	}
	usage, ok := errors.AsType[*catalogue.UsageError](err)
	if !ok {
		usage = &catalogue.UsageError{Err: err, Command: p.name()}
	}
	message, suggestion, _ := strings.Cut(usage.Error(), "\n\nDid you mean this?\n")
	message += settings.DidYouMean(strings.Fields(suggestion))
	p.stderr().Label(term.Bad, "error", message)
	p.stderr().Label(term.Title, term.Try, helpOf(usage.Command))
	return catalogue.ExitUsage
}

// stderr is for what is said even with --quiet. Where it is gone, nobody can be told.
func (p *program) stderr() *term.Printer {
	return &term.Printer{W: p.env.Stderr, Terminal: p.env.StderrTerminalOf()}
}

func helpOf(command string) string { return "see what can be given: " + command + " --help" }

// action is what a command does. Its report is never nil: with an error it says what is known all the same.
type action func(ctx context.Context, args []string) (*result.Report, error)

// run executes an action between the reading of the settings and the printing
// of the result. From here on, whatever happens is in the result.
func (p *program) run(c *cobra.Command, args []string, check cobra.PositionalArgs, do action) error {
	p.began = true
	begun := time.Now()
	p.fromFile, p.settingsErr = settings.Load(c, p.env)
	if kind, name := settings.SourceOf(c.Flags().Lookup("ca-file")); kind == result.SourceEnvironment {
		p.caFileFrom = name
	}
	if kind, name := settings.SourceOf(c.Flags().Lookup("timeout")); kind != result.SourceFlag {
		p.timeoutFrom = name
	}
	p.observe(c, args, strings.TrimPrefix(c.CommandPath(), p.name()+" "), begun)
	defer p.progress.Close()
	result, err := &result.Report{}, p.settingsErr
	if err != nil && worksAnyway(c) {
		if c.Annotations[anyway] != mayBeMissing || !errors.Is(err, fs.ErrNotExist) {
			p.progress.Warn(err.Error())
		}
		err = nil
	}
	if err == nil {
		err = p.check(c, args, check)
	}
	if err == nil {
		ended := p.sayWhenStopping(c.Context())
		result, err = do(c.Context(), args)
		ended()
	}
	p.progress.Close()
	p.record.End(time.Now())
	p.exitCode = p.conclude(c.Context(), result, err)
	return err
}

// observe sets up progress, output, files and sinks, from the flags after the settings were read.
func (p *program) observe(c *cobra.Command, args []string, command string, begun time.Time) {
	p.given = givenBy(c)
	p.dryRuns = canDryRun(c)
	_, p.follows = c.Annotations[follows]
	p.progress = screen.NewProgress(p.env, p.flags)
	p.out = screen.NewOutput(p.env, command, p.flags, begun)
	p.out.Begin(p.env.Build)
	p.files = p.askedFiles()
	p.record = &journal.Run{Command: command, CommandLine: p.typed(command, args), Build: p.env.Build, Begun: begun}
	if p.flags.Simulate {
		p.record.Speed = p.flags.Speed
	}
	p.sinks = p.allSinks(c)
}

// allSinks returns those that are told of the run, in the order in which they are.
func (p *program) allSinks(c *cobra.Command) []journal.Sink {
	urls := p.flags.NotifyURLs.All
	if f := c.Flags().Lookup("dry-run"); !p.follows || f != nil && f.Value.String() == "true" {
		urls = nil // a look has no end that anybody waits for
	}
	p.notifier = notify.New(urls, p.env, p.sender, p.flags.Simulate)
	return []journal.Sink{
		p.progress,
		p.out,
		ci.New(p.env, p.flags, p.progress, p.record),
		&screen.TimeoutNote{Progress: p.progress, Timeout: time.Duration(p.flags.Timeout)},
		journal.Parallel{
			p.notifier,
			otlp.New(p.env, p.sender, p.flags.Simulate),
		},
	}
}

// happened passes an event to the record and to all sinks, none of which may change it.
func (p *program) happened(m journal.Entry) {
	p.record.Happened(m)
	for _, s := range p.sinks {
		s.Happened(m)
	}
}

// now is the time by PAPI's clock.
func (p *program) now() time.Time { return p.record.Now() }

// typed is the command line as it may be shown.
func (p *program) typed(command string, args []string) string {
	l := p.commandLine(strings.Fields(command)...)
	return l.add(args...).addFlags(p.given, func(string) bool { return true }).String()
}

// stoppingDelay is how long a command may take to end at Ctrl-C before it says why
// it does not.
const stoppingDelay = 500 * time.Millisecond

// sayWhenStopping prints what a command still waits for when it has not ended soon after Ctrl-C. The caller calls the
// function that it returns when the command has ended.
func (p *program) sayWhenStopping(ctx context.Context) (ended func()) {
	over := make(chan struct{})
	go func() {
		select {
		case <-ctx.Done():
			p.progress.Freeze()
		case <-over:
			return
		}
		timer := time.NewTimer(stoppingDelay)
		defer timer.Stop()
		select {
		case <-timer.C:
			p.progress.Say("interrupted: a request is on its way, and its answer is waited for a moment; Ctrl-C again ends at once")
		case <-over:
		}
	}()
	return func() { close(over) }
}
