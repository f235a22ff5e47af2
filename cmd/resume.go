package cmd

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/papi"
)

// givenFlags are the flags of the command line as they were typed, in the order
// of their names.
type givenFlags []givenFlag

type givenFlag struct {
	name   string
	values []string // several for a list; none for a switch that is on
}

func givenBy(c *cobra.Command) givenFlags {
	var given givenFlags
	c.Flags().Visit(func(f *pflag.Flag) {
		g := givenFlag{name: f.Name, values: []string{f.Value.String()}}
		if slice, ok := f.Value.(pflag.SliceValue); ok && f.Value.Type() != "network" {
			g.values = slice.GetSlice()
		}
		if f.Value.Type() == "bool" {
			g.values = nil
			if f.Value.String() != "true" {
				g = givenFlag{name: f.Name + "=" + f.Value.String()}
			}
		}
		given = append(given, g)
	})
	return given
}

// connecting reports whether a flag has to be repeated by a command that goes on with the same activation.
func connecting(name string) bool {
	switch name {
	case "edgerc", "section", "account-key", "config", "ca-file", "until", "poll", "notify-url", "coordinator", "coordinator-creds", "without-coordinator":
		return true
	}
	return false
}

// commandLine is a command to be copied into a shell.
type commandLine struct{ words []string }

func (p *program) commandLine(words ...string) *commandLine {
	return (&commandLine{words: strings.Fields(p.name())}).add(words...)
}

func (l *commandLine) add(words ...string) *commandLine {
	for _, w := range words {
		l.words = append(l.words, quote(w))
	}
	return l
}

// addFlags adds the flags for which keep holds. The account switch key, the URLs of
// webhooks and that of the coordinator are named by their variables, never by their values.
func (l *commandLine) addFlags(given givenFlags, keep func(string) bool) *commandLine {
	for _, g := range given {
		switch name, _, _ := strings.Cut(g.name, "="); {
		case !keep(name):
		case name == "account-key":
			l.words = append(l.words, "--account-key", `"$AKAMAI_EDGERC_ACCOUNT_KEY"`)
		case name == "notify-url":
			l.words = append(l.words, "--notify-url", `"$PROPCTL_NOTIFY_URL"`)
		case name == "coordinator":
			l.words = append(l.words, "--coordinator", `"$PROPCTL_COORDINATOR"`)
		case len(g.values) == 0:
			l.add("--" + g.name)
		default:
			for _, v := range g.values {
				l.add("--"+g.name, v)
			}
		}
	}
	return l
}

// String returns the line.
func (l *commandLine) String() string { return strings.Join(l.words, " ") }

// waitFor is the command that goes on waiting for an activation. Where propctl wait does not take its id, it names the
// network, on which the activation is what is pending.
func (p *program) waitFor(id papi.ID, network papi.Network, ref result.AssetRef) *commandLine {
	l := p.commandLine(strings.Fields(ref.Kind.Command("wait"))...)
	if id = result.ActivationID(id); isActivationID(ref.Kind, string(id)) {
		l.add(string(id), "--"+ref.Kind.Noun(), string(ref.FullID()))
	} else {
		l.add(string(ref.FullID()), "--network", result.NetworkName(network))
	}
	if ref.ContractID != "" && ref.GroupID != "" {
		l.add("--contract", string(ref.ContractID.With(papi.PrefixContract)), "--group", string(ref.GroupID.With(papi.PrefixGroup)))
	}
	return l.addFlags(p.given, connecting)
}

// pickUp is the advice with the command that goes on waiting for an activation.
func (p *program) pickUp(a papi.Activation, ref result.AssetRef) string {
	return p.goesOn() + ": " + p.waitFor(a.ActivationID, a.Network, ref).String()
}

// goesOn is the text before the command that goes on waiting for an activation, which goes on without this one.
func (p *program) goesOn() string {
	if p.flags.Simulate {
		return "pick it up again at Akamai, where it would go on; the simulation has ended with this command"
	}
	return "pick it up again, it goes on at Akamai"
}

// quote makes one word for a shell.
func quote(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-"
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
