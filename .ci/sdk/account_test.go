//go:build unix

package sdk_test

import (
	"strconv"
	"strings"

	"github.com/akamai/AkamaiOPEN-edgegrid-golang/v13/pkg/papi"
)

// account calls what is about the account.
func account(s *script) {
	p, ctx := s.papi, s.ctx
	contracts, err := p.GetContracts(ctx)
	s.wants("contract", call(s, "GetContracts", contracts, err).Contracts.Items[0].ContractID, contract)
	groups, err := p.GetGroups(ctx)
	s.wants("group", call(s, "GetGroups", groups, err).Groups.Items[0].GroupID, group)
	products, err := p.GetProducts(ctx, papi.GetProductsRequest{ContractID: contract})
	s.wants("product", call(s, "GetProducts", products, err).Products.Items[0].ProductID, product)
	formats, err := p.GetRuleFormats(ctx)
	s.wants("rule format", call(s, "GetRuleFormats", formats, err).RuleFormats.Items[0], "latest")
	settings, err := p.GetClientSettings(ctx)
	s.wants("prefixes", call(s, "GetClientSettings", settings, err).UsePrefixes, true)
	changed, err := p.UpdateClientSettings(ctx, papi.ClientSettingsBody{RuleFormat: "v2023-01-05", UsePrefixes: true})
	s.wants("rule format", call(s, "UpdateClientSettings", changed, err).RuleFormat, "v2023-01-05")
	cpcodes(s)
	found, err := p.SearchProperties(ctx, papi.SearchRequest{Key: papi.SearchKeyPropertyName, Value: "www.example.com"})
	s.wants("property", call(s, "SearchProperties", found, err).Versions.Items[0].PropertyID, "prp_1001")
	hostnames, err := p.ListActiveAccountHostnames(ctx, papi.ListActiveAccountHostnamesRequest{Hostname: "www.example.com"})
	s.wants("hostnames", call(s, "ListActiveAccountHostnames", hostnames, err).Hostnames.TotalItems, 1)
	history, err := p.GetAuditHistory(ctx, papi.GetAuditHistoryRequest{Hostname: "www.example.com"})
	s.wants("history", len(call(s, "GetAuditHistory", history, err).History.Items) > 1, true)
	domains, err := p.ValidateDomainsOwnership(ctx, papi.ValidateDomainsOwnershipRequest{Body: papi.ValidateDomainsOwnershipRequestBody{Hostnames: []string{"www.example.com"}}})
	s.wants("domain", call(s, "ValidateDomainsOwnership", domains, err).Hostnames[0].Hostname, "www.example.com")
}

func cpcodes(s *script) {
	p, ctx := s.papi, s.ctx
	made, err := p.CreateCPCode(ctx, papi.CreateCPCodeRequest{ContractID: contract, GroupID: group, CPCode: papi.CreateCPCode{ProductID: product, CPCodeName: "shop"}})
	id := call(s, "CreateCPCode", made, err).CPCodeID
	one, err := p.GetCPCode(ctx, papi.GetCPCodeRequest{CPCodeID: id, ContractID: contract, GroupID: group})
	s.wants("CP code", call(s, "GetCPCode", one, err).CPCode.Name, "shop")
	all, err := p.GetCPCodes(ctx, papi.GetCPCodesRequest{ContractID: contract, GroupID: group})
	s.wants("CP codes", len(call(s, "GetCPCodes", all, err).CPCodes.Items), 2)
	number, err := strconv.Atoi(strings.TrimPrefix(id, "cpc_"))
	if err != nil {
		s.t.Fatal(err)
	}
	detail, err := p.GetCPCodeDetail(ctx, number)
	d := call(s, "GetCPCodeDetail", detail, err)
	renamed, err := p.UpdateCPCode(ctx, papi.UpdateCPCodeRequest{ID: number, Name: "renamed", Contracts: d.Contracts, Products: d.Products})
	s.wants("CP code", call(s, "UpdateCPCode", renamed, err).Name, "renamed")

	edge, err := p.CreateEdgeHostname(ctx, papi.CreateEdgeHostnameRequest{ContractID: contract, GroupID: group, EdgeHostname: papi.EdgeHostnameCreate{
		ProductID: product, DomainPrefix: "sdk.example.com", DomainSuffix: "edgesuite.net", SecureNetwork: papi.EHSecureNetworkStandardTLS, IPVersionBehavior: papi.EHIPVersionV4,
	}})
	edgeID := call(s, "CreateEdgeHostname", edge, err).EdgeHostnameID
	found, err := p.GetEdgeHostname(ctx, papi.GetEdgeHostnameRequest{EdgeHostnameID: edgeID, ContractID: contract, GroupID: group})
	s.wants("edge hostname", call(s, "GetEdgeHostname", found, err).EdgeHostname.Domain, "sdk.example.com.edgesuite.net")
	edges, err := p.GetEdgeHostnames(ctx, papi.GetEdgeHostnamesRequest{ContractID: contract, GroupID: group})
	s.wants("edge hostnames", len(call(s, "GetEdgeHostnames", edges, err).EdgeHostnames.Items) > 1, true)
}
