package simulator

import (
	"net/http"
	"slices"
	"strings"
)

// build answers GET /build, PAPI's cheapest request.
func (s *Simulator) build(c *call) *answer {
	git := buildGit{
		BuildDate: c.stamp(s.clock.start), CommitDate: c.stamp(s.clock.start), Branch: "simulator",
		CommitID: "0000000000000000000000000000000000000000",
	}
	return jsonAnswer(http.StatusOK, buildInfo{
		CurrentCatalogVersion: "1.0.0", CoreVersion: "1.0", CatalogGitInfo: git, CoreGitInfo: git,
	})
}

// contracts lists the contracts of all properties and includes.
func (s *Simulator) contracts(c *call) *answer {
	list := contractList{AccountID: c.id("act_", accountID), Contracts: items[wireContract]{[]wireContract{}}}
	seen := map[string]bool{}
	for _, pair := range s.pairs {
		if !seen[pair.Contract] {
			seen[pair.Contract] = true
			list.Contracts.Items = append(list.Contracts.Items, wireContract{
				ContractID: c.id("ctr_", pair.Contract), ContractTypeName: "DIRECT_CUSTOMER",
			})
		}
	}
	return jsonAnswer(http.StatusOK, list)
}

// groups lists the groups of all properties and includes, with their contracts.
func (s *Simulator) groups(c *call) *answer {
	list := groupList{AccountID: c.id("act_", accountID), AccountName: "Example", Groups: items[wireGroup]{[]wireGroup{}}}
	for _, pair := range s.pairs {
		id, contract := c.id("grp_", pair.Group), c.id("ctr_", pair.Contract)
		i := slices.IndexFunc(list.Groups.Items, func(g wireGroup) bool { return g.GroupID == id })
		if i < 0 {
			i = len(list.Groups.Items)
			list.Groups.Items = append(list.Groups.Items, wireGroup{GroupID: id, GroupName: "Group " + pair.Group})
		}
		if g := &list.Groups.Items[i]; !slices.Contains(g.ContractIDs, contract) {
			g.ContractIDs = append(g.ContractIDs, contract)
		}
	}
	return jsonAnswer(http.StatusOK, list)
}

// grantsPath belongs to the gateway in front of PAPI, so it is not below PAPI's root.
const grantsPath = "/-/client-api/active-grants/implicit"

// activeGrants lists the API client's access.
func (s *Simulator) activeGrants(*call) *answer {
	var scope []string
	for api, level := range s.grants {
		scope = append(scope, "https://luna.akamaiapis.net/-/scope/"+api+"/-/"+level)
	}
	slices.Sort(scope)
	return jsonAnswer(http.StatusOK, grantList{Name: "simulated API client", Scope: strings.Join(scope, " ")})
}
