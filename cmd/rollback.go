package cmd

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/cmd/text"
	"github.com/propctl/propctl/papi"
)

func (p *program) rollbackCommand() *cobra.Command {
	f := &activateFlags{networks: settings.Networks{Max: 1}}
	r := &rollsBack{}
	c := &cobra.Command{
		Use:   "rollback PROPERTY",
		Short: "Return to the previous version, by fast fallback where that is possible",
		Long: `Return to the version that was active before, and wait for the outcome. Where a
deactivation has taken everything off, that is what was active last.

For an hour after an activation PAPI offers a fast fallback, which takes seconds,
unless the hostnames have changed. It is used where it is possible. The result says
which version it is, and why it is fast or not. Run again, it does not go back
further. There is no default network.

What is pending on the network is waited for. With --cancel-pending it is cancelled,
and what is active stays: that undoes a release which has not arrived.`,
		Example: `  propctl rollback www.example.com -n production --notify you@example.com
  propctl rollback www.example.com -n staging --to 6 --fast avoid --notify you@example.com`,
	}
	f.declareNetworks(c)
	f.declare(c.Flags(), result.Properties)
	r.declare(c)
	return workflow{verb: "rollback", flags: f, change: r}.command(p, c)
}

// rollsBack returns to an earlier version.
type rollsBack struct {
	to            version
	fast          activation.FastFallback
	cancelPending bool

	back    *activation.RollbackPlan // as the look has found; nil when something has to end first
	pending *papi.Activation         // what it cancels; nil for nothing
}

func (r *rollsBack) declare(c *cobra.Command) {
	c.Flags().Var(&r.to, "to", "`VERSION` to return to (default: active before)")
	r.fast = activation.FastAuto
	c.Flags().Var(settings.OneOf[activation.FastFallback]{To: &r.fast, Allowed: []activation.FastFallback{
		activation.FastAuto, activation.FastRequire, activation.FastAvoid,
	}}, "fast", "fast fallback")
	c.Flags().BoolVar(&r.cancelPending, "cancel-pending", false, "cancel what is pending; what is active stays")
}

// prepare finds out what to return to, for the question. Without a question the engine finds it out, and the result
// says it.
func (r *rollsBack) prepare(ctx context.Context, a *activating) error {
	if a.flags.dryRun && r.to > 0 { // without a submission, nobody else would notice
		_, err := a.client.Version(ctx, a.property.ref.Property(), int(r.to))
		return err
	}
	if !a.asks(a.program.env) {
		return nil
	}
	network := a.flags.networks.All[0]
	t := a.flags.target(a.property, wantedVersion{}, network)
	t.DryRun, t.FailIfPending = true, false // what has to end first is waited for later
	done, err := a.engine().Rollback(ctx, r.target(t))
	a.know(property{ref: assetOf(done), name: cmp.Or(done.PropertyName, a.property.name)})
	switch {
	case err != nil:
		return err
	case done.Rollback == nil:
		a.program.progress.Say("%s on %s: %s has to end before it is known what to return to", a.property, network, result.IDOf(done.BlockedBy))
		return nil
	}
	if r.back = done.Rollback; r.cancelPending {
		r.pending = done.BlockedBy
	}
	if r.back.Cancelled {
		return nil // the question says it
	}
	a.program.progress.Say("%s on %s: %s", a.property, network, text.Return(viewReturn(r.back)))
	return nil
}

func (r *rollsBack) question(ctx context.Context, a *activating) (question, error) {
	where := a.named() + " on " + string(a.flags.networks.All[0]) + " of " + a.account()
	if r.back == nil {
		return question{text: "Return to the version that was active before what is pending has ended, of " + where + "?"}, nil
	}
	switch {
	case r.back.From == r.back.To:
		return question{}, nil
	case r.back.Cancelled && r.back.To == 0:
		return question{text: "Cancel " + result.ContentText(r.back.From) + " of " + where + "? " + a.program.pendingText(r.pending) + ". Nothing is active there."}, nil
	case r.back.Cancelled:
		return question{text: "Cancel " + result.ContentText(r.back.From) + " of " + where + "? " + a.program.pendingText(r.pending) + ". Version " + term.VersionText(r.back.To) + " stays active."}, nil
	}
	about := ""
	if a.flags.networks.All[0] == papi.Production {
		about = a.outlook(ctx, r.back.To)
	}
	text := "Return to version " + term.VersionText(r.back.To) + " of " + where + "?"
	if r.pending != nil {
		text += " That cancels " + result.ContentText(r.pending.PropertyVersion) + " first: " + a.program.pendingText(r.pending) + "."
	}
	return question{about: about, text: text}, nil
}

// make returns to the version that was asked about, where one was.
func (r *rollsBack) make(ctx context.Context, a *activating, t activation.Target) (*activation.Result, error) {
	target := r.target(t)
	if r.pending != nil {
		target.CancelOnly = r.pending.ActivationID
	}
	if r.back != nil && !r.cancelPending {
		target.Version = r.back.To
	}
	return a.engine().Rollback(ctx, target)
}

func (r *rollsBack) target(t activation.Target) activation.RollbackTarget {
	t.Version = int(r.to)
	return activation.RollbackTarget{Target: t, Fast: r.fast, CancelPending: r.cancelPending}
}

func viewReturn(r *activation.RollbackPlan) *result.Return {
	if r == nil {
		return nil
	}
	return &result.Return{From: result.Optional(r.From), To: r.To, Cancelled: r.Cancelled, Before: result.Optional(r.Before), Fast: r.Fast, Reason: r.Reason, Expires: result.OptionalTime(r.Expires)}
}

// version is a flag that takes the number of a version; 0 means that it was not
// given.
type version int

func (v *version) Type() string { return "version" }

func (v *version) String() string {
	if *v == 0 {
		return ""
	}
	return term.VersionText(int(*v))
}

// Set implements pflag.Value.
func (v *version) Set(s string) error {
	number, err := settings.ParseVersion(s)
	if err != nil {
		return err
	}
	*v = version(number)
	return nil
}
