package cmd

import (
	"github.com/spf13/pflag"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/papi"
)

// globalFlags are the flags that every command has.
type globalFlags struct {
	edgerc, section, accountKey string
	contract, group             string
	config                      string
	output                      format
	outputFile, report          string
	metricsFile                 string
	notifyURLs                  endpoints
	jq                          result.JQ
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

// Between these, neither the simulated clock nor the real one overtakes what
// pauses can measure.
const (
	minSpeed = 0.001
	maxSpeed = 100_000
)

// check finds mistakes in the flags that every command has.
func (g *globalFlags) check(accountKeyGiven bool) error {
	switch f := g; {
	case f.accountKey == "" && accountKeyGiven:
		return catalogue.Usagef("--account-key is empty; leave it out for the API client's own account")
	case (f.contract == "") != (f.group == ""):
		return catalogue.Usagef("--contract and --group go together; give both or neither")
	case f.jq.Code != nil && f.output == formatText:
		return catalogue.Usagef("--jq needs -o json or -o ndjson")
	case f.maxRetries < 0:
		return catalogue.Usagef("--max-retries %d is negative", f.maxRetries)
	case !(f.speed >= minSpeed) || f.speed > maxSpeed: // NaN is not, either
		return catalogue.Usagef("--speed %v is not between %v and %d", f.speed, minSpeed, maxSpeed)
	}
	if err := g.checkSuspension(); err != nil {
		return err
	}
	if err := checkContact(g.contact); err != nil {
		return err
	}
	return g.notifyURLs.check("notify-url")
}
