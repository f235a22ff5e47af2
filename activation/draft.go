package activation

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/propctl/propctl/papi"
)

// A draft is a version that was never submitted. PAPI does not record which run created it, so a run that
// continues an interrupted one recognises its own draft by the content.

// leftBehind finds the version that an earlier run created: newer than the base, never activated, with the
// base's rules, and with either the wanted hostnames or those of the base. It returns 0 if there is none.
func (h *hostnames) leftBehind(ctx context.Context, p *place, versions []papi.Version) (int, error) {
	var drafts []int
	for _, v := range versions {
		if v.PropertyVersion > p.base && !p.used(v.PropertyVersion) {
			drafts = append(drafts, v.PropertyVersion)
		}
	}
	slices.Sort(drafts)
	slices.Reverse(drafts)
	for _, draft := range drafts[:min(len(drafts), maxDrafts)] {
		ours, err := h.isOurs(ctx, p, draft, versions)
		switch {
		case err != nil:
			return 0, err
		case ours:
			return draft, nil
		}
	}
	return 0, nil
}

// broughtAbout checks whether the active version is what an earlier run created from the base, and if so makes
// it the base: a base named by its number, or by another network, never gets the hostnames itself.
func (h *hostnames) broughtAbout(ctx context.Context, p *place) error {
	now := Active(p.list.Items, h.change.Network)
	if now == nil || now.PropertyVersion <= p.base || p.unchanged() {
		return nil
	}
	have, err := h.api.VersionHostnames(ctx, p.ref(), now.PropertyVersion)
	if err != nil {
		return p.readError(ctx, err)
	}
	if !sameHostnames(have.Items, p.wanted()) {
		return nil
	}
	if same, err := h.sameRules(ctx, p, p.base, now.PropertyVersion); err != nil || !same {
		return err
	}
	p.base, p.have, p.add, p.remove = now.PropertyVersion, have, nil, nil
	p.result.Version = p.base
	p.result.Hostnames = &HostnameResult{Base: p.base, Version: p.base, Hostnames: have.Items}
	return nil
}

// used reports whether a version was submitted before and did not fail. A version that failed is unchanged, and
// another with the same content would fail as well.
func (p *place) used(version int) bool {
	return slices.ContainsFunc(p.list.Items, func(a papi.Activation) bool {
		return a.PropertyVersion == version && a.Status != papi.StatusFailed
	})
}

// maxDrafts limits how many versions are examined.
const maxDrafts = 5

// isOurs reports whether this change created the draft, or would create an equal one.
func (h *hostnames) isOurs(ctx context.Context, p *place, draft int, versions []papi.Version) (bool, error) {
	have, err := h.api.VersionHostnames(ctx, p.ref(), draft)
	if err != nil {
		return false, p.readError(ctx, err)
	}
	if !sameHostnames(have.Items, p.wanted()) {
		// A draft that is not edited yet is ours only if it was created just now.
		if !sameHostnames(have.Items, p.have.Items) || !p.justMade(versions, draft) {
			return false, nil
		}
	}
	return h.sameRules(ctx, p, p.base, draft)
}

// latest returns the latest version to create a new one from. If that is a draft which an interrupted run has
// just created and not edited, it returns the equal version before it, so that the draft is found and used
// instead of left behind.
func (h *hostnames) latest(ctx context.Context, p *place) (int, error) {
	latest, err := h.api.LatestVersion(ctx, p.ref(), "")
	if err != nil {
		return 0, p.readError(ctx, err)
	}
	if latest < 2 || p.used(latest) {
		return latest, nil
	}
	made, err := h.api.Version(ctx, p.ref(), latest)
	if err != nil {
		return 0, p.readError(ctx, err)
	}
	if !p.justMade(made.Items, latest) {
		return latest, nil
	}
	var have [2]*papi.HostnameList
	for i, version := range [...]int{latest, latest - 1} {
		have[i], err = h.api.VersionHostnames(ctx, p.ref(), version)
		if errors.Is(err, papi.ClassNotFound) && i == 1 {
			return latest, nil
		}
		if err != nil {
			return 0, p.readError(ctx, err)
		}
	}
	add, remove := difference(have[0].Items, h.change.Add, h.change.Remove)
	if len(add)+len(remove) == 0 || !sameHostnames(have[0].Items, have[1].Items) {
		return latest, nil
	}
	same, err := h.sameRules(ctx, p, latest-1, latest)
	if err != nil || !same {
		return latest, err
	}
	return latest - 1, nil
}

// unedited is for how long a version with the hostnames of its base counts as created by an interrupted run.
// After that it is somebody's draft.
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
		replaced := slices.ContainsFunc(p.add, func(a papi.HostnameToAdd) bool { return sameName(a.CNAMEFrom, h.CNAMEFrom) })
		if !removed && !replaced {
			all = append(all, h)
		}
	}
	for _, a := range p.add {
		all = append(all, papi.Hostname{CNAMEFrom: a.CNAMEFrom, CNAMETo: a.CNAMETo, EdgeHostnameID: a.EdgeHostnameID, CertProvisioningType: a.CertProvisioningType})
	}
	return all
}

// sameHostnames compares names and edge hostnames.
func sameHostnames(a, b []papi.Hostname) bool {
	return len(a) == len(b) && !slices.ContainsFunc(b, func(want papi.Hostname) bool {
		return !slices.ContainsFunc(a, func(have papi.Hostname) bool {
			return sameName(have.CNAMEFrom, want.CNAMEFrom) && leadsTo(have, papi.HostnameToAdd{CNAMETo: want.CNAMETo, EdgeHostnameID: want.EdgeHostnameID, CertProvisioningType: want.CertProvisioningType})
		})
	})
}

// sameRules reports whether two versions have the same rules.
func (h *hostnames) sameRules(ctx context.Context, p *place, one, other int) (bool, error) {
	var rules [2][]byte
	var format [2]string
	for i, v := range [...]int{one, other} {
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
