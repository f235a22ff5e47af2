package result

import (
	"strings"

	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// Account is the account that a command acted on. The host, which identifies the API client, is not secret; of
// the account switch key only the beginning is shown.
type Account struct {
	ID        *papi.ID `json:"accountId"` // if PAPI has named it
	SwitchKey *string  `json:"accountSwitchKey"`
	Host      string   `json:"host"`
	Section   *string  `json:"section"`
	Source    string   `json:"source"`
}

// Text is the account as a row for people.
func (v *Account) Text() string {
	var parts []string
	if v.ID != nil {
		parts = append(parts, term.Clean(string(*v.ID), term.MaxName))
	}
	if v.SwitchKey != nil {
		parts = append(parts, "by the account switch key "+term.Clean(*v.SwitchKey, term.MaxName))
	}
	return strings.Join(append(parts, term.Clean(v.Host, term.MaxName), term.Clean(v.Source, term.MaxMessage)), ", ")
}

// Shows reports whether the account is worth a line: it is not the API client's own.
func (v *Account) Shows(verbose bool) bool { return v != nil && (verbose || v.SwitchKey != nil) }
