package cmd

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/papi"
)

// name is how a property, and perhaps a version of it, was named.
type name struct {
	property string
	version  wantedVersion
}

// wantedVersion is a number, what is active on a network, or the latest one,
// which is also the zero value.
type wantedVersion struct {
	number   int
	activeOn papi.Network
}

// String says which version is meant, for people.
func (v wantedVersion) String() string {
	switch {
	case v.number > 0:
		return "version " + strconv.Itoa(v.number)
	case v.activeOn != "":
		return "the version that is active on " + string(v.activeOn)
	}
	return "the latest version"
}

// parseName reads PROPERTY[@VERSION].
func parseName(s string) (name, error) {
	property, version, found := strings.Cut(s, "@")
	property, linked, err := settings.Unlink(property)
	if err == nil {
		err = settings.CheckName(property)
	}
	if err != nil {
		return name{}, err
	}
	n := name{property: property}
	if !found {
		n.version.number = linked
		return n, nil
	}
	if n.version, err = parseWanted(version); err != nil {
		return name{}, err
	}
	return n, nil
}

// parseWanted reads VERSION.
func parseWanted(version string) (wantedVersion, error) {
	if number, err := settings.ParseVersion(version); err == nil {
		return wantedVersion{number: number}, nil
	}
	switch strings.ToLower(version) {
	case "latest":
		return wantedVersion{}, nil
	case "staging":
		return wantedVersion{activeOn: papi.Staging}, nil
	case "production":
		return wantedVersion{activeOn: papi.Production}, nil
	}
	return wantedVersion{}, catalogue.Usagef("version %q is neither a number nor latest, staging or production%s", version, settings.DidYouMean(settings.Nearest(version, "latest", "staging", "production")))
}

// parseProperty reads a PROPERTY that no version may follow.
func parseProperty(s string) (string, error) {
	if strings.Contains(s, "@") {
		return "", catalogue.Usagef("%q names a version, which has no meaning here", s)
	}
	property, _, err := settings.Unlink(s)
	if err != nil {
		return "", err
	}
	return property, settings.CheckName(property)
}

// property is what a name stands for.
type property struct {
	ref  result.AssetRef
	name string // empty where only the id is known
}

// String names it for people.
func (p property) String() string { return cmp.Or(p.name, string(p.ref.ID)) }

// lookAt does something with one property, or one include, that changes nothing. Where that ends with an error and
// without a report, the report says at least what it was about.
func (p *program) lookAt(ctx context.Context, about result.AssetKind, named string, do func(context.Context, *session, property) (*result.Report, error)) (*result.Report, error) {
	s, err := p.open(about)
	if err != nil {
		return &result.Report{}, err
	}
	p.progress.Begin(named)
	ctx, cancel := s.within(ctx, p.deadline(papi.Staging))
	defer cancel()
	what, err := s.resolve(ctx, named)
	if err != nil {
		return &result.Report{}, err
	}
	r, err := do(ctx, s, what)
	if r == nil {
		r = &result.Report{Fill: func(d *result.Document) { d.SetAsset(what.ref, what.name) }}
	}
	return r, err
}

// knownBy adds what a list of activations tells.
func (p property) knownBy(list *papi.ActivationList) property {
	if list.ContractID != "" && list.GroupID != "" {
		p.ref.ContractID, p.ref.GroupID = list.ContractID, list.GroupID
	}
	if p.name == "" && len(list.Items) > 0 {
		p.name = list.Items[0].PropertyName
	}
	return p
}

// resolve finds the property. An id costs no request; a name one, and a
// hostname two, since a name wins.
func (s *session) resolve(ctx context.Context, what string) (property, error) {
	found, err := s.find(ctx, what)
	s.hasAsset(found.ref)
	return found, err
}

func (s *session) find(ctx context.Context, what string) (property, error) {
	given := result.AssetRef{
		Kind:       s.about,
		ContractID: papi.ID(s.program.flags.Contract).With(papi.PrefixContract),
		GroupID:    papi.ID(s.program.flags.Group).With(papi.PrefixGroup),
	}
	if settings.IsID(what, s.about.IDPrefix()) {
		given.ID = papi.ID(what).With(s.about.IDPrefix())
		return property{ref: given}, nil
	}
	if s.about == result.Properties && strings.HasPrefix(what, papi.PrefixAsset) && settings.IsID(what, papi.PrefixAsset) {
		return s.resolveAsset(ctx, papi.ID(what), given)
	}
	queries := []papi.SearchQuery{{PropertyName: what}, {Hostname: strings.ToLower(what)}}
	if s.about == result.Includes {
		queries = []papi.SearchQuery{{IncludeName: what}}
	}
	for _, query := range queries {
		found, err := s.client.FindByValue(ctx, query)
		if err != nil {
			return property{}, err
		}
		if len(found.Items) > 0 {
			return chooseProperty(what, found.Items, given)
		}
	}
	absent := fmt.Sprintf(s.about.Choose("there is no property %q, and none that serves such a hostname", "there is no include %q"), what)
	return property{}, &catalogue.NotFoundError{What: absent + nearNames(what, s.nearAtHand(ctx))}
}

// resolveAsset finds the property of an asset, by which Control Center knows it, in a list of all that can be seen.
func (s *session) resolveAsset(ctx context.Context, asset papi.ID, given result.AssetRef) (property, error) {
	all, err := s.listed(ctx)
	if err != nil {
		return property{}, err
	}
	i := slices.IndexFunc(all, func(a listedAsset) bool { return a.ref.AssetID.Equal(asset) })
	if i < 0 {
		return property{}, &catalogue.NotFoundError{What: fmt.Sprintf("there is no property of the asset %s among those that the credentials can see", asset)}
	}
	found := all[i].property
	if given.ContractID != "" {
		found.ref.ContractID, found.ref.GroupID = given.ContractID, given.GroupID
	}
	return found, nil
}

// chooseProperty takes the one property that was found. Contract and group that
// were given narrow the choice.
func chooseProperty(what string, rows []papi.FoundVersion, given result.AssetRef) (property, error) {
	var all []property
	for _, row := range rows {
		p := foundIn(row)
		same := func(other property) bool { return other.ref.ID.Equal(p.ref.ID) }
		fits := row.ContractID.Equal(given.ContractID) && row.GroupID.Equal(given.GroupID)
		if i := slices.IndexFunc(all, same); i < 0 {
			all = append(all, p)
		} else if fits {
			all[i] = p
		}
	}
	if given.ContractID != "" {
		if fitting := slices.DeleteFunc(slices.Clone(all), func(p property) bool {
			return !p.ref.ContractID.Equal(given.ContractID) || !p.ref.GroupID.Equal(given.GroupID)
		}); len(fitting) > 0 {
			all = fitting
		}
	}
	if len(all) > 1 {
		var list []string
		for _, p := range all {
			list = append(list, fmt.Sprintf("%s (%s, %s, %s)", p.ref.ID, p.name, p.ref.ContractID, p.ref.GroupID))
		}
		return property{}, &catalogue.AmbiguousError{What: fmt.Sprintf("%q fits %d of them: %s", what, len(all), strings.Join(list, "; "))}
	}
	if given.ContractID != "" {
		all[0].ref.ContractID, all[0].ref.GroupID = given.ContractID, given.GroupID
	}
	return all[0], nil
}

// foundIn returns the property, or the include, that a search has found.
func foundIn(row papi.FoundVersion) property {
	ref := result.AssetRef{ID: row.PropertyID, ContractID: row.ContractID, GroupID: row.GroupID, AssetID: papi.ID(row.AssetID)}
	name := row.PropertyName
	if row.IncludeID != "" {
		ref.Kind, ref.ID, name = result.Includes, row.IncludeID, row.IncludeName
	}
	ref.ID = ref.FullID()
	return property{ref: ref, name: name}
}

// latest replaces the latest version by its number. It is not taken from the search, whose index may be behind.
func (s *session) latest(ctx context.Context, p property, v wantedVersion) (wantedVersion, error) {
	if v.number > 0 || v.activeOn != "" {
		return v, nil
	}
	number, err := s.latestOn(ctx, p.ref, "")
	return wantedVersion{number: number}, err
}

// latestOn returns the number of the version that is active on a network, or of
// the latest one.
func (s *session) latestOn(ctx context.Context, ref result.AssetRef, network papi.Network) (int, error) {
	if ref.Kind == result.Includes {
		return s.client.LatestIncludeVersion(ctx, ref.Include(), network)
	}
	return s.client.LatestVersion(ctx, ref.Property(), network)
}
