package activation

import (
	"context"
	"errors"
	"fmt"

	"github.com/propctl/propctl/papi"
)

// check enforces the target's conditions. It runs before each submission, since the state may have changed
// while the run waited.
func (r *run) check(ctx context.Context, have []papi.Activation) error {
	if r.target.RequireStaging && r.target.Network == papi.Production {
		switch now := Active(have, papi.Staging); {
		case now == nil:
			return &RejectedError{Reason: fmt.Sprintf("version %d is not active on STAGING; nothing is", r.result.Version)}
		case now.PropertyVersion != r.result.Version:
			return &RejectedError{Reason: fmt.Sprintf("version %d is not active on STAGING; version %d is", r.result.Version, now.PropertyVersion)}
		}
	}
	switch r.target.Warnings {
	case FailOnWarnings, FailOnNewWarnings:
		return r.checkWarnings(ctx, have)
	case AcknowledgeWarnings:
	}
	return nil
}

// conditions enforces the target's conditions, and those of the workflow right before a submission.
func (r *run) conditions(ctx context.Context, list *papi.ActivationList) error {
	err := r.check(ctx, list.Items)
	if err == nil && r.before != nil {
		err = r.before(list)
	}
	return err
}

// checkWarnings reads the rule tree and applies the warning policy.
func (r *run) checkWarnings(ctx context.Context, have []papi.Activation) error {
	tree, err := r.engine.API.Rules(ctx, r.ref(), r.result.Version)
	if err != nil {
		return r.readError(ctx, err)
	}
	if n := len(tree.Errors); n > 0 {
		return &RejectedError{
			Reason: fmt.Sprintf("the rule tree of version %d has %d errors", r.result.Version, n),
			Errors: tree.Errors, Warnings: tree.Warnings,
		}
	}
	warnings, which := tree.Warnings, "warnings"
	if now := Active(have, r.target.Network); r.target.Warnings == FailOnNewWarnings && now != nil && len(warnings) > 0 {
		before, err := r.engine.API.Rules(ctx, r.ref(), now.PropertyVersion)
		if err != nil {
			return r.readError(ctx, err)
		}
		warnings, which = NewProblems(before.Warnings, warnings), "new warnings"
	}
	if n := len(warnings); n > 0 {
		return &RejectedError{
			Reason:   fmt.Sprintf("the rule tree of version %d has %d %s", r.result.Version, n, which),
			Warnings: warnings,
		}
	}
	return nil
}

// NewProblems returns the errors or warnings of a rule tree that an earlier one did not have. Two are equal if
// type, detail and location are.
func NewProblems(before, now []papi.Problem) []papi.Problem {
	type key struct{ kind, detail, place string }
	of := func(p papi.Problem) key { return key{p.Type, p.Summary(), p.ErrorLocation} }
	count := make(map[key]int, len(before))
	for _, p := range before {
		count[of(p)]++
	}
	var added []papi.Problem
	for _, p := range now {
		if count[of(p)]--; count[of(p)] < 0 {
			added = append(added, p)
		}
	}
	return added
}

// unclearError refuses to act on a type of activation that is not known.
func unclearError(a papi.Activation) *RejectedError {
	return &RejectedError{Reason: fmt.Sprintf("activation %s on %s is of a type that is not known, %s: what is active is not clear",
		a.ActivationID, a.Network, a.ActivationType)}
}

// planned ends a dry run.
func (r *run) planned(ctx context.Context, s step, list *papi.ActivationList) error {
	p := &Plan{}
	switch s.kind {
	case done, over:
		p.Action = ActionNone
	case follow:
		p.Action = ActionFollow
	case blocked:
		p.Action = ActionWait
		r.result.BlockedBy = &s.activation
		if r.target.FailIfPending {
			return &BusyError{Blocker: s.activation}
		}
	case unclear:
		return unclearError(s.activation)
	case create:
		if err := r.conditions(ctx, list); err != nil {
			return err
		}
		req := r.request()
		p.Action, p.Request = ActionSubmit, &req
	}
	if s.kind == done || s.kind == follow {
		r.result.Activation = &s.activation
	}
	r.result.Plan, r.result.Outcome = p, OutcomePlanned
	return nil
}

// complete returns an error that names the member of the target or the engine that is missing.
func (r *run) complete(version bool) error {
	switch {
	case r.target.Property.PropertyID == "" && r.target.Include.IncludeID == "":
		return errors.New("the target names neither a property nor an include")
	case r.target.Include.IncludeID != "" && r.engine.Includes == nil:
		return errors.New("an activation of an include needs Includes in the Engine")
	case r.target.Network != papi.Staging && r.target.Network != papi.Production:
		return fmt.Errorf("network %q is neither STAGING nor PRODUCTION", r.target.Network)
	case !version:
		return errors.New("the target names neither a version nor a network whose version is meant")
	}
	return nil
}
