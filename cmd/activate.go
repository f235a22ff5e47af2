package cmd

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/papi"
)

// activateFlags are the flags of activate.
type activateFlags struct {
	networks       settings.Networks
	notify         settings.List
	note           settings.Text
	ifPending      settings.Choice
	noWait         bool
	waiting        waitFlags
	onTimeout      settings.Choice
	warnings       activation.WarningPolicy
	dryRun         bool
	fastPush       settings.OptionalBool
	ignoreHTTP     settings.OptionalBool
	delay          settings.OptionalBool
	compliance     settings.Compliance
	requireStaging bool
	yes            bool
}

func (p *program) activateCommand(about result.AssetKind) *cobra.Command {
	f := &activateFlags{networks: settings.Networks{All: []papi.Network{papi.Staging}, Max: 2, InOrder: true}}
	c := &cobra.Command{
		Use:   "activate " + about.Operand() + "[@VERSION]",
		Short: "Activate a version on a network and wait for the outcome",
		Long: "Activate a version on a network and wait for the outcome.\n\n" + about.Choose(
			`PROPERTY is an id (prp_123 or 123), an exact name, or a hostname that it serves.`,
			`INCLUDE is an id (inc_123 or 123) or an exact name. PAPI validates the properties
that use it first.`) + `
VERSION is a number, latest (the default), staging or production: what is active
there. If it is active already nothing is submitted; if it is on its way, that is
followed. With --warnings new, only warnings that the active version has not count.`,
		Example: about.Choose(`  propctl activate www.example.com --notify you@example.com
  propctl activate www.example.com@staging -n production --notify you@example.com
  propctl activate prp_123@7 -n staging,production --notify you@example.com -o json`,
			`  propctl includes activate security-headers --notify you@example.com
  propctl includes activate inc_123@staging -n production --notify you@example.com`),
	}
	f.declareNetworks(c)
	f.declare(c.Flags(), about)
	return workflow{verb: "activate", of: about, flags: f, versioned: true, change: activates{}}.command(p, c)
}

// declareNetworks declares the flag for as many networks as the value takes.
func (f *activateFlags) declareNetworks(c *cobra.Command) {
	usage := "`NETWORK` staging or production"
	if f.networks.Max > 1 {
		usage = "`NETWORK[,NETWORK]` staging, production or both"
	}
	c.Flags().VarP(&f.networks, "network", "n", usage)
}

// declare declares all but the network.
func (f *activateFlags) declare(fs *pflag.FlagSet, about result.AssetKind) {
	f.declareSubmission(fs)
	f.warnings = activation.AcknowledgeWarnings
	fs.Var(settings.OneOf[activation.WarningPolicy]{To: &f.warnings, Allowed: []activation.WarningPolicy{
		activation.AcknowledgeWarnings, activation.FailOnWarnings, activation.FailOnNewWarnings,
	}}, "warnings", "validation warnings")
	if about == result.Properties { // there is none for includes
		f.declareFastPush(fs)
	}
	f.declareValidations(fs)
	fs.BoolVar(&f.requireStaging, "require-staging", false, "production only for what is active on staging")
}

func (f *activateFlags) declareFastPush(fs *pflag.FlagSet) {
	fs.VarPF(&f.fastPush, "fast-push", "", "PAPI's fastPush; sent only if given").NoOptDefVal = "true"
}

func (f *activateFlags) declareValidations(fs *pflag.FlagSet) {
	fs.VarPF(&f.ignoreHTTP, "ignore-http-errors", "", "PAPI's ignoreHttpErrors; sent only if given").NoOptDefVal = "true"
	fs.VarPF(&f.delay, "delay-validations", "", "PAPI's delayValidations; sent only if given").NoOptDefVal = "true"
}

func (f *activateFlags) declareNotes(fs *pflag.FlagSet) {
	fs.Var(&f.notify, "notify", "`EMAIL` whom PAPI notifies; needed, repeatable")
	fs.Var(&f.note, "note", "`TEXT` note that goes with the activation")
}

// declareRequest declares what a request of PAPI's has, and nothing of how it is waited for.
func (f *activateFlags) declareRequest(fs *pflag.FlagSet) {
	f.declareNotes(fs)
	f.declareFastPush(fs)
	f.declareValidations(fs)
	f.compliance.Declare(fs)
}

// request is what is sent beside version and network, without a compliance record.
func (f *activateFlags) request() papi.ActivationRequest {
	return papi.ActivationRequest{
		Note: string(f.note), NotifyEmails: f.notify.All,
		FastPush: f.fastPush.Value, IgnoreHTTPErrors: f.ignoreHTTP.Value, DelayValidations: f.delay.Value,
	}
}

// declareSubmission declares what goes with every submission.
func (f *activateFlags) declareSubmission(fs *pflag.FlagSet) {
	f.declareNotes(fs)
	f.ifPending = settings.IfPendingWait
	fs.Var(settings.OneOf[settings.Choice]{To: &f.ifPending, Allowed: []settings.Choice{settings.IfPendingWait, settings.IfPendingFail}}, "if-pending", "when another version is pending")
	fs.BoolVar(&f.noWait, "no-wait", false, "end as soon as PAPI has accepted it")
	f.waiting.declare(fs)
	f.onTimeout = settings.OnTimeoutLeave
	fs.Var(settings.OneOf[settings.Choice]{To: &f.onTimeout, Allowed: []settings.Choice{settings.OnTimeoutLeave, settings.OnTimeoutCancel}}, "on-timeout", "the activation, at --timeout")
	fs.BoolVar(&f.dryRun, "dry-run", false, "look and decide, and submit nothing")
	f.compliance.Declare(fs)
	fs.BoolVarP(&f.yes, "yes", "y", false, "do not ask")
}

// check finds what PAPI would refuse, before anything is sent.
func (f *activateFlags) check() error {
	if f.noWait && len(f.networks.All) > 1 {
		return catalogue.Usagef("--no-wait cannot go with two networks: production has to wait for staging")
	}
	if err := checkNotify(f.notify.All); err != nil {
		return err
	}
	if err := checkNote(string(f.note)); err != nil {
		return err
	}
	return f.compliance.Check()
}

// target is what is wanted on a network.
func (f *activateFlags) target(p property, v wantedVersion, network papi.Network) activation.Target {
	t := activation.Target{
		Property: p.ref.Property(), Include: p.ref.Include(), Network: network, Version: v.number, ActiveOn: v.activeOn,
		Request:       f.request(),
		FailIfPending: f.ifPending == settings.IfPendingFail, NoWait: f.noWait, RequireStaging: f.requireStaging,
		Warnings: f.warnings, DryRun: f.dryRun, WaitOptions: f.waiting.waiting(),
	}
	t.CancelOnTimeout = f.onTimeout == settings.OnTimeoutCancel
	if network == papi.Production {
		t.Request.ComplianceRecord = f.compliance.Record()
	}
	return t
}
