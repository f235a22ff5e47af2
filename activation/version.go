package activation

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/propctl/propctl/papi"
)

// bringAbout makes the version, or finds it, and activates it. again says that
// the base has changed in between and that everything has to be looked at anew.
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

// errBaseChanged says that another version has been activated since ours was
// made of the one before.
var errBaseChanged = errors.New("another version is active by now")

// errShared says that somebody else edits the version that was to be edited, before
// this run has.
var errShared = errors.New("the version is somebody else's")

// stillOurs returns a check right before a submission: a version made of what
// was active must not take the place of what is active now, and one that was
// there for a while must not have been edited by somebody else.
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

// edited refuses a version that is not only what was asked for.
func (p *place) edited(what string, version int) *RejectedError {
	return &RejectedError{Reason: fmt.Sprintf("the %s of version %d were edited by somebody else since it was made of version %d; activate it by its number if that is wanted", what, version, p.base)}
}

// plan says what would be done.
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

// version returns the version to edit: one that an earlier run of the same
// change has left behind, or a new one.
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

// doubt waits before the next look after a write that brought no clear answer,
// or returns why there will be none. It counts the failures of the write.
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

// edit gives the version its hostnames, and reads them back. It refuses one that has
// others than the base's, too: to activate it would do what nobody has asked for.
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
		case err == nil && reads >= max(p.resubmissions(), 1): // it has to be read back in any case
			return fmt.Errorf("version %d has not the hostnames that PAPI has accepted", version)
		case err == nil, errors.Is(err, papi.ClassETag) && reads < p.resubmissions():
			p.held = nil
			reads++
			continue // read back; somebody else may have edited it
		}
		if err := p.doubt(ctx, err, &fails); err != nil {
			return err
		}
	}
}
