package activation

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/propctl/propctl/papi"
)

// BucketAPI is the part of PAPI that hostname buckets need.
type BucketAPI interface {
	API
	PropertyHostnames(context.Context, papi.PropertyRef, papi.Network) (*papi.ServedHostnames, error)
	PatchBucket(context.Context, papi.PropertyRef, papi.BucketChange) (*papi.CreatedHostnameActivation, error)
	HostnameActivations(context.Context, papi.PropertyRef) (*papi.HostnameActivationList, error)
	HostnameActivation(context.Context, papi.PropertyRef, papi.ID) (*papi.HostnameActivationAnswer, error)
	CancelHostnameActivation(context.Context, papi.PropertyRef, papi.ID) (*papi.Cancellation, error)
}

// BucketChanges is an API over the changes of hostname buckets, for an Engine that
// waits for them and cancels them. Nothing can be submitted with it:
// [Engine.ChangeBucket] does that.
type BucketChanges struct{ BucketAPI }

// Activations implements API.
func (c BucketChanges) Activations(ctx context.Context, ref papi.PropertyRef) (*papi.ActivationList, error) {
	list, err := c.HostnameActivations(ctx, ref)
	if err != nil {
		return nil, err
	}
	all := &papi.ActivationList{
		Answer: list.Answer, AccountID: list.AccountID, ContractID: list.ContractID, GroupID: list.GroupID,
		Items: make([]papi.Activation, 0, len(list.Items)),
	}
	for _, item := range list.Items {
		all.Items = append(all.Items, item.Activation())
	}
	return all, nil
}

// Activation implements API.
func (c BucketChanges) Activation(ctx context.Context, ref papi.PropertyRef, id papi.ID) (*papi.ActivationAnswer, error) {
	answer, err := c.HostnameActivation(ctx, ref, id)
	if err != nil {
		return nil, err
	}
	return &papi.ActivationAnswer{
		Answer: answer.Answer, AccountID: answer.AccountID, ContractID: answer.ContractID, GroupID: answer.GroupID,
		Activation: answer.Activation.Activation(),
	}, nil
}

// CreateActivation implements API.
func (c BucketChanges) CreateActivation(context.Context, papi.PropertyRef, papi.ActivationRequest) (*papi.CreatedActivation, error) {
	return nil, errors.New("a change of hostnames is not submitted as an activation")
}

// CancelActivation implements API.
func (c BucketChanges) CancelActivation(ctx context.Context, ref papi.PropertyRef, id papi.ID) (*papi.Cancellation, error) {
	return c.CancelHostnameActivation(ctx, ref, id)
}

// ChangeBucket changes the hostnames that a property with a hostname bucket
// serves on the target's network, at most 1000 at a time, and waits for each
// part. PAPI applies a change at once: there is no version. What is so already
// is left alone, so it can be run again at any time. Base and Or are not looked
// at. The result is never nil.
func (e *Engine) ChangeBucket(ctx context.Context, c HostnameChange) (*Result, error) {
	t := c.Target
	t.Version = anyVersion
	r := e.newRun(t)
	api, ok := e.API.(BucketAPI)
	if !ok {
		return r.finish(fmt.Errorf("hostnames: %T cannot change them", e.API))
	}
	b := &bucket{run: r, api: api, change: c}
	b.result.Hostnames = &HostnameResult{}
	return r.finish(b.bringAbout(ctx))
}

// bucket is one call of ChangeBucket.
type bucket struct {
	*run

	api    BucketAPI
	change HostnameChange
}

func (b *bucket) bringAbout(ctx context.Context) error {
	for {
		if _, err := b.look(ctx); err != nil {
			return err
		}
		list, err := BucketChanges{b.api}.Activations(ctx, b.ref())
		if err != nil {
			return b.readError(ctx, err)
		}
		if err := b.learn(list); err != nil {
			return err
		}
		if pending := Pending(list.Items, b.target.Network); len(pending) > 0 {
			if err := b.over(ctx, pending[0]); err != nil {
				return err
			}
			continue
		}
		part, err := b.part(ctx)
		if err != nil {
			return err
		}
		if len(part.Add)+len(part.Remove) == 0 {
			return b.arrived()
		}
		if b.target.DryRun {
			b.result.Plan, b.result.Outcome = &Plan{Action: ActionSubmit}, OutcomePlanned
			return nil
		}
		if err := b.send(ctx, part); err != nil || b.result.Outcome != "" {
			return err
		}
	}
}

// arrived ends a run for which nothing is left to change.
func (b *bucket) arrived() error {
	b.result.Outcome = OutcomeAlreadyActive
	if b.result.Submitted {
		b.result.Outcome = OutcomeActive
	}
	return nil
}

// over waits for a change that is in progress: ours, if its answer was lost, or
// somebody else's.
func (b *bucket) over(ctx context.Context, a papi.Activation) error {
	if b.tried.made(a) {
		b.result.Submitted, b.tried = true, nil
		return b.through(ctx, a)
	}
	return b.yieldTo(ctx, a, BucketChanges{b.api})
}

// changing returns the change of a hostname bucket that is in the way of an
// activation which PAPI has refused as busy, although no activation is in
// progress, and where to look at it. It is nil when there is none, or when it
// cannot be found out.
func (r *run) changing(ctx context.Context) (*papi.Activation, BucketChanges) {
	api, ok := r.engine.API.(BucketAPI)
	if !ok || r.noBucket {
		return nil, BucketChanges{}
	}
	list, err := BucketChanges{api}.Activations(ctx, r.ref())
	if err != nil || len(list.Items) == 0 {
		r.noBucket = err == nil || !isTransient(err)
		return nil, BucketChanges{}
	}
	for _, network := range [...]papi.Network{r.target.Network, papi.Staging, papi.Production} {
		if pending := Pending(list.Items, network); len(pending) > 0 {
			return &pending[0], BucketChanges{api}
		}
	}
	return nil, BucketChanges{}
}

// through waits for a change of this run.
func (b *bucket) through(ctx context.Context, a papi.Activation) error {
	b.result.Activation, b.result.BlockedBy = &a, nil
	follows := &run{engine: &Engine{API: BucketChanges{b.api}, Observe: b.engine.Observe, Speed: b.engine.Speed}, target: b.target, result: b.result, clock: b.clock}
	err := follows.follow(ctx, a.ActivationID)
	b.result.Outcome = ""
	return err
}

// part returns what is to be changed next.
func (b *bucket) part(ctx context.Context) (papi.BucketChange, error) {
	part := papi.BucketChange{Network: b.target.Network, Note: b.target.Request.Note, NotifyEmails: b.target.Request.NotifyEmails}
	served, err := b.api.PropertyHostnames(ctx, b.ref(), b.target.Network)
	if err != nil {
		return part, b.readError(ctx, err)
	}
	have := make([]papi.Hostname, 0, len(served.Items))
	for _, h := range served.Items {
		on := papi.Hostname{CNAMEFrom: h.CNAMEFrom, CNAMETo: h.StagingCNAMETo, EdgeHostnameID: h.StagingEdgeHostnameID, CertProvisioningType: h.StagingCertType}
		if b.target.Network == papi.Production {
			on = papi.Hostname{CNAMEFrom: h.CNAMEFrom, CNAMETo: h.ProductionCNAMETo, EdgeHostnameID: h.ProductionEdgeHostnameID, CertProvisioningType: h.ProductionCertType}
		}
		if on.EdgeHostnameID != "" || on.CNAMETo != "" {
			have = append(have, on)
		}
	}
	b.result.Hostnames.Hostnames = have
	part.Add, part.Remove = difference(have, b.change.Add, b.change.Remove)
	if most := papi.MaxBucketHostnames; len(part.Add) > most {
		part.Add, part.Remove = part.Add[:most], nil
	} else if len(part.Add)+len(part.Remove) > most {
		part.Remove = part.Remove[:most-len(part.Add)]
	}
	return part, nil
}

// send submits a part and waits for it. It returns nil when it has to be looked
// again.
func (b *bucket) send(ctx context.Context, part papi.BucketChange) error {
	known := make(map[string]bool, len(b.known))
	for _, id := range b.known {
		known[id.Bare()] = true
	}
	if b.tried == nil {
		b.tried = &submission{known: known, since: b.begun.Add(b.clock - clockTolerance)}
	}
	created, err := b.api.PatchBucket(ctx, b.ref(), part)
	if err != nil {
		if !isUncertain(err) {
			b.tried = nil
		}
		n := b.fails
		b.fails++
		return b.doubt(ctx, err, n)
	}
	b.tried, b.fails = nil, 0
	b.result.Submitted = true
	for _, a := range part.Add {
		b.result.Hostnames.Added = appendNew(b.result.Hostnames.Added, a.CNAMEFrom)
	}
	for _, name := range part.Remove {
		b.result.Hostnames.Removed = appendNew(b.result.Hostnames.Removed, name)
	}
	a := papi.Activation{
		ActivationID: created.ActivationID, ActivationType: papi.Activate, Network: b.target.Network,
		PropertyID: b.target.Property.PropertyID, PropertyName: b.result.PropertyName, Status: papi.StatusNew,
	}
	b.emit(Event{Kind: EventSubmitted, Activation: &a})
	if b.target.NoWait {
		b.result.Activation, b.result.Outcome = &a, OutcomeSubmitted
		return nil
	}
	return b.through(ctx, a)
}

func appendNew(list []string, name string) []string {
	if slices.Contains(list, name) {
		return list
	}
	return append(list, name)
}
