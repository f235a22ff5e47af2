package rollout

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/propctl/propctl/papi"
)

// Directory is the part of PAPI that is needed to pin a manifest. [papi.Client] implements it.
type Directory interface {
	Groups(ctx context.Context) (*papi.GroupList, error)
	Properties(ctx context.Context, query papi.ListQuery) (*papi.PropertyList, error)
	Property(ctx context.Context, ref papi.PropertyRef) (*papi.PropertyAnswer, error)
	FindByValue(ctx context.Context, query papi.SearchQuery) (*papi.SearchResult, error)
}

// SelectionError reports that a manifest does not match PAPI's properties.
type SelectionError struct {
	At   Position
	What string
}

// Error says what does not match, and where.
func (e *SelectionError) Error() string { return Mistake{e.At, e.What}.String() }

// Resolve pins a manifest: it finds the properties, the numbers of symbolic versions, and the active versions.
// It lists groups, one request each, if properties are selected, or if more are named than there are groups. A
// property that a list has shown is not read by itself.
func Resolve(ctx context.Context, d Directory, m *Manifest, now time.Time) (*Plan, error) {
	v := &resolver{Directory: d, manifest: m, listed: map[papi.ID]papi.Property{}, names: map[string][]papi.ID{}}
	if err := v.list(ctx); err != nil {
		return nil, err
	}
	all, err := v.properties(ctx)
	if err != nil {
		return nil, err
	}
	p := &Plan{Kind: PlanKind, SchemaVersion: planVersion, Name: m.Name, AccountID: v.account, Made: now.UTC().Truncate(time.Second), Networks: m.Networks, Settings: m.Settings}
	if p.Waves, err = waves(m, all); err != nil {
		return nil, err
	}
	p.Warnings = append(v.warnings, leftOut(m, p.Waves)...)
	if err := p.check(); err != nil {
		return nil, err
	}
	p.Digest = p.digest()
	return p, nil
}

// resolver finds properties.
type resolver struct {
	Directory

	manifest *Manifest
	account  papi.ID
	groups   []papi.Group
	listed   map[papi.ID]papi.Property // by bare id
	order    []papi.ID                 // keys of listed, sorted by name
	names    map[string][]papi.ID      // bare ids by name
	whole    bool                      // everything visible was listed
	warnings []Mistake
}

type pair struct{ contract, group papi.ID }

// list lists the groups that the manifest selects from.
func (v *resolver) list(ctx context.Context) error {
	selects, named := false, 0
	for _, s := range v.manifest.Properties {
		selects = selects || s.Select != nil && s.Select.Hostname == ""
		if s.Select == nil {
			named++
		}
	}
	const few = 5 // are read one by one, however many groups there are
	if !selects && named <= few {
		return nil
	}
	groups, err := v.Groups(ctx)
	if err != nil {
		return err
	}
	v.groups, v.account = groups.Items, groups.AccountID
	wanted := map[pair]bool{}
	var order []pair
	add := func(s *Selection) {
		for _, p := range v.pairs(s) {
			if !wanted[p] {
				wanted[p] = true
				order = append(order, p)
			}
		}
	}
	for _, s := range v.manifest.Properties {
		if s.Select != nil && s.Select.Hostname == "" {
			add(s.Select)
		}
	}
	every := v.pairs(&Selection{})
	if named > few && named > len(every)-len(order) {
		add(&Selection{})
	}
	v.whole = len(order) == len(every) && len(every) > 0
	for _, p := range order {
		list, err := v.Properties(ctx, papi.ListQuery{ContractID: p.contract, GroupID: p.group})
		if err != nil {
			return err
		}
		for _, item := range list.Items {
			item.ContractID, item.GroupID = cmp.Or(item.ContractID, p.contract), cmp.Or(item.GroupID, p.group)
			if err := v.keep(item); err != nil {
				return err
			}
		}
	}
	slices.SortFunc(v.order, func(a, b papi.ID) int {
		return cmp.Or(strings.Compare(v.listed[a].PropertyName, v.listed[b].PropertyName), strings.Compare(string(a), string(b)))
	})
	return nil
}

// pairs returns the contracts and groups of a selection.
func (v *resolver) pairs(s *Selection) []pair {
	var all []pair
	for _, g := range v.groups {
		if s.Group != "" && !g.GroupID.Equal(papi.ID(s.Group)) && g.GroupName != s.Group {
			continue
		}
		for _, c := range g.ContractIDs {
			if s.Contract == "" || c.Equal(s.Contract) {
				all = append(all, pair{c, g.GroupID})
			}
		}
	}
	return all
}

// keep adds a property to the lists. One in several groups comes several times; the first counts.
func (v *resolver) keep(p papi.Property) error {
	id := papi.ID(p.PropertyID.Bare())
	if _, twice := v.listed[id]; twice || !p.PropertyID.Valid() {
		return nil
	}
	v.listed[id] = p
	v.order = append(v.order, id)
	v.names[p.PropertyName] = append(v.names[p.PropertyName], id)
	return v.of(p.AccountID)
}

// of stores the account; a rollout has exactly one.
func (v *resolver) of(account papi.ID) error {
	v.account = cmp.Or(v.account, account)
	if account != "" && !account.Equal(v.account) {
		return &AccountError{Plan: v.account, Account: account}
	}
	return nil
}

// properties returns the properties in the manifest's order. One that is named is pinned by that entry, even if
// a selection matches it as well.
func (v *resolver) properties(ctx context.Context) ([]Pinned, error) {
	found := make([][]papi.Property, len(v.manifest.Properties))
	taken := map[papi.ID]Position{} // by which entry
	for i, s := range v.manifest.Properties {
		if s.Select != nil {
			continue
		}
		p, err := v.named(ctx, s)
		if err != nil {
			return nil, err
		}
		id := papi.ID(p.PropertyID.Bare())
		if _, twice := taken[id]; twice {
			return nil, &SelectionError{s.at, fmt.Sprintf("property %s is named twice", s.Property)}
		}
		taken[id] = s.at
		found[i] = []papi.Property{p}
	}
	for i, s := range v.manifest.Properties {
		if s.Select == nil {
			continue
		}
		matches, err := v.selected(ctx, s)
		if err != nil {
			return nil, err
		}
		var by []int // line numbers
		for _, p := range matches {
			id := papi.ID(p.PropertyID.Bare())
			if at, is := taken[id]; is {
				by = append(by, at.Line)
				continue
			}
			taken[id] = s.at
			found[i] = append(found[i], p)
		}
		if len(found[i]) == 0 {
			v.warnings = append(v.warnings, Mistake{s.at, withoutEffect(matches, by)})
		}
	}
	var all []Pinned
	for i, s := range v.manifest.Properties {
		for _, p := range found[i] {
			pinned, err := pin(p, s)
			if err != nil {
				return nil, err
			}
			all = append(all, pinned)
		}
	}
	return all, nil
}

// named finds one property by its id, its name, or a hostname that it serves.
func (v *resolver) named(ctx context.Context, s Selector) (papi.Property, error) {
	name := s.Property
	if isPropertyID(name) {
		if p, ok := v.listed[papi.ID(papi.ID(name).Bare())]; ok {
			return p, nil
		}
		return v.ask(ctx, s, papi.PropertyRef{PropertyID: papi.ID(name).With(papi.PrefixProperty)})
	}
	switch ids := v.names[name]; {
	case len(ids) == 1:
		return v.listed[ids[0]], nil
	case len(ids) > 1:
		return papi.Property{}, &SelectionError{s.at, fmt.Sprintf("%d properties are called %s; name the id", len(ids), name)}
	}
	for _, query := range []papi.SearchQuery{{PropertyName: name}, {Hostname: name}} {
		if query.PropertyName != "" && v.whole {
			continue // it would be in the lists
		}
		p, err := v.search(ctx, s, query)
		if err != nil || p != nil {
			return deref(p), err
		}
	}
	return papi.Property{}, &SelectionError{s.at, fmt.Sprintf("there is no property %s, and none that serves a hostname of that name", name)}
}

func deref(p *papi.Property) papi.Property {
	if p == nil {
		return papi.Property{}
	}
	return *p
}

func (v *resolver) ask(ctx context.Context, s Selector, ref papi.PropertyRef) (papi.Property, error) {
	answer, err := v.Property(ctx, ref)
	if errors.Is(err, papi.ClassNotFound) {
		return papi.Property{}, &SelectionError{s.at, fmt.Sprintf("there is no property %s, or these credentials cannot see it", ref.PropertyID)}
	}
	if err != nil {
		return papi.Property{}, err
	}
	return answer.Property, v.of(answer.Property.AccountID)
}

// search finds a property and reads its active versions; nil if there is none.
func (v *resolver) search(ctx context.Context, s Selector, query papi.SearchQuery) (*papi.Property, error) {
	result, err := v.FindByValue(ctx, query)
	if err != nil {
		return nil, err
	}
	var refs []papi.PropertyRef
	for _, item := range result.Items {
		if item.PropertyName != "" && query.PropertyName != "" && !strings.EqualFold(item.PropertyName, query.PropertyName) ||
			item.Hostname != "" && query.Hostname != "" && !strings.EqualFold(item.Hostname, query.Hostname) {
			continue // it is not an exact match
		}
		ref := papi.PropertyRef{PropertyID: item.PropertyID, ContractID: item.ContractID, GroupID: item.GroupID}
		if item.PropertyID.Valid() && !slices.ContainsFunc(refs, func(o papi.PropertyRef) bool { return o.PropertyID.Equal(ref.PropertyID) }) {
			refs = append(refs, ref)
		}
	}
	switch len(refs) {
	case 0:
		return nil, nil //nolint:nilnil // no match is not an error
	case 1:
	default:
		return nil, &SelectionError{s.at, fmt.Sprintf("%d properties fit %s; name the id", len(refs), cmp.Or(query.PropertyName, query.Hostname))}
	}
	if p, ok := v.listed[papi.ID(refs[0].PropertyID.Bare())]; ok {
		return &p, nil
	}
	p, err := v.ask(ctx, s, refs[0])
	return &p, err
}

// selected returns the listed properties that a selection matches, by name.
func (v *resolver) selected(ctx context.Context, s Selector) ([]papi.Property, error) {
	var all []papi.Property
	if s.Select.Hostname != "" {
		p, err := v.search(ctx, s, papi.SearchQuery{Hostname: s.Select.Hostname})
		if err != nil {
			return nil, err
		}
		if p != nil && v.fits(s, *p) {
			all = append(all, *p)
		}
	} else {
		for _, id := range v.order {
			if p := v.listed[id]; v.fits(s, p) {
				all = append(all, p)
			}
		}
	}
	if len(all) == 0 {
		return nil, &SelectionError{s.at, "no property fits this selection"}
	}
	return all, nil
}

func (v *resolver) fits(s Selector, p papi.Property) bool {
	matches := func(pattern string) bool {
		ok, err := path.Match(pattern, p.PropertyName)
		return err == nil && ok
	}
	group := func(g papi.Group) bool { return g.GroupName == s.Select.Group && g.GroupID.Equal(p.GroupID) }
	switch {
	case s.Select.Contract != "" && !p.ContractID.Equal(s.Select.Contract),
		s.Select.Group != "" && !p.GroupID.Equal(papi.ID(s.Select.Group)) && !slices.ContainsFunc(v.groups, group),
		s.Select.Name != "" && !matches(s.Select.Name),
		slices.ContainsFunc(s.Except, matches),
		slices.ContainsFunc(s.Except, func(e string) bool { return p.PropertyID.Equal(papi.ID(e)) }):
		return false
	}
	return true
}

// isPropertyID reports whether a text is a property's id rather than a name.
func isPropertyID(s string) bool {
	bare := papi.ID(s).Bare()
	return bare != "" && (strings.HasPrefix(s, papi.PrefixProperty) || bare == s) && !strings.ContainsFunc(bare, func(c rune) bool { return c < '0' || c > '9' })
}
