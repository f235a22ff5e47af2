package activation

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/propctl/propctl/papi"
)

// bringAbout makes the version, or finds it, and activates it. again says that
// the base has changed in between and that everything has to be looked at anew.
func (h *hostnames) bringAbout(ctx context.Context, p *place) (again bool, err error) {
	if p.target.DryRun {
		return false, h.plan(ctx, p)
	}
	if !p.unchanged() && !p.ours {
		if p.target.RequireStaging && p.target.Network == papi.Production {
			return false, &Rejected{Reason: "a version that is to be made cannot be active on STAGING; activate it there first"}
		}
		version, err := h.version(ctx, p)
		if errors.Is(err, papi.ClassETag) && h.conflicts < p.resubmissions() {
			h.conflicts++
			return true, p.pause(ctx, linear(h.conflicts-1), err)
		}
		if err != nil {
			return false, err
		}
		p.result.Version, p.result.Hostnames.Version = version, version
		if err := h.edit(ctx, p, version); err != nil {
			return false, err
		}
		p.before = h.stillBased(p)
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

// stillBased returns a check right before a submission: a version made of what
// was active must not take the place of what is active now.
func (h *hostnames) stillBased(p *place) func(*papi.ActivationList) error {
	if base := h.change.Base; base.Version != 0 || base.Latest {
		return nil
	}
	on := cmp.Or(h.change.Base.ActiveOn, h.change.Network)
	return func(list *papi.ActivationList) error {
		if now := Active(list.Items, on); now == nil || now.PropertyVersion != p.base {
			return errBaseChanged
		}
		return nil
	}
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
	for n := 0; ; n++ {
		versions, err := h.api.Versions(ctx, p.ref())
		if err != nil {
			return 0, p.readError(ctx, err)
		}
		left, err := h.leftBehind(ctx, p, versions.Items)
		if err != nil || left != 0 {
			p.result.Hostnames.Resumed = left != 0 && n == 0
			p.result.Hostnames.Created = left != 0 && n > 0
			if err != nil {
				left = 0
			}
			return left, err
		}
		created, err := h.api.CreateVersion(ctx, p.ref(), p.base, p.have.BodyETag)
		if err == nil {
			p.result.Hostnames.Created = true
			return created.PropertyVersion, nil
		}
		if err := p.doubt(ctx, err, n); err != nil {
			return 0, err
		}
	}
}

// doubt waits before the next look after a write that brought no clear answer,
// or returns why there will be none.
func (r *run) doubt(ctx context.Context, err error, fails int) error {
	pause, again := reconsider(err, fails)
	switch {
	case ctx.Err() != nil:
		return r.stopped(ctx)
	case again && fails >= r.resubmissions() && isUncertain(err):
		return &Stopped{Uncertain: true, cause: limited(err)}
	case !again || fails >= r.resubmissions():
		return limited(err)
	}
	return r.pause(ctx, pause, err)
}

// leftBehind finds the version that an earlier run has made: newer than the base,
// never activated, with the base's rules, and with the hostnames that are wanted,
// or those of the base. It returns 0 when there is none.
func (h *hostnames) leftBehind(ctx context.Context, p *place, versions []papi.Version) (int, error) {
	var drafts []int
	for _, v := range versions {
		used := slices.ContainsFunc(p.list.Items, func(a papi.Activation) bool { return a.PropertyVersion == v.PropertyVersion })
		if v.PropertyVersion > p.base && !used {
			drafts = append(drafts, v.PropertyVersion)
		}
	}
	slices.Sort(drafts)
	slices.Reverse(drafts)
	for _, draft := range drafts[:min(len(drafts), maxDrafts)] {
		ours, err := h.isOurs(ctx, p, draft, versions)
		if err != nil || ours {
			return draft, err
		}
	}
	return 0, nil
}

// maxDrafts is how many versions are looked into for the one that was left behind.
const maxDrafts = 5

// isOurs reports whether a draft is what this change has made, or will make.
func (h *hostnames) isOurs(ctx context.Context, p *place, draft int, versions []papi.Version) (bool, error) {
	have, err := h.api.VersionHostnames(ctx, p.ref(), draft)
	if err != nil {
		return false, p.readError(ctx, err)
	}
	if !sameHostnames(have.Items, p.wanted()) {
		// One that nobody has edited yet is ours only if it has just been made.
		if !sameHostnames(have.Items, p.have.Items) || !p.justMade(versions, draft) {
			return false, nil
		}
	}
	return h.sameRules(ctx, p, draft)
}

// unedited is for how long a version that has the hostnames of its base is taken
// for one that an interrupted run has made. Later it is somebody's draft.
const unedited = time.Hour

func (p *place) justMade(versions []papi.Version, number int) bool {
	return slices.ContainsFunc(versions, func(v papi.Version) bool {
		return v.PropertyVersion == number && p.now(p.list).Sub(v.UpdatedDate) < unedited
	})
}

// wanted returns the base's hostnames after the change.
func (p *place) wanted() []papi.Hostname {
	var all []papi.Hostname
	for _, h := range p.have.Items {
		removed := slices.ContainsFunc(p.remove, func(name string) bool { return sameName(name, h.CNAMEFrom) })
		replaced := slices.ContainsFunc(p.add, func(a papi.AddedHostname) bool { return sameName(a.CNAMEFrom, h.CNAMEFrom) })
		if !removed && !replaced {
			all = append(all, h)
		}
	}
	for _, a := range p.add {
		all = append(all, papi.Hostname{CNAMEFrom: a.CNAMEFrom, CNAMETo: a.CNAMETo, EdgeHostnameID: a.EdgeHostnameID, CertProvisioningType: a.CertProvisioningType})
	}
	return all
}

// sameHostnames compares names, and where they lead to.
func sameHostnames(a, b []papi.Hostname) bool {
	return len(a) == len(b) && !slices.ContainsFunc(b, func(want papi.Hostname) bool {
		return !slices.ContainsFunc(a, func(have papi.Hostname) bool {
			return sameName(have.CNAMEFrom, want.CNAMEFrom) && leadsTo(have, papi.AddedHostname{CNAMETo: want.CNAMETo, EdgeHostnameID: want.EdgeHostnameID, CertProvisioningType: want.CertProvisioningType})
		})
	})
}

// sameRules reports whether a version has the rules of the base.
func (h *hostnames) sameRules(ctx context.Context, p *place, version int) (bool, error) {
	var rules [2][]byte
	var format [2]string
	for i, v := range [...]int{p.base, version} {
		tree, err := h.api.Rules(ctx, p.ref(), v)
		if err != nil {
			return false, p.readError(ctx, err)
		}
		format[i] = tree.RuleFormat
		var normal any
		if err := json.Unmarshal(tree.Rules, &normal); err != nil {
			return false, fmt.Errorf("the rules of version %d cannot be read: %w", v, err)
		}
		if rules[i], err = json.Marshal(normal); err != nil {
			return false, err
		}
	}
	return bytes.Equal(rules[0], rules[1]) && format[0] == format[1], nil
}

// edit gives the version its hostnames, and reads them back.
func (h *hostnames) edit(ctx context.Context, p *place, version int) error {
	for n := 0; ; n++ {
		have, err := h.api.VersionHostnames(ctx, p.ref(), version)
		if err != nil {
			return p.readError(ctx, err)
		}
		add, remove := difference(have.Items, p.add, p.remove)
		if len(add)+len(remove) == 0 {
			p.settle(version, have.Items)
			return nil
		}
		_, err = h.api.PatchVersionHostnames(ctx, p.ref(), version, have.BodyETag, add, remove)
		switch {
		case err == nil && n >= p.resubmissions():
			return fmt.Errorf("version %d has not the hostnames that PAPI has accepted", version)
		case err == nil, errors.Is(err, papi.ClassETag) && n < p.resubmissions():
			continue // read back; somebody else may have edited it
		}
		if err := p.doubt(ctx, err, n); err != nil {
			return err
		}
	}
}
