package rollout

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/papi"
)

// applyFlags are the flags of apply and of rollback.
type applyFlags struct {
	itemFlags

	back bool // of rollback

	through, wave                   string
	retryFailed, replan, skipChecks bool
	anyTime, overBudget             bool
	requireStaging                  bool
	deactivateNew, dryRun, yes      bool
	detach                          bool
	tolerate                        tolerance
	submit                          rollout.SubmitMode
	lag                             settings.Duration
	ifPending                       settings.Choice
	submission                      Submission
}

// statusFlags are those of status.
type statusFlags struct {
	itemFlags

	fast  switched
	watch bool
}

// switched is a switch whose name is that of a choice of another command, rollback --fast,
// which may stand in the settings: that is no wish for this one.
type switched bool

// Type implements pflag.Value.
func (s *switched) Type() string { return "bool" }

// String implements pflag.Value.
func (s *switched) String() string { return strconv.FormatBool(bool(*s)) }

// IsBoolFlag lets the flag go without a value.
func (s *switched) IsBoolFlag() bool { return true }

// Set implements pflag.Value.
func (s *switched) Set(text string) error {
	switch text {
	case "true":
		*s = true
	case "false", string(activation.FastAuto), string(activation.FastRequire), string(activation.FastAvoid):
		*s = false
	default:
		return fmt.Errorf("%q is neither true nor false", text)
	}
	return nil
}

// checkFlags are those of check.
type checkFlags struct {
	wave     string
	networks settings.Networks
	only     settings.List
}

// itemFlags narrow a command to some of the properties.
type itemFlags struct{ only, skip settings.List }

func (f *itemFlags) declareItems(fs *pflag.FlagSet) {
	fs.Var(&f.only, "only", "`PROPERTY` only these, by id or name; repeatable")
	fs.Var(&f.skip, "skip", "`PROPERTY` all but these, by id or name; repeatable")
}

func (f *applyFlags) declare(c *cobra.Command, h *Host) {
	fs := c.Flags()
	fs.StringVar(&f.through, "through", "", "`WAVE` end after this wave")
	fs.BoolVar(&f.retryFailed, "retry-failed", false, "submit again what has failed")
	fs.BoolVar(&f.replan, "replan", false, "begin although another plan is unfinished")
	f.declareItems(fs)
	fs.Var(&f.tolerate, "tolerate", "`N|N%` failures that a wave may have")
	fs.BoolVar(&f.skipChecks, "skip-checks", false, "begin the next wave without checks")
	fs.BoolVar(&f.anyTime, "any-time", false, "submit outside of the manifest's window, too")
	fs.BoolVar(&f.overBudget, "over-budget", false, "spread it over days")
	fs.BoolVar(&f.requireStaging, "require-staging", false, "production only for what is active on staging")
	f.submit = rollout.SubmitSingle
	fs.Var(settings.OneOf[rollout.SubmitMode]{To: &f.submit, Allowed: []rollout.SubmitMode{rollout.SubmitSingle, rollout.SubmitBulk, rollout.SubmitAuto}}, "submit", "one or many with a request")
	fs.BoolVar(&f.detach, "detach", false, "hand it in at the coordinator")
	fs.TextVar(&f.lag, "list-lag", settings.Duration(0), "`DURATION` how far PAPI's lists may be behind")
	f.declareBoth(c, h)
}

func (f *applyFlags) declareBack(c *cobra.Command, h *Host) {
	c.Flags().StringVar(&f.wave, "wave", "", "`NAME` only what this wave has activated")
	f.declareItems(c.Flags())
	f.declareBoth(c, h)
}

// declareBoth declares what both have.
func (f *applyFlags) declareBoth(c *cobra.Command, h *Host) {
	fs := c.Flags()
	fs.BoolVar(&f.deactivateNew, "deactivate-new", false, "going back takes off what was the first")
	f.ifPending = settings.IfPendingWait
	fs.Var(settings.OneOf[settings.Choice]{To: &f.ifPending, Allowed: []settings.Choice{settings.IfPendingWait, settings.IfPendingFail}}, "if-pending", "when another version is pending")
	f.submission = h.Submission(fs)
	fs.BoolVar(&f.dryRun, "dry-run", false, "look and decide, and submit nothing")
	fs.BoolVarP(&f.yes, "yes", "y", false, "do not ask")
}

// tolerance is a number of failures, or a part of all in percent.
type tolerance struct{ amount *rollout.Amount }

// Type implements pflag.Value.
func (t *tolerance) Type() string { return "amount" }

// String implements pflag.Value.
func (t *tolerance) String() string {
	if t.amount == nil {
		return ""
	}
	return t.amount.String()
}

// Set implements pflag.Value.
func (t *tolerance) Set(s string) error {
	var a rollout.Amount
	if err := a.UnmarshalText([]byte(s)); err != nil || a.Rest {
		return fmt.Errorf("%q is neither a number nor a percentage such as 10%%", s)
	}
	t.amount = &a
	return nil
}

// checkWave finds a wave that the file has not.
func checkWave(flag, name string, s *source) error {
	if names := s.waves(); name != "" && !slices.Contains(names, name) {
		return catalogue.Usagef("--%s: there is no wave %s; there are %s%s", flag, name, strings.Join(names, ", "), settings.DidYouMean(settings.Nearest(name, names...)))
	}
	return nil
}

// checkItems finds properties that a plan has not.
func (f *itemFlags) check(p *rollout.Plan) error {
	known := func(name string) bool {
		for _, w := range p.Waves {
			for _, i := range w.Properties {
				if i.Name == name || i.PropertyID.Equal(papi.ID(name)) {
					return true
				}
			}
		}
		return false
	}
	for _, one := range []struct {
		flag  string
		names []string
	}{{"only", f.only.All}, {"skip", f.skip.All}} {
		for _, name := range one.names {
			if !known(name) {
				return catalogue.Usagef("--%s: the rollout has no property %q; name it as the plan does, or by its id", one.flag, name)
			}
		}
	}
	return nil
}

// emergency are the flags that a result has to tell of: they leave out what the manifest wants.
func (f *applyFlags) emergency() []string {
	all := []string{}
	if f.skipChecks {
		all = append(all, "--skip-checks")
	}
	if f.tolerate.amount != nil {
		all = append(all, "--tolerate "+f.tolerate.String())
	}
	if f.anyTime {
		all = append(all, "--any-time")
	}
	if f.overBudget {
		all = append(all, "--over-budget")
	}
	return append(all, f.emergencyItems()...)
}

func (f *itemFlags) emergencyItems() []string {
	all := []string{}
	for _, name := range f.only.All {
		all = append(all, "--only "+name)
	}
	for _, name := range f.skip.All {
		all = append(all, "--skip "+name)
	}
	return all
}
