package activation

import (
	"slices"
	"strings"

	"github.com/propctl/propctl/papi"
)

// without returns the names of all that are not among others.
func without(all, others []papi.Hostname) []string {
	var names []string
	for _, h := range all {
		if !slices.ContainsFunc(others, func(o papi.Hostname) bool { return sameName(h.CNAMEFrom, o.CNAMEFrom) }) {
			names = append(names, h.CNAMEFrom)
		}
	}
	return names
}

// difference returns the part of a change that is not in effect yet.
func difference(have []papi.Hostname, add []papi.HostnameToAdd, remove []string) (missing []papi.HostnameToAdd, surplus []string) {
	find := func(name string) *papi.Hostname {
		for i := range have {
			if sameName(have[i].CNAMEFrom, name) {
				return &have[i]
			}
		}
		return nil
	}
	for _, a := range add {
		if h := find(a.CNAMEFrom); h == nil || !leadsTo(*h, a) {
			missing = append(missing, a)
		}
	}
	for _, name := range remove {
		if h := find(name); h != nil {
			surplus = append(surplus, h.CNAMEFrom)
		}
	}
	return missing, surplus
}

// sameNames reports whether two lists have the same hostnames, whatever their edge hostnames.
func sameNames(a, b []papi.Hostname) bool { return len(without(a, b))+len(without(b, a)) == 0 }

func sameName(a, b string) bool {
	return strings.EqualFold(strings.TrimSuffix(a, "."), strings.TrimSuffix(b, "."))
}

// leadsTo reports whether a hostname matches the members that an edit sets.
func leadsTo(h papi.Hostname, e papi.HostnameToAdd) bool {
	return (e.CNAMETo == "" || sameName(h.CNAMETo, e.CNAMETo)) &&
		(e.EdgeHostnameID == "" || h.EdgeHostnameID.Equal(e.EdgeHostnameID)) &&
		(e.CertProvisioningType == "" || h.CertProvisioningType == e.CertProvisioningType)
}
