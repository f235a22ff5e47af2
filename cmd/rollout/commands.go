package rollout

import (
	"github.com/spf13/cobra"

	"github.com/propctl/propctl/cmd/settings"
)

// Commands are rollout with all that is below it, and runner.
func (h *Host) Commands() []*cobra.Command {
	return []*cobra.Command{h.rolloutCommand(), h.runnerCommand()}
}

func (h *Host) rolloutCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "rollout",
		Short: "Activate many properties in waves, by one manifest",
		Long: `Activate many properties in waves, by one manifest.

A manifest says in YAML which properties get which versions, in which waves, what has
to hold before the next wave begins, and what happens when something fails:

  name: new-rule-format
  networks: [staging, production]
  notify: [you@example.com]
  properties:
    - www.example.com@12
    - select: {group: grp_10001, name: "shop-*"}
  waves:
    - {name: canary, take: 2}
    - {name: rest, take: rest}
  on-failure: stop

A plan pins it: what latest stands for, and what is active now. Each activation's note
ends in a mark that names the plan, so PAPI alone tells how far a rollout is: after a
crash, or from another machine, the same command does what is left.`,
		Example: `  propctl rollout plan rollout.yaml --output-file plan.json
  propctl rollout apply plan.json --through canary
  propctl rollout status plan.json`,
	}
	c.AddCommand(h.planCommand(), h.applyCommand(), h.statusCommand(), h.checkCommand(), h.rollbackCommand(), h.stopCommand(), h.resumeCommand())
	return c
}

func (h *Host) planCommand() *cobra.Command {
	return h.withFile(&cobra.Command{
		Use:   "plan FILE",
		Short: "Show what a rollout would do, and pin it",
		Long: `Find the properties and versions of a manifest, share them out among its waves, and
show what would be done: items, budget, requests, time, and what to think of. Nothing
is submitted.

The document that it prints with -o json, or writes to --output-file, is the plan:
apply, status and rollback take it instead of the manifest, and do exactly that. Each
group whose properties are selected is one request.`,
		Example: `  propctl rollout plan rollout.yaml
  propctl rollout plan rollout.yaml --output-file plan.json`,
	}, h.plan)
}

func (h *Host) applyCommand() *cobra.Command {
	f := &applyFlags{}
	c := h.withFile(&cobra.Command{
		Use:   "apply FILE|PLAN",
		Short: "Carry out a rollout, or what is left of it",
		Long: `Carry out a manifest, or a plan, wave by wave. A wave begins when all of the one before
is active, and its checks have held. Whatever stops it, the same command goes on from
any machine; with --through it ends after a wave, for somebody to approve the rest.
With --detach, machines that run propctl runner carry it out.

A manifest that was edited, or whose latest versions have moved, is another plan, and
refused while the one before is unfinished, unless --replan says that it is meant.`,
		Example: `  propctl rollout apply rollout.yaml
  propctl rollout apply plan.json --through canary`,
	}, func(r *run) error { return h.apply(r, f) })
	f.declare(c, h)
	return h.Follows(c)
}

func (h *Host) statusCommand() *cobra.Command {
	f := &statusFlags{}
	c := h.withFile(&cobra.Command{
		Use:   "status FILE|PLAN",
		Short: "Show how far a rollout is",
		Long: `Show how far a rollout is, from PAPI's lists alone: whoever has begun it, and wherever.
It takes a request for each property. With --fast, it is one for each group, which shows
what is active, and not what is on its way or has failed.

With --watch it goes on until the rollout has ended, and its exit code is that of the
rollout's end. Where the plan was handed in at a coordinator, its runners tell how far it
is; else PAPI is asked each minute.`,
		Example: `  propctl rollout status plan.json
  propctl rollout status plan.json --fast`,
	}, func(r *run) error { return h.status(r, f) })
	c.Flags().BoolVarP(&f.watch, "watch", "w", false, "until the rollout has ended")
	c.Flags().VarPF(&f.fast, "fast", "", "ask for the lists of groups only").NoOptDefVal = "true"
	f.declareItems(c.Flags())
	return c
}

func (h *Host) checkCommand() *cobra.Command {
	f := &checkFlags{networks: settings.Networks{Max: 2}}
	c := h.withFile(&cobra.Command{
		Use:   "check FILE|PLAN",
		Short: "Try the checks of a wave",
		Long: `Make the checks of a wave as apply would, of the properties of that wave, whatever is
active there. Nothing is submitted.`,
		Example: `  propctl rollout check rollout.yaml --wave canary
  propctl rollout check rollout.yaml --wave canary -n staging --only www.example.com`,
	}, func(r *run) error { return h.check(r, f) })
	c.Flags().StringVar(&f.wave, "wave", "", "`NAME` wave whose checks are made (default: the first one with checks)")
	c.Flags().VarP(&f.networks, "network", "n", "`NETWORK[,NETWORK]` where they are made (default: the manifest's)")
	c.Flags().Var(&f.only, "only", "`PROPERTY` only these, by id or name; repeatable")
	return c
}

func (h *Host) rollbackCommand() *cobra.Command {
	f := &applyFlags{back: true}
	c := h.withFile(&cobra.Command{
		Use:   "rollback FILE|PLAN",
		Short: "Return what a rollout has activated",
		Long: `Return what this rollout has activated to what was active before it, all of it or one
wave, by fast fallback where that is possible. What somebody else has activated since is
left alone. It is not held up by waves, checks or the window, and the plan is closed
then: apply does not go on with it without --replan.

Where nothing was active before, it takes --deactivate-new to go back: without it such
properties stay as they are, and the exit code is 1.`,
		Example: `  propctl rollout rollback plan.json
  propctl rollout rollback plan.json --wave canary`,
	}, func(r *run) error { return h.rollback(r, f) })
	f.declareBack(c, h)
	return h.Follows(c)
}
