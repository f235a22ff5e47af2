package cmd

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/cmd/text"
	"github.com/propctl/propctl/papi"
)

const defaultHistory = 20

func (p *program) historyCommand(about result.AssetKind) *cobra.Command {
	f := bothNetworks()
	limit, since := defaultHistory, settings.Duration(0)
	c := &cobra.Command{
		Use:   "history " + about.Operand(),
		Short: "Show what was activated when, and how long it took",
		Long: `Show what was activated when, by the latest first, and how long it took.

How long an activation took is from its submission until nothing moved any more,
as far as PAPI tells; of those that another one has replaced, it often does not.
With --since they are all that were submitted in that time, if --limit is not given.`,
		Example: about.Choose(`  propctl history www.example.com
  propctl history www.example.com -n production --limit 5
  propctl history www.example.com --since 7d`, `  propctl includes history security-headers --limit 5`),
		RunE: func(c *cobra.Command, args []string) error {
			return p.run(c, args, cobra.ExactArgs(1), func(ctx context.Context, args []string) (*result.Report, error) {
				if since > 0 && !c.Flags().Changed("limit") {
					limit = 0
				}
				return p.history(ctx, about, args[0], period{f.All, limit, time.Duration(since)})
			})
		},
	}
	c.Flags().VarP(&f, "network", "n", "`NETWORK[,NETWORK]` staging, production or both")
	settings.DeclareInt(c.Flags(), &limit, "limit", defaultHistory, "`N` how many activations at most; 0 for all")
	c.Flags().TextVar(&since, "since", settings.Duration(0), "`DURATION` only what was submitted since then: 7d, 12h")
	return c
}

// period says which activations of a property are shown.
type period struct {
	on    []papi.Network
	limit int           // 0: all
	since time.Duration // before now; 0: from the beginning
}

// history lists the activations of a property.
func (p *program) history(ctx context.Context, about result.AssetKind, arg string, which period) (*result.Report, error) {
	named, err := parseProperty(arg)
	if err == nil && which.limit < 0 {
		err = catalogue.Usagef("--limit %d is negative", which.limit)
	}
	if err != nil {
		return &result.Report{}, err
	}
	return p.lookAt(ctx, about, named, func(ctx context.Context, s *session, what property) (*result.Report, error) {
		list, err := s.activations(ctx, what.ref)
		if err != nil {
			return nil, err
		}
		what = what.knownBy(list)
		rows, usual := rowsOf(list.Items, which, p.now()), usualOn(list.Items, which.on)
		return &result.Report{
			Outcome: catalogue.OutcomeOK,
			Fill: func(d *result.Document) {
				d.SetAsset(what.ref, what.name)
				d.History, d.Usual = rows, usual
				if len(which.on) == 1 {
					d.Network = &which.on[0]
				}
			},
			Text: func(w *term.Printer, d *result.Document) { text.History(w, d, p.now()) },
		}, nil
	})
}

// rowsOf returns the activations of the networks, the latest first.
func rowsOf(have []papi.Activation, which period, now time.Time) []*result.History {
	all := slices.DeleteFunc(slices.Clone(have), func(a papi.Activation) bool {
		return !slices.Contains(which.on, a.Network) || which.since > 0 && a.SubmitDate.Before(now.Add(-which.since))
	})
	slices.SortFunc(all, func(a, b papi.Activation) int {
		x, y := a.ActivationID.Bare(), b.ActivationID.Bare()
		return cmp.Or(b.SubmitDate.Compare(a.SubmitDate), cmp.Compare(len(y), len(x)), cmp.Compare(y, x))
	})
	if which.limit > 0 && len(all) > which.limit {
		all = all[:which.limit]
	}
	rows := []*result.History{}
	for _, a := range all {
		row := &result.History{Activation: result.NewActivation(&a, now)}
		if took, ok := activation.Duration(a); ok {
			row.TookSeconds = new(result.Seconds(took))
		}
		rows = append(rows, row)
	}
	return rows
}

// usualOn returns how long activations usually take on each of the networks.
func usualOn(have []papi.Activation, on []papi.Network) []*result.Usual {
	all := []*result.Usual{}
	for _, network := range on {
		u := &result.Usual{Network: network}
		for _, a := range have {
			_, ok := activation.Duration(a)
			if ok && a.Network == network && a.ActivationType != papi.Deactivate && a.Status != papi.StatusFailed && !activation.InProgress(a) {
				u.Of++
			}
		}
		if u.Of > 0 { // else the engine takes a general figure
			u.MedianSeconds = new(result.Seconds(activation.UsualDuration(have, network)))
		}
		all = append(all, u)
	}
	return all
}
