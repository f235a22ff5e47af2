package activation

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/propctl/propctl/papi"
)

// bringAbout makes the version, or finds it, and activates it. again says that
// the base has changed in between and that everything has to be looked at anew.
func (h *hostnames) bringAbout(ctx context.Context, p *place) (again bool, err error) {
	if p.target.DryRun {
		return false, h.plan(ctx, p)
	}
	if !p.unchanged() && !p.ours {
		version, err := h.version(ctx, p)
		if errors.Is(err, papi.ClassETag) && p.fails < p.resubmissions() {
			p.fails++
			return true, p.pause(ctx, 0, err)
		}
		if err != nil {
			return false, err
		}
		if err := h.edit(ctx, p, version); err != nil {
			return false, err
		}
	}
	if h.change.Network == "" {
		p.result.Outcome = OutcomeOK
		return false, nil
	}
	p.fails, p.last, p.tried = 0, nil, nil
	return false, p.activate(ctx)
}

// plan says what would be done.
func (h *hostnames) plan(ctx context.Context, p *place) error {
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
	case !again || fails >= r.resubmissions():
		return limited(err)
	}
	return r.pause(ctx, pause, err)
}

// leftBehind finds the version that an earlier run has made: the latest, newer
// than the base, never activated, with the base's rules, and with the base's
// hostnames or those that are wanted. Nobody else's draft looks like that, or it
// is the same. It returns 0 when there is none.
func (h *hostnames) leftBehind(ctx context.Context, p *place, versions []papi.Version) (int, error) {
	latest := 0
	for _, v := range versions {
		latest = max(latest, v.PropertyVersion)
	}
	used := slices.ContainsFunc(p.list.Items, func(a papi.Activation) bool { return a.PropertyVersion == latest })
	if latest <= p.base || used {
		return 0, nil
	}
	have, err := h.api.VersionHostnames(ctx, p.ref(), latest)
	if err != nil {
		return 0, p.readError(ctx, err)
	}
	if !sameHostnames(have.Items, p.have.Items) && !sameHostnames(have.Items, p.wanted()) {
		return 0, nil
	}
	ours, err := h.sameRules(ctx, p, latest)
	if err != nil || !ours {
		return 0, err
	}
	return latest, nil
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
		all = append(all, papi.Hostname{CNAMEFrom: a.CNAMEFrom, CNAMETo: a.CNAMETo, EdgeHostnameID: a.EdgeHostnameID})
	}
	return all
}

// sameHostnames compares by name.
func sameHostnames(a, b []papi.Hostname) bool { return len(a) == len(b) && len(without(a, b)) == 0 }

// sameRules reports whether a version has the rules of the base.
func (h *hostnames) sameRules(ctx context.Context, p *place, version int) (bool, error) {
	var rules [2][]byte
	for i, v := range [...]int{p.base, version} {
		tree, err := h.api.Rules(ctx, p.ref(), v)
		if err != nil {
			return false, p.readError(ctx, err)
		}
		var normal any
		if err := json.Unmarshal(tree.Rules, &normal); err != nil {
			return false, fmt.Errorf("the rules of version %d cannot be read: %w", v, err)
		}
		if rules[i], err = json.Marshal(normal); err != nil {
			return false, err
		}
	}
	return bytes.Equal(rules[0], rules[1]), nil
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
