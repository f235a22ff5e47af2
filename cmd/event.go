package cmd

import (
	"fmt"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// eventView is an event as a line of ndjson.
type eventView struct {
	Type         activation.EventKind `json:"type"`
	Time         string               `json:"time"`
	Network      papi.Network         `json:"network"`
	Version      *int                 `json:"version"`
	Activation   *activationView      `json:"activation"`
	AgeSeconds   float64              `json:"ageSeconds"`
	UsualSeconds float64              `json:"usualSeconds"`
	PauseSeconds float64              `json:"pauseSeconds"`
	Budget       *budgetView          `json:"budget,omitempty"`
	Error        string               `json:"error,omitempty"`
}

func viewEvent(ev activation.Event, now time.Time) eventView {
	v := eventView{
		Type: ev.Kind, Time: term.Timestamp(now), Network: ev.Network, Version: versionNumber(ev.Version),
		Activation: viewActivation(ev.Activation, now),
		AgeSeconds: seconds(ev.Age), UsualSeconds: seconds(ev.Usual), PauseSeconds: seconds(ev.Pause),
		Budget: viewBudget(ev.Budget),
	}
	if ev.Err != nil {
		v.Error = ev.Err.Error()
	}
	return v
}

// versionNumber is null where the engine has no version yet.
func versionNumber(v int) *int {
	if v <= 0 {
		return nil
	}
	return &v
}

// seconds rounds to milliseconds.
func seconds(d time.Duration) float64 { return float64(d.Milliseconds()) / 1000 }

// describe says in one line what has happened, and whether that is worth a line
// when not every look is to be shown.
func describe(subject string, ev activation.Event) (line string, always bool) {
	where, next := place(subject, ev), ""
	if ev.Pause > 0 {
		next = ", next look in " + term.Duration(ev.Pause)
	}
	switch ev.Kind {
	case activation.EventSubmitted:
		what := ": submitted as "
		if isDeactivation(ev.Activation) {
			what = ": deactivation submitted as "
		}
		return where + what + idOf(ev.Activation) + ", usually takes " + term.Duration(ev.Usual), true
	case activation.EventAdopted:
		return where + ": " + idOf(ev.Activation) + " is on its way already, for " + term.Duration(ev.Age), true
	case activation.EventQueued:
		return fmt.Sprintf("%s: waiting for %s of %s, %s for %s%s%s", where, idOf(ev.Activation),
			contentText(ev.Activation.PropertyVersion), stateOf(ev.Activation), term.Duration(ev.Age), noteOf(ev.Activation), next), true
	case activation.EventChanged:
		return where + ": " + stateOf(ev.Activation) + " after " + term.Duration(ev.Age), true
	case activation.EventRetrying:
		return where + ": " + ev.Err.Error() + "; trying again in " + term.Duration(ev.Pause), true
	case activation.EventWaiting:
		return where + ": " + stateOf(ev.Activation) + " after " + term.Duration(ev.Age) + next, false
	}
	return where + ": " + string(ev.Kind), false
}

func place(subject string, ev activation.Event) string {
	if ev.Version <= 0 {
		return fmt.Sprintf("%s on %s", subject, ev.Network)
	}
	return fmt.Sprintf("%s version %d on %s", subject, ev.Version, ev.Network)
}

// contentText is what an activation puts on a network: a version, or for 0 the
// hostnames of a bucket.
func contentText(version int) string {
	if version == 0 {
		return "the hostnames"
	}
	return "version " + term.VersionText(version)
}

func idOf(a *papi.Activation) string {
	if a == nil {
		return "an activation"
	}
	return string(activationID(a.ActivationID))
}

// stateOf is the status, with the finer state where PAPI sends one. A deactivation
// that is ACTIVE has taken something off, which the word alone would not tell.
func stateOf(a *papi.Activation) string {
	if a == nil {
		return "unknown"
	}
	state := string(a.Status)
	if a.FMAActivationState != "" {
		state += " (" + a.FMAActivationState + ")"
	}
	if isDeactivation(a) {
		return "deactivation " + state
	}
	return state
}

func isDeactivation(a *papi.Activation) bool { return a != nil && a.ActivationType == papi.Deactivate }

func noteOf(a *papi.Activation) string {
	if a.Note == "" {
		return ""
	}
	return ", note “" + term.Clean(a.Note, maxShortNote) + "”"
}

const maxShortNote = 60
