package settings

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// The types of flags read themselves, so that a flag, a variable and the
// settings file are checked alike.

// Format is how the result is printed.
type Format string

// The formats.
const (
	FormatText   Format = "text"
	FormatJSON   Format = "json"
	FormatNDJSON Format = "ndjson"
)

// Choice is one of a few words.
type Choice string

// What --if-pending, --until and --on-timeout take.
const (
	IfPendingWait   Choice = "wait"
	IfPendingFail   Choice = "fail"
	UntilActive     Choice = "active"
	UntilSteady     Choice = "steady"
	OnTimeoutLeave  Choice = "leave"
	OnTimeoutCancel Choice = "cancel"
)

// choose sets to to the allowed word that text is, in any case.
func choose[T ~string](to *T, text []byte, allowed ...T) error {
	var words []string
	for _, word := range allowed {
		if strings.EqualFold(string(text), string(word)) {
			*to = word
			return nil
		}
		words = append(words, string(word))
	}
	return fmt.Errorf("%q is not one of %s%s", text, strings.Join(words, ", "), DidYouMean(Nearest(string(text), words...)))
}

// OneOf is a flag whose value is one of a few words.
type OneOf[T ~string] struct {
	To      *T
	Allowed []T
}

// Set implements pflag.Value.
func (o OneOf[T]) Set(s string) error { return choose(o.To, []byte(s), o.Allowed...) }

// Type implements pflag.Value.
func (o OneOf[T]) Type() string { return "string" }

// String implements pflag.Value.
func (o OneOf[T]) String() string {
	if o.To == nil {
		return ""
	}
	return string(*o.To)
}

// Words are those that it takes.
func (o OneOf[T]) Words() []string {
	var all []string
	for _, word := range o.Allowed {
		all = append(all, string(word))
	}
	return all
}

// Duration is a duration that is positive and was given with a unit; 0 means that
// it was not given.
type Duration time.Duration

// MarshalText implements encoding.TextMarshaler.
func (s Duration) MarshalText() ([]byte, error) {
	if s == 0 {
		return nil, nil
	}
	return []byte(time.Duration(s).String()), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Duration) UnmarshalText(text []byte) error {
	d, err := activation.ParseDuration(string(text))
	switch {
	case err != nil:
		return err
	case d <= 0:
		return fmt.Errorf("%q must be positive", text)
	}
	*s = Duration(d)
	return nil
}

// Networks is a flag that takes one network or several, in the order in which
// they are gone through: staging first, whatever the order they are given in.
type Networks struct {
	All []papi.Network
	Max int // how many it takes
	// InOrder says that they are acted upon one after the other: what is given in another
	// order is not what would happen.
	InOrder bool
	// Typed says that the flag was given: a second one would silently win.
	Typed bool
	// Given says that it is not the default, wherever it is from.
	Given bool
	// Repeatable says that it may be read twice, as completion does.
	Repeatable bool
}

// Type implements pflag.Value.
func (n *Networks) Type() string { return "network" }

// String implements pflag.Value.
func (n *Networks) String() string {
	var names []string
	for _, network := range n.All {
		names = append(names, strings.ToLower(string(network)))
	}
	return strings.Join(names, ",")
}

// Set implements pflag.Value.
func (n *Networks) Set(s string) error {
	if n.Typed && !n.Repeatable {
		return errors.New("it is given twice; give both networks at once, with a comma")
	}
	n.Typed = true
	return n.Replace(split(s))
}

// Append implements pflag.SliceValue, which makes it a list in the settings file.
func (n *Networks) Append(s string) error { return n.Replace(append(n.GetSlice(), s)) }

// Replace implements pflag.SliceValue.
func (n *Networks) Replace(names []string) error {
	var all []papi.Network
	for _, name := range names {
		network, err := papi.ParseNetwork(name)
		if err != nil {
			return fmt.Errorf("%w%s", err, meantNetwork(name))
		}
		if !slices.Contains(all, network) {
			all = append(all, network)
		}
	}
	if len(all) > n.Max {
		return errors.New("only one network can be given here")
	}
	if n.InOrder && len(all) > 1 && all[0] == papi.Production {
		return errors.New("staging always comes first; write staging,production")
	}
	slices.SortFunc(all, func(a, b papi.Network) int { return strings.Compare(string(b), string(a)) }) // STAGING before PRODUCTION
	n.All, n.Given = all, true
	return nil
}

// GetSlice implements pflag.SliceValue.
func (n *Networks) GetSlice() []string { return strings.Split(n.String(), ",") }

// meantNetwork guesses from what is near, else from the first letter, which two
// words need no more than.
func meantNetwork(name string) string {
	meant := Nearest(name, "staging", "production")
	switch name = strings.ToLower(strings.TrimSpace(name)); {
	case len(meant) > 0:
	case strings.HasPrefix(name, "s"):
		meant = []string{"staging"}
	case strings.HasPrefix(name, "p"):
		meant = []string{"production"}
	}
	return DidYouMean(meant)
}

// OptionalBool is a flag that is sent to PAPI only when it was given.
type OptionalBool struct{ Value *bool }

// Type implements pflag.Value.
func (o *OptionalBool) Type() string { return "bool" }

// IsBoolFlag lets the flag go without a value.
func (o *OptionalBool) IsBoolFlag() bool { return true }

// String implements pflag.Value.
func (o *OptionalBool) String() string {
	if o.Value == nil {
		return ""
	}
	return fmt.Sprint(*o.Value)
}

// Set implements pflag.Value.
func (o *OptionalBool) Set(s string) error {
	switch strings.ToLower(s) {
	case "true", "1":
		o.Value = new(true)
	case "false", "0":
		o.Value = new(false)
	default:
		return fmt.Errorf("%q is neither true nor false", s)
	}
	return nil
}
