package result

import (
	"strings"

	"github.com/propctl/propctl/papi"
)

// NetworkName is the name of a network on the command line.
func NetworkName(n papi.Network) string { return strings.ToLower(string(n)) }
