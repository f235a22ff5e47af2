package text

import (
	"cmp"
	"strings"

	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// Hostnames prints the hostnames of a version, or of a hostname bucket.
func Hostnames(w *term.Printer, d *result.Document) {
	all, version := d.Hostnames, result.OrZero(d.Version)
	title := term.Clean(d.Name(), term.MaxName)
	if version > 0 {
		title += " version " + term.VersionText(version)
	}
	w.Line("%s: %s", title, term.Plural(len(all), "hostname"))
	columns, bucket := []string{"HOSTNAME", "EDGE HOSTNAME", "ID", "CERTIFICATE", "STATE"}, version == 0
	if bucket {
		columns = append(columns, "NETWORKS")
	}
	t := term.NewTable(w, columns...).Shorten("STATE", term.MinColumn).Shorten("ID", term.MinColumn).Shorten("CERTIFICATE", term.MinColumn).
		Shorten("EDGE HOSTNAME", 2*term.MinColumn).Omit("STATE").Omit("ID")
	for _, h := range all {
		cells := []string{term.Clean(h.CNAMEFrom, term.MaxName), orDash(h.CNAMETo), orDash(h.EdgeHostnameID), orDash(h.CertProvisioningType), certText(h)}
		if bucket {
			cells = append(cells, networksText(h.Networks))
		}
		t.Row(cells...)
	}
	t.Print()
}

// certText is the state of the certificate on each network, if PAPI says.
func certText(h *result.Hostname) string {
	if h.CertStatus == nil {
		return "-"
	}
	var states []string
	for _, on := range [...]struct {
		network papi.Network
		list    []papi.CertDeployment
	}{{papi.Staging, h.CertStatus.Staging}, {papi.Production, h.CertStatus.Production}} {
		for _, c := range on.list {
			states = append(states, result.NetworkName(on.network)+" "+c.Status)
		}
	}
	return term.Clean(cmp.Or(strings.Join(states, ", "), "-"), term.MaxName)
}

func networksText(all []papi.Network) string {
	var names []string
	for _, n := range all {
		names = append(names, strings.ToLower(string(n)))
	}
	return strings.Join(names, ",")
}

func orDash[T ~string](s *T) string {
	if s == nil {
		return "-"
	}
	return term.Clean(string(*s), term.MaxName)
}
