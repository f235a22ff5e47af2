package cmd

import (
	"cmp"
	"slices"
	"strings"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/papi"
)

// The next command to type after an error. The catalogue has what can be done in
// general; here it becomes a command for this property, on this network, with the
// same credentials. It is whole, and the last of its line, so that it can be copied.

// next is a command that follows an error.
type next struct {
	codes []string
	says  string // instead of what the catalogue has; empty: that
	adds  string // behind it; empty: nothing
	line  func(*hinting) *commandLine
}

// hinting is what is known when a command has ended with an error.
type hinting struct {
	*program

	d   *result.Document
	err error
}

func nexts() []next {
	const connection = "this checks the way to Akamai"
	return []next{
		{codes: []string{catalogue.CodeCredentialsMissing, catalogue.CodeCredentialsInvalid, string(papi.ClassUnauthorized), string(papi.ClassClockSkew)}, adds: "this checks all of it", line: (*hinting).doctor},
		{codes: []string{string(papi.ClassGrantMissing), string(papi.ClassForbidden)}, adds: "this shows what it may do", line: (*hinting).doctor},
		{codes: []string{string(papi.ClassDNS), string(papi.ClassProxy), string(papi.ClassTLS)}, adds: connection, line: (*hinting).doctor},
		{codes: []string{string(papi.ClassNotFound)}, says: "name the version by its number; this shows what is active", line: (*hinting).statusOfNone},
		{codes: []string{catalogue.CodeBucket}, says: "this shows the edge hostnames in use with their ids", line: (*hinting).hostnames},
		{codes: []string{catalogue.CodeNothingBefore}, adds: "this shows all that there were", line: (*hinting).history},
		{codes: []string{catalogue.CodeFailed}, adds: "this shows what was active when", line: (*hinting).history},
		{codes: []string{catalogue.CodeAborted}, line: (*hinting).again},
		{codes: []string{catalogue.CodeSuperseded}, says: "another activation has taken its place; this shows which", line: (*hinting).status},
		{
			codes: []string{catalogue.CodeLost, catalogue.CodeNoActivation, string(papi.ClassAlreadyActivated), string(papi.ClassNotActive)},
			says:  "this shows what is there", line: (*hinting).status,
		},
		{codes: []string{string(papi.ClassBusy), string(papi.ClassStillPending)}, says: "wait for it, or leave that to --if-pending wait", line: (*hinting).waitForBlocker},
		{codes: []string{string(papi.ClassCancelTooLate)}, says: "wait for it, then activate the version that is wanted", line: (*hinting).wait},
		{
			codes: []string{string(papi.ClassRejected), string(papi.ClassWarnings), string(papi.ClassNotifyEmails), string(papi.ClassCompliance)},
			adds:  "this shows the request and submits nothing", line: (*hinting).dryRun,
		},
		{codes: []string{string(papi.ClassRateLimited)}, adds: "this shows how many requests are left", line: (*hinting).budget},
		{codes: []string{string(papi.ClassBudgetExhausted)}, says: "this shows when there will be activations again", line: (*hinting).budget},
		{codes: []string{catalogue.CodeInternal}, line: (*hinting).debug},
	}
}

// hint is what to do about an error. d has all that is known.
func (p *program) hint(d *result.Document, v catalogue.Verdict, err error) string {
	h := &hinting{p, d, err}
	for _, n := range nexts() {
		if !slices.Contains(n.codes, v.Code) {
			continue
		}
		if line := n.line(h); line != nil {
			text := cmp.Or(n.says, v.Help)
			if n.adds != "" {
				text += "; " + n.adds
			}
			return text + ": " + line.String()
		}
	}
	if line := h.again(); strings.HasSuffix(v.Help, catalogue.Again) && line != nil {
		return v.Help + ": " + line.String()
	}
	return v.Help
}

// reaching are the flags that say how to look at the same account again, in the
// simulator, too: what was there from the beginning is there again.
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

func (h *hinting) budget() *commandLine {
	return h.commandLine("budget").addFlags(h.given, reaching)
}

// of begins a command about the same property; nil where none is known.
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

func (h *hinting) status() *commandLine    { return h.of("status") }
func (h *hinting) hostnames() *commandLine { return h.of("hostnames", "list") }

// statusOfNone is for a version that was named by the network that it is active on.
func (h *hinting) statusOfNone() *commandLine {
	if !catalogue.Is[*activation.NotActiveError](h.err) {
		return nil
	}
	return h.status()
}

func (h *hinting) history() *commandLine {
	l := h.of("history")
	if l != nil && h.d.Network != nil && *h.d.Network != "" {
		l.add("--network", result.NetworkName(*h.d.Network))
	}
	return l
}

// waitForBlocker waits for what is in the way.
func (h *hinting) waitForBlocker() *commandLine { return h.waitForOne(h.d.BlockedBy) }

// wait waits for the activation that the command was about.
func (h *hinting) wait() *commandLine { return h.waitForOne(h.d.Activation) }

func (h *hinting) waitForOne(a *result.Activation) *commandLine {
	view := cmp.Or(h.d.Property, h.d.Include)
	if a == nil || view == nil || view.ID == "" {
		return nil
	}
	return h.waitFor(a.ID, view.Ref(h.d.AssetKind()))
}

// longestAgain is how long a command line may be to be worth repeating.
const longestAgain = 500

// again is the same command.
func (h *hinting) again() *commandLine { return h.with("") }

// dryRun is the same command, if it can be tried without consequences. What this
// program has refused by itself, it refuses then, too, and shows no request.
func (h *hinting) dryRun() *commandLine {
	if h.dryRuns && !catalogue.WithoutAnswer[*activation.RejectedError](h.err) {
		return h.with("--dry-run")
	}
	return nil
}

func (h *hinting) debug() *commandLine {
	if h.flags.Debug {
		return nil
	}
	return h.with("--debug")
}

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
