// Package rollout activates many properties in waves, as one manifest describes.
//
// A [Manifest] says what is wanted; [Resolve] pins it as a [Plan]: which version of which property, in which
// wave. A [Runner] carries it out, and can be stopped at any moment and run again, from any machine, because
// all state is in PAPI: the note of each submission ends in a [Mark] that names the plan, so that the lists of
// activations alone tell how far a rollout is. Each item goes through [activation.Engine], which looks before
// it submits.
package rollout

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// Manifest is what is wanted. [ParseManifest] returns one that is consistent.
type Manifest struct {
	Name       string
	Networks   []papi.Network // a wave is active on the first network before it goes to the second
	Properties []Selector
	Waves      []WaveSpec
	Settings
}

// Settings is what a manifest and a plan have in common. The plan's digest does not cover it.
type Settings struct {
	Notify    []string         `json:"notify"`
	Note      string           `json:"note,omitempty"`
	Checks    map[string]Check `json:"checks,omitempty"`
	Tolerate  Amount           `json:"tolerate"` // failures per wave
	OnFailure OnFailure        `json:"onFailure"`
	Undecided Undecided        `json:"undecided"`
	Strict    bool             `json:"strict,omitempty"` // never more in progress than may still fail, plus one
	Window    *Window          `json:"window,omitempty"` // nil: at any time
	Reserve   int              `json:"reserve,omitempty"`
}

// Selector selects properties, and a version for them.
type Selector struct {
	Property string // an id, a name or a hostname; empty with Select
	Version  Version
	Select   *Selection
	Except   []string // names or patterns

	at Position
}

// Selection is the properties that match all its members. An empty member matches all.
type Selection struct {
	Contract papi.ID
	Group    string // an id or a name
	Name     string // a pattern: * matches any characters, ? one
	Hostname string // that a version serves, in full
}

// Version is a version's number, or a symbolic version. The zero value is the latest.
type Version struct {
	Number int
	Active papi.Network // the version that is active there
}

// ParseVersion parses a number, latest, staging or production.
func ParseVersion(s string) (Version, error) {
	if s == "" || strings.EqualFold(s, "latest") {
		return Version{}, nil
	}
	if n, err := strconv.Atoi(s); err == nil && n > 0 {
		return Version{Number: n}, nil
	}
	for _, network := range []papi.Network{papi.Staging, papi.Production} {
		if strings.EqualFold(s, string(network)) {
			return Version{Active: network}, nil
		}
	}
	return Version{}, fmt.Errorf("version %q is neither a number, nor latest, staging or production", s)
}

// String returns the form that ParseVersion parses.
func (v Version) String() string {
	switch {
	case v.Number > 0:
		return strconv.Itoa(v.Number)
	case v.Active != "":
		return strings.ToLower(string(v.Active))
	}
	return "latest"
}

// WaveSpec is a wave of a manifest, before properties are assigned to it.
type WaveSpec struct {
	Name   string
	Take   Amount // Rest for all that are left
	Checks []string
	Watch  time.Duration
	AtOnce int // 0: the default

	at Position
}

// Amount is a number, or a percentage of all properties.
type Amount struct {
	N       float64
	Percent bool
	Rest    bool
}

// Of returns the amount out of a total, percentages rounded up.
func (a Amount) Of(total int) int {
	switch {
	case a.Rest:
		return total
	case a.Percent:
		const hundred, almost = 100, 1e-9
		return int(math.Ceil(a.N*float64(total)/hundred - almost))
	}
	return int(a.N)
}

// String returns the form that UnmarshalText parses.
func (a Amount) String() string {
	switch n := strconv.FormatFloat(a.N, 'f', -1, 64); {
	case a.Rest:
		return "rest"
	case a.Percent:
		return n + "%"
	default:
		return n
	}
}

// MarshalText is the inverse of UnmarshalText.
func (a Amount) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText parses a number, a percentage such as 10%, or rest.
func (a *Amount) UnmarshalText(text []byte) error {
	s := strings.TrimSpace(string(text))
	if s == "rest" {
		*a = Amount{Rest: true}
		return nil
	}
	number, percent := strings.CutSuffix(s, "%")
	n, err := strconv.ParseFloat(number, 64)
	switch {
	case err != nil || !(n >= 0), !percent && n != math.Trunc(n), percent && n > 100, n > maxItems:
		return fmt.Errorf("%q is neither a number, nor a percentage such as 10%%, nor rest", s)
	}
	*a = Amount{N: n, Percent: percent}
	return nil
}

// OnFailure is what to do when more items of a wave have failed than the plan tolerates, or a check does not
// hold.
type OnFailure string

// The values of OnFailure. In any case nothing more is submitted, and activations in progress are followed to
// their end.
const (
	Stop         OnFailure = "stop"
	RollbackWave OnFailure = "rollback-wave" // roll back what the wave has activated
	Rollback     OnFailure = "rollback"      // roll back what the rollout has activated
)

// Undecided is what to do about a check that could not be made.
type Undecided string

// The values of Undecided.
const (
	UndecidedPauses Undecided = "pause" // the rollout ends there and can be continued
	UndecidedFails  Undecided = "fail"
	UndecidedHolds  Undecided = "ignore"
)

// Check is a condition to verify once a wave is active. Either HTTP or Command is set.
type Check struct {
	HTTP      string   `json:"http,omitempty"` // may contain {hostname} and other placeholders
	First     bool     `json:"first,omitempty"`
	Expect    Expect   `json:"expect,omitzero"`
	Command   []string `json:"command,omitempty"`
	Pass      []string `json:"environment,omitempty"` // variables of this process that a command may see
	Within    Duration `json:"within,omitzero"`       // for how long it is retried
	Timeout   Duration `json:"timeout,omitzero"`      // of one attempt
	Redirects bool     `json:"redirects,omitempty"`   // follow redirects
}

// Expect is the expected answer.
type Expect struct {
	Status int               `json:"status,omitempty"` // 0: 200
	Header map[string]string `json:"header,omitempty"`
	Body   string            `json:"body,omitempty"` // which the body has to contain
}

// Duration is a time.Duration with a text form.
type Duration time.Duration

// MarshalText implements encoding.TextMarshaler.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := activation.ParseDuration(string(text))
	switch {
	case err != nil:
		return err
	case parsed < 0 || parsed > maxDuration:
		return fmt.Errorf("%s is not between 0 and %s", parsed, maxDuration)
	}
	*d = Duration(parsed)
	return nil
}

// Limits of a manifest.
const (
	maxManifest = 4 << 20
	maxItems    = 10_000
	maxWaves    = 100
	maxText     = 2_000
	maxDuration = 7 * 24 * time.Hour
)

// DefaultCheckTimeout is the time-out of one attempt at a check.
const DefaultCheckTimeout = 30 * time.Second
