package page

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// mood is the kind of outcome that the page shows first, as a colour, a shape and a word.
type mood int

const (
	moodLooked  mood = iota // the command only read
	moodGood                // the request was fulfilled
	moodWaiting             // it is still in progress, or can be tried again later
	moodBad
)

func moodOf(d *result.Document) mood {
	switch d.ExitCode {
	case catalogue.ExitOK:
		if d.Outcome == catalogue.OutcomeOK && d.WaitedSeconds == nil || d.Outcome == string(activation.OutcomePlanned) {
			return moodLooked
		}
		return moodGood
	case catalogue.ExitTimedOut, catalogue.ExitBusy, catalogue.ExitLimited, catalogue.ExitInterrupted:
		return moodWaiting
	}
	return moodBad
}

func (m mood) class() markup {
	return [...]markup{moodLooked: "looked", moodGood: "good", moodWaiting: "waiting", moodBad: "bad"}[m]
}

// icon is the shape of a mood.
func (m mood) icon() node {
	shape := [...]markup{
		moodLooked:  `<path d="M12 11v6M12 7v.5"/>`,
		moodGood:    `<path d="M7 12.5l3.5 3.5L17 9"/>`,
		moodWaiting: `<path d="M12 7v5.5l3.5 2"/>`,
		moodBad:     `<path d="M8 8l8 8M16 8l-8 8"/>`,
	}[m]
	return several(fixed(`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="11"/>`), fixed(shape), fixed(`</svg>`))
}

// headlineOf is the outcome in one or two words.
func headlineOf(d *result.Document) string {
	switch {
	case d.Outcome == catalogue.OutcomeOK && d.WaitedSeconds == nil:
		return capital(d.Command)
	case d.Outcome == catalogue.OutcomeOK:
		return "Done"
	case d.Outcome == catalogue.OutcomeError && d.ExitCode == catalogue.ExitUsage:
		return "Not started"
	}
	return capital(strings.ReplaceAll(d.Outcome, "-", " "))
}

func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if first == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// sentenceOf explains the outcome.
func sentenceOf(d *result.Document) string {
	if d.Rollout != nil {
		return rolloutSentence(d)
	}
	what, on := whatOf(d), whereOf(d)
	switch d.Outcome {
	case string(activation.OutcomeActive):
		return what + " is active" + on + "."
	case string(activation.OutcomeAlreadyActive):
		return what + " was active" + on + " already; nothing was submitted."
	case string(activation.OutcomeSubmitted):
		return what + " is on its way" + on + "; that it becomes active was not waited for."
	case string(activation.OutcomeDeactivated):
		return calledOf(d) + " was taken off" + strings.Replace(on, " on ", " ", 1) + "."
	case string(activation.OutcomeAlreadyInactive):
		return calledOf(d) + " was not active" + on + "; nothing was submitted."
	case string(activation.OutcomeCancelled):
		return "The activation of " + lowerFirst(what) + on + " was cancelled."
	case string(activation.OutcomeAlreadyCancelled):
		return "There was nothing to cancel" + on + "."
	case string(activation.OutcomeRolledBack):
		return calledOf(d) + " has returned to version " + versionOfDocument(d) + on + "."
	case string(activation.OutcomePlanned):
		return "Nothing was submitted: this is what would be done."
	case catalogue.OutcomeFree:
		return "Nothing is in the way of an activation."
	case catalogue.OutcomeOK:
		return lookedAt(d)
	}
	return failureOf(d, what, on)
}

// failureOf explains an outcome other than success.
func failureOf(d *result.Document, what, on string) string {
	switch d.Outcome {
	case string(activation.OutcomeFailed):
		return what + " did not become active" + on + ": the activation failed."
	case string(activation.OutcomeAborted):
		return what + " did not become active" + on + ": the activation was cancelled."
	case string(activation.OutcomeSuperseded):
		return what + " is active" + on + " no longer: another activation has taken its place."
	case catalogue.OutcomeRejected:
		return what + " was not activated" + on + ": it was rejected."
	case catalogue.OutcomeBusy:
		return "Another activation is in the way" + on + "."
	case catalogue.OutcomeLimited:
		return what + " was not activated" + on + ": a limit is used up."
	case catalogue.OutcomeTimedOut, catalogue.OutcomeInterrupted:
		return stoppedSentence(d, what, on)
	}
	switch d.ExitCode {
	case catalogue.ExitUsage:
		return "Nothing was sent: something is wrong with the command line or the settings."
	case catalogue.ExitCredentials:
		return "PAPI could not be asked with these credentials."
	}
	return "The command ended with an error."
}

// stoppedSentence explains a run that ended before its activation.
func stoppedSentence(d *result.Document, what, on string) string {
	why := "Time was up"
	if d.Outcome == catalogue.OutcomeInterrupted {
		why = "The command was stopped"
	}
	switch a := d.Activation; {
	case d.Error != nil && d.Submitted == nil && d.WaitedSeconds != nil:
		return why + " while it was not known whether the submission of " + lowerFirst(what) + on + " was accepted."
	case a != nil && a.Status == result.Status(papi.StatusAborted):
		return why + ", and the activation of " + lowerFirst(what) + on + " was cancelled."
	case a != nil:
		return why + " while " + lowerFirst(what) + " was on its way" + on + "; the activation goes on without this command."
	}
	return why + " before " + lowerFirst(what) + " was submitted" + on + "."
}

// lookedAt is the sentence for commands that only read.
func lookedAt(d *result.Document) string {
	switch states := d.Properties; {
	case len(d.Includes) > 0:
		return "What is active and pending on the networks, of " + counter(len(d.Includes), "include") + "."
	case len(states) > 0:
		return "What is active and pending on the networks, of " + counter(len(states), "property") + "."
	case d.History != nil:
		return counter(len(d.History), "activation") + " of " + calledOf(d) + "."
	case d.HostnameChange != nil:
		return calledOf(d) + " has the hostnames that were asked for" + inVersion(d) + "."
	case d.Hostnames != nil:
		return counter(len(d.Hostnames), "hostname") + " of " + calledOf(d) + inVersion(d) + "."
	case d.RequestLimit != nil:
		return "What is left of the day's activations and of the minute's requests."
	}
	return "Done; nothing was changed at Akamai."
}

// calledOf names the property within a sentence.
func calledOf(d *result.Document) string {
	about := d.Asset()
	switch {
	case about == nil:
		return "The property"
	case about.Name != nil && *about.Name != "":
		return *about.Name
	}
	return string(about.ID)
}

// whatOf names the version of the property, at the beginning of a sentence.
func whatOf(d *result.Document) string {
	if d.Version == nil {
		return calledOf(d)
	}
	return "Version " + versionOfDocument(d) + " of " + calledOf(d)
}

func versionOfDocument(d *result.Document) string {
	if d.Version == nil {
		return "?"
	}
	return term.VersionText(*d.Version)
}

func inVersion(d *result.Document) string {
	if d.Version == nil {
		return ""
	}
	return " in version " + term.VersionText(*d.Version)
}

// whereOf names the networks of a success, or the last network of a failure.
func whereOf(d *result.Document) string {
	var names []string
	for _, one := range networksOf(d) {
		if one.Network != nil && (d.ExitCode == catalogue.ExitOK || one == networksOf(d)[len(networksOf(d))-1]) {
			names = append(names, strings.ToLower(string(*one.Network)))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " on " + strings.Join(names, " and ")
}

// lowerFirst adapts a sentence for use within another; names keep their case.
func lowerFirst(s string) string {
	if rest, ok := strings.CutPrefix(s, "Version "); ok {
		return "version " + rest
	}
	if s == "The property" {
		return "the property"
	}
	return s
}
