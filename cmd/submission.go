package cmd

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/term"
)

const (
	maxAddress = 254
	maxNote    = 4000
)

// checkNotify wants at least one address. An invented one would be worse than
// none, so there is no default.
func checkNotify(addresses []string) error {
	if len(addresses) == 0 {
		return catalogue.Usagef("PAPI needs an address to notify: give --notify, or set notify in the settings file")
	}
	for i, a := range addresses {
		local, domain, ok := strings.Cut(a, "@")
		switch {
		case a == "":
			return catalogue.Usagef("--notify: address %d of %d is empty; leave it out, or see whether a variable is not set", i+1, len(addresses))
		case len(a) > maxAddress:
			return catalogue.Usagef("--notify: an address is longer than %d characters", maxAddress)
		case strings.Trim(a, `"'`) != a:
			return catalogue.Usagef("--notify %s has quotes around it; an env file may have kept them, leave them out", a)
		case !ok, local == "", domain == "", strings.Contains(domain, "@"), !utf8.ValidString(a),
			strings.ContainsFunc(a, func(r rune) bool { return unicode.IsSpace(r) || term.IsUnsafe(r) }):
			return catalogue.Usagef("--notify %q is not an e-mail address", a)
		}
	}
	return nil
}

func checkNote(note string) error {
	switch {
	case !utf8.ValidString(note):
		return catalogue.Usagef("--note is not UTF-8")
	case utf8.RuneCountInString(note) > maxNote:
		return catalogue.Usagef("--note is longer than %d characters", maxNote)
	}
	for _, r := range note {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return catalogue.Usagef("--note has the control character %q in it", r)
		}
	}
	return nil
}
