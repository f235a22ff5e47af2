package result

import (
	"strings"

	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// Account says whose properties a result is about. The host names the API
// client and is no secret; of the account switch key only the beginning is shown.
type Account struct {
	ID        *papi.ID `json:"accountId"` // where PAPI has said it
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

// Shows reports whether the row is worth its place: another account than the API
// client's own is.
func (v *Account) Shows(verbose bool) bool { return v != nil && (verbose || v.SwitchKey != nil) }
