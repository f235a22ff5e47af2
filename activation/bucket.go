package activation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/propctl/propctl/papi"
)

// ChangeBucket changes the hostnames that a property with a hostname bucket serves on the target's network.
// Buckets have no versions. PAPI accepts up to 1000 hostnames per request; ChangeBucket waits until they are
// live before it sends the next ones. It skips what is already as wanted, so it can be repeated at any time.
// Base and Alternatives are ignored. The result is never nil. The errors are those of [Engine.Activate],
// wrapped in a [*PartlyDoneError] if some of the hostnames were changed.
func (e *Engine) ChangeBucket(ctx context.Context, c HostnameChange) (*Result, error) {
	t := c.Target
	t.Version = anyVersion
	r := e.newRun(t)
	api, ok := e.API.(BucketAPI)
	if !ok {
		return r.finish(fmt.Errorf("hostnames: %T cannot change them", e.API))
	}
	b := &bucket{run: r, api: api, change: c, shown: map[string]bool{}, mine: map[string]bool{}}
	b.result.Hostnames = &HostnameResult{}
	if err := c.contradiction(); err != nil {
		return r.finish(err)
	}
	return r.finish(b.partly(b.bringAbout(ctx)))
}

// partly wraps an error if some hostnames were changed before it.
func (b *bucket) partly(err error) error {
	changed := len(b.result.Hostnames.Added) + len(b.result.Hostnames.Removed)
	if err == nil || changed == 0 || b.target.DryRun {
		return err
	}
	return &PartlyDoneError{
		What: fmt.Sprintf("%d of %d hostnames are changed and live on %s", changed, b.wanted, b.target.Network),
		Done: changed, Wanted: b.wanted, cause: err,
	}
}

// bucket is one call of ChangeBucket.
type bucket struct {
	*run

	api     BucketAPI
	change  HostnameChange
	sent    papi.BucketChange // the part whose answer was lost
	shown   map[string]bool   // hostnames that PAPI has confirmed
	first   map[string]bool   // changes and activations at the first look; nil before it
	mine    map[string]bool   // changes submitted by this run
	wanted  int               // hostnames to change at the first look
	rereads int               // while PAPI does not show confirmed hostnames yet
}

// lookAndChange is the number of requests for both lists, the hostnames and the change.
const lookAndChange = 4

func (b *bucket) bringAbout(ctx context.Context) error {
	for b.result.Outcome == "" {
		looking, err := b.looking(ctx, lookAndChange)
		if err != nil {
			return err
		}
		pending, api, err := b.pending(looking)
		if err != nil {
			return err
		}
		switch {
		case pending != nil && b.tried.made(*pending):
			if err := b.through(ctx, *pending, b.sent); err != nil {
				return err
			}
		case pending != nil && b.target.DryRun && !b.target.FailIfPending:
			b.result.BlockedBy, b.result.Plan, b.result.Outcome = pending, &Plan{Action: ActionWait}, OutcomePlanned
		case pending != nil:
			if err := b.giveWay(ctx, *pending, api); err != nil {
				return err
			}
		default:
			if err := b.next(ctx, looking); err != nil {
				return err
			}
		}
	}
	return nil
}

// pending returns what is in progress on either network, and the API to read it with: a change of hostnames and
// an activation of a version exclude each other.
func (b *bucket) pending(ctx context.Context) (*papi.Activation, API, error) { //nolint:ireturn // whichever of the two APIs it is
	list, err := b.look(ctx)
	if err != nil {
		return nil, nil, err
	}
	var changed *papi.ActivationList
	if err := b.persist(ctx, func() (err error) {
		changed, err = BucketChanges{b.api}.Activations(ctx, b.ref())
		return err
	}); err != nil {
		return nil, nil, err
	}
	if err := b.learn(changed); err != nil {
		return nil, nil, err
	}
	both := slices.Concat(changed.Items, list.Items)
	if b.first == nil {
		b.first = idsOf(both)
	}
	for _, network := range [...]papi.Network{b.target.Network, papi.Staging, papi.Production} {
		if found := Pending(changed.Items, network); len(found) > 0 {
			return &found[0], BucketChanges{b.api}, nil
		}
		if found := Pending(list.Items, network); len(found) > 0 {
			return &found[0], b.api, nil
		}
	}
	if now := lastLive(both, b.target.Network); b.target.FailIfPending &&
		now != nil && !b.first[now.ActivationID.Bare()] && !b.mine[now.ActivationID.Bare()] && !b.tried.made(*now) {
		return now, b.api, nil // it began between the look and the change
	}
	return nil, nil, nil
}

// persist repeats a failing read if a submission was accepted or may have been, since its result must not be
// lost.
func (b *bucket) persist(ctx context.Context, read func() error) error {
	for n := 0; ; n++ {
		err := read()
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return b.stopped(ctx)
		case !isTransient(err) && b.tried != nil:
			return &StoppedError{Uncertain: true, cause: limited(err)}
		case !isTransient(err) || b.tried == nil && !b.result.Submitted:
			return limited(err)
		}
		if err := b.pause(ctx, max(linear(n), waitOf(err)), err); err != nil {
			return err
		}
	}
}

// next sends the next part, or ends the run if nothing is left.
func (b *bucket) next(ctx, looking context.Context) error {
	part, left, err := b.part(looking)
	switch size := len(part.Add) + len(part.Remove); {
	case err != nil:
		return err
	case size == 0 && left > 0: // accepted but not shown yet: must not be sent again
		if b.rereads++; b.rereads > b.resubmissions() {
			return fmt.Errorf("PAPI has accepted the change and does not show %d of the hostnames as they were wanted", left)
		}
		return b.pause(ctx, linear(b.rereads-1), errors.New("the hostnames are not shown yet"))
	case size == 0:
		b.arrived()
		return nil
	case b.target.DryRun:
		b.result.Plan, b.result.Outcome = &Plan{Action: ActionSubmit}, OutcomePlanned
		b.note(part)
		return nil
	case b.target.NoWait && len(b.change.Add)+len(b.change.Remove) > papi.MaxBucketHostnames:
		return &RejectedError{Reason: fmt.Sprintf("more than %d hostnames are changed in parts, and each part has to be waited for", papi.MaxBucketHostnames)}
	}
	if again, err := b.claim(ctx); err != nil || again {
		return err
	}
	return b.send(ctx, part)
}

// arrived ends a run that has nothing left to change.
func (b *bucket) arrived() {
	if b.tried != nil { // its answer was lost; this is its effect
		b.result.Submitted = true
		b.note(b.sent)
	}
	b.result.Outcome = OutcomeAlreadyActive
	if b.result.Submitted {
		b.result.Outcome = OutcomeActive
	}
}

// note adds a part to the result.
func (b *bucket) note(part papi.BucketChange) {
	for _, a := range part.Add {
		b.result.Hostnames.Added = appendNew(b.result.Hostnames.Added, a.CNAMEFrom)
	}
	for _, name := range part.Remove {
		b.result.Hostnames.Removed = appendNew(b.result.Hostnames.Removed, name)
	}
}

// through waits for a change submitted by this run.
func (b *bucket) through(ctx context.Context, a papi.Activation, part papi.BucketChange) error {
	b.tried = nil
	b.mine[a.ActivationID.Bare()] = true
	b.result.Submitted, b.result.Activation, b.result.BlockedBy = true, &a, nil
	if b.target.NoWait {
		b.note(part)
		return b.accepted()
	}
	follows := &run{engine: &Engine{API: BucketChanges{b.api}, Observe: b.engine.Observe, Speed: b.engine.Speed}, target: b.target, result: b.result, clock: b.clock, usual: b.usual}
	if err := follows.follow(ctx, a.ActivationID); err != nil {
		return err
	}
	b.result.Outcome = ""
	b.note(part)
	for _, added := range part.Add {
		b.shown[strings.ToLower(added.CNAMEFrom)] = true
	}
	for _, name := range part.Remove {
		b.shown[strings.ToLower(name)] = true
	}
	return nil
}

// part returns the next change to send, and how many hostnames PAPI has accepted but does not show yet.
func (b *bucket) part(ctx context.Context) (part papi.BucketChange, left int, err error) {
	part = papi.BucketChange{Network: b.target.Network, Note: b.target.Request.Note, NotifyEmails: b.target.Request.NotifyEmails}
	var served *papi.ServedHostnames
	if err := b.persist(ctx, func() (err error) {
		served, err = b.api.PropertyHostnames(ctx, b.ref(), b.target.Network)
		return err
	}); err != nil {
		return part, 0, err
	}
	b.result.Hostnames.Hostnames = servedOn(served.Items, b.target.Network)
	add, remove := difference(b.result.Hostnames.Hostnames, b.change.Add, b.change.Remove)
	all := len(add) + len(remove)
	b.wanted = max(b.wanted, all)
	add = slices.DeleteFunc(add, func(a papi.HostnameToAdd) bool { return b.shown[strings.ToLower(a.CNAMEFrom)] })
	remove = slices.DeleteFunc(remove, func(name string) bool { return b.shown[strings.ToLower(name)] })
	left = all - len(add) - len(remove)
	part.Add = add[:min(len(add), papi.MaxBucketHostnames)]
	part.Remove = remove[:min(len(remove), papi.MaxBucketHostnames-len(part.Add))]
	return part, left, nil
}

// servedOn returns the hostnames that a network serves.
func servedOn(items []papi.ServedHostname, network papi.Network) []papi.Hostname {
	have := make([]papi.Hostname, 0, len(items))
	for _, h := range items {
		on := papi.Hostname{CNAMEFrom: h.CNAMEFrom, CNAMETo: h.StagingCNAMETo, EdgeHostnameID: h.StagingEdgeHostnameID, CertProvisioningType: h.StagingCertType}
		if network == papi.Production {
			on = papi.Hostname{CNAMEFrom: h.CNAMEFrom, CNAMETo: h.ProductionCNAMETo, EdgeHostnameID: h.ProductionEdgeHostnameID, CertProvisioningType: h.ProductionCertType}
		}
		if on.EdgeHostnameID != "" || on.CNAMETo != "" {
			have = append(have, on)
		}
	}
	return have
}

// send submits a part and waits for it. It returns nil if another look is needed.
func (b *bucket) send(ctx context.Context, part papi.BucketChange) error {
	submitting, ok, err := b.permitted(ctx)
	if err != nil || !ok {
		return err
	}
	before := b.tried
	if b.tried == nil {
		b.tried, b.sent = &submission{known: b.known, since: b.clock.now().Add(-clockTolerance)}, part
	}
	created, err := b.api.PatchBucket(submitting, b.ref(), part)
	if created != nil {
		b.told(ctx, created.ActivationID, nil)
	} else {
		b.told(ctx, "", err)
	}
	if err != nil {
		if !isUncertain(err) {
			b.tried = before
		}
		return b.doubt(ctx, err, &b.fails)
	}
	b.fails, b.held = 0, nil
	a := papi.Activation{
		ActivationID: created.ActivationID, ActivationType: papi.Activate, Network: b.target.Network,
		PropertyID: b.target.Property.PropertyID, PropertyName: b.result.PropertyName,
	}
	b.emit(Event{Kind: EventSubmitted, Activation: &a})
	return b.through(ctx, a, part)
}

func appendNew(list []string, name string) []string {
	if slices.Contains(list, name) {
		return list
	}
	return append(list, name)
}
