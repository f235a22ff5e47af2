package simulator

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

const edgeHostnameType = "EDGE_HOSTNAME"

// wireHostname converts a hostname, with the state of its certificate if it has a default one.
func (s *Simulator) wireHostname(c *call, h Hostname, certificate bool) wireHostname {
	w := wireHostname{
		CnameType: edgeHostnameType, CnameFrom: h.Name, CnameTo: h.edge(), CertProvisioningType: h.cert(),
		EdgeHostnameID: c.id("ehn_", s.edgeID(h.edge())),
	}
	if certificate && h.cert() == CertDefault {
		w.CertStatus = newCertStatus(h.Name)
	}
	return w
}

func newCertStatus(hostname string) *certStatus {
	return &certStatus{
		ValidationCname: validationCname{
			Hostname: "_acme-challenge." + hostname, Target: "ac.simulated." + hostname + ".validate.example.net",
		},
		Staging: []certDeployment{{"PENDING"}}, Production: []certDeployment{{"PENDING"}},
	}
}

func (s *Simulator) showHostnames(c *call, p *property, v *Version) *answer {
	list := hostnameList{
		owner: c.owner(p), PropertyID: c.id("prp_", p.id), PropertyVersion: v.Number, Etag: p.etag(v),
		Hostnames: items[wireHostname]{[]wireHostname{}},
	}
	certificates := c.query.Get("includeCertStatus") == "true"
	for _, h := range v.Hostnames {
		list.Hostnames.Items = append(list.Hostnames.Items, s.wireHostname(c, h, certificates))
	}
	a := jsonAnswer(http.StatusOK, list)
	a.limit("X-Limit-Hosts-Per-Property", s.hostnames, len(v.Hostnames))
	return a
}

// addition is a hostname to add to a version or a bucket.
type addition struct {
	CnameFrom            string `json:"cnameFrom"`
	CnameTo              string `json:"cnameTo"`
	CnameType            string `json:"cnameType"`
	EdgeHostnameID       idText `json:"edgeHostnameId"`
	CertProvisioningType string `json:"certProvisioningType"`

	// Members of answers that clients send back; they are ignored.
	CertStatus json.RawMessage `json:"certStatus"`
	Ownership  json.RawMessage `json:"domainOwnershipVerification"`
}

// hostnameEdit is the body of a PATCH of a version's hostnames.
type hostnameEdit struct {
	Add    []addition `json:"add"`
	Remove []string   `json:"remove"`
}

// patchHostnames changes the hostnames of a version that was never active. Adding an existing hostname replaces
// it, and removing an absent one has no effect.
func (s *Simulator) patchHostnames(c *call, p *property, v *Version) *answer {
	var edit hostnameEdit
	if a := c.decode(&edit); a != nil {
		return a
	}
	return s.editHostnames(c, p, v, edit.Add, func(added []Hostname) []Hostname {
		return changed(v.Hostnames, added, edit.Remove)
	})
}

// setHostnames replaces the hostnames of a version that was never active.
func (s *Simulator) setHostnames(c *call, p *property, v *Version) *answer {
	var all []addition
	if a := c.decode(&all); a != nil {
		return a
	}
	return s.editHostnames(c, p, v, all, func(added []Hostname) []Hostname { return changed(nil, added, nil) })
}

// editHostnames sets the version's hostnames to the result of applying the additions.
func (s *Simulator) editHostnames(c *call, p *property, v *Version, additions []addition, result func([]Hostname) []Hostname) *answer {
	if p.bucket {
		return c.problem(http.StatusForbidden, "http/forbidden", "Forbidden", "The property has a hostname bucket: its versions have no hostnames.")
	}
	for _, check := range []func(*property, *Version) *answer{c.editable, c.unchanged} {
		if a := check(p, v); a != nil {
			return a
		}
	}
	added, a := s.added(c, additions)
	if a != nil {
		return a
	}
	after := result(added)
	if a := s.roomFor(c, after, added); a != nil {
		return a
	}
	v.Hostnames = after
	v.touched(c)
	reply := s.showHostnames(c, p, v)
	reply.limit("X-Limit-Default-Certs-Per-Contract", s.certs, len(s.certificates()))
	return reply
}

// editable returns nil for a version that was never active.
func (c *call) editable(p *property, v *Version) *answer {
	for _, a := range p.activations {
		switch {
		case a.Version != v.Number || a.Type == Deactivate:
		case a.Status.running():
			return c.busy()
		case a.Status != StatusAborted && a.Status != StatusFailed:
			return c.problem(http.StatusForbidden, "property-version/already-activated", "Version was activated",
				"The version has been active and can't be edited. Create a new version.")
		}
	}
	return nil
}

// unchanged checks the If-Match header, which is optional.
func (c *call) unchanged(p *property, v *Version) *answer {
	match := c.r.Header.Get("If-Match")
	if match != "" && match != `"`+p.etag(v)+`"` { // PAPI requires the quotes
		return c.etagConflict()
	}
	return nil
}

// added converts additions to hostnames. Their edge hostnames must exist.
func (s *Simulator) added(c *call, additions []addition) ([]Hostname, *answer) {
	var list []Hostname
	for i, add := range additions {
		at := fmt.Sprintf("#/add/%d", i)
		switch {
		case !strings.Contains(add.CnameFrom, "."):
			return nil, c.schemaInvalid(at+"/cnameFrom", "A hostname is required.")
		case add.CnameType != "" && add.CnameType != edgeHostnameType:
			return nil, c.schemaInvalid(at+"/cnameType", "The value must be EDGE_HOSTNAME.")
		case !slices.Contains([]string{"", CertCPS, CertDefault}, add.CertProvisioningType):
			return nil, c.schemaInvalid(at+"/certProvisioningType", "The value must be CPS_MANAGED or DEFAULT.")
		case add.CnameTo == "" && add.EdgeHostnameID == "":
			return nil, c.schemaInvalid(at, "One of cnameTo and edgeHostnameId is required.")
		}
		edge := add.CnameTo
		if add.EdgeHostnameID != "" {
			name, ok := s.edgeByID(add.EdgeHostnameID.bare("ehn_"))
			if !ok || edge != "" && !strings.EqualFold(edge, name) {
				return nil, c.problem(http.StatusBadRequest, "property-version-hostname/bad-edgehostnameid", "Bad edgeHostnameId",
					"There is no edge hostname `"+string(add.EdgeHostnameID)+"`.")
			}
			edge = name
		}
		if s.edgeIndex(edge) < 0 {
			return nil, c.problem(http.StatusBadRequest, "property-version-hostname/bad-cnameto", "Bad cnameTo",
				"There is no edge hostname for the cnameTo `"+edge+"`.")
		}
		list = append(list, Hostname{Name: strings.ToLower(add.CnameFrom), EdgeHostname: edge, Cert: cmp.Or(add.CertProvisioningType, CertCPS)})
	}
	return list, nil
}

// changed returns hostnames without those to remove, and with those to add: in place if they were present, else
// at the end.
func changed(hostnames, add []Hostname, remove []string) []Hostname {
	after := slices.DeleteFunc(slices.Clone(hostnames), func(h Hostname) bool {
		return slices.ContainsFunc(remove, func(name string) bool { return strings.EqualFold(name, h.Name) })
	})
	for _, h := range add {
		if i := slices.IndexFunc(after, h.same); i >= 0 {
			after[i] = h
		} else {
			after = append(after, h)
		}
	}
	return after
}

func (h Hostname) same(other Hostname) bool { return strings.EqualFold(h.Name, other.Name) }

// roomFor returns nil if the limits allow the hostnames after a change; added are the new ones.
func (s *Simulator) roomFor(c *call, after, added []Hostname) *answer {
	if len(after) > s.hostnames {
		return c.limitExceeded("HOSTS_PER_PROPERTY", "Too many hostnames", "A property has too many hostnames.", s.hostnames)
	}
	certificates := s.certificates()
	for _, h := range added {
		if h.cert() == CertDefault {
			certificates[strings.ToLower(h.Name)] = true
		}
	}
	if len(certificates) > s.certs {
		return c.limitExceeded("DEFAULT_CERTS_PER_CONTRACT", "Too many default certificates",
			"The contract has no default certificates left.", s.certs)
	}
	return nil
}

// certificates returns the account's hostnames that have a default certificate.
func (s *Simulator) certificates() map[string]bool {
	found := map[string]bool{}
	count := func(hostnames []Hostname) {
		for _, h := range hostnames {
			if h.cert() == CertDefault {
				found[strings.ToLower(h.Name)] = true
			}
		}
	}
	for _, p := range s.properties.all {
		for _, v := range p.versions {
			count(v.Hostnames)
		}
		count(p.served[Staging])
		count(p.served[Production])
		for _, h := range p.changes {
			if h.Status.running() {
				count(h.Add)
			}
		}
	}
	return found
}
