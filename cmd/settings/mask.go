package settings

import (
	"strings"

	"github.com/spf13/pflag"

	"github.com/propctl/propctl/cmd/catalogue"
)

// Mask returns as much of an account switch key as may be shown.
func Mask(key string) string {
	const shown = 4
	if len(key) <= shown {
		return "…"
	}
	return key[:shown] + "…"
}

const maxContact = 100

// checkContact keeps the User-Agent well formed.
func checkContact(contact string) error {
	if len(contact) > maxContact {
		return catalogue.Usagef("--contact is longer than %d characters", maxContact)
	}
	for _, r := range contact {
		if r < ' ' || r > '~' || strings.ContainsRune(`()\`, r) {
			return catalogue.Usagef("--contact has %q in it; only plain ASCII without brackets is possible", r)
		}
	}
	return nil
}

// NormalizeName returns the name of a flag that may be spelt as other Akamai tools do.
func NormalizeName(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	if name == "accountkey" {
		name = "account-key"
	}
	return pflag.NormalizedName(name)
}
