package simulator

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// maxBucketHostnames is how many hostnames one request may add and remove.
const maxBucketHostnames = 1000

// hostsPerAccount is a limit that PAPI states in the answer to a change of a bucket.
const hostsPerAccount = 100000

// HostnameActivation is a change of the hostnames that a bucket serves on a network. It has no version; it
// takes effect when it becomes ACTIVE.
type HostnameActivation struct {
	Activation

	Add    []Hostname
	Remove []string
}

// HostnameActivations returns the changes of a property's bucket, oldest first, including cancelled ones; nil
// if there is no such property.
func (s *Simulator) HostnameActivations(propertyID string) []HostnameActivation {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.find(propertyID)
	if p == nil {
		return nil
	}
	s.settle(p, s.Now())
	var all []HostnameActivation
	for _, h := range p.changes {
		all = append(all, HostnameActivation{h.clone(), slices.Clone(h.Add), slices.Clone(h.Remove)})
	}
	return all
}

// AddHostnameActivation is AddActivation for a change of a property's bucket.
func (s *Simulator) AddHostnameActivation(propertyID string, h HostnameActivation) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.registerEdges(h.Add)
	return s.addChange(s.mustFind(propertyID), h).ID
}

// addChange completes the fixture with addActivation and adds it to the property's changes.
func (s *Simulator) addChange(p *property, fixture HostnameActivation) *HostnameActivation {
	if p.change(bareID("atv_", fixture.ID)) != nil {
		panic("simulator: hostname activation " + fixture.ID + " exists already")
	}
	a := s.addActivation(p, fixture.Activation)
	p.activations = p.activations[:len(p.activations)-1]
	h := &HostnameActivation{*a, slices.Clone(fixture.Add), slices.Clone(fixture.Remove)}
	p.changes = append(p.changes, h)
	return h
}

// change returns the bucket's change with that bare id, or nil.
func (p *property) change(id string) *HostnameActivation {
	for _, h := range p.changes {
		if bareID("atv_", h.ID) == id {
			return h
		}
	}
	return nil
}

// changing reports whether a change of the bucket is in progress on the network.
func (p *property) changing(network Network) bool {
	return slices.ContainsFunc(p.changes, func(h *HostnameActivation) bool {
		return h.Network == network && h.Status.running()
	})
}

// changeServed makes a change take effect. The previous one becomes INACTIVE.
func (p *property) changeServed(h *HostnameActivation, at time.Time) {
	p.served[h.Network] = changed(p.served[h.Network], h.Add, h.Remove)
	for _, old := range p.changes {
		if old != h && old.Network == h.Network && old.Status == StatusActive {
			old.changes(at)
			old.Status, old.Updated, old.Steps = StatusInactive, at, nil
		}
	}
}

// serving returns the hostnames that the property serves on the network.
func (p *property) serving(network Network) []Hostname {
	if p.bucket {
		return p.served[network]
	}
	if a := p.active(network); a != nil {
		if v := p.version(a.Version); v != nil {
			return v.Hostnames
		}
	}
	return nil
}

// bucketEdit is the body of a PATCH of a bucket.
type bucketEdit struct {
	Network      Network    `json:"network"`
	Add          []addition `json:"add"`
	Remove       []string   `json:"remove"`
	Note         string     `json:"note"`
	NotifyEmails []string   `json:"notifyEmails"`
}

// patchBucket changes what a bucket serves: it starts an activation without a version.
func (s *Simulator) patchBucket(c *call, p *property) *answer {
	if !p.bucket {
		return c.problem(http.StatusForbidden, "http/forbidden", "Forbidden", "The property has no hostname bucket.")
	}
	edit := bucketEdit{NotifyEmails: []string{}}
	if a := c.decode(&edit); a != nil {
		return a
	}
	if a := c.checkBucketEdit(&edit); a != nil {
		return a
	}
	if p.running(Staging) != nil || p.running(Production) != nil || p.changing(Staging) || p.changing(Production) {
		return c.busy()
	}
	added, a := s.added(c, edit.Add)
	if a != nil {
		return a
	}
	after := changed(p.served[edit.Network], added, edit.Remove)
	if a := s.roomFor(c, after, added); a != nil {
		return a
	}
	return s.startChange(c, p, &edit, added)
}

// checkBucketEdit checks the body as far as it can be checked without the property.
func (c *call) checkBucketEdit(edit *bucketEdit) *answer {
	switch {
	case edit.Network != Staging && edit.Network != Production:
		return c.schemaInvalid("#/network", "STAGING or PRODUCTION is required.")
	case len(edit.Add)+len(edit.Remove) == 0:
		return c.schemaInvalid("#/", "A hostname to add or to remove is required.")
	case len(edit.Add)+len(edit.Remove) > maxBucketHostnames:
		return c.problem(http.StatusRequestEntityTooLarge, "http/request-too-large", "Request Entity Too Large", "A request may change 1000 hostnames at most.")
	case strings.Contains(string(c.body), `"notifyEmails"`) && len(edit.NotifyEmails) == 0, slices.ContainsFunc(edit.NotifyEmails, badEmail):
		return c.badNotifyEmails()
	}
	for _, add := range edit.Add {
		if add.CnameTo != "" || add.EdgeHostnameID == "" || add.CnameType == "" || add.CertProvisioningType == "" {
			return c.schemaInvalid("#/add", "A hostname of a bucket has cnameFrom, cnameType, edgeHostnameId and certProvisioningType, and nothing else.")
		}
	}
	return nil
}

func (s *Simulator) startChange(c *call, p *property, edit *bucketEdit, added []Hostname) *answer {
	s.accepted++
	reply := bucketAccepted{Hostnames: []wireHostname{}}
	for _, h := range added {
		w := s.wireHostname(c, h, true)
		w.Action = "ADD"
		reply.Hostnames = append(reply.Hostnames, w)
	}
	for _, h := range p.served[edit.Network] {
		if slices.ContainsFunc(edit.Remove, func(name string) bool { return strings.EqualFold(name, h.Name) }) {
			w := s.wireHostname(c, h, true)
			w.Action = "REMOVE"
			reply.Hostnames = append(reply.Hostnames, w)
		}
	}
	steps := s.pace.Steps(Submission{Serial: s.accepted, Network: edit.Network, Type: Activate})
	h := s.addChange(p, HostnameActivation{
		Activation: Activation{
			Network: edit.Network, Submitted: c.sim, Note: edit.Note, NotifyEmails: edit.NotifyEmails,
			Steps: steps, byLooks: waitsForLooks(steps),
		},
		Add: added, Remove: edit.Remove,
	})
	p.advance(c.sim)
	reply.ActivationID = c.id("atv_", bareID("atv_", h.ID))
	reply.ActivationLink = c.link(p, "/hostname-activations/"+reply.ActivationID)
	a := jsonAnswer(http.StatusCreated, reply)
	a.header.Set("Location", reply.ActivationLink)
	a.limit("X-Limit-Hosts-Per-Property", s.hostnames, len(changed(p.served[edit.Network], added, edit.Remove)))
	a.limit("X-Limit-Hosts-Per-Account", hostsPerAccount, len(added))
	a.limit("X-Limit-Default-Certs-Per-Contract", s.certs, len(s.certificates()))
	return a
}
