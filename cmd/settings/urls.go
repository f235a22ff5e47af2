package settings

import (
	"errors"
	"net"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/term"
)

// URLs are the URLs that a flag names for reports. Whoever knows the path of
// a webhook can write to it, so as a value of a flag they show their hosts only:
// in messages, in commands to be copied, and in the settings in force.
type URLs struct{ All []string }

// Type implements pflag.Value. It is what pflag calls a list of texts.
func (e *URLs) Type() string { return "stringSlice" }

// String returns them without their secrets.
func (e *URLs) String() string { return strings.Join(e.GetSlice(), ",") }

// Set adds what a flag was given: one URL, or several with commas between them.
func (e *URLs) Set(s string) error { return e.Append(s) }

// Append implements pflag.SliceValue.
func (e *URLs) Append(s string) error {
	for _, one := range split(s) {
		if one != "" && !slices.Contains(e.All, one) {
			e.All = append(e.All, one)
		}
	}
	return nil
}

// Replace implements pflag.SliceValue.
func (e *URLs) Replace(all []string) error {
	e.All = nil
	for _, one := range all {
		if err := e.Append(one); err != nil {
			return err
		}
	}
	return nil
}

// GetSlice implements pflag.SliceValue. It returns them without their secrets.
func (e *URLs) GetSlice() []string {
	var shown []string
	for _, one := range e.All {
		shown = append(shown, MaskURL(one))
	}
	return shown
}

// check finds URLs that nothing can be sent to, or not safely. Its errors count
// them, since to show them would be to tell their secrets.
func (e *URLs) check(flag string) error {
	for i, one := range e.All {
		if err := checkEndpoint(one); err != nil {
			return catalogue.Usagef("--%s: URL %d of %d %w", flag, i+1, len(e.All), err)
		}
	}
	return nil
}

const maxURL = 4 << 10

func checkEndpoint(text string) error {
	if len(text) > maxURL || !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || term.IsUnsafe(r) }) {
		return errors.New("is not a URL")
	}
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Hostname() == "":
		return errors.New("is not a URL such as https://hooks.example.com/path")
	case u.User != nil:
		return errors.New("has a user or a password in it; leave them out")
	case u.Scheme == "https", u.Scheme == "http" && isLoopback(u.Hostname()):
		return nil
	case u.Scheme == "http":
		return errors.New("begins with http, which is for this machine only; give an https URL")
	}
	return errors.New("does not begin with https")
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// MaskURL is as much of a URL as may be shown.
func MaskURL(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return "…"
	}
	return term.Clean(u.Scheme+"://"+u.Host, term.MaxName) + "/…"
}
