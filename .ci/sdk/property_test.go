//go:build unix

package sdk_test

import "github.com/akamai/AkamaiOPEN-edgegrid-golang/v13/pkg/papi"

var notify = []string{"you@example.com"}

// property makes one, activates it, takes it off again and deletes it.
func property(s *script) {
	p, ctx := s.papi, s.ctx
	made, err := p.CreateProperty(ctx, papi.CreatePropertyRequest{ContractID: contract, GroupID: group, Property: papi.PropertyCreate{ProductID: product, PropertyName: "sdk.example.com"}})
	id := call(s, "CreateProperty", made, err).PropertyID
	one, err := p.GetProperty(ctx, papi.GetPropertyRequest{PropertyID: id, ContractID: contract, GroupID: group})
	s.wants("property", call(s, "GetProperty", one, err).Property.PropertyName, "sdk.example.com")
	all, err := p.GetProperties(ctx, papi.GetPropertiesRequest{ContractID: contract, GroupID: group})
	s.wants("properties", len(call(s, "GetProperties", all, err).Properties.Items) > 10, true)
	named, err := p.MapPropertyNameToID(ctx, papi.MapPropertyNameToIDRequest{ContractID: contract, GroupID: group, Name: "sdk.example.com"})
	s.wants("id", *call(s, "MapPropertyNameToID", named, err), id)
	content(s, id)
	versions(s, id)
	activations(s, id)
	gone, err := p.RemoveProperty(ctx, papi.RemovePropertyRequest{PropertyID: id, ContractID: contract, GroupID: group})
	call(s, "RemoveProperty", gone, err)
}

// content writes the rules and the hostnames of version 1.
func content(s *script, id string) {
	p, ctx := s.papi, s.ctx
	rules := papi.Rules{Name: "default", Options: papi.RuleOptions{IsSecure: true}, Behaviors: []papi.RuleBehavior{
		{Name: "origin", Options: papi.RuleOptionsMap{"hostname": "origin.example.com"}},
		{Name: "cpCode", Options: papi.RuleOptionsMap{"value": map[string]any{"id": 10001}}},
		{Name: "include", Options: papi.RuleOptionsMap{"id": "2001"}},
	}}
	bad, err := p.UpdateRuleTree(ctx, papi.UpdateRulesRequest{
		PropertyID: id, PropertyVersion: 1, DryRun: true, ValidateRules: true, Rules: papi.RulesUpdate{Rules: papi.Rules{Name: "default"}},
	})
	s.wants("errors", len(call(s, "UpdateRuleTree", bad, err).Errors), 1)
	written, err := p.UpdateRuleTree(ctx, papi.UpdateRulesRequest{
		PropertyID: id, PropertyVersion: 1, ValidateRules: true, Rules: papi.RulesUpdate{Rules: rules, Comments: "by the SDK"},
	})
	s.wants("errors", len(call(s, "UpdateRuleTree", written, err).Errors), 0)
	read, err := p.GetRuleTree(ctx, papi.GetRuleTreeRequest{PropertyID: id, PropertyVersion: 1, ValidateRules: true, RuleFormat: "v2023-01-05"})
	tree := call(s, "GetRuleTree", read, err)
	s.wants("rules", []any{len(tree.Rules.Behaviors), tree.Etag, tree.RuleFormat, tree.Comments}, []any{3, written.Etag, "v2023-01-05", "by the SDK"})
	hostname := papi.Hostname{CnameFrom: "sdk.example.com", CnameTo: "sdk.example.com.edgesuite.net", CnameType: papi.HostnameCnameTypeEdgeHostname, CertProvisioningType: "CPS_MANAGED"}
	set, err := p.UpdatePropertyVersionHostnames(ctx, papi.UpdatePropertyVersionHostnamesRequest{PropertyID: id, PropertyVersion: 1, ContractID: contract, GroupID: group, Hostnames: []papi.Hostname{hostname}})
	s.wants("hostnames", len(call(s, "UpdatePropertyVersionHostnames", set, err).Hostnames.Items), 1)
	added, err := p.PatchPropertyVersionHostnames(ctx, papi.PatchPropertyVersionHostnamesRequest{PropertyID: id, PropertyVersion: 1, ContractID: contract, GroupID: group, Body: papi.PatchPropertyVersionHostnamesRequestBody{
		Add: []papi.HostnameAdd{{CnameFrom: "more.example.com", CnameTo: "sdk.example.com.edgesuite.net", CnameType: papi.HostnameCnameTypeEdgeHostname, CertProvisioningType: papi.CertTypeDefault}},
	}})
	s.wants("hostnames", len(call(s, "PatchPropertyVersionHostnames", added, err).Hostnames.Items), 2)
	have, err := p.GetPropertyVersionHostnames(ctx, papi.GetPropertyVersionHostnamesRequest{PropertyID: id, PropertyVersion: 1, ContractID: contract, GroupID: group, IncludeCertStatus: true})
	s.wants("hostnames", len(call(s, "GetPropertyVersionHostnames", have, err).Hostnames.Items), 2)
	available, err := p.ListAvailableIncludes(ctx, papi.ListAvailableIncludesRequest{PropertyID: id, PropertyVersion: 1})
	s.wants("includes", len(call(s, "ListAvailableIncludes", available, err).AvailableIncludes), 2)
	used, err := p.ListReferencedIncludes(ctx, papi.ListReferencedIncludesRequest{PropertyID: id, PropertyVersion: 1, ContractID: contract, GroupID: group})
	s.wants("include", call(s, "ListReferencedIncludes", used, err).Includes.Items[0].IncludeID, "inc_2001")
	behaviors, err := p.GetAvailableBehaviors(ctx, papi.GetAvailableBehaviorsRequest{PropertyID: id, PropertyVersion: 1})
	s.wants("behaviors", len(call(s, "GetAvailableBehaviors", behaviors, err).AvailableBehaviors.Items) > 10, true)
	criteria, err := p.GetAvailableCriteria(ctx, papi.GetAvailableCriteriaRequest{PropertyID: id, PropertyVersion: 1})
	s.wants("criteria", len(call(s, "GetAvailableCriteria", criteria, err).AvailableCriteria.Items) > 10, true)
}

func versions(s *script, id string) {
	p, ctx := s.papi, s.ctx
	made, err := p.CreatePropertyVersion(ctx, papi.CreatePropertyVersionRequest{PropertyID: id, Version: papi.PropertyVersionCreate{CreateFromVersion: 1}})
	s.wants("version", call(s, "CreatePropertyVersion", made, err).PropertyVersion, 2)
	all, err := p.GetPropertyVersions(ctx, papi.GetPropertyVersionsRequest{PropertyID: id})
	s.wants("versions", len(call(s, "GetPropertyVersions", all, err).Versions.Items), 2)
	one, err := p.GetPropertyVersion(ctx, papi.GetPropertyVersionRequest{PropertyID: id, PropertyVersion: 2})
	s.wants("version", call(s, "GetPropertyVersion", one, err).Version.PropertyVersion, 2)
	latest, err := p.GetLatestVersion(ctx, papi.GetLatestVersionRequest{PropertyID: id})
	s.wants("version", call(s, "GetLatestVersion", latest, err).Version.PropertyVersion, 2)
}

// activations activates version 2, cancels another activation, and deactivates.
func activations(s *script, id string) {
	p, ctx := s.papi, s.ctx
	submit := func(kind papi.ActivationType, network papi.ActivationNetwork) string {
		made, err := p.CreateActivation(ctx, papi.CreateActivationRequest{PropertyID: id, Activation: papi.Activation{
			PropertyVersion: 2, Network: network, ActivationType: kind, NotifyEmails: notify, AcknowledgeAllWarnings: true,
		}})
		return call(s, "CreateActivation", made, err).ActivationID
	}
	follow := func(activation string) {
		s.until("activation "+activation, func() (bool, error) {
			now, err := p.GetActivation(ctx, papi.GetActivationRequest{PropertyID: id, ActivationID: activation})
			return err == nil && now.Activation.Status == papi.ActivationStatusActive, err
		})
		call(s, "GetActivation", activation, nil)
	}
	cancelled := submit(papi.ActivationTypeActivate, papi.ActivationNetworkProduction)
	cancel, err := p.CancelActivation(ctx, papi.CancelActivationRequest{PropertyID: id, ActivationID: cancelled})
	s.wants("status", call(s, "CancelActivation", cancel, err).Activations.Items[0].Status, papi.ActivationStatusAborted)
	follow(submit(papi.ActivationTypeActivate, papi.ActivationNetworkStaging))
	all, err := p.GetActivations(ctx, papi.GetActivationsRequest{PropertyID: id})
	s.wants("activations", len(call(s, "GetActivations", all, err).Activations.Items), 1)
	follow(submit(papi.ActivationTypeDeactivate, papi.ActivationNetworkStaging))
}

// bucket changes the hostnames of a bucket.
func bucket(s *script) {
	p, ctx := s.papi, s.ctx
	const id = "prp_1010"
	active, err := p.ListActivePropertyHostnames(ctx, papi.ListActivePropertyHostnamesRequest{PropertyID: id, Network: papi.ActivationNetworkStaging})
	s.wants("hostnames", len(call(s, "ListActivePropertyHostnames", active, err).Hostnames.Items), 3)
	diff, err := p.GetActivePropertyHostnamesDiff(ctx, papi.GetActivePropertyHostnamesDiffRequest{PropertyID: id})
	rows := call(s, "GetActivePropertyHostnamesDiff", diff, err).Hostnames.Items
	s.wants("differences", []any{len(rows), rows[0].StagingCertProvisioningType}, []any{2, papi.CertTypeCPSManaged})
	changed, err := p.PatchPropertyHostnameBucket(ctx, papi.PatchPropertyHostnameBucketRequest{PropertyID: id, ContractID: contract, GroupID: group, Body: papi.PatchPropertyHostnameBucketBody{
		Network: papi.ActivationNetworkStaging, NotifyEmails: notify, Remove: []string{"three.bucket.example.com"},
		Add: []papi.PatchPropertyHostnameBucketAdd{{EdgeHostnameID: rows[0].StagingEdgeHostnameID, CertProvisioningType: papi.CertTypeCPSManaged, CnameType: papi.HostnameCnameTypeEdgeHostname, CnameFrom: "four.bucket.example.com"}},
	}})
	activation := call(s, "PatchPropertyHostnameBucket", changed, err).ActivationID
	cancelled, err := p.CancelPropertyHostnameActivation(ctx, papi.CancelPropertyHostnameActivationRequest{PropertyID: id, HostnameActivationID: activation, ContractID: contract, GroupID: group})
	s.wants("status", call(s, "CancelPropertyHostnameActivation", cancelled, err).HostnameActivation.Status, "ABORTED")
	one, err := p.GetPropertyHostnameActivation(ctx, papi.GetPropertyHostnameActivationRequest{PropertyID: id, HostnameActivationID: activation, ContractID: contract, GroupID: group, IncludeHostnames: true})
	s.wants("hostnames", len(call(s, "GetPropertyHostnameActivation", one, err).HostnameActivation.Hostnames) > 0, true)
	all, err := p.ListPropertyHostnameActivations(ctx, papi.ListPropertyHostnameActivationsRequest{PropertyID: id, ContractID: contract, GroupID: group})
	s.wants("activations", call(s, "ListPropertyHostnameActivations", all, err).HostnameActivations.TotalItems, 1)
}
