package activation

import (
	"context"
	"errors"

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

// BucketChanges is an [API] that presents the changes of a hostname bucket as activations, for [Engine.Wait]
// and [Engine.Cancel]. To submit one, use [Engine.ChangeBucket].
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

// findChange looks for a change of a hostname bucket in progress, if no activation is; else for the latest
// activation or change on the selection's network; nil if there is none. The run continues with the API of what
// was found.
func (r *run) findChange(ctx context.Context, s Selection, activations []papi.Activation) (*papi.Activation, []papi.Activation, error) {
	latest := Latest(activations, s.Network)
	api, ok := r.engine.API.(BucketAPI)
	if !ok {
		return latest, activations, nil
	}
	list, err := BucketChanges{api}.Activations(ctx, r.ref())
	switch {
	case ctx.Err() != nil:
		return nil, nil, r.stopped(ctx)
	case err != nil && isTransient(err):
		return nil, nil, limited(err)
	case err != nil: // there is no bucket, or it cannot be read
		list = &papi.ActivationList{}
	}
	change := Latest(list.Items, s.Network)
	for _, network := range s.networks() {
		if pending := Pending(list.Items, network); len(pending) > 0 {
			change = &pending[0]
			break
		}
	}
	if change == nil || latest != nil && !InProgress(*change) && later(*change, *latest) < 0 {
		return latest, activations, nil
	}
	over := *r.engine // a copy, because the engine is shared
	over.API = BucketChanges{api}
	r.engine = &over
	r.expect(list.Items, change.Network)
	return change, list.Items, nil
}

// changing returns the change of a hostname bucket that makes PAPI refuse an activation as busy although no
// activation is in progress, and the API to read it with; nil if there is none or it cannot be read.
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
