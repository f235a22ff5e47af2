package cmd

import (
	"context"
	"fmt"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// outlook prints what an activation on production would change, before the question. Where that cannot be read it
// warns, and the question is asked all the same.
func (a *activating) outlook(ctx context.Context) {
	text, err := a.changesOn(ctx, papi.Production)
	if err != nil {
		a.program.progress.Warn("what changes cannot be read: " + err.Error())
		return
	}
	if a.flags.note != "" {
		text += ", note “" + term.Clean(string(a.flags.note), result.MaxShortNote) + "”"
	}
	a.program.progress.Say("%s", text)
}

// changesOn compares the version that is wanted with the one that is active on a network.
func (a *activating) changesOn(ctx context.Context, network papi.Network) (string, error) {
	list, err := a.activations(ctx, a.property.ref)
	if err != nil {
		return "", err
	}
	a.know(a.property.knownBy(list))
	where, number := " on "+string(network)+": ", a.version.number
	active := activation.Active(list.Items, network)
	switch {
	case active == nil:
		return fmt.Sprintf("%s version %d%snothing is active there", a.property, number, where), nil
	case active.PropertyVersion == number:
		return fmt.Sprintf("%s version %d%sit is active already", a.property, number, where), nil
	}
	from, to := &result.DiffVersion{Version: active.PropertyVersion}, &result.DiffVersion{Version: number}
	trees, err := both(from, to, func(version int) (*papi.RuleTree, error) { return a.rules(ctx, a.property.ref, version) })
	if err != nil {
		return "", err
	}
	diff, err := a.diffOf(ctx, a.property.ref, from, to, trees)
	if err != nil {
		return "", err
	}
	found := result.NewValidation(trees[1], trees[0])
	found.Network, a.found = &network, found
	errors, warnings := found.Counts()
	text := fmt.Sprintf("%s %d → %d%s%s, %s (%d new)", a.property, from.Version, to.Version, where, diff.Summary(), term.Plural(warnings, "warning"), found.NewWarnings)
	if errors > 0 {
		text += ", " + term.Plural(errors, "error") + ", with which PAPI will refuse it"
	}
	return text, nil
}
