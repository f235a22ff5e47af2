package cmd

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// changeFlags are the flags of hostnames add and hostnames remove.
type changeFlags struct {
	activateFlags

	verb  string // add or remove
	input hostnameInput
	base  base
	or    settings.List
}

func newChangeFlags(verb string) *changeFlags {
	return &changeFlags{verb: verb, activateFlags: activateFlags{networks: settings.Networks{Max: 1}}}
}

func (f *changeFlags) declare(c *cobra.Command) {
	c.Flags().VarP(&f.networks, "network", "n", "`NETWORK` to activate on; else only a version is made")
	c.Flags().StringVar(&f.input.from, "from", "", "`FILE` hostnames, one a line; - is standard input")
	c.Flags().Var(&f.base, "base", "`VERSION` to begin with: a number, latest, staging or production (default: active there, else latest)")
	c.Flags().Var(&f.or, "or", "`PROPERTY` while the first is busy; repeatable")
	f.activateFlags.declare(c.Flags(), result.Properties)
}

// check finds what makes no sense before anything is sent.
func (f *changeFlags) check() error {
	if f.input.edge != "" && !settings.IsID(f.input.edge, papi.PrefixEdgeHostname) {
		if _, err := parseHostname(f.input.edge); err != nil {
			return catalogue.Usagef("--edge-hostname: %w", err)
		}
	}
	for _, other := range f.or.All {
		if _, err := parseProperty(other); err != nil {
			return catalogue.Usagef("--or: %w", err)
		}
	}
	if len(f.or.All) > 0 && f.base.Version > 0 {
		return catalogue.Usagef("--base %d is a version of one property, and cannot go with --or", f.base.Version)
	}
	if len(f.networks.All) == 0 { // nothing is activated
		return errors.Join(checkNote(string(f.note)), f.compliance.Check())
	}
	return f.activateFlags.check()
}

// network is where it is to be activated; empty for nowhere.
func (f *changeFlags) network() papi.Network {
	if len(f.networks.All) == 0 {
		return ""
	}
	return f.networks.All[0]
}

// base is a flag that names the version to begin with.
type base activation.BaseVersion

func (b *base) Type() string { return "version" }

func (b *base) String() string {
	switch {
	case b.Version > 0:
		return term.VersionText(b.Version)
	case b.Latest:
		return "latest"
	}
	return result.NetworkName(b.ActiveOn)
}

// Set implements pflag.Value.
func (b *base) Set(s string) error {
	n, err := parseName("x@" + strings.ToLower(s))
	if err != nil {
		return err
	}
	*b = base{Version: n.version.number, ActiveOn: n.version.activeOn, Latest: n.version == wantedVersion{}}
	return nil
}
