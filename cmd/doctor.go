package cmd

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/text"
	"github.com/propctl/propctl/papi"
)

// The checks, in the order in which they are made and shown.
const (
	checkVersion        = "version"
	checkSettings       = "settings"
	checkState          = "state"
	checkCredentials    = "credentials"
	checkPermissions    = "permissions"
	checkSwitchKey      = "switch-key"
	checkCAFile         = "ca-file"
	checkProxy          = "proxy"
	checkHost           = "host"
	checkTLS            = "tls"
	checkConnection     = "connection"
	checkClock          = "clock"
	checkAuthentication = "authentication"
	checkRead           = "grant-read"
	checkWrite          = "grant-write"
	checkAccount        = "account"
	checkRequests       = "requests"
	checkActivations    = "activations"
	checkCoordinator    = "coordinator"
)

func (p *program) doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Check credentials, clock, grants, account, limits",
		Long: `Check everything that a command needs, from the settings to the grants of the API
client, and say what to do about what is wrong. Nothing is changed at Akamai.

Each check is ok, a warning, failed, or skipped where what it needs is not there.
The exit code is 4 when credentials are missing, wrong, without the grant, or the
clock is off; 1 when another check failed; 0 also with warnings. A failed request
is not repeated unless --max-retries says so.`,
		Example: `  propctl doctor
  propctl doctor -o json
  propctl doctor --simulate`,
		Annotations: map[string]string{anyway: ""},
		RunE: func(c *cobra.Command, args []string) error {
			return p.run(c, args, cobra.NoArgs, func(ctx context.Context, _ []string) (*result.Report, error) { return p.doctor(ctx, c) })
		},
	}
}

// examination is a run of doctor.
type examination struct {
	checks

	program *program
	command *cobra.Command // has the flags, and where they are from
	found   foundCredentials
	wire    *wireTap // nil where requests cannot be watched
	session *session // nil where there can be none
}

// doctorTimeout is how long the whole examination may take.
const doctorTimeout = 2 * time.Minute

func (p *program) doctor(ctx context.Context, c *cobra.Command) (*result.Report, error) {
	if kind, _ := settings.SourceOf(c.Flags().Lookup("max-retries")); kind == result.SourceDefault {
		p.flags.MaxRetries = 0 // what is wrong now is to be seen now
	}
	limit := doctorTimeout
	if p.flags.Timeout > 0 {
		limit = time.Duration(p.flags.Timeout)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, p.timeUp(limit))
	defer cancel()
	p.progress.Begin("doctor")
	e := &examination{program: p, command: c}
	e.local()
	e.way(ctx)
	e.remote(ctx)
	e.checkCoordinator(ctx)
	r := &result.Report{
		Outcome: catalogue.OutcomeOK,
		Fill:    func(d *result.Document) { d.Checks = e.checks },
		Text:    text.Checks,
	}
	if ctx.Err() != nil {
		return r, context.Cause(ctx)
	}
	return r, e.err()
}

// classified is an error that is of a class although PAPI has not said it.
type classified struct {
	class papi.Class
	err   error
}

func (e *classified) Error() string   { return e.err.Error() }
func (e *classified) Unwrap() []error { return []error{e.class, e.err} }

// placeOf returns the check that an error of a request is about; empty for none.
func placeOf(err error) string {
	if err == nil {
		return ""
	}
	for _, place := range []struct {
		class papi.Class
		check string
	}{
		{papi.ClassDNS, checkHost},
		{papi.ClassProxy, checkProxy},
		{papi.ClassTLS, checkTLS},
		{papi.ClassClockSkew, checkClock},
		{papi.ClassUnauthorized, checkAuthentication},
		{papi.ClassGrantMissing, checkRead},
		{papi.ClassForbidden, checkRead},
	} {
		if errors.Is(err, place.class) {
			return place.check
		}
	}
	return checkConnection
}
