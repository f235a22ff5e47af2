package result

import (
	"fmt"
	"regexp"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// Event is an event of the engine, as a line of ndjson.
type Event struct {
	Type         activation.EventKind `json:"type"`
	Time         string               `json:"time"`
	Property     *Property            `json:"property,omitempty"` // or include
	Include      *Property            `json:"include,omitempty"`
	Network      papi.Network         `json:"network"`
	Version      *int                 `json:"version"`
	Activation   *Activation          `json:"activation"`
	AgeSeconds   float64              `json:"ageSeconds"`
	UsualSeconds float64              `json:"usualSeconds"`
	PauseSeconds float64              `json:"pauseSeconds"`
	Budget       *Budget              `json:"budget,omitempty"`
	Error        string               `json:"error,omitempty"`
	Ahead        *Ahead               `json:"ahead,omitempty"`
}

// NewEvent converts an event that happened at now.
func NewEvent(ev activation.Event, now time.Time) Event {
	v := Event{
		Type: ev.Kind, Time: term.Timestamp(now), Network: ev.Network, Version: OptionalVersion(ev.Version),
		Activation: NewActivation(ev.Activation, now),
		AgeSeconds: Seconds(ev.Age), UsualSeconds: Seconds(ev.Usual), PauseSeconds: Seconds(ev.Pause),
		Budget: NewBudget(ev.Budget), Ahead: newAhead(ev.Ahead),
	}
	if ev.Err != nil {
		v.Error = ev.Err.Error()
	}
	switch ref := AssetOf(ev.Property, ev.Include); {
	case ref.ID == "":
	case ref.Kind == Includes:
		v.Include = NewProperty(ref, ev.PropertyName)
	default:
		v.Property = NewProperty(ref, ev.PropertyName)
	}
	return v
}

// OptionalVersion returns nil while the version is not known.
func OptionalVersion(v int) *int {
	if v <= 0 {
		return nil
	}
	return &v
}

// Seconds converts to seconds, rounded to milliseconds.
func Seconds(d time.Duration) float64 { return float64(d.Milliseconds()) / 1000 }

// EventText describes an event in one line. always reports that the line is shown even when not every look is.
func EventText(subject string, ev activation.Event) (line string, always bool) {
	where, next := Heading(subject, ev), ""
	if ev.Pause > 0 {
		next = ", next look in " + term.Duration(ev.Pause)
	}
	switch ev.Kind {
	case activation.EventSubmitted:
		what := ": submitted as "
		if isDeactivation(ev.Activation) {
			what = ": deactivation submitted as "
		}
		return where + what + IDOf(ev.Activation) + ", usually takes " + term.Duration(ev.Usual), true
	case activation.EventAdopted:
		return where + ": " + IDOf(ev.Activation) + " is on its way already, for " + term.Duration(ev.Age), true
	case activation.EventQueued:
		if ev.Ahead != nil {
			return where + ": " + AheadText(ev.Ahead), true
		}
		return fmt.Sprintf("%s: waiting for %s of %s, %s for %s%s%s", where, IDOf(ev.Activation),
			ContentText(ev.Activation.PropertyVersion), StateOf(ev.Activation), term.Duration(ev.Age), NoteOf(ev.Activation), next), true
	case activation.EventChanged:
		return where + ": " + StateOf(ev.Activation) + " after " + term.Duration(ev.Age), true
	case activation.EventRetrying:
		return where + ": " + WithoutQuery(ev.Err.Error()) + "; trying again in " + term.Duration(ev.Pause), true
	case activation.EventWaiting:
		return where + ": " + StateOf(ev.Activation) + " after " + term.Duration(ev.Age) + next, false
	}
	return where + ": " + string(ev.Kind), false
}

// WithoutQuery removes query strings from PAPI's paths in a text: they only name contract and group, and
// --debug shows them.
func WithoutQuery(text string) string {
	return regexp.MustCompile(`(/papi/v[0-9]+/[^\s?]*)\?[^\s:]*`).ReplaceAllString(text, "$1")
}

// Heading names the subject, version and network of an event.
func Heading(subject string, ev activation.Event) string {
	if ev.Version <= 0 {
		return fmt.Sprintf("%s on %s", subject, ev.Network)
	}
	return fmt.Sprintf("%s version %d on %s", subject, ev.Version, ev.Network)
}

// ContentText names what an activation puts on a network: a version, or for 0 the hostnames of a bucket.
func ContentText(version int) string {
	if version == 0 {
		return "the hostnames"
	}
	return "version " + term.VersionText(version)
}

// IDOf is the id of an activation, with its prefix.
func IDOf(a *papi.Activation) string {
	if a == nil {
		return "an activation"
	}
	return string(ActivationID(a.ActivationID))
}

// StateOf is the status, with fmaActivationState if PAPI sends it. A deactivation that is ACTIVE is named as
// such, since it has removed the version.
func StateOf(a *papi.Activation) string {
	if a == nil {
		return "unknown"
	}
	return stateText(a.Status, a.FMAActivationState, a.ActivationType)
}

// StateMeaning explains PAPI's fmaActivationState; empty for an unknown one.
// Source: the states of fast activations in https://techdocs.akamai.com/network-lists/reference/activation-states.
func StateMeaning(state string) string {
	return map[string]string{
		"received":   "Akamai is processing it",
		"lived":      "it is being deployed",
		"deployed":   "it is deployed, and checked for stability",
		"steady":     "nothing moves any more",
		"cancelling": "it is being cancelled",
	}[state]
}

func stateText(status papi.Status, finer string, kind papi.ActivationType) string {
	state := Status(status).String()
	if finer != "" {
		state += " (" + finer + ")"
	}
	if kind == papi.Deactivate {
		return "deactivation " + state
	}
	return state
}

func isDeactivation(a *papi.Activation) bool { return a != nil && a.ActivationType == papi.Deactivate }

// NoteOf is the beginning of an activation's note, made safe to print.
func NoteOf(a *papi.Activation) string { return noteText(a.Note) }

func noteText(note string) string {
	if note == "" {
		return ""
	}
	return ", note “" + term.Clean(note, MaxShortNote) + "”"
}

// MaxShortNote is how many characters of a note are shown in a line.
const MaxShortNote = 60
