package cmd

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/propctl/propctl/papi"
)

// The types of flags read themselves, so that a flag, a variable and the
// settings file are checked alike.

// format is how the result is printed.
type format string

const (
	formatText   format = "text"
	formatJSON   format = "json"
	formatNDJSON format = "ndjson"
)

// MarshalText implements encoding.TextMarshaler.
func (f format) MarshalText() ([]byte, error) { return []byte(f), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (f *format) UnmarshalText(text []byte) error {
	return choose(f, text, formatText, formatJSON, formatNDJSON)
}

// choice is one of a few words.
type choice string

const (
	whenPendingWait choice = "wait"
	whenPendingFail choice = "fail"
	untilActive     choice = "active"
	untilSteady     choice = "steady"
	timeoutLeave    choice = "leave"
	timeoutCancel   choice = "cancel"
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
	return fmt.Errorf("%q is not one of %s%s", text, strings.Join(words, ", "), didYouMean(nearest(string(text), words...)))
}

// oneOf is a flag whose value is one of a few words.
type oneOf[T ~string] struct {
	to      *T
	allowed []T
}

func (o oneOf[T]) Set(s string) error { return choose(o.to, []byte(s), o.allowed...) }
func (o oneOf[T]) Type() string       { return "string" }
func (o oneOf[T]) String() string {
	if o.to == nil {
		return ""
	}
	return string(*o.to)
}

// Words are those that it takes.
func (o oneOf[T]) Words() []string {
	var all []string
	for _, word := range o.allowed {
		all = append(all, string(word))
	}
	return all
}

// span is a duration that is positive and was given with a unit; 0 means that
// it was not given.
type span time.Duration

// MarshalText implements encoding.TextMarshaler.
func (s span) MarshalText() ([]byte, error) {
	if s == 0 {
		return nil, nil
	}
	return []byte(time.Duration(s).String()), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *span) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	switch {
	case strings.Trim(string(text), "0123456789.") == "" && len(text) > 0:
		return fmt.Errorf("%q has no unit; write %ss or %sm", text, text, text)
	case err != nil:
		return fmt.Errorf("%q is not a duration such as 90s, 30m or 1h30m", text)
	case d <= 0:
		return fmt.Errorf("%q is not longer than nothing", text)
	}
	*s = span(d)
	return nil
}

// networks is a flag that takes one network or several, in the order in which
// they are gone through: staging first, whatever the order they are given in.
type networks struct {
	all  []papi.Network
	most int // how many it takes
	// typed says that the flag was given: a second one would silently win.
	typed bool
	// given says that it is not the default, wherever it is from.
	given bool
	// patient says that it may be read twice, as completion does.
	patient bool
}

func (n *networks) Type() string { return "network" }

func (n *networks) String() string {
	var names []string
	for _, network := range n.all {
		names = append(names, strings.ToLower(string(network)))
	}
	return strings.Join(names, ",")
}

// Set implements pflag.Value.
func (n *networks) Set(s string) error {
	if n.typed && !n.patient {
		return errors.New("it is given twice; give both networks at once, with a comma")
	}
	n.typed = true
	return n.Replace(strings.Split(s, ","))
}

// Append, Replace and GetSlice make it a list in the settings file.
func (n *networks) Append(s string) error { return n.Replace(append(n.GetSlice(), s)) }

// Replace implements pflag.SliceValue.
func (n *networks) Replace(names []string) error {
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
	if len(all) > n.most {
		return errors.New("only one network can be given here")
	}
	slices.SortFunc(all, func(a, b papi.Network) int { return strings.Compare(string(b), string(a)) }) // STAGING before PRODUCTION
	n.all, n.given = all, true
	return nil
}

// GetSlice implements pflag.SliceValue.
func (n *networks) GetSlice() []string { return strings.Split(n.String(), ",") }

// meantNetwork guesses from what is near, else from the first letter, which two
// words need no more than.
func meantNetwork(name string) string {
	meant := nearest(name, "staging", "production")
	switch name = strings.ToLower(strings.TrimSpace(name)); {
	case len(meant) > 0:
	case strings.HasPrefix(name, "s"):
		meant = []string{"staging"}
	case strings.HasPrefix(name, "p"):
		meant = []string{"production"}
	}
	return didYouMean(meant)
}

// optionalBool is a flag that is sent to PAPI only when it was given.
type optionalBool struct{ value *bool }

func (o *optionalBool) Type() string     { return "bool" }
func (o *optionalBool) IsBoolFlag() bool { return true }

func (o *optionalBool) String() string {
	if o.value == nil {
		return ""
	}
	return fmt.Sprint(*o.value)
}

// Set implements pflag.Value.
func (o *optionalBool) Set(s string) error {
	switch strings.ToLower(s) {
	case "true", "1":
		o.value = new(true)
	case "false", "0":
		o.value = new(false)
	default:
		return fmt.Errorf("%q is neither true nor false", s)
	}
	return nil
}
