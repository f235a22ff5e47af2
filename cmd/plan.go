package cmd

import (
	"context"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/rulediff"
)

// plan adds to the engine's plan what is worth knowing before it is done. What cannot be read is left out, with a
// warning.
func (s *session) plan(ctx context.Context, r *activation.Result) *result.Plan {
	if r.Plan == nil {
		return nil
	}
	p := &result.Plan{Action: r.Plan.Action, Request: r.Plan.Request, Pending: []*result.Activation{}, UsualSeconds: result.Seconds(r.Usual), Budget: result.NewBudget(s.remembered())}
	incomplete := func(what string, err error) { s.program.progress.Warn(what + " cannot be read: " + err.Error()) }
	if h := r.Hostnames; h != nil {
		p.Hostnames = &result.HostnamesPlan{Added: append([]string{}, h.Added...), Removed: append([]string{}, h.Removed...)}
		if len(h.Added)+len(h.Removed) > 0 {
			p.FastFallback = new(false)
		}
		return p
	}
	list, err := s.activations(ctx, assetOf(r))
	if err != nil {
		incomplete("what is active", err)
		return p
	}
	now, active := s.program.now(), activation.Active(list.Items, r.Network)
	p.Active = result.NewActivation(active, now)
	for _, a := range activation.Pending(list.Items, r.Network) {
		p.Pending = append(p.Pending, result.NewActivation(&a, now))
	}
	if p.Request == nil || p.Request.ActivationType == papi.Deactivate {
		return p
	}
	if err := s.planChanges(ctx, r, p, active); err != nil {
		incomplete("the rule tree", err)
	}
	if s.about == result.Includes { // which have neither hostnames nor a fast fallback
		return p
	}
	if p.Hostnames, err = s.hostnamesChanged(ctx, r.Property, r.Version, active); err != nil {
		incomplete("the hostnames", err)
		return p
	}
	p.FastFallback = new(active != nil && len(p.Hostnames.Added)+len(p.Hostnames.Removed) == 0)
	return p
}

// planChanges adds what PAPI finds in the rule tree of the version, and how it differs from that of the active one.
func (s *session) planChanges(ctx context.Context, r *activation.Result, p *result.Plan, active *papi.Activation) error {
	tree, err := s.rules(ctx, assetOf(r), r.Version)
	if err != nil {
		return err
	}
	p.Errors, p.Warnings = new(len(tree.Errors)), new(len(tree.Warnings))
	var before *papi.RuleTree
	if active != nil && active.PropertyVersion != r.Version {
		if before, err = s.rules(ctx, assetOf(r), active.PropertyVersion); err != nil {
			return err
		}
		rules, err := rulediff.Compare(treeOf(before), treeOf(tree))
		if err != nil {
			return err
		}
		p.Diff = result.NewDiff(rules, &result.DiffVersion{Version: before.PropertyVersion, ActiveOn: &r.Network}, &result.DiffVersion{Version: r.Version})
	}
	p.Validation = result.NewValidation(tree, before)
	p.Validation.Network = &r.Network
	return nil
}

// acknowledgedTimeout is how long a run that has done its work may take to read what it has acknowledged.
const acknowledgedTimeout = 20 * time.Second

// acknowledged is what PAPI finds in the rule tree of the version that was submitted: its warnings were acknowledged with
// it. known has it already, or is nil. It is nil where nothing was acknowledged, where nobody waits, and where
// it has failed: there are other things to say.
func (s *session) acknowledged(ctx context.Context, r *activation.Result, known *result.Validation, failed error) *result.Validation {
	a := r.Activation
	switch {
	case failed != nil || !r.Submitted || a == nil || a.ActivationType == papi.Deactivate || r.Version <= 0 || r.Rollback != nil && r.Rollback.Fast:
		return nil
	case known != nil && known.Version == r.Version && known.Network != nil && *known.Network == r.Network:
		return known
	case r.Outcome == activation.OutcomeSubmitted || ctx.Err() != nil:
		return nil
	}
	ctx, cancel := s.within(ctx, s.atLeast(acknowledgedTimeout))
	defer cancel()
	tree, err := s.rules(ctx, assetOf(r), r.Version)
	var before *papi.RuleTree
	if err == nil && r.Before != nil {
		before, err = s.rules(ctx, assetOf(r), r.Before.PropertyVersion)
	}
	if err != nil {
		s.program.progress.Warn("the warnings that were acknowledged cannot be read: " + err.Error())
		return nil
	}
	found := result.NewValidation(tree, before)
	found.Network = &r.Network
	return found
}

// hostnamesChanged compares the hostnames of a version with those that are active.
func (s *session) hostnamesChanged(ctx context.Context, ref papi.PropertyRef, version int, active *papi.Activation) (*result.HostnamesPlan, error) {
	wanted, err := s.client.VersionHostnames(ctx, ref, version)
	if err != nil {
		return nil, err
	}
	have := &papi.HostnameList{}
	if active != nil {
		if have, err = s.client.VersionHostnames(ctx, ref, active.PropertyVersion); err != nil {
			return nil, err
		}
	}
	diff := result.NewHostnamesDiff(viewHostnames(have.Items), viewHostnames(wanted.Items))
	return &result.HostnamesPlan{Added: hostnameNames(diff.Added), Removed: hostnameNames(diff.Removed)}, nil
}

func hostnameNames(all []*result.Hostname) []string {
	names := []string{}
	for _, h := range all {
		names = append(names, h.CNAMEFrom)
	}
	return names
}
