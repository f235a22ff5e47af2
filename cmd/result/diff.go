package result

import (
	"fmt"
	"strings"

	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/rulediff"
)

// Diff is the difference between two versions.
type Diff struct {
	From *DiffVersion `json:"from"`
	To   *DiffVersion `json:"to"`
	// Rules counts the rules that were added, removed, moved or changed.
	Rules   int               `json:"rules"`
	Changes []rulediff.Change `json:"changes"`
	// Patch turns the first version's body of PAPI's rules into the second's.
	Patch     []rulediff.Operation `json:"patch"`
	Hostnames *HostnamesDiff       `json:"hostnames"` // null for includes, which have none
}

// DiffVersion is one side of a diff.
type DiffVersion struct {
	Version  int           `json:"version"`
	ActiveOn *papi.Network `json:"activeOn"` // set if the version was named as the one active there
}

// HostnamesDiff is the difference between the hostnames of two versions.
type HostnamesDiff struct {
	Added   []*Hostname        `json:"added"`
	Removed []*Hostname        `json:"removed"`
	Changed []*ChangedHostname `json:"changed"`
}

// ChangedHostname is a hostname of both versions that is served differently.
type ChangedHostname struct {
	From *Hostname `json:"from"`
	To   *Hostname `json:"to"`
}

// NewDiff converts a difference between rule trees.
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

// NewHostnamesDiff compares hostnames by name, ignoring case.
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

// Same reports whether the versions are equal.
func (d *Diff) Same() bool {
	h := d.Hostnames
	return len(d.Changes) == 0 && (h == nil || len(h.Added)+len(h.Removed)+len(h.Changed) == 0)
}

// Summary describes the difference in a few words.
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
