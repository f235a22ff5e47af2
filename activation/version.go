package activation

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/propctl/propctl/papi"
)

// bringAbout creates or finds the version and activates it. again reports that the base has changed meanwhile,
// so that everything must be read again.
func (h *hostnames) bringAbout(ctx context.Context, p *place) (again bool, err error) {
	makes := !p.unchanged() && !p.ours
	if makes && p.target.RequireStaging && p.target.Network == papi.Production {
		return false, &RejectedError{Reason: "a version that is to be made cannot be active on STAGING; activate it there first"}
	}
	if p.target.DryRun {
		return false, h.plan(ctx, p)
	}
	if makes {
		version, err := h.version(ctx, p)
		if errors.Is(err, papi.ClassETag) && h.conflicts < p.resubmissions() {
			h.conflicts++
			return true, p.pause(ctx, linear(h.conflicts-1), err)
		}
		if err != nil {
			return false, err
		}
		p.result.Version, p.result.Hostnames.Version = version, version
		err = h.edit(ctx, p, version)
		if errors.Is(err, errShared) && h.conflicts == 0 {
			h.conflicts++
			return true, p.pause(ctx, linear(0), err)
		}
		if err != nil {
			return false, err
		}
		p.before = h.stillOurs(ctx, p, version)
	}
	if h.change.Network == "" {
		p.result.Outcome = OutcomeOK
		return false, nil
	}
	if p.ours {
		p.adopt(*p.blocker)
		if p.target.NoWait {
			return false, p.accepted()
		}
		return false, p.follow(ctx, p.blocker.ActivationID)
	}
	p.fails, p.last, p.tried = 0, nil, nil
	if err := p.activate(ctx); !errors.Is(err, errBaseChanged) {
		return false, err
	}
	return true, nil
}

// errBaseChanged reports that another version was activated since ours was created from its base.
var errBaseChanged = errors.New("another version is active by now")

// errShared reports that somebody else has edited the version before this run did.
var errShared = errors.New("the version is somebody else's")

// stillOurs returns a check to run right before a submission: a version created from the active one must not
// replace another that is active now, and one that existed for a while must not have been edited by somebody
// else.
func (h *hostnames) stillOurs(ctx context.Context, p *place, version int) func(*papi.ActivationList) error {
	base := h.change.Base
	on := cmp.Or(base.ActiveOn, h.change.Network)
	return func(list *papi.ActivationList) error {
		if base.Version == 0 && !base.Latest {
			if now := Active(list.Items, on); now == nil || now.PropertyVersion != p.base {
				return errBaseChanged
			}
		}
		if !p.result.Hostnames.Resumed && p.yields == h.yields && p.last == nil {
			return nil
		}
		same, err := h.sameRules(ctx, p, p.base, version)
		if err != nil {
			return err
		}
		if !same {
			return p.edited("rules", version)
		}
		have, err := h.api.VersionHostnames(ctx, p.ref(), version)
		if err != nil {
			return p.readError(ctx, err)
		}
		if !sameHostnames(have.Items, p.wanted()) {
			return p.edited("hostnames", version)
		}
		return nil
	}
}

// edited returns the error for a version with more changes than were requested.
func (p *place) edited(what string, version int) *RejectedError {
	return &RejectedError{Reason: fmt.Sprintf("the %s of version %d were edited by somebody else since it was made of version %d; activate it by its number if that is wanted", what, version, p.base)}
}

// plan ends a dry run.
func (h *hostnames) plan(ctx context.Context, p *place) error {
	if p.ours {
		return p.planned(ctx, step{follow, *p.blocker}, p.list)
	}
	p.settle(p.base, p.have.Items)
	for _, a := range p.add {
		p.result.Hostnames.Added = append(p.result.Hostnames.Added, a.CNAMEFrom)
	}
	p.result.Hostnames.Removed = p.remove
	if h.change.Network == "" || !p.unchanged() {
		p.result.Outcome, p.result.Plan = OutcomePlanned, &Plan{Action: ActionVersion}
		if p.unchanged() {
			p.result.Plan.Action = ActionNone
		}
		return nil
	}
	return p.activate(ctx)
}

// version returns the version to edit: one left behind by an earlier run of the same change, or a new one.
func (h *hostnames) version(ctx context.Context, p *place) (int, error) {
	if p.draft != 0 {
		p.result.Hostnames.Resumed = true
		return p.draft, nil
	}
	fails := 0
	for n := 0; ; n++ {
		versions, err := h.api.Versions(ctx, p.ref())
		if err != nil {
			return 0, p.readError(ctx, err)
		}
		switch left, err := h.leftBehind(ctx, p, versions.Items); {
		case err != nil:
			return 0, err
		case left != 0:
			p.result.Hostnames.Resumed, p.result.Hostnames.Created = n == 0, n > 0
			return left, nil
		}
		created, err := h.api.CreateVersion(ctx, p.ref(), p.base, p.have.BodyETag)
		if err == nil {
			p.held, p.result.Hostnames.Created = nil, true
			return created.PropertyVersion, nil
		}
		if err := p.doubt(ctx, err, &fails); err != nil {
			return 0, err
		}
	}
}

// doubt waits before the look after a write without a clear answer, or returns why there is none. It counts the
// failures.
func (r *run) doubt(ctx context.Context, err error, fails *int) error {
	pause, again := reconsider(err, *fails)
	told := toldToWait(err)
	tooOften := !told && *fails >= r.resubmissions()
	switch {
	case ctx.Err() != nil:
		return r.stopped(ctx)
	case again && tooOften && isUncertain(err):
		return &StoppedError{Uncertain: true, cause: limited(err)}
	case !again || tooOften:
		return limited(err)
	}
	if !told {
		*fails++
	}
	return r.hold(ctx, pause, err)
}

// edit sets the version's hostnames and reads them back. It also refuses a version whose hostnames differ from
// the base's before the edit: activating it would make changes that nobody requested.
func (h *hostnames) edit(ctx context.Context, p *place, version int) error {
	sent, fails := false, 0 // sent, and perhaps accepted
	for reads := 0; ; {
		have, err := h.api.VersionHostnames(ctx, p.ref(), version)
		if err != nil {
			return p.readError(ctx, err)
		}
		add, remove := difference(have.Items, p.add, p.remove)
		switch done, whole := len(add)+len(remove) == 0, sameNames(have.Items, p.wanted()); {
		case done && whole:
			p.settle(version, have.Items)
			return nil
		case !sent && !sameNames(have.Items, p.have.Items):
			refused := p.edited("hostnames", version)
			refused.cause = errShared
			return refused
		case done:
			return p.edited("hostnames", version)
		}
		_, err = h.api.PatchVersionHostnames(ctx, p.ref(), version, have.BodyETag, add, remove)
		sent = sent || err == nil || isUncertain(err)
		switch {
		case err == nil && reads >= max(p.resubmissions(), 1): // it must be read back in any case
			return fmt.Errorf("version %d has not the hostnames that PAPI has accepted", version)
		case err == nil, errors.Is(err, papi.ClassETag) && reads < p.resubmissions():
			p.held = nil
			reads++
			continue // read back, because somebody else may have edited it
		}
		if err := p.doubt(ctx, err, &fails); err != nil {
			return err
		}
	}
}
