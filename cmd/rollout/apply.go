package rollout

import (
	"errors"
	"fmt"
	"strings"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

// apply carries out a manifest or a plan.
func (h *Host) apply(r *run, f *applyFlags) error {
	if err := errors.Join(checkWave("through", f.through, r.source), r.addressed(f, r.source.settings())); err != nil {
		return err
	}
	if f.detach && f.dryRun {
		return catalogue.Usagef("--detach: with --dry-run there is nothing to hand in")
	}
	return r.change("apply", f, "Activate", func(runner *rollout.Runner, o rollout.Options) (*rollout.Result, error) {
		return runner.Apply(r.ctx, r.plan, o)
	})
}

// rollback returns what a plan has activated.
func (h *Host) rollback(r *run, f *applyFlags) error {
	if err := errors.Join(checkWave("wave", f.wave, r.source), r.addressed(f, r.source.settings())); err != nil {
		return err
	}
	return r.change("rollback", f, "Return", func(runner *rollout.Runner, o rollout.Options) (*rollout.Result, error) {
		return runner.Rollback(r.ctx, r.plan, o)
	})
}

// change does what changes something at Akamai, when that was confirmed.
func (r *run) change(verb string, f *applyFlags, what string, do func(*rollout.Runner, rollout.Options) (*rollout.Result, error)) error {
	asks := r.source.onProduction() && !f.yes && !f.dryRun && r.CanAsk()
	if !asks { // a question and a line that is drawn again and again would be in each other's way
		r.Begin("rollout " + r.source.title())
	}
	cancel, err := r.connect()
	defer cancel()
	if err != nil {
		return err
	}
	if err := f.check(r.plan); err != nil {
		return err
	}
	runner, err := r.runner()
	if err != nil {
		return err
	}
	if f.dryRun {
		return r.dryRun(runner, f)
	}
	if asks {
		if err := r.Confirm(r.ctx, r.question(what, f)); err != nil {
			return err
		}
		r.Begin("rollout " + r.source.title())
	}
	if f.detach {
		return r.handIn(f)
	}
	if wait := r.plan.Window.Until(r.Now()); wait > 0 && !f.anyTime && !f.back {
		r.Say("nothing is submitted before %s, when the manifest's window opens; --any-time takes no notice of it", term.Timestamp(r.Now().Add(wait)))
	}
	res, err := do(runner, f.options(r))
	return r.ended(verb, res, err, f.emergency())
}

// question says how many, where, in which waves, and what it takes of the budget.
func (r *run) question(what string, f *applyFlags) string {
	v := result.NewRolloutPlan(r.plan, r.session.Budget)
	var waves []string
	properties := 0
	for _, w := range v.Waves {
		n := len(w.Items) / len(v.Networks)
		properties += n
		waves = append(waves, fmt.Sprintf("%s %d", w.Name, n))
		if w.Name == f.through {
			break
		}
	}
	networks := strings.Join(namesOf(v), ", then ")
	if f.back {
		scope := "all waves"
		if f.wave != "" {
			scope = "wave " + f.wave
		}
		return fmt.Sprintf("Return what rollout %s has activated on %s of %s, %s, to what was active before?", v.Name, strings.Join(namesOf(v), " and "), r.session.Account, scope)
	}
	return fmt.Sprintf("%s %s on %s of %s, in %s: %s; %s?", what, propertiesText(properties), networks, r.session.Account,
		term.Plural(len(waves), "wave"), someOf(waves), v.Budget.Text())
}

func propertiesText(n int) string {
	if n == 1 {
		return "1 property"
	}
	return fmt.Sprintf("%d properties", n)
}

func namesOf(v *result.Rollout) []string {
	var all []string
	for _, n := range v.Networks {
		all = append(all, string(n))
	}
	return all
}

// someOf lists the first ones.
func someOf(all []string) string {
	const most = 8
	if more := len(all) - most; more > 0 {
		return strings.Join(all[:most], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(all, ", ")
}

// dryRun looks at all lists, and says what would be refused.
func (r *run) dryRun(runner *rollout.Runner, f *applyFlags) error {
	var res *rollout.Result
	var err error
	if f.back {
		res, err = runner.Status(r.ctx, r.plan, rollout.StatusOptions{Only: f.only.All, Skip: f.skip.All})
	} else {
		res, err = runner.DryRun(r.ctx, r.plan, f.options(r))
	}
	v := result.NewRollout(res, r.Now())
	v.Options, v.State = f.emergency(), result.RolloutPlanned
	needs := res.Needs
	if f.back {
		var first []string
		needs, first = f.returns(res)
		if len(first) > 0 && err == nil { // as the return would end
			err = &rollout.NotReturnableError{Items: first}
			r.report.Help = r.help("rollback", res, err)
		}
		if needs.Activations+len(first) == 0 && err == nil {
			v.Warnings = append(v.Warnings, nothingToReturn(v))
		}
	}
	v.Budget = result.NewRolloutBudget(r.plan, needs, r.session.Budget)
	r.tell(string(result.RolloutPlanned), v, nil)
	if err != nil && !f.back && res.Outcome != rollout.OutcomeError {
		return &catalogue.RolloutError{Outcome: res.Outcome, Err: err}
	}
	return err
}

// returns is what a return would submit, and what it would leave since nothing was active before.
func (f *applyFlags) returns(res *rollout.Result) (n rollout.Needs, first []string) {
	for _, w := range res.Waves {
		for _, i := range w.Items {
			switch {
			case !i.Ours || i.State != rollout.Active && i.State != rollout.Underway || f.wave != "" && f.wave != w.Name:
			case i.Back == 0 && !f.deactivateNew:
				first = append(first, i.Title()+" on "+string(i.Network))
			default:
				n.Activations++
			}
		}
	}
	return n, first
}

func nothingToReturn(v *result.Rollout) string {
	return "nothing was returned: no activation with the mark " + v.Mark + " is active"
}

// title is the name of the rollout.
func (s *source) title() string {
	if s.plan != nil {
		return s.plan.Name
	}
	return s.manifest.Name
}

// status shows how far a rollout is.
func (h *Host) status(r *run, f *statusFlags) error {
	r.Begin("rollout " + r.source.title())
	cancel, err := r.connect()
	defer cancel()
	if err != nil {
		return err
	}
	if err := f.check(r.plan); err != nil {
		return err
	}
	o := rollout.StatusOptions{Fast: bool(f.fast), Only: f.only.All, Skip: f.skip.All}
	const many = 100
	if cost := r.plan.StatusCost(o); cost > many {
		fast := o
		fast.Fast = true
		r.Say("this takes %d requests; --fast takes %d", cost, r.plan.StatusCost(fast))
	}
	if f.watch {
		return r.watch(f, o)
	}
	res, err := (&rollout.Runner{API: r.session.Client}).Status(r.ctx, r.plan, o)
	v := result.NewRollout(res, r.Now())
	v.Options = f.emergencyItems()
	r.tell(catalogue.OutcomeOK, v, nil)
	return err
}

// check makes the checks of a wave.
func (h *Host) check(r *run, f *checkFlags) error {
	if err := checkWave("wave", f.wave, r.source); err != nil {
		return err
	}
	if r.source.onlyChecks(f) == "" {
		return catalogue.Usagef("%s", r.source.withoutChecks(f.wave))
	}
	r.Begin("rollout " + r.source.title())
	cancel, err := r.connect()
	defer cancel()
	if err != nil {
		return err
	}
	items := itemFlags{only: f.only}
	if err := items.check(r.plan); err != nil {
		return err
	}
	runner, err := r.runner()
	if err != nil {
		return err
	}
	res, err := runner.Check(r.ctx, r.plan, rollout.CheckOptions{
		Wave: r.source.onlyChecks(f), Networks: f.networks.All, Only: f.only.All, Observe: r.session.Happened,
	})
	v := result.NewRollout(res, r.Now())
	v.Options = items.emergencyItems()
	r.tell(catalogue.OutcomeOK, v, func(d *result.Document) { d.WaitedSeconds = nil })
	if err != nil && catalogue.Is[*rollout.CheckError](err) {
		err = &catalogue.RolloutError{Outcome: res.Outcome, Err: err}
	}
	return err
}

// onlyChecks is the wave whose checks are made; empty where there are none.
func (s *source) onlyChecks(f *checkFlags) string {
	find := func(name string, checks []string) bool {
		return len(checks) > 0 && (f.wave == "" || f.wave == name)
	}
	if s.plan != nil {
		for _, w := range s.plan.Waves {
			if find(w.Name, w.Checks) {
				return w.Name
			}
		}
		return ""
	}
	for _, w := range s.manifest.Waves {
		if find(w.Name, w.Checks) {
			return w.Name
		}
	}
	return ""
}

func (s *source) withoutChecks(wave string) string {
	if wave == "" {
		return "the rollout has no checks"
	}
	return "wave " + wave + " has no checks"
}
