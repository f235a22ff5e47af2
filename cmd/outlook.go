package cmd

import (
	"context"
	"fmt"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// outlook says what a version would change on production, before it is asked about. What cannot be read is said, and keeps
// nobody from answering.
func (a *activating) outlook(ctx context.Context, number int) string {
	found, err := a.changesOn(ctx, a.property, number, papi.Production)
	if err != nil {
		return "what changes cannot be read: " + err.Error()
	}
	a.know(found.what)
	a.found = found.validation
	if note := string(a.flags.note); note != "" {
		return found.text + ", note “" + term.Clean(note, result.MaxShortNote) + "”"
	}
	return found.text
}

// outlook is what a version changes on a network.
type outlook struct {
	what       property // as the list of activations knows it
	text       string
	validation *result.Validation // nil where nothing changes
}

// changesOn compares the version that is wanted with the one that is active on a network.
func (s *session) changesOn(ctx context.Context, what property, number int, network papi.Network) (outlook, error) {
	list, err := s.activations(ctx, what.ref)
	if err != nil {
		return outlook{}, err
	}
	what = what.knownBy(list)
	where := " on " + string(network) + ": "
	active := activation.Active(list.Items, network)
	switch {
	case active == nil:
		return outlook{what: what, text: fmt.Sprintf("%s version %d%snothing is active there", what, number, where)}, nil
	case active.PropertyVersion == number:
		return outlook{what: what, text: fmt.Sprintf("%s version %d%sit is active already", what, number, where)}, nil
	}
	from, to := &result.DiffVersion{Version: active.PropertyVersion}, &result.DiffVersion{Version: number}
	trees, err := both(from, to, func(version int) (*papi.RuleTree, error) { return s.rules(ctx, what.ref, version) })
	if err != nil {
		return outlook{}, err
	}
	diff, err := s.diffOf(ctx, what.ref, from, to, trees)
	if err != nil {
		return outlook{}, err
	}
	found := result.NewValidation(trees[1], trees[0])
	found.Network = &network
	errors, warnings := found.Counts()
	text := fmt.Sprintf("%s %d → %d%s%s, %s (%d new)", what, from.Version, to.Version, where, diff.Summary(), term.Plural(warnings, "warning"), found.NewWarnings)
	if errors > 0 {
		text += ", " + term.Plural(errors, "error") + ", with which PAPI will refuse it"
	}
	return outlook{what, text, found}, nil
}
