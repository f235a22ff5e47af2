package rollout

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/propctl/propctl/papi"
)

// withoutEffect says that everything a selection matches is taken by other entries.
func withoutEffect(matches []papi.Property, by []int) string {
	slices.Sort(by)
	var lines []string
	for _, line := range slices.Compact(by) {
		lines = append(lines, strconv.Itoa(line))
	}
	where := "line "
	if len(lines) > 1 {
		where = "lines "
	}
	what := "the property that it fits is"
	if len(matches) > 1 {
		what = fmt.Sprintf("all %d properties that it fits are", len(matches))
	}
	return "this selection is without effect: " + what + " taken by " + where + some(lines)
}

// leftOut lists the waves that take the rest when nothing is left.
func leftOut(m *Manifest, waves []Wave) []Mistake {
	var all []Mistake
	for _, w := range m.Waves {
		if !slices.ContainsFunc(waves, func(o Wave) bool { return o.Name == w.Name }) {
			all = append(all, Mistake{w.at, fmt.Sprintf("wave %s is left out: the waves before it take all properties", w.Name)})
		}
	}
	return all
}

// pin resolves the version of a property.
func pin(p papi.Property, s Selector) (Pinned, error) {
	pinned := Pinned{
		PropertyID: p.PropertyID, Name: p.PropertyName, ContractID: p.ContractID, GroupID: p.GroupID,
		Staging: p.StagingVersion, Production: p.ProductionVersion, Version: s.Version.Number,
	}
	switch {
	case s.Version.Number > p.LatestVersion && p.LatestVersion > 0:
		return pinned, &SelectionError{s.at, fmt.Sprintf("%s has no version %d; the latest is %d", pinned.Title(), s.Version.Number, p.LatestVersion)}
	case s.Version.Number > 0:
	case s.Version.Active != "":
		if pinned.Version = pinned.Before(s.Version.Active); pinned.Version == 0 {
			return pinned, &SelectionError{s.at, fmt.Sprintf("no version of %s is active on %s", pinned.Title(), s.Version.Active)}
		}
	case p.LatestVersion < 1:
		return pinned, &SelectionError{s.at, fmt.Sprintf("PAPI does not say which version of %s is the latest; name one", pinned.Title())}
	default:
		pinned.Version = p.LatestVersion
	}
	return pinned, nil
}

// defaultAtOnce is the default limit of activations in progress: more would only be polled more rarely.
const defaultAtOnce = 200

// waves assigns the properties to the waves.
func waves(m *Manifest, all []Pinned) ([]Wave, error) {
	var list []Wave
	left := all
	for _, w := range m.Waves {
		n := min(w.Take.Of(len(all)), len(left))
		if n == 0 {
			if w.Take.Rest {
				continue // nothing is left for it
			}
			return nil, &SelectionError{w.at, fmt.Sprintf("nothing is left for wave %s: the waves before it take all %d properties", w.Name, len(all))}
		}
		list = append(list, Wave{
			Name: w.Name, AtOnce: cmp.Or(w.AtOnce, defaultAtOnce), Checks: w.Checks, Watch: Duration(w.Watch), Properties: left[:n:n],
		})
		left = left[n:]
	}
	if len(left) > 0 {
		return nil, &SelectionError{m.Waves[len(m.Waves)-1].at, fmt.Sprintf("the waves take %d of %d properties; let the last one take the rest", len(all)-len(left), len(all))}
	}
	return list, nil
}
