package cmd

import (
	"cmp"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
)

// The next command to type after an error. The catalogue says what helps in
// general; here it becomes a command for this property, on this network, with the
// same credentials. It is whole, and the last of its line, so that it can be copied.

// hinting is what is known when a command has ended with an error.
type hinting struct {
	*program

	d *result.Document
}

// hint is what to do about an error. d has all that is known.
func (p *program) hint(d *result.Document, v catalogue.Verdict) string {
	h := &hinting{p, d}
	for _, next := range v.Next {
		line := h.command(next.Command)
		if line == nil {
			continue
		}
		text := cmp.Or(next.Says, v.Help)
		if next.Adds != "" {
			text += "; " + next.Adds
		}
		return text + ": " + line.String()
	}
	return v.Help
}

// command makes a command line; nil where too little is known for it, or where it would add nothing.
func (h *hinting) command(c catalogue.Command) *commandLine {
	switch c {
	case catalogue.CommandSameAgain:
		return h.with("")
	case catalogue.CommandDryRun:
		return h.dryRun()
	case catalogue.CommandDebug:
		return h.debug()
	case catalogue.CommandDoctor:
		return h.doctor()
	case catalogue.CommandBudget:
		return h.commandLine("budget").addFlags(h.given, reaching)
	case catalogue.CommandStatus:
		return h.of("status")
	case catalogue.CommandHistory:
		return h.history()
	case catalogue.CommandHostnames:
		return h.of("hostnames", "list")
	case catalogue.CommandWait:
		return h.wait(h.d.Activation)
	case catalogue.CommandWaitForBlocker:
		return h.wait(h.d.BlockedBy)
	}
	return nil
}

// reaching reports whether a flag has to be repeated by a command that only looks at the same account. In the
// simulator it sees what was there from the beginning.
func reaching(name string) bool {
	return name == "simulate" || name == "speed" || connecting(name) && name != "until" && name != "poll"
}

// doctor checks everything; after itself it has nothing to add.
func (h *hinting) doctor() *commandLine {
	if h.d.Command == "doctor" {
		return nil
	}
	return h.commandLine("doctor").addFlags(h.given, reaching)
}

// of is a command about the same property or include; nil where none is known.
func (h *hinting) of(verb ...string) *commandLine {
	view := cmp.Or(h.d.Property, h.d.Include)
	if view == nil || view.ID == "" {
		return nil
	}
	l := h.commandLine()
	if h.d.Include != nil {
		l.add("includes")
	}
	l.add(verb...).add(string(view.ID))
	if view.ContractID != nil && view.GroupID != nil {
		l.add("--contract", string(*view.ContractID), "--group", string(*view.GroupID))
	}
	return l.addFlags(h.given, reaching)
}

func (h *hinting) history() *commandLine {
	l := h.of("history")
	if l != nil && h.d.Network != nil && *h.d.Network != "" {
		l.add("--network", result.NetworkName(*h.d.Network))
	}
	return l
}

// wait waits for an activation of the property.
func (h *hinting) wait(a *result.Activation) *commandLine {
	view := cmp.Or(h.d.Property, h.d.Include)
	if a == nil || view == nil || view.ID == "" {
		return nil
	}
	return h.waitFor(a.ID, a.Network, view.Ref(h.d.AssetKind()))
}

// longestAgain is how long, in bytes, a command line may be that a hint repeats.
const longestAgain = 500

// dryRun is the same command, if it can be tried without consequences.
func (h *hinting) dryRun() *commandLine {
	if !h.dryRuns {
		return nil
	}
	return h.with("--dry-run")
}

func (h *hinting) debug() *commandLine {
	if h.flags.Debug {
		return nil
	}
	return h.with("--debug")
}

// with is the same command line with one flag more; nil where it is too long for a hint.
func (h *hinting) with(flag string) *commandLine {
	if h.record == nil || len(h.record.CommandLine) > longestAgain {
		return nil
	}
	l := &commandLine{words: []string{h.record.CommandLine}}
	if flag != "" {
		l.add(flag)
	}
	return l
}
