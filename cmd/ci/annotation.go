package ci

import (
	"fmt"
	"slices"
	"strings"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

// severity is how much an annotation matters.
type severity string

const (
	severityNotice  severity = "notice"
	severityWarning severity = "warning"
	severityError   severity = "error"
)

// annotation is what a CI system shows beside a build. There is one for each cause, however many properties it has
// affected.
type annotation struct {
	severity severity
	title    string
	lines    []string // cleaned, none of them empty
	identity string   // the same for the same cause in every build
}

// text is the annotation on one line.
func (a annotation) text() string {
	var parts []string
	for _, line := range a.lines {
		parts = append(parts, strings.TrimSpace(line))
	}
	return strings.Join(parts, "; ")
}

const (
	// mostAnnotations is how many GitHub shows of a step. The last one counts those that are left out.
	mostAnnotations = 10
	mostSubjects    = 10
	mostDetails     = 10 // lines of what PAPI said
)

// cause is an error code and where it occurred. Its messages may differ from one property to the next.
type cause struct {
	err      *result.Error // the first of them
	outcome  string
	met      []encounter
	identity string
}

// encounter is one occurrence of a cause: the message, and the property that it is about.
type encounter struct {
	message  string
	subjects []string
}

// annotationsOf returns the annotations of a document: errors, busy networks, and what was changed. A command that
// only reads and succeeds has none.
func annotationsOf(d *result.Document) []annotation {
	var all []annotation
	for _, c := range causesOf(d) {
		all = append(all, c.annotation(d.Command))
	}
	for _, one := range d.Parts() {
		if one.Error != nil || one.Outcome == catalogue.OutcomeOK && one.HostnameChange == nil || one.Outcome == catalogue.OutcomeFree || one.Outcome == catalogue.OutcomeBusy || one.ExitCode != catalogue.ExitOK {
			continue
		}
		all = append(all, annotation{severityNotice, titleOf(d.Command, one.Outcome), []string{attained(one)}, ""})
	}
	if isBusy(d) {
		all = append(all, annotation{severityWarning, titleOf(d.Command, d.Outcome), bounded(busyLines(d.States()), mostSubjects), "propctl_busy"})
	}
	if left := len(all) - mostAnnotations + 1; left > 1 { // errors come first
		first := all[mostAnnotations-1]
		all = append(all[:mostAnnotations-1], annotation{first.severity, titleOf(d.Command, d.Outcome), []string{fmt.Sprintf("and %d more", left)}, "propctl_more"})
	}
	return all
}

// isBusy reports whether a look has found that networks are busy.
func isBusy(d *result.Document) bool {
	return d.Outcome == catalogue.OutcomeBusy && len(busyLines(d.States())) > 0
}

func titleOf(command, outcome string) string {
	return term.Clean("propctl "+command+": "+strings.ReplaceAll(outcome, "-", " "), term.MaxName)
}

// attained describes the state that the run has reached.
func attained(d *result.Document) string {
	text := strings.ReplaceAll(d.Outcome, "-", " ")
	if v := d.Rollout; v != nil {
		text = v.Name + ": " + text + ", " + v.Totals.Text()
	}
	if about := d.Subject(); about != "" {
		text = about + ": " + text
	}
	if d.Activation != nil {
		text += ", " + string(d.Activation.ID)
	}
	if d.WaitedSeconds != nil && *d.WaitedSeconds >= 1 && d.Plan == nil {
		text += ", took " + term.SecondsText(d.WaitedSeconds)
	}
	if b := d.Budget; b != nil && b.Remaining != nil && b.Limit != nil {
		text += fmt.Sprintf(", %d of %d activations left today", *b.Remaining, *b.Limit)
	}
	return term.Clean(text, term.MaxMessage)
}

// causesOf collects the errors of a document, those of one code as one.
func causesOf(d *result.Document) []*cause {
	var all []*cause
	note := func(err *result.Error, outcome, subject, identity string) {
		i := slices.IndexFunc(all, func(c *cause) bool { return c.err.Code == err.Code })
		if i < 0 {
			i, all = len(all), append(all, &cause{err: err, outcome: outcome, identity: identity})
		}
		all[i].note(err.Message, subject)
	}
	for _, s := range d.States() {
		if s.Error != nil {
			note(s.Error, catalogue.OutcomeError, s.Text(), identityOf(s.Error.Code, "", s.Property))
		}
	}
	if isBusy(d) {
		return all // which is told of as a warning
	}
	for _, one := range append(slices.Clone(d.Results), d) { // the outer one repeats one of the others, or has one of its own
		if one.Error != nil {
			note(one.Error, one.Outcome, one.Subject(), identityOf(one.Error.Code, string(result.OrZero(one.Network)), one.Property, one.Include))
		}
	}
	for _, i := range failuresOf(d) {
		note(i.Error, string(i.Outcome), i.Title()+" on "+string(i.Network), identityOf(i.Error.Code, ""))
	}
	return all
}

// failuresOf are the items of a rollout that have an error of their own.
func failuresOf(d *result.Document) []*result.RolloutItem {
	if d.Rollout == nil {
		return nil
	}
	return slices.DeleteFunc(d.Rollout.Failures(), func(i *result.RolloutItem) bool { return i.Error == nil })
}

func (c *cause) note(message, subject string) {
	i := slices.IndexFunc(c.met, func(e encounter) bool { return e.message == message })
	if i < 0 {
		i, c.met = len(c.met), append(c.met, encounter{message: message})
	}
	if subject != "" && !slices.Contains(c.met[i].subjects, subject) {
		c.met[i].subjects = append(c.met[i].subjects, subject)
	}
}

func (c *cause) annotation(command string) annotation {
	a := annotation{severity: severityError, title: titleOf(command, c.outcome), identity: c.identity}
	if c.outcome == catalogue.OutcomeInterrupted {
		a.severity = severityWarning // somebody wanted it
	}
	for _, e := range c.met {
		line := term.Clean(e.message, term.MaxMessage)
		if len(e.subjects) > 0 {
			line = strings.Join(bounded(e.subjects, mostSubjects), ", ") + ": " + line
		}
		a.lines = append(a.lines, line)
	}
	a.lines = append(bounded(a.lines, mostSubjects), linesOf(c.err, mostDetails)[1:]...)
	return a
}

// linesOf shows an error to people: the message, at most so many lines of what PAPI
// said, and what to do.
func linesOf(e *result.Error, details int) []string {
	lines := []string{term.Clean(e.Message, term.MaxMessage)}
	if spoke := e.PAPI; spoke != nil {
		var b strings.Builder
		result.PrintProblems(spoke, &term.Printer{W: &b})
		if b.Len() > 0 {
			lines = append(lines, bounded(strings.Split(strings.TrimRight(b.String(), "\n"), "\n"), details)...)
		}
	}
	if e.Help != "" {
		lines = append(lines, term.Try+": "+term.Clean(e.Help, term.MaxMessage))
	}
	return lines
}

// bounded returns the first lines, and how many more there are.
func bounded(lines []string, most int) []string {
	if len(lines) <= most {
		return lines
	}
	return append(slices.Clone(lines[:most-1]), fmt.Sprintf("… and %d more", len(lines)-most+1))
}

// busyLines says what keeps networks busy.
func busyLines(states []*result.PropertyState) []string {
	var lines []string
	for _, s := range states {
		for _, n := range s.Networks {
			for _, a := range n.Pending {
				lines = append(lines, term.Clean(fmt.Sprintf("%s on %s: busy, %s of %s is %s", s.Text(), n.Network, a.ID, result.ContentText(a.Version), a.Status), term.MaxMessage))
			}
		}
	}
	return lines
}

// maxIdentity is how long TeamCity lets an identity be, in letters, digits and
// underscores.
const maxIdentity = 60

func identityOf(code, network string, about ...*result.Property) string {
	text := "propctl_" + code
	for _, v := range about {
		if v != nil {
			text += "_" + string(v.ID)
		}
	}
	text = fact{value: text + "_" + network}.word()
	text = strings.NewReplacer(".", "_", "-", "_").Replace(text)
	return strings.Trim(text[:min(len(text), maxIdentity)], "_")
}
