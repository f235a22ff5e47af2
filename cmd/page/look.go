package page

import (
	"time"

	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// lookSections show the findings of commands that only read.
func lookSections(d *result.Document) node {
	return several(
		stateSection(result.Properties, d.Properties),
		stateSection(result.Includes, d.Includes),
		historySection(d),
		hostnameSection(d),
	)
}

// stateSection lists what is active and pending on the networks.
func stateSection(about result.AssetKind, states []*result.PropertyState) node {
	g := &grid{label: "what is on the networks", columns: []string{capital(about.Noun()), "Latest", "Network", "Active", "Since", "Pending"}}
	for _, s := range states {
		name := several(el("b", "", upTo(term.MaxName, s.Text())), el("div", "muted", codeOf(notUsual(string(s.ID), s.Text()))))
		if s.Error != nil {
			g.row("went-wrong", name, node{}, node{}, node{}, node{}, several(el("b", "", written("error: ")), upTo(maxText, s.Error.Message)))
			continue
		}
		latest := written("—")
		if s.LatestVersion != nil {
			latest = written(term.VersionText(*s.LatestVersion))
		}
		if len(s.Networks) == 0 { // an item of list, which has no details
			g.row("", name, latest, networkNode(papi.Staging), listedNode(s.StagingVersion), written("—"), written("—"))
			g.row("", name, latest, networkNode(papi.Production), listedNode(s.ProductionVersion), written("—"), written("—"))
		}
		for _, n := range s.Networks {
			g.row("", name, latest, networkNode(n.Network), versionNode(n.Active), sinceNode(n.Active), pendingNode(n.Pending))
			name = el("span", "muted", upTo(term.MaxName, s.Text()))
		}
	}
	return part("On the networks", g.node())
}

// networkNode is the name of a network in a table.
func networkNode(n papi.Network) node {
	return el("span", "nowrap", upTo(term.MaxName, capital(result.NetworkName(n))))
}

func versionNode(a *result.Activation) node {
	if a == nil {
		return el("span", "muted", written("none"))
	}
	return el("b", "", written(term.VersionText(a.Version)))
}

func listedNode(version *int) node {
	if version == nil {
		return el("span", "muted", written("none"))
	}
	return el("b", "", written(term.VersionText(*version)))
}

func sinceNode(a *result.Activation) node {
	if a == nil || a.UpdateDate == nil {
		return written("—")
	}
	return instantNode(*a.UpdateDate)
}

func pendingNode(pending []*result.Activation) node {
	if len(pending) == 0 {
		return written("—")
	}
	var all []node
	for _, a := range pending {
		all = append(all, el("div", "", el("b", "", written("version "+term.VersionText(a.Version))), written(", "), stateNode(a), written(", "), codeOf(string(a.ID)), noteNode(a.Note)))
	}
	return several(all...)
}

func noteNode(note string) node {
	if note == "" {
		return node{}
	}
	return el("div", "muted", written("“"), upTo(maxText, note), written("”"))
}

// historySection lists activations.
func historySection(d *result.Document) node {
	g := &grid{label: "activations, the latest first", columns: []string{"Submitted", "Network", "Version", "Status", "Took", "Activation", "Note"}}
	for _, h := range d.History {
		status := stateNode(h.Activation)
		if kind := notUsual(string(h.Type), "ACTIVATE"); kind != "" {
			status = several(status, el("div", "muted", upTo(term.MaxName, kind)))
		}
		g.row("", instantOrNone(h.SubmitDate), networkNode(h.Network), written(term.VersionText(h.Version)), status,
			el("span", "number", written(tookOf(h.TookSeconds))), codeOf(string(h.ID)), upTo(term.MaxName, h.Note))
	}
	var usual []node
	for _, u := range d.Usual {
		if u.MedianSeconds != nil {
			usual = append(usual, named(capital(result.NetworkName(u.Network)), written(tookOf(u.MedianSeconds)+", the median of "+term.VersionText(u.Of))))
		}
	}
	return several(part("How long it usually takes", facts(usual...)), part("Activations", g.node()))
}

func tookOf(s *float64) string {
	if s == nil {
		return "—"
	}
	return briefly(time.Duration(*s * float64(time.Second)))
}

// hostnameSection lists hostnames.
func hostnameSection(d *result.Document) node {
	g := &grid{label: "hostnames", columns: []string{"Hostname", "Leads to", "Certificate", "Networks"}}
	for _, h := range d.Hostnames {
		to, cert := node{}, node{}
		if h.CNAMETo != nil {
			to = upTo(term.MaxName, *h.CNAMETo)
		}
		if h.CertProvisioningType != nil {
			cert = upTo(term.MaxName, *h.CertProvisioningType)
		}
		var networks []node
		for _, n := range h.Networks {
			networks = append(networks, el("div", "", upTo(term.MaxName, capital(result.NetworkName(n)))))
		}
		g.row("", upTo(term.MaxName, h.CNAMEFrom), to, cert, several(networks...))
	}
	return part("Hostnames", g.node())
}
