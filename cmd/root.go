package cmd

import (
	"cmp"
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/propctl/propctl/papi"
)

// program is one run of one command line. It is used once.
type program struct {
	env      Env
	flags    globalFlags
	exitCode int
	began    bool // a command has begun, and reports errors itself
	given    givenFlags
	dryRuns  bool // --dry-run could be given, and was not
	out      *output
	progress *progress
	files    files
	sinks    []sink
	record   *record
	meter    meter
	session  *session // nil until there is one

	settingsErr error // what is wrong with the settings; most commands stop there
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

// anyway marks a command that is of use without the settings, too: what is wrong
// with them is a warning.
const anyway = "propctl-anyway"

func worksAnyway(c *cobra.Command) bool {
	_, marked := c.Annotations[anyway]
	return marked
}

func newProgram(env Env) *program {
	if env.Stdout == nil {
		env.Stdout = io.Discard
	}
	if env.Stderr == nil {
		env.Stderr = io.Discard
	}
	env.Build.Version = cmp.Or(env.Build.Version, "dev")
	return &program{env: env}
}

// globalFlags are the flags that every command has.
type globalFlags struct {
	edgerc, section, accountKey string
	contract, group             string
	config                      string
	output                      format
	outputFile, report          string
	metricsFile                 string
	notifyURLs                  endpoints
	jq                          expression
	quiet, verbose, debug       bool
	timeout, requestTimeout     span
	maxRetries                  int
	suspendInitial              span
	suspendFactor               float64
	suspendMaximum              span
	caFile, contact             string
	simulate                    bool
	speed                       float64
	ci                          ciSystem
	junit, dotenv               string
}

const (
	defaultSection    = "default"
	defaultMaxRetries = 6
	defaultSpeed      = 60
)

func (g *globalFlags) declare(f *pflag.FlagSet) {
	f.StringVar(&g.edgerc, "edgerc", "", "credentials file, `path` (default ~/.edgerc)")
	f.StringVarP(&g.section, "section", "s", "", "section of it, `name` (default \"default\")")
	f.StringVar(&g.accountKey, "account-key", "", "account switch `key`")
	f.StringVar(&g.contract, "contract", "", "contract `id`, where a property has several")
	f.StringVar(&g.group, "group", "", "group `id`, where a property has several")
	f.StringVar(&g.config, "config", "", "settings `file` (default propctl/config.yaml in the user's configuration folder)")
	f.TextVarP(&g.output, "output", "o", formatText, "`text`, json or ndjson")
	f.Var(&g.jq, "jq", "print what this jq `expression` yields for the document, or for each line of ndjson")
	f.StringVar(&g.outputFile, "output-file", "", "write the json document to `path` too")
	f.StringVar(&g.metricsFile, "metrics-file", "", "write metrics for Prometheus to `path`")
	f.Var(&g.notifyURLs, "notify-url", "`url` of a webhook, of Slack or of Teams, to tell how a run has ended")
	f.StringVar(&g.report, "report", "", "write a page about the run, in HTML, to `path`")
	f.BoolVarP(&g.quiet, "quiet", "q", false, "print only the result and errors")
	f.BoolVarP(&g.verbose, "verbose", "v", false, "print every look and every retry")
	f.BoolVar(&g.debug, "debug", false, "print every request")
	f.TextVar(&g.timeout, "timeout", span(0), "`duration` of the whole command (default 30m for staging, 90m for production)")
	f.TextVar(&g.requestTimeout, "request-timeout", span(0), "`duration` of one request (default 60s, submissions 120s)")
	f.IntVar(&g.maxRetries, "max-retries", defaultMaxRetries, "repeats of a failed read, and of a submission that came to nothing")
	standard := papi.DefaultSuspension()
	f.TextVar(&g.suspendInitial, "suspend-initial", span(standard.Initial), "`duration` for which nothing is sent to a PAPI that has failed too often in a row")
	f.Float64Var(&g.suspendFactor, "suspend-factor", standard.Factor, "`number` by which that grows while PAPI goes on failing")
	f.TextVar(&g.suspendMaximum, "suspend-maximum", span(standard.Maximum), "longest `duration` for which nothing is sent")
	f.StringVar(&g.caFile, "ca-file", "", "extra root certificates, `path`")
	f.StringVar(&g.contact, "contact", "", "`text` for the User-Agent: who to ask about this client")
	f.BoolVar(&g.simulate, "simulate", false, "use the embedded simulator: no credentials, no network")
	f.Float64Var(&g.speed, "speed", defaultSpeed, "simulated `seconds` in one real second")
	f.TextVar(&g.ci, "ci", ciSystem(""), "write for a CI system: `github`, gitlab, azure, teamcity, jenkins or none (default the one that the environment names)")
	f.StringVar(&g.junit, "junit", "", "write the result as JUnit XML to `path`")
	f.StringVar(&g.dotenv, "dotenv", "", "write the result as variables to `path`, one a line")
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
	root.SetGlobalNormalizationFunc(spelling)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return &usageError{err: misread(c, err), command: c.CommandPath()}
	})
	p.flags.declare(root.PersistentFlags())
	root.AddCommand(
		p.activateCommand(properties), p.deactivateCommand(properties), p.rollbackCommand(),
		p.waitCommand(properties), p.cancelCommand(properties),
		p.statusCommand(properties), p.pendingCommand(properties), p.historyCommand(properties), p.budgetCommand(),
		p.hostnamesCommand(), p.includesCommand(),
		p.simulateCommand(), p.doctorCommand(), p.configCommand(), p.explainCommand(), p.schemaCommand(), p.completionCommand(), p.versionCommand(),
	)
	root.AddCommand(topics()...)
	p.shapeHelp(root)
	return root
}

// spelling returns the name of a flag that may be spelt as other Akamai tools do.
func spelling(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	if name == "accountkey" {
		name = "account-key"
	}
	return pflag.NormalizedName(name)
}

// refuse reports what kept a command from beginning, when it did not begin.
func (p *program) refuse(err error) int {
	if p.began {
		return p.exitCode
	}
	usage, ok := errors.AsType[*usageError](err)
	if !ok {
		usage = &usageError{err: err, command: p.name()}
	}
	message, suggestion, _ := strings.Cut(usage.Error(), "\n\nDid you mean this?\n")
	message += didYouMean(strings.Fields(suggestion))
	p.stderr().label(bad, "error", message)
	p.stderr().label(title, "hint", helpOf(usage.command))
	return ExitUsage
}

// stderr is for what is said even with --quiet. Where it is gone, nobody can be told.
func (p *program) stderr() *printer {
	return &printer{w: p.env.Stderr, term: p.env.stderrTerminal()}
}

func helpOf(command string) string { return "this shows what can be given: " + command + " --help" }

// action is what a command does. The report says what is known also when there
// is an error; it is never nil.
type action func(ctx context.Context, args []string) (*report, error)

// run executes an action between the reading of the settings and the printing
// of the result. From here on, whatever happens is in the result.
func (p *program) run(c *cobra.Command, args []string, check cobra.PositionalArgs, do action) error {
	p.began = true
	begun := time.Now()
	p.settingsErr = p.loadSettings(c)
	p.given = givenBy(c)
	p.dryRuns = canDryRun(c)
	p.progress = newProgress(p.env, p.flags)
	defer p.progress.close()
	command := strings.TrimPrefix(c.CommandPath(), p.name()+" ")
	p.out = newOutput(p.env, command, p.flags, begun)
	p.out.header(p.env.Build)
	p.files = p.askedFiles()
	p.record = &record{command: command, line: p.typed(command, args), build: p.env.Build, begun: begun}
	p.sinks = []sink{p.progress, p.out, newCI(p.env, p.flags, p.progress, p.record), &patienceHint{progress: p.progress, timeout: time.Duration(p.flags.timeout)}, atOnce{newNotifier(p, c), tracer{p}}}
	if p.flags.simulate {
		p.record.speed = p.flags.speed
	}
	result, err := &report{}, p.settingsErr
	if err != nil && worksAnyway(c) {
		p.progress.warn(err.Error())
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
	p.progress.close()
	p.record.ended = time.Now()
	p.exitCode = p.conclude(c.Context(), result, err)
	return err
}

// happened tells everybody of an event.
func (p *program) happened(m moment) {
	if m.Activation != nil { // the engine goes on with its own
		m.Activation = new(*m.Activation)
	}
	p.record.happened(m)
	for _, s := range p.sinks {
		s.happened(m)
	}
}

// typed is the command line as it may be shown.
func (p *program) typed(command string, args []string) string {
	l := p.commandLine(strings.Fields(command)...)
	return l.add(args...).addFlags(p.given, func(string) bool { return true }).String()
}

// stoppingDelay is how long a command may take to end at Ctrl-C before it says why
// it does not.
const stoppingDelay = 500 * time.Millisecond

// sayWhenStopping says what a command that was interrupted still waits for. The
// function that it returns ends it.
func (p *program) sayWhenStopping(ctx context.Context) (ended func()) {
	over := make(chan struct{})
	go func() {
		select {
		case <-ctx.Done():
			p.progress.freeze()
		case <-over:
			return
		}
		timer := time.NewTimer(stoppingDelay)
		defer timer.Stop()
		select {
		case <-timer.C:
			p.progress.say("interrupted: a request is on its way, and its answer is waited for a moment; Ctrl-C again ends at once")
		case <-over:
		}
	}()
	return func() { close(over) }
}

// check finds mistakes before anything is sent.
func (p *program) check(c *cobra.Command, args []string, positional cobra.PositionalArgs) error {
	if err := checkWords(c, args); err != nil {
		p.files = nil // their names may be what is wrong
		return err
	}
	if err := positional(c, args); err != nil {
		return &usageError{err: misfit(c, args), command: c.CommandPath()}
	}
	if err := p.checkFlags(c); err != nil {
		return err
	}
	if err := p.files.check(); err != nil {
		p.files = nil // what was refused is not written
		return err
	}
	return nil
}

// checkFlags finds mistakes in the flags that every command has.
func (p *program) checkFlags(c *cobra.Command) error {
	switch f := p.flags; {
	case f.accountKey == "" && c.Flags().Changed("account-key"):
		return usagef("--account-key is empty; leave it out for the API client's own account")
	case (f.contract == "") != (f.group == ""):
		return usagef("--contract and --group go together; give both or neither")
	case f.jq.code != nil && f.output == formatText:
		return usagef("--jq needs -o json or -o ndjson")
	case f.maxRetries < 0:
		return usagef("--max-retries %d is negative", f.maxRetries)
	case !(f.speed >= minSpeed) || f.speed > maxSpeed: // NaN is not, either
		return usagef("--speed %v is not between %v and %d", f.speed, minSpeed, maxSpeed)
	}
	if err := p.flags.checkSuspension(); err != nil {
		return err
	}
	if err := checkContact(p.flags.contact); err != nil {
		return err
	}
	return p.checkNotifier()
}

// misfit is the error for a wrong number of arguments.
func misfit(c *cobra.Command, args []string) error {
	n := "no argument"
	if len(args) > 0 {
		n = counted(len(args), "argument")
	}
	return usagef("%s was given %s", strings.TrimSuffix(c.UseLine(), " [flags]"), n)
}

// canDryRun reports whether a command that submits something can be tried first.
func canDryRun(c *cobra.Command) bool {
	f := c.Flags().Lookup("dry-run")
	return f != nil && f.Value.String() != "true"
}

// Between these, neither the simulated clock nor the real one overtakes what
// pauses can measure.
const (
	minSpeed = 0.001
	maxSpeed = 100_000
)

// conclude prints the result and the error, and returns the exit code.
func (p *program) conclude(ctx context.Context, result *report, err error) int {
	d := result.document(p.out.command)
	d.Requests, d.Account, p.record.text = p.meter.view(), p.account(), result.text
	if err != nil {
		v := judge(err)
		if isA[*usageError](err) {
			v.help = helpOf(p.name() + " " + p.out.command)
		}
		d.fail(v, err, cmp.Or(result.help, p.hint(d, v, err)))
	}
	if fileErr := p.files.write(d, p.record); fileErr != nil {
		p.stderr().label(bad, "error", fileErr.Error())
		if d.ExitCode == 0 {
			d.fail(judge(fileErr), fileErr, "")
			d.Outcome = result.outcome
		}
	}
	printErr := p.out.show(d, result)
	if err != nil {
		p.printError(d)
	}
	if printErr != nil {
		p.stderr().label(bad, "error", printErr.Error())
		if d.ExitCode == 0 {
			d.ExitCode = ExitError
		}
	}
	p.tell(ctx, d)
	return d.ExitCode
}

// tellTimeout is how long all sinks together may take to be told of the result.
const tellTimeout = 15 * time.Second

// tell tells the sinks of the result, also when the run was interrupted. It is
// bounded, and ends nothing but itself.
func (p *program) tell(ctx context.Context, d *document) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tellTimeout)
	defer cancel()
	for _, s := range p.sinks {
		if err := s.concluded(ctx, d, p.record); err != nil {
			p.progress.warn(err.Error())
		}
	}
}

func (p *program) printError(d *document) {
	if d.Error == nil {
		return
	}
	p.stderr().label(bad, "error", d.Error.Message)
	if spoke := d.Error.PAPI; spoke != nil {
		spoke.print(p.stderr())
	}
	if d.Error.Help != "" {
		p.stderr().label(title, "hint", d.Error.Help)
	}
}
