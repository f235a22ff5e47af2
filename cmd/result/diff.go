package result

import (
	"fmt"
	"strings"

	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/rulediff"
)

// Diff is what changes from one version to another.
type Diff struct {
	From *DiffVersion `json:"from"`
	To   *DiffVersion `json:"to"`
	// Rules counts the rules that were added, removed, moved, or have a change in them.
	Rules   int               `json:"rules"`
	Changes []rulediff.Change `json:"changes"`
	// Patch makes the body of PAPI's rules of the first version that of the second one.
	Patch     []rulediff.Operation `json:"patch"`
	Hostnames *HostnamesDiff       `json:"hostnames"` // null for includes, which have none
}

// DiffVersion is one side of a diff.
type DiffVersion struct {
	Version  int           `json:"version"`
	ActiveOn *papi.Network `json:"activeOn"` // where it was named by what is active; null otherwise
}

// HostnamesDiff is how hostnames differ.
type HostnamesDiff struct {
	Added   []*Hostname        `json:"added"`
	Removed []*Hostname        `json:"removed"`
	Changed []*ChangedHostname `json:"changed"`
}

// ChangedHostname is a hostname that both versions have, served in different ways.
type ChangedHostname struct {
	From *Hostname `json:"from"`
	To   *Hostname `json:"to"`
}

// NewDiff returns how the rules differ.
func NewDiff(d *rulediff.Diff, from, to *DiffVersion) *Diff {
	v := &Diff{From: from, To: to, Changes: append([]rulediff.Change{}, d.Changes...), Patch: append([]rulediff.Operation{}, d.Patch...)}
	touched := map[string]bool{}
	for _, c := range d.Changes {
		if c.Part != rulediff.Format {
			touched[strings.Join(c.Path, "\x00")] = true
		}
	}
	v.Rules = len(touched)
	return v
}

// NewHostnamesDiff compares hostnames by their names, which are not case-sensitive.
func NewHostnamesDiff(from, to []*Hostname) *HostnamesDiff {
	v := &HostnamesDiff{Added: []*Hostname{}, Removed: []*Hostname{}, Changed: []*ChangedHostname{}}
	before := map[string]*Hostname{}
	for _, h := range from {
		before[strings.ToLower(h.CNAMEFrom)] = h
	}
	for _, h := range to {
		name := strings.ToLower(h.CNAMEFrom)
		old, had := before[name]
		delete(before, name)
		switch {
		case !had:
			v.Added = append(v.Added, h)
		case OrEmpty(old.CNAMETo) != OrEmpty(h.CNAMETo), OrEmpty(old.CertProvisioningType) != OrEmpty(h.CertProvisioningType):
			v.Changed = append(v.Changed, &ChangedHostname{From: old, To: h})
		}
	}
	for _, h := range from {
		if before[strings.ToLower(h.CNAMEFrom)] == h {
			v.Removed = append(v.Removed, h)
		}
	}
	return v
}

// Same reports whether nothing differs.
func (d *Diff) Same() bool {
	h := d.Hostnames
	return len(d.Changes) == 0 && (h == nil || len(h.Added)+len(h.Removed)+len(h.Changed) == 0)
}

// Summary says in a few words what differs.
func (d *Diff) Summary() string {
	if d.Same() {
		return "no difference"
	}
	var parts []string
	for _, c := range d.Changes {
		if c.Part == rulediff.Format {
			parts = append(parts, "another rule format")
		}
	}
	if d.Rules > 0 {
		parts = append(parts, term.Plural(d.Rules, "rule")+" changed")
	}
	if h := d.Hostnames; h != nil {
		for _, one := range []struct {
			n    int
			what string
		}{{len(h.Added), "added"}, {len(h.Removed), "removed"}, {len(h.Changed), "changed"}} {
			if one.n > 0 {
				parts = append(parts, fmt.Sprintf("%s %s", term.Plural(one.n, "hostname"), one.what))
			}
		}
	}
	return strings.Join(parts, ", ")
}
