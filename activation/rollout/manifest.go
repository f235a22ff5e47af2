// Package rollout activates many properties in waves, by one manifest.
//
// A [Manifest] says what is wanted; a [Plan] pins it: which version of which
// property, in which wave. PAPI stays the only store of state. Each submission's
// note ends in a mark that names the plan, so that from the lists of activations
// alone a pure function tells how far a rollout is, and any process can go on with
// it. Each item goes through [activation.Engine], which looks before it submits.
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
	Networks   []papi.Network // a wave is active on the first before it goes to the second
	Properties []Selector
	Waves      []WaveSpec
	Settings
}

// Settings is what a manifest and a plan have in common. It is not in the digest.
type Settings struct {
	Notify    []string         `json:"notify"`
	Note      string           `json:"note,omitempty"`
	Checks    map[string]Check `json:"checks,omitempty"`
	Tolerate  Amount           `json:"tolerate"` // failures in a wave
	OnFailure OnFailure        `json:"onFailure"`
	Undecided Undecided        `json:"undecided"`
	Strict    bool             `json:"strict,omitempty"` // no more on their way than may fail, and one
	Window    *Window          `json:"window,omitempty"` // nil: at any time
	Reserve   int              `json:"reserve,omitempty"`
}

// Selector names properties.
type Selector struct {
	Property string // an id, a name or a hostname; empty where Select says it
	Version  Version
	Select   *Selection
	Except   []string // names or patterns

	at Position
}

// Selection is all properties that all its members fit. Empty members fit all.
type Selection struct {
	Contract papi.ID
	Group    string // an id or a name
	Name     string // a pattern, in which * stands for any characters and ? for one
	Hostname string // that a version serves, whole
}

// Version is a number, or what stands for one. The zero value is the latest.
type Version struct {
	Number int
	Active papi.Network // the one that is active there
}

// ParseVersion reads a number, latest, staging or production.
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

// String returns what ParseVersion reads.
func (v Version) String() string {
	switch {
	case v.Number > 0:
		return strconv.Itoa(v.Number)
	case v.Active != "":
		return strings.ToLower(string(v.Active))
	}
	return "latest"
}

// WaveSpec is a wave before it is known which properties are in it.
type WaveSpec struct {
	Name   string
	Take   Amount // Rest for all that are left
	Checks []string
	Watch  time.Duration
	AtOnce int // 0: the default

	at Position
}

// Amount is a number, or a part of all properties in percent.
type Amount struct {
	N       float64
	Percent bool
	Rest    bool
}

// Of returns how many of a total it is, percents rounded up.
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

// String returns what UnmarshalText reads.
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

// MarshalText returns what UnmarshalText reads.
func (a Amount) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads a number, a percentage such as 10%, or rest.
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

// OnFailure is what is done when more items of a wave have failed than are
// tolerated, or a check does not hold.
type OnFailure string

// What can be done on a failure. In any case nothing more is submitted, and what
// is on its way is followed to its end.
const (
	Stop         OnFailure = "stop"
	RollbackWave OnFailure = "rollback-wave" // what the wave has activated is returned
	Rollback     OnFailure = "rollback"      // what the rollout has activated is returned
)

// Undecided is what is made of a check that could not be made.
type Undecided string

// What can be made of it.
const (
	UndecidedPauses Undecided = "pause" // the rollout ends there, and can be gone on with
	UndecidedFails  Undecided = "fail"
	UndecidedHolds  Undecided = "ignore"
)

// Check is what has to hold once a wave is active. One of HTTP and Command is set.
type Check struct {
	HTTP      string   `json:"http,omitempty"` // with {hostname} and the other places
	First     bool     `json:"first,omitempty"`
	Expect    Expect   `json:"expect,omitzero"`
	Command   []string `json:"command,omitempty"`
	Pass      []string `json:"environment,omitempty"` // variables that a command gets although they are the program's own
	Within    Duration `json:"within,omitzero"`       // it is tried again for as long
	Timeout   Duration `json:"timeout,omitzero"`      // of one try
	Redirects bool     `json:"redirects,omitempty"`   // are followed
}

// Expect is what an answer has to be like.
type Expect struct {
	Status int               `json:"status,omitempty"` // 0: 200
	Header map[string]string `json:"header,omitempty"`
	Body   string            `json:"body,omitempty"` // that it contains
}

// Duration is a time.Duration that is written as text.
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

// Bounds of a manifest.
const (
	maxManifest = 4 << 20
	maxItems    = 10_000
	maxWaves    = 100
	maxText     = 2_000
	maxDuration = 7 * 24 * time.Hour
)

// DefaultTimeout is how long one try of a check may take.
const DefaultTimeout = 30 * time.Second
