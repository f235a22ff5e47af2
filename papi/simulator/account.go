package simulator

import (
	"net/http"
	"slices"
)

// build answers GET /build, the cheapest request there is.
func (s *Simulator) build(*call) *answer {
	git := buildGit{
		BuildDate: stamp(s.start), CommitDate: stamp(s.start), Branch: "simulator",
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
	for _, p := range slices.Concat(s.properties, s.includes) {
		for _, pair := range p.pairs {
			if !seen[pair.Contract] {
				seen[pair.Contract] = true
				list.Contracts.Items = append(list.Contracts.Items, wireContract{
					ContractID: c.id("ctr_", pair.Contract), ContractTypeName: "DIRECT_CUSTOMER",
				})
			}
		}
	}
	return jsonAnswer(http.StatusOK, list)
}
