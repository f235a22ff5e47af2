package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

func (p *program) deactivateCommand(about result.AssetKind) *cobra.Command {
	f := &activateFlags{networks: settings.Networks{Max: 1}}
	c := &cobra.Command{
		Use: "deactivate " + about.Operand(),
		Short: about.Choose(
			"Take a property off a network",
			"Take an include off a network",
		),
		Long: about.Choose(`Take a property off a network, and wait until it serves no traffic any more.

Whatever version is active there is taken off. That none is active is a success
and submits nothing. There is no default network. On a terminal it is asked for
always, on production for the property's name; elsewhere --yes is needed.`, `Take an include off a network, whatever version of it is active there.

That none is active is a success and submits nothing. There is no default
network. On a terminal it is asked for always, on production for its name; elsewhere
--yes is needed.`),
		Example: "  propctl " + about.Command("deactivate") + about.Choose(" www.example.com", " security-headers") +
			" -n staging --notify you@example.com",
	}
	f.declareNetworks(c)
	f.declareSubmission(c.Flags())
	return workflow{verb: "deactivate", of: about, flags: f, always: true, change: deactivates{}}.command(p, c)
}

// deactivates takes whatever is active off a network.
type deactivates struct{}

func (deactivates) prepare(context.Context, *activating) error { return nil }

// question says in plain words what will happen. There is none where nothing
// will.
func (deactivates) question(ctx context.Context, a *activating) (question, error) {
	network := a.flags.networks.All[0]
	list, err := a.activations(ctx, a.property.ref)
	if err != nil {
		return question{}, err
	}
	a.know(a.property.knownBy(list))
	now, is := activation.Active(list.Items, network), "active"
	if pending := activation.Pending(list.Items, network); now == nil && len(pending) > 0 {
		now, is = &pending[0], "on its way" // and will be active by then
	}
	if now == nil {
		return question{}, nil
	}
	effect := "TRAFFIC STOPS: its hostnames are served no longer on " + string(network)
	if a.about == result.Includes {
		effect = "every property that uses it on " + string(network) + " goes without it"
	}
	q := question{text: "Take " + a.named() + " off " + string(network) + " of " + a.account() + "? Version " +
		term.VersionText(now.PropertyVersion) + " is " + is + " there, and " + effect + "."}
	if network == papi.Production {
		q.typed = a.property.String()
	}
	return q, nil
}

func (deactivates) make(ctx context.Context, a *activating, t activation.Target) (*activation.Result, error) {
	return a.engine().Deactivate(ctx, t)
}
