package rollout

import (
	"strconv"
	"strings"

	"github.com/propctl/propctl/papi"
)

// Placeholders holds the values for the placeholders in a check.
type Placeholders struct {
	Hostname string
	Property string // its name, or its id if that is not known
	ID       papi.ID
	Network  papi.Network
	Version  int
}

func placeNames() []string {
	return []string{"{hostname}", "{property}", "{id}", "{network}", "{version}"}
}

// Fill replaces {hostname}, {property}, {id}, {network} and {version} in a text. The network is in lower case.
func Fill(text string, p Placeholders) string {
	return strings.NewReplacer(
		"{hostname}", p.Hostname, "{property}", p.Property, "{id}", string(p.ID),
		"{network}", strings.ToLower(string(p.Network)), "{version}", strconv.Itoa(p.Version),
	).Replace(text)
}
