package simulator

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// accountRow is a hostname of the account, with what serves it on each network.
type accountRow struct {
	CnameFrom    string `json:"cnameFrom"`
	ContractID   string `json:"contractId"`
	GroupID      string `json:"groupId"`
	PropertyID   string `json:"propertyId"`
	PropertyName string `json:"propertyName"`
	PropertyType string `json:"propertyType"`

	LatestVersion int `json:"latestVersion"`

	bothNetworks
}

// bothNetworks is what serves a hostname on each network. PAPI's document and its clients disagree on the
// member for the kind of certificate, so both names are sent.
type bothNetworks struct {
	StagingCnameType         string `json:"stagingCnameType,omitempty"`
	StagingCertType          string `json:"stagingCertType,omitempty"`
	StagingCnameTo           string `json:"stagingCnameTo,omitempty"`
	StagingEdgeHostnameID    string `json:"stagingEdgeHostnameId,omitempty"`
	ProductionCnameType      string `json:"productionCnameType,omitempty"`
	ProductionCertType       string `json:"productionCertType,omitempty"`
	ProductionCnameTo        string `json:"productionCnameTo,omitempty"`
	ProductionEdgeHostnameID string `json:"productionEdgeHostnameId,omitempty"`
}

type diffRow struct {
	CnameFrom string `json:"cnameFrom"`

	bothNetworks

	StagingProvisioning    string `json:"stagingCertProvisioningType,omitempty"`
	ProductionProvisioning string `json:"productionCertProvisioningType,omitempty"`
}

func (w wireServing) both() bothNetworks {
	b := bothNetworks{
		StagingCertType: w.StagingCertType, StagingCnameTo: w.StagingCnameTo, StagingEdgeHostnameID: w.StagingEdgeHostnameID,
		ProductionCertType: w.ProductionCertType, ProductionCnameTo: w.ProductionCnameTo, ProductionEdgeHostnameID: w.ProductionEdgeHostnameID,
	}
	if b.StagingCnameTo != "" {
		b.StagingCnameType = edgeHostnameType
	}
	if b.ProductionCnameTo != "" {
		b.ProductionCnameType = edgeHostnameType
	}
	return b
}

// listDiff lists the hostnames that differ between the networks.
func (s *Simulator) listDiff(c *call, p *property) *answer {
	rows := []diffRow{}
	for _, w := range s.servedRows(c, p, "") {
		b := w.both()
		if b.StagingCnameTo != b.ProductionCnameTo || b.StagingCertType != b.ProductionCertType {
			rows = append(rows, diffRow{w.CnameFrom, b, b.StagingCertType, b.ProductionCertType})
		}
	}
	slices.SortFunc(rows, func(a, b diffRow) int { return strings.Compare(a.CnameFrom, b.CnameFrom) })
	cut, a := page(c, c.link(p, "/hostnames/diff")+"&", rows)
	if a != nil {
		return a
	}
	return jsonAnswer(http.StatusOK, struct {
		owner

		PropertyID string         `json:"propertyId"`
		Hostnames  paged[diffRow] `json:"hostnames"`
	}{c.owner(p), c.id("prp_", p.id), cut})
}

// listAccountHostnames lists the hostnames of all properties, or of those of a contract and group.
func (s *Simulator) listAccountHostnames(c *call) *answer {
	q, a := c.hostnameQuery()
	if a != nil {
		return a
	}
	contract, group := c.asked()
	rows := []accountRow{}
	for _, p := range s.properties.all {
		if !slices.ContainsFunc(p.pairs, func(pair Pair) bool {
			return (contract == "" || contract == pair.Contract) && (group == "" || group == pair.Group)
		}) {
			continue
		}
		p.advance(c.sim)
		own, shown := c.owner(p), c.wireProperty(p)
		for _, w := range s.servedRows(c, p, q.network) {
			if q.fits(w) {
				rows = append(rows, accountRow{
					CnameFrom: w.CnameFrom, ContractID: own.ContractID, GroupID: own.GroupID, PropertyID: shown.PropertyID,
					PropertyName: p.name, PropertyType: shown.PropertyType, LatestVersion: shown.LatestVersion, bothNetworks: w.both(),
				})
			}
		}
	}
	slices.SortStableFunc(rows, func(a, b accountRow) int { return q.compare(a.CnameFrom, b.CnameFrom) })
	cut, a := page(c, "/papi/v0/hostnames?", rows)
	if a != nil {
		return a
	}
	return jsonAnswer(http.StatusOK, struct {
		AccountID string            `json:"accountId"`
		Hostnames paged[accountRow] `json:"hostnames"`
		sorting
	}{c.id("act_", accountID), cut, q.sorting()})
}

// auditRow is one event in a hostname's history.
type auditRow struct {
	Action               string  `json:"action"`
	CertProvisioningType string  `json:"certProvisioningType"`
	CnameTo              string  `json:"cnameTo"`
	ContractID           string  `json:"contractId"`
	EdgeHostnameID       string  `json:"edgeHostnameId"`
	GroupID              string  `json:"groupId"`
	Network              Network `json:"network"`
	PropertyID           string  `json:"propertyId"`
	Timestamp            string  `json:"timestamp"`
	User                 string  `json:"user"`

	at time.Time
}

// showAudit lists the history of a hostname, taken from the activations of properties and buckets.
func (s *Simulator) showAudit(c *call) *answer {
	name := c.named("hostname")
	rows := []auditRow{}
	for _, p := range s.properties.all {
		p.advance(c.sim)
		tell := func(a *Activation, action string, h Hostname) {
			own, edge := c.owner(p), ""
			if place := s.edgeIndex(h.edge()); place >= 0 { // a removed hostname may never have had one
				edge = c.id("ehn_", edgeIDOf(place))
			}
			rows = append(rows, auditRow{
				Action: action, CertProvisioningType: h.cert(), CnameTo: h.edge(), EdgeHostnameID: edge,
				ContractID: own.ContractID, GroupID: own.GroupID, PropertyID: c.id("prp_", p.id), Network: a.Network,
				Timestamp: c.stamp(a.Submitted), User: apiUser, at: a.Submitted,
			})
		}
		for _, a := range p.activations {
			if v := p.version(a.Version); v != nil && a.Status != StatusNew {
				for _, h := range v.Hostnames {
					if strings.EqualFold(h.Name, name) {
						tell(a, a.audited("ACTIVATE"), h)
					}
				}
			}
		}
		for _, change := range p.changes {
			for _, h := range change.Add {
				if strings.EqualFold(h.Name, name) {
					tell(&change.Activation, change.audited("ADD"), h)
				}
			}
			if slices.ContainsFunc(change.Remove, func(removed string) bool { return strings.EqualFold(removed, name) }) {
				tell(&change.Activation, change.audited("REMOVE"), Hostname{Name: name})
			}
		}
	}
	slices.SortStableFunc(rows, func(a, b auditRow) int { return b.at.Compare(a.at) })
	return jsonAnswer(http.StatusOK, map[string]any{"hostname": name, "history": items[auditRow]{rows}})
}

// audited is the action that an activation counts as in that history: aim, unless the activation did not
// succeed.
func (a *Activation) audited(aim string) string {
	switch {
	case a.Status == StatusAborted:
		return "ABORTED"
	case a.Status == StatusFailed:
		return "ERROR"
	case a.Type == Deactivate:
		return "DEACTIVATE"
	}
	return aim
}
