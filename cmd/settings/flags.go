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
	Simulate                    bool
	Speed                       float64
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
	f.StringVar(&g.Edgerc, "edgerc", "", "credentials file, `path` (default ~/.edgerc)")
	f.StringVarP(&g.Section, "section", "s", "", "section of it, `name` (default \"default\")")
	f.StringVar(&g.AccountKey, "account-key", "", "account switch `key`")
	f.StringVar(&g.Contract, "contract", "", "contract `id`, where a property has several")
	f.StringVar(&g.Group, "group", "", "group `id`, where a property has several")
	f.StringVar(&g.Config, "config", "", "settings `file` (default propctl/config.yaml in the user's configuration folder)")
	f.TextVarP(&g.Output, "output", "o", FormatText, "`text`, json or ndjson")
	f.Var(&g.JQ, "jq", "print what this jq `expression` yields for the document, or for each line of ndjson")
	f.StringVar(&g.OutputFile, "output-file", "", "write the json document to `path` too")
	f.StringVar(&g.MetricsFile, "metrics-file", "", "write metrics for Prometheus to `path`")
	f.Var(&g.NotifyURLs, "notify-url", "`url` of a webhook, of Slack or of Teams, to tell how a run has ended")
	f.StringVar(&g.Report, "report", "", "write a page about the run, in HTML, to `path`")
	f.BoolVarP(&g.Quiet, "quiet", "q", false, "print only the result and errors")
	f.BoolVarP(&g.Verbose, "verbose", "v", false, "print every look and every retry")
	f.BoolVar(&g.Debug, "debug", false, "print every request")
	f.TextVar(&g.Timeout, "timeout", Duration(0), "`duration` of the whole command (default 30m for staging, 90m for production)")
	f.TextVar(&g.RequestTimeout, "request-timeout", Duration(0), "`duration` of one request (default 60s, submissions 120s)")
	f.IntVar(&g.MaxRetries, "max-retries", defaultMaxRetries, "repeats of a failed read, and of a submission that came to nothing")
	standard := papi.DefaultSuspension()
	f.TextVar(&g.suspendInitial, "suspend-initial", Duration(standard.Initial), "`duration` for which nothing is sent to a PAPI that has failed too often in a row")
	f.Float64Var(&g.suspendFactor, "suspend-factor", standard.Factor, "`number` by which that grows while PAPI goes on failing")
	f.TextVar(&g.suspendMaximum, "suspend-maximum", Duration(standard.Maximum), "longest `duration` for which nothing is sent")
	f.StringVar(&g.CaFile, "ca-file", "", "extra root certificates, `path`")
	f.StringVar(&g.Contact, "contact", "", "`text` for the User-Agent: who to ask about this client")
	f.BoolVar(&g.Simulate, "simulate", false, "use the embedded simulator: no credentials, no network")
	f.Float64Var(&g.Speed, "speed", defaultSpeed, "simulated `seconds` in one real second")
	f.TextVar(&g.CI, "ci", CISystem(""), "write for a CI system: `github`, gitlab, azure, teamcity, jenkins or none (default the one that the environment names)")
	f.StringVar(&g.JUnit, "junit", "", "write the result as JUnit XML to `path`")
	f.StringVar(&g.Dotenv, "dotenv", "", "write the result as variables to `path`, one a line")
}

// Between these, neither the simulated clock nor the real one overtakes what
// pauses can measure.
const (
	minSpeed = 0.001
	maxSpeed = 100_000
)

// Check finds mistakes in the flags that every command has.
func (g *Flags) Check(accountKeyGiven bool) error {
	switch f := g; {
	case f.AccountKey == "" && accountKeyGiven:
		return catalogue.Usagef("--account-key is empty; leave it out for the API client's own account")
	case (f.Contract == "") != (f.Group == ""):
		return catalogue.Usagef("--contract and --group go together; give both or neither")
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
	if err := checkContact(g.Contact); err != nil {
		return err
	}
	return g.NotifyURLs.check("notify-url")
}
