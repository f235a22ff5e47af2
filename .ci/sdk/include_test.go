//go:build unix

package sdk_test

import (
	"errors"

	"github.com/akamai/AkamaiOPEN-edgegrid-golang/v13/pkg/papi"
)

// include makes one, activates it, takes it off again and deletes it.
func include(s *script) {
	p, ctx := s.papi, s.ctx
	made, err := p.CreateInclude(ctx, papi.CreateIncludeRequest{ContractID: contract, GroupID: group, IncludeName: "sdk", IncludeType: papi.IncludeTypeMicroServices, ProductID: product})
	id := call(s, "CreateInclude", made, err).IncludeID
	one, err := p.GetInclude(ctx, papi.GetIncludeRequest{IncludeID: id, ContractID: contract, GroupID: group})
	s.wants("include", call(s, "GetInclude", one, err).Include.IncludeName, "sdk")
	all, err := p.ListIncludes(ctx, papi.ListIncludesRequest{ContractID: contract})
	s.wants("includes", len(call(s, "ListIncludes", all, err).Includes.Items), 3)
	parents, err := p.ListIncludeParents(ctx, papi.ListIncludeParentsRequest{IncludeID: "inc_2002"})
	s.wants("parents", len(call(s, "ListIncludeParents", parents, err).Properties.Items), 2)
	rules := papi.Rules{Name: "default", Behaviors: []papi.RuleBehavior{{Name: "gzipResponse", Options: papi.RuleOptionsMap{"behavior": "ALWAYS"}}}}
	written, err := p.UpdateIncludeRuleTree(ctx, papi.UpdateIncludeRuleTreeRequest{IncludeID: id, IncludeVersion: 1, ContractID: contract, GroupID: group, ValidateRules: true, Rules: papi.RulesUpdate{Rules: rules}})
	w := call(s, "UpdateIncludeRuleTree", written, err)
	s.wants("limit", w.ResponseHeaders.MaxNestedRulesPerIncludeTotal, "6")
	read, err := p.GetIncludeRuleTree(ctx, papi.GetIncludeRuleTreeRequest{IncludeID: id, IncludeVersion: 1, ContractID: contract, GroupID: group, ValidateRules: true})
	s.wants("etag", call(s, "GetIncludeRuleTree", read, err).Etag, w.Etag)
	version, err := p.CreateIncludeVersion(ctx, papi.CreateIncludeVersionRequest{IncludeID: id, IncludeVersionRequest: papi.IncludeVersionRequest{CreateFromVersion: 1}})
	s.wants("version", call(s, "CreateIncludeVersion", version, err).Version, 2)
	second, err := p.GetIncludeVersion(ctx, papi.GetIncludeVersionRequest{IncludeID: id, Version: 2, ContractID: contract, GroupID: group})
	s.wants("version", call(s, "GetIncludeVersion", second, err).IncludeVersion.IncludeVersion, 2)
	versions, err := p.ListIncludeVersions(ctx, papi.ListIncludeVersionsRequest{IncludeID: id, ContractID: contract, GroupID: group})
	s.wants("versions", len(call(s, "ListIncludeVersions", versions, err).IncludeVersions.Items), 2)
	criteria, err := p.ListIncludeVersionAvailableCriteria(ctx, papi.ListAvailableCriteriaRequest{IncludeID: id, Version: 1})
	s.wants("criteria", len(call(s, "ListIncludeVersionAvailableCriteria", criteria, err).AvailableCriteria.Items) > 10, true)
	behaviors, err := p.ListIncludeVersionAvailableBehaviors(ctx, papi.ListAvailableBehaviorsRequest{IncludeID: id, Version: 1})
	s.wants("behaviors", len(call(s, "ListIncludeVersionAvailableBehaviors", behaviors, err).AvailableBehaviors.Items) > 10, true)
	includeActivations(s, id)
	gone, err := p.DeleteInclude(ctx, papi.DeleteIncludeRequest{IncludeID: id, ContractID: contract, GroupID: group})
	call(s, "DeleteInclude", gone, err)
}

func includeActivations(s *script, id string) {
	p, ctx := s.papi, s.ctx
	follow := func(activation, what string, so func(papi.IncludeActivation) bool) {
		s.until("include activation "+activation+" "+what, func() (bool, error) {
			now, err := p.GetIncludeActivation(ctx, papi.GetIncludeActivationRequest{IncludeID: id, ActivationID: activation})
			if errors.Is(err, papi.ErrNotFound) { // the id is new, or it is being validated
				return false, nil
			}
			if err == nil && now.Activation.ActivationID == "" {
				s.t.Errorf("an include activation without its id")
			}
			return err == nil && so(now.Activation), err
		})
		call(s, "GetIncludeActivation", activation, nil)
	}
	isActive := func(a papi.IncludeActivation) bool { return a.Status == papi.ActivationStatusActive }
	made, err := p.ActivateInclude(ctx, papi.ActivateIncludeRequest{IncludeID: id, Version: 1, Network: papi.ActivationNetworkStaging, NotifyEmails: notify, AcknowledgeAllWarnings: true})
	follow(call(s, "ActivateInclude", made, err).ActivationID, "is active", isActive)
	all, err := p.ListIncludeActivations(ctx, papi.ListIncludeActivationsRequest{IncludeID: id, ContractID: contract, GroupID: group})
	s.wants("activations", len(call(s, "ListIncludeActivations", all, err).Activations.Items), 1)

	second, err := p.ActivateInclude(ctx, papi.ActivateIncludeRequest{IncludeID: "inc_2001", Version: 3, Network: papi.ActivationNetworkProduction, NotifyEmails: notify, AcknowledgeAllWarnings: true})
	cancelled := call(s, "ActivateInclude", second, err).ActivationID
	s.until("cancellation", func() (bool, error) {
		cancel, err := p.CancelIncludeActivation(ctx, papi.CancelIncludeActivationRequest{IncludeID: "inc_2001", ActivationID: cancelled, ContractID: contract, GroupID: group})
		if errors.Is(err, papi.ErrNotFound) {
			return false, nil
		}
		call(s, "CancelIncludeActivation", cancel, err)
		return true, err
	})
	off, err := p.DeactivateInclude(ctx, papi.DeactivateIncludeRequest{IncludeID: id, Version: 1, Network: papi.ActivationNetworkStaging, NotifyEmails: notify, AcknowledgeAllWarnings: true})
	follow(call(s, "DeactivateInclude", off, err).ActivationID, "is off", isActive)
}
