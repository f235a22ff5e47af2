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
	PatchVersionHostnames(ctx context.Context, ref papi.PropertyRef, version int, etag string, add []papi.HostnameToAdd, remove []string) (*papi.HostnameList, error)
}

// HostnameChange is which hostnames a property shall have, and which it shall not.
type HostnameChange struct {
	// Target is the property, and how to activate its new version. With an empty Network the version is created
	// but not activated. Version and ActiveOn are ignored.
	Target
	// Alternatives are other properties that may take the hostnames, in this order, if the first one is busy or
	// full.
	Alternatives []papi.PropertyRef
	// Add has the hostnames that the property shall have, Remove those that it shall not have. Those in effect
	// already are skipped.
	Add    []papi.HostnameToAdd
	Remove []string
	// Base is the version to create the new one from. The zero value means the version active on
	// Target.Network; without a network, the latest.
	Base BaseVersion
}

// BaseVersion names a version: by number, as the one active on a network, or as the latest. Exactly one field
// is set.
type BaseVersion struct {
	Version  int
	ActiveOn papi.Network
	Latest   bool
}

// HostnameResult is the result of changing hostnames.
type HostnameResult struct {
	Base    int // the version that the new one was created from
	Version int // the version that has the hostnames; Base if nothing had to change, 0 if none has them
	// Created reports that this call created the version, Resumed that an earlier, interrupted call did.
	Created, Resumed bool
	// Added has the hostnames that the version has and its base lacks, Removed those that the base has and the
	// version lacks. For a bucket they are what was changed.
	Added, Removed []string
	// Hostnames has all hostnames of the version.
	Hostnames []papi.Hostname
}

// HostnameLimitError reports that a property has no room for the hostnames.
type HostnameLimitError struct {
	Property papi.PropertyRef
	Wanted   int // how many were to be added
	Room     int // how many more it can have
}

// Error says how many there is room for.
func (e *HostnameLimitError) Error() string {
	return fmt.Sprintf("property %s has room for %d more hostnames, and %d are to be added", e.Property.PropertyID, e.Room, e.Wanted)
}

// ChangeHostnames creates a version with the hostnames and activates it. It looks at the network first, so that
// no version is left over if the network is busy. Repeated after an interruption, it finds the version that it
// created and continues with it. The result is never nil. The errors are those of [Engine.Activate] and
// [*HostnameLimitError], wrapped in a [*PartlyDoneError] if the version was created but not submitted.
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
	if h.turn != nil {
		defer h.turn.Leave()
	}
	return r.finish(h.partly(r, err))
}

// partly wraps an error if a version was created before it and not submitted.
func (h *hostnames) partly(r *run, err error) error {
	made := r.result.Hostnames
	if err == nil || made == nil || !made.Created && !made.Resumed || r.result.Activation != nil || r.result.Submitted {
		return err
	}
	what := fmt.Sprintf("version %d is made of version %d and not activated", made.Version, made.Base)
	return &PartlyDoneError{What: what, cause: err}
}

// contradiction returns an error for a change that can never be made.
func (c HostnameChange) contradiction() error {
	if c.Include.IncludeID != "" {
		return &RejectedError{Reason: "an include has no hostnames"}
	}
	for i, a := range c.Add {
		if slices.ContainsFunc(c.Remove, func(name string) bool { return sameName(name, a.CNAMEFrom) }) {
			return &RejectedError{Reason: a.CNAMEFrom + " is to be added and removed"}
		}
		if slices.ContainsFunc(c.Add[:i], func(b papi.HostnameToAdd) bool { return sameName(a.CNAMEFrom, b.CNAMEFrom) }) {
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
	// conflicts counts how often the base changed meanwhile, yields the polls of a blocking activation.
	conflicts, yields int
	// first has the ids found by the first look at each property.
	first map[papi.ID]map[string]bool
	// turn is the turn that the change holds for property turnOf; nil and empty for none.
	turn   Turn
	turnOf papi.ID
}

// claim waits for the turn to change the chosen property, and reports whether it had to wait. It gives up the
// turn for a property that was chosen before.
func (h *hostnames) claim(ctx context.Context, p *place) (bool, error) {
	if h.change.Network == "" || p.ours || p.unchanged() {
		return false, nil
	}
	if h.turn != nil && h.turnOf != p.target.Property.PropertyID {
		h.turn.Leave()
		h.turn, h.turnOf = nil, ""
	}
	again, err := p.claim(ctx)
	if again {
		h.turn, h.turnOf = p.turn, p.target.Property.PropertyID
	}
	return again, err
}

// place is a property that may take the hostnames, in its current state.
type place struct {
	*run

	list    *papi.ActivationList
	base    int
	have    *papi.HostnameList // of the base
	add     []papi.HostnameToAdd
	remove  []string
	blocker *papi.Activation // in progress on the network
	ours    bool             // what is in progress has the wanted hostnames
	draft   int              // created by an interrupted run; 0 if there is none or it was not looked for
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
			continue // everything may have changed
		}
		if other := p.newcomer(p.list.Items); other != nil && !p.ours && !p.unchanged() {
			p.result.BlockedBy = other
			return p.run, &BusyError{Blocker: *other}
		}
		switch again, err := h.claim(ctx, p); {
		case err != nil:
			return p.run, err
		case again:
			continue // everything may have changed
		}
		again, err := h.bringAbout(ctx, p)
		if !again {
			return p.run, err
		}
	}
}

// choose looks at the properties in order. It prefers one that has the hostnames or is getting them, then one
// for which an interrupted run has created a version, then one that is free and has room, then one that is
// busy.
func (h *hostnames) choose(ctx context.Context) (*place, error) {
	var begun, free, busy, full *place
	for _, ref := range append([]papi.PropertyRef{h.change.Property}, h.change.Alternatives...) {
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

// findDraft looks for the version of an interrupted run, if the choice between several properties depends on
// it.
func (h *hostnames) findDraft(ctx context.Context, p *place) error {
	if len(h.change.Alternatives) == 0 || p.unchanged() {
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

// fits reports whether there is room for the added hostnames. If PAPI does not say, it is assumed.
func (p *place) fits() bool {
	return p.have.Remaining == nil || len(p.wanted())-len(p.have.Items) <= *p.have.Remaining
}

// unchanged reports whether the base already is as wanted.
func (p *place) unchanged() bool { return len(p.add)+len(p.remove) == 0 }

// inspect reads the state of a property. The place is never nil.
func (h *hostnames) inspect(ctx context.Context, ref papi.PropertyRef) (*place, error) {
	t := h.change.Target
	t.Property, t.Version = ref, anyVersion
	p := &place{run: h.engine.newRun(t)}
	p.begun, p.yields, p.first = h.begun, h.yields, h.first[ref.PropertyID]
	if h.turnOf == ref.PropertyID {
		p.turn = h.turn
	}
	var err error
	if p.list, err = p.lookFor(ctx, 0); err != nil {
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
	p.result.Hostnames = &HostnameResult{Base: p.base, Hostnames: p.have.Items}
	if p.unchanged() {
		p.result.Hostnames.Version = p.base
	}
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

// settle records the version that has the hostnames.
func (p *place) settle(version int, now []papi.Hostname) {
	p.result.Version = version
	p.result.Hostnames.Version, p.result.Hostnames.Hostnames = version, now
	p.result.Hostnames.Added = without(now, p.have.Items)
	p.result.Hostnames.Removed = without(p.have.Items, now)
}

// baseOf returns the version to create the new one from.
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
