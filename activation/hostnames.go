package activation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/propctl/propctl/papi"
)

// HostnamesAPI is the part of PAPI that changing hostnames needs.
type HostnamesAPI interface {
	API
	LatestVersion(context.Context, papi.PropertyRef, papi.Network) (int, error)
	Versions(context.Context, papi.PropertyRef) (*papi.VersionList, error)
	Version(ctx context.Context, ref papi.PropertyRef, version int) (*papi.VersionList, error)
	VersionHostnames(context.Context, papi.PropertyRef, int) (*papi.HostnameList, error)
	CreateVersion(ctx context.Context, ref papi.PropertyRef, from int, etag string) (*papi.CreatedVersion, error)
	PatchVersionHostnames(ctx context.Context, ref papi.PropertyRef, version int, etag string, add []papi.AddedHostname, remove []string) (*papi.HostnameList, error)
}

// HostnameChange is what is wanted of the hostnames of a property.
type HostnameChange struct {
	// Target says how to activate. Its Property is the first choice; its Network
	// is empty when the new version is not to be activated.
	Target
	// Or are the properties to take instead while the first is busy or full.
	Or []papi.PropertyRef
	// Add and Remove are what is to be there, and what is not. What is so
	// already is left alone.
	Add    []papi.AddedHostname
	Remove []string
	// Base says which version the new one is made from. The zero value is the
	// version that is active on the target's network, or the latest where there
	// is no network.
	Base BaseVersion
}

// BaseVersion names a version: by number, or as what is active on a network, or as the
// latest.
type BaseVersion struct {
	Version  int
	ActiveOn papi.Network
	Latest   bool
}

// HostnameResult is what became of the hostnames.
type HostnameResult struct {
	Base    int // the version that the new one is made from
	Version int // the version that has them now; Base when nothing had to change
	// Created says that this run made the version, Resumed that an earlier run
	// had made it.
	Created, Resumed bool
	// Added and Removed are what the version has more, and less, than its base.
	Added, Removed []string
	// Hostnames is what the version has now.
	Hostnames []papi.Hostname
}

// HostnameLimitError says that a property has no room for more hostnames.
type HostnameLimitError struct {
	Property papi.PropertyRef
	Wanted   int
	Room     int
}

// Error says how many there is room for.
func (e *HostnameLimitError) Error() string {
	return fmt.Sprintf("property %s has room for %d more hostnames, and %d are to be added", e.Property.PropertyID, e.Room, e.Wanted)
}

// ChangeHostnames makes a version with the hostnames and activates it. The
// network is looked at before the version is made, so that none is left over
// when it is busy. Run again after an interruption it finds the version that it
// had made, and goes on with it. The result is never nil.
func (e *Engine) ChangeHostnames(ctx context.Context, c HostnameChange) (*Result, error) {
	api, ok := e.API.(HostnamesAPI)
	if !ok {
		return &Result{Property: c.Property, Network: c.Network}, fmt.Errorf("hostnames: %T cannot change them", e.API)
	}
	h := &hostnames{engine: e, api: api, change: c, begun: time.Now(), first: map[papi.ID]map[string]bool{}}
	if err := c.contradiction(); err != nil {
		return e.newRun(c.Target).finish(err)
	}
	r, err := h.run(ctx)
	return r.finish(h.partly(r, err))
}

// partly says of an error that a version was made before it, and not submitted.
func (h *hostnames) partly(r *run, err error) error {
	made := r.result.Hostnames
	if err == nil || made == nil || !made.Created && !made.Resumed || r.result.Activation != nil || r.result.Submitted {
		return err
	}
	what := fmt.Sprintf("version %d is made of version %d and not activated", made.Version, made.Base)
	return &PartlyDoneError{What: what, cause: err}
}

// contradiction reports what cannot be brought about whatever PAPI has.
func (c HostnameChange) contradiction() error {
	if c.Include.IncludeID != "" {
		return &RejectedError{Reason: "an include has no hostnames"}
	}
	for i, a := range c.Add {
		if slices.ContainsFunc(c.Remove, func(name string) bool { return sameName(name, a.CNAMEFrom) }) {
			return &RejectedError{Reason: a.CNAMEFrom + " is to be added and removed"}
		}
		if slices.ContainsFunc(c.Add[:i], func(b papi.AddedHostname) bool { return sameName(a.CNAMEFrom, b.CNAMEFrom) }) {
			return &RejectedError{Reason: a.CNAMEFrom + " is to be added twice"}
		}
	}
	return nil
}

// hostnames is one call of ChangeHostnames.
type hostnames struct {
	engine *Engine
	api    HostnamesAPI
	change HostnameChange
	begun  time.Time
	// conflicts counts how often the base was changed in between, yields the looks
	// at what is in the way.
	conflicts, yields int
	// first has what the first look at each property found.
	first map[papi.ID]map[string]bool
}

// place is a property that may take the hostnames, as it is now.
type place struct {
	*run

	list    *papi.ActivationList
	base    int
	have    *papi.HostnameList // of the base
	add     []papi.AddedHostname
	remove  []string
	blocker *papi.Activation // in progress on the network
	ours    bool             // what is in progress has the wanted hostnames
	draft   int              // the version that an interrupted run has made; 0 for none, or not looked for
}

func (h *hostnames) run(ctx context.Context) (*run, error) {
	for {
		p, err := h.choose(ctx)
		if err != nil {
			return p.run, err
		}
		if p.blocker != nil && !p.ours && h.change.DryRun {
			return p.run, p.planned(ctx, step{blocked, *p.blocker}, p.list)
		}
		if p.blocker != nil && !p.ours {
			if err := p.yield(ctx, *p.blocker); err != nil {
				return p.run, err
			}
			h.yields = p.yields
			continue // all of it may have changed
		}
		if other := p.newcomer(p.list.Items); other != nil && !p.ours && !p.unchanged() {
			p.result.BlockedBy = other
			return p.run, &BusyError{Blocker: *other}
		}
		again, err := h.bringAbout(ctx, p)
		if !again {
			return p.run, err
		}
	}
}

// choose looks at the properties in turn. It takes the first that has the
// hostnames already or is getting them; else the first for which an interrupted
// run has made a version, whatever is free by now; else the first that is free
// and has room, else the first that is busy.
func (h *hostnames) choose(ctx context.Context) (*place, error) {
	var begun, free, busy, full *place
	for _, ref := range append([]papi.PropertyRef{h.change.Property}, h.change.Or...) {
		p, err := h.inspect(ctx, ref)
		if err != nil {
			return p, err
		}
		if p.ours || p.blocker == nil && p.unchanged() {
			return p, nil
		}
		if err := h.findDraft(ctx, p); err != nil {
			return p, err
		}
		switch {
		case p.draft != 0:
			begun = firstPlace(begun, p)
		case p.blocker != nil:
			busy = firstPlace(busy, p)
		case !p.fits():
			full = firstPlace(full, p)
		default:
			free = firstPlace(free, p)
		}
	}
	switch {
	case begun != nil:
		return begun, nil
	case free != nil:
		return free, nil
	case busy != nil:
		return busy, nil
	}
	return full, &HostnameLimitError{Property: full.ref(), Wanted: len(full.add), Room: *full.have.Remaining}
}

// findDraft looks for the version that an interrupted run has made, where that
// decides which of several properties it is.
func (h *hostnames) findDraft(ctx context.Context, p *place) error {
	if len(h.change.Or) == 0 || p.unchanged() {
		return nil
	}
	versions, err := h.api.Versions(ctx, p.ref())
	if err != nil {
		return p.readError(ctx, err)
	}
	p.draft, err = h.leftBehind(ctx, p, versions.Items)
	return err
}

func firstPlace(a, b *place) *place {
	if a != nil {
		return a
	}
	return b
}

// fits reports whether there is room for what is to be added. Where PAPI does
// not say, it will when it is tried.
func (p *place) fits() bool {
	return p.have.Remaining == nil || len(p.wanted())-len(p.have.Items) <= *p.have.Remaining
}

// unchanged reports whether the base has what is wanted.
func (p *place) unchanged() bool { return len(p.add)+len(p.remove) == 0 }

// inspect looks at a property. The place is never nil.
func (h *hostnames) inspect(ctx context.Context, ref papi.PropertyRef) (*place, error) {
	t := h.change.Target
	t.Property, t.Version = ref, anyVersion
	p := &place{run: h.engine.newRun(t)}
	p.begun, p.yields, p.first = h.begun, h.yields, h.first[ref.PropertyID]
	var err error
	if p.list, err = p.look(ctx); err != nil {
		return p, err
	}
	h.first[ref.PropertyID] = p.first
	if p.base, err = h.baseOf(ctx, p); err != nil {
		return p, err
	}
	if p.have, err = h.api.VersionHostnames(ctx, p.ref(), p.base); err != nil {
		return p, p.readError(ctx, err)
	}
	p.add, p.remove = difference(p.have.Items, h.change.Add, h.change.Remove)
	p.result.Version = p.base
	p.result.Hostnames = &HostnameResult{Base: p.base, Version: p.base, Hostnames: p.have.Items}
	if err := h.broughtAbout(ctx, p); err != nil {
		return p, err
	}
	pending := Pending(p.list.Items, t.Network)
	if len(pending) == 0 {
		return p, nil
	}
	p.blocker = &pending[0]
	if !activates(*p.blocker) || phaseOf(*p.blocker) == undoing {
		return p, nil
	}
	coming, err := h.api.VersionHostnames(ctx, p.ref(), p.blocker.PropertyVersion)
	if err != nil {
		return p, p.readError(ctx, err)
	}
	add, remove := difference(coming.Items, h.change.Add, h.change.Remove)
	if p.ours = len(add)+len(remove) == 0; p.ours {
		p.settle(p.blocker.PropertyVersion, coming.Items)
	}
	return p, nil
}

// settle notes the version that has the hostnames.
func (p *place) settle(version int, now []papi.Hostname) {
	p.result.Version = version
	p.result.Hostnames.Version, p.result.Hostnames.Hostnames = version, now
	p.result.Hostnames.Added = without(now, p.have.Items)
	p.result.Hostnames.Removed = without(p.have.Items, now)
}

// baseOf returns the number of the version that the new one is made from.
func (h *hostnames) baseOf(ctx context.Context, p *place) (int, error) {
	base := h.change.Base
	if base == (BaseVersion{}) {
		base = BaseVersion{ActiveOn: h.change.Network, Latest: h.change.Network == ""}
	}
	switch {
	case base.Version != 0:
		return base.Version, nil
	case base.Latest:
		return h.latest(ctx, p)
	}
	if now := Active(p.list.Items, base.ActiveOn); now != nil {
		return now.PropertyVersion, nil
	}
	return 0, &RejectedError{Reason: fmt.Sprintf("no version of %s is active on %s to make a new one from", p.ref().PropertyID, base.ActiveOn)}
}
