package activation

import (
	"context"

	"github.com/propctl/propctl/papi"
)

// IncludesAPI is the part of PAPI that activations of includes need.
type IncludesAPI interface {
	IncludeActivations(context.Context, papi.IncludeRef) (*papi.IncludeActivationList, error)
	IncludeActivation(context.Context, papi.IncludeRef, papi.ID) (*papi.IncludeActivationAnswer, error)
	CreateIncludeActivation(context.Context, papi.IncludeRef, papi.IncludeActivationRequest) (*papi.CreatedActivation, error)
	CancelIncludeActivation(context.Context, papi.IncludeRef, papi.ID) (*papi.Cancellation, error)
	IncludeRules(context.Context, papi.IncludeRef, int) (*papi.RuleTree, error)
}

// Includes is an API over includes, for an Engine that activates includes: the
// PropertyID of a PropertyRef is the id of the include, and the version of an
// activation that of the include. There is no fast fallback.
type Includes struct{ PAPI IncludesAPI }

func include(ref papi.PropertyRef) papi.IncludeRef {
	return papi.IncludeRef{IncludeID: ref.PropertyID, ContractID: ref.ContractID, GroupID: ref.GroupID}
}

// Activations implements API.
func (i Includes) Activations(ctx context.Context, ref papi.PropertyRef) (*papi.ActivationList, error) {
	list, err := i.PAPI.IncludeActivations(ctx, include(ref))
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
func (i Includes) Activation(ctx context.Context, ref papi.PropertyRef, id papi.ID) (*papi.ActivationAnswer, error) {
	answer, err := i.PAPI.IncludeActivation(ctx, include(ref), id)
	if err != nil {
		return nil, err
	}
	return &papi.ActivationAnswer{
		Answer: answer.Answer, AccountID: answer.AccountID, ContractID: answer.ContractID, GroupID: answer.GroupID,
		Activation: answer.Activation(id),
	}, nil
}

// CreateActivation implements API.
func (i Includes) CreateActivation(ctx context.Context, ref papi.PropertyRef, req papi.ActivationRequest) (*papi.CreatedActivation, error) {
	return i.PAPI.CreateIncludeActivation(ctx, include(ref), papi.IncludeActivationRequest{
		IncludeVersion: req.PropertyVersion, Network: req.Network, ActivationType: req.ActivationType, Note: req.Note,
		NotifyEmails: req.NotifyEmails, AcknowledgeAllWarnings: req.AcknowledgeAllWarnings,
		IgnoreHTTPErrors: req.IgnoreHTTPErrors, DelayValidations: req.DelayValidations, ComplianceRecord: req.ComplianceRecord,
	})
}

// CancelActivation implements API.
func (i Includes) CancelActivation(ctx context.Context, ref papi.PropertyRef, id papi.ID) (*papi.Cancellation, error) {
	return i.PAPI.CancelIncludeActivation(ctx, include(ref), id)
}

// Rules implements API.
func (i Includes) Rules(ctx context.Context, ref papi.PropertyRef, version int) (*papi.RuleTree, error) {
	return i.PAPI.IncludeRules(ctx, include(ref), version)
}
