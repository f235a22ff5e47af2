package settings

import (
	"github.com/spf13/pflag"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/papi"
)

// Flags are the flags that every command has.
type Flags struct {
	Edgerc, Section, AccountKey string
	Contract, Group             string
	Config                      string
	Output                      Format
	OutputFile, Report          string
	MetricsFile                 string
	NotifyURLs                  URLs
	JQ                          result.JQ
	Quiet, Verbose, Debug       bool
	Timeout, RequestTimeout     Duration
	MaxRetries                  int
	suspendInitial              Duration
	suspendFactor               float64
	suspendMaximum              Duration
	CaFile, Contact             string
	Coordinator                 Servers
	CoordinatorCreds            string
	CoordinatorLag              Duration
	WithoutCoordinator          bool
	Simulate                    bool
	Speed                       float64
	Faults                      List
	CI                          CISystem
	JUnit, Dotenv               string
}

// DefaultSection is the section of the credentials file that nobody has to name.
const DefaultSection = "default"

const (
	defaultMaxRetries = 6
	defaultSpeed      = 60
)

// Declare declares the flags.
func (g *Flags) Declare(f *pflag.FlagSet) {
	g.declareConnection(f)
	g.declareOutput(f)
	f.TextVar(&g.Timeout, "timeout", Duration(0), "`DURATION` time limit (default 30m, production 90m)")
	f.TextVar(&g.RequestTimeout, "request-timeout", Duration(0), "`DURATION` time limit of a request (default 60s, submissions 120s)")
	DeclareInt(f, &g.MaxRetries, "max-retries", defaultMaxRetries, "`N` repeats of a failed read, and of a submission that came to nothing; waits that PAPI asks for are no repeats")
	standard := papi.DefaultSuspension()
	f.TextVar(&g.suspendInitial, "suspend-initial", Duration(standard.Initial),
		"`DURATION` pause after PAPI has failed too often in a row")
	f.Float64Var(&g.suspendFactor, "suspend-factor", standard.Factor, "`N` factor by which that pause grows while PAPI goes on failing")
	f.TextVar(&g.suspendMaximum, "suspend-maximum", Duration(standard.Maximum), "`DURATION` longest such pause")
	f.BoolVar(&g.Simulate, "simulate", false, "a simulated PAPI: no credentials needed")
	f.Float64Var(&g.Speed, "speed", defaultSpeed, "`N` simulated seconds in one real second")
	f.Var(&g.Faults, "fault", "`OPERATION=FAULT[@N]` make requests of the simulator go wrong; repeatable")
}

func (g *Flags) declareConnection(f *pflag.FlagSet) {
	f.StringVar(&g.Edgerc, "edgerc", "", "`PATH` credentials file (default ~/.edgerc)")
	f.VarP((*Line)(&g.Section), "section", "s", "`NAME` section of .edgerc (default default)")
	f.Var(accountKey{&g.AccountKey}, "account-key", "`KEY` account switch key")
	f.Var((*Line)(&g.Contract), "contract", "`ID` contract, where a property has several")
	f.Var((*Line)(&g.Group), "group", "`ID` group, where a property has several")
	f.StringVar(&g.CaFile, "ca-file", "", "`PATH` extra root certificates, as PEM")
	f.Var((*Line)(&g.Contact), "contact", "`TEXT` who to ask about this client, for the User-Agent")
	f.Var(&g.Coordinator, "coordinator", "`URL` NATS server with JetStream, by which commands on all machines share the account's pace and wait in line")
	f.StringVar(&g.CoordinatorCreds, "coordinator-creds", "", "`PATH` NATS credentials (.creds), or the seed of an nkey")
	f.TextVar(&g.CoordinatorLag, "coordinator-lag", Duration(0), "`DURATION` how long PAPI's lists may take to show what the one before in line has submitted (default 15s)")
	f.BoolVar(&g.WithoutCoordinator, "without-coordinator", false, "go without the coordinator that the settings name")
	f.StringVar(&g.Config, "config", "", "`FILE` settings file (default propctl/config.yaml in the user's configuration folder)")
}

func (g *Flags) declareOutput(f *pflag.FlagSet) {
	g.Output = FormatText
	f.VarP(OneOf[Format]{To: &g.Output, Allowed: []Format{FormatText, FormatJSON, FormatNDJSON}}, "output", "o", "form of the result")
	f.Var(&g.JQ, "jq", "`EXPRESSION` print what jq yields for the document, or for each line of ndjson")
	f.StringVar(&g.OutputFile, "output-file", "", "`PATH` file for the JSON document, whatever -o says")
	f.BoolVarP(&g.Quiet, "quiet", "q", false, "print only the result and errors")
	f.BoolVarP(&g.Verbose, "verbose", "v", false, "print every look and every retry")
	f.BoolVar(&g.Debug, "debug", false, "print every request")
	f.StringVar(&g.Report, "report", "", "`PATH` file for a page about the run, in HTML")
	f.Var(OneOf[CISystem]{To: &g.CI, Allowed: []CISystem{CIGitHub, CIGitLab, CIAzure, CITeamCity, CIJenkins, CINone}},
		"ci", "`SYSTEM` CI system to write for: github, gitlab, azure, teamcity, jenkins or none (default the one that the environment names)")
	f.StringVar(&g.JUnit, "junit", "", "`PATH` file for the result as JUnit XML")
	f.StringVar(&g.Dotenv, "dotenv", "", "`PATH` file for the result as variables, one a line")
	f.StringVar(&g.MetricsFile, "metrics-file", "", "`PATH` file for metrics for Prometheus")
	f.Var(&g.NotifyURLs, "notify-url", "`URL` webhook, also of Slack or Teams, that is told how a run has ended")
}

// Between these, neither the simulated clock nor the real one overtakes what
// pauses can measure.
const (
	minSpeed = 0.001
	maxSpeed = 100_000
)

// CheckTogether finds a contract without a group, and the other way round.
func (g *Flags) CheckTogether() error {
	if (g.Contract == "") != (g.Group == "") {
		return catalogue.Usagef("--contract and --group go together; give both or neither")
	}
	return nil
}

// Check finds mistakes in the flags that every command has.
func (g *Flags) Check(accountKeyGiven bool) error {
	switch f := g; {
	case f.AccountKey == "" && accountKeyGiven:
		return catalogue.Usagef("--account-key is empty; leave it out for the API client's own account")
	case f.JQ.Code != nil && f.Output == FormatText:
		return catalogue.Usagef("--jq needs -o json or -o ndjson")
	case f.MaxRetries < 0:
		return catalogue.Usagef("--max-retries %d is negative", f.MaxRetries)
	case !(f.Speed >= minSpeed) || f.Speed > maxSpeed: // NaN is not, either
		return catalogue.Usagef("--speed %v is not between %v and %d", f.Speed, minSpeed, maxSpeed)
	}
	if err := g.checkSuspension(); err != nil {
		return err
	}
	if err := g.Coordinator.check(); err != nil {
		return err
	}
	if err := checkContact(g.Contact); err != nil {
		return err
	}
	return g.NotifyURLs.check("notify-url")
}
