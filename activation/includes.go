package activation

import (
	"context"

	"github.com/propctl/propctl/papi"
)

// IncludesAPI is the part of PAPI that activations of includes need. [papi.Client] implements it.
type IncludesAPI interface {
	IncludeActivations(context.Context, papi.IncludeRef) (*papi.IncludeActivationList, error)
	IncludeActivation(context.Context, papi.IncludeRef, papi.ID) (*papi.IncludeActivationAnswer, error)
	CreateIncludeActivation(context.Context, papi.IncludeRef, papi.IncludeActivationRequest) (*papi.CreatedActivation, error)
	CancelIncludeActivation(context.Context, papi.IncludeRef, papi.ID) (*papi.Cancellation, error)
	IncludeRules(context.Context, papi.IncludeRef, int) (*papi.RuleTree, error)
}

// includes is the API of a run about an include. It ignores the property that its methods are given.
type includes struct {
	api     IncludesAPI
	include *papi.IncludeRef // of the run's result, which adds contract and group
}

// Activations implements API.
func (i includes) Activations(ctx context.Context, _ papi.PropertyRef) (*papi.ActivationList, error) {
	list, err := i.api.IncludeActivations(ctx, *i.include)
	if err != nil {
		return nil, err
	}
	return list.ActivationList(), nil
}

// Activation implements API.
func (i includes) Activation(ctx context.Context, _ papi.PropertyRef, id papi.ID) (*papi.ActivationAnswer, error) {
	answer, err := i.api.IncludeActivation(ctx, *i.include, id)
	if err != nil {
		return nil, err
	}
	return &papi.ActivationAnswer{
		Answer: answer.Answer, AccountID: answer.AccountID, ContractID: answer.ContractID, GroupID: answer.GroupID,
		Activation: answer.Activation(id),
	}, nil
}

// CreateActivation implements API.
func (i includes) CreateActivation(ctx context.Context, _ papi.PropertyRef, req papi.ActivationRequest) (*papi.CreatedActivation, error) {
	return i.api.CreateIncludeActivation(ctx, *i.include, papi.IncludeActivationRequest{
		IncludeVersion: req.PropertyVersion, Network: req.Network, ActivationType: req.ActivationType, Note: req.Note,
		NotifyEmails: req.NotifyEmails, AcknowledgeAllWarnings: req.AcknowledgeAllWarnings,
		IgnoreHTTPErrors: req.IgnoreHTTPErrors, DelayValidations: req.DelayValidations, ComplianceRecord: req.ComplianceRecord,
	})
}

// CancelActivation implements API.
func (i includes) CancelActivation(ctx context.Context, _ papi.PropertyRef, id papi.ID) (*papi.Cancellation, error) {
	return i.api.CancelIncludeActivation(ctx, *i.include, id)
}

// Rules implements API.
func (i includes) Rules(ctx context.Context, _ papi.PropertyRef, version int) (*papi.RuleTree, error) {
	return i.api.IncludeRules(ctx, *i.include, version)
}
