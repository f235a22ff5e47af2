package result

import (
	"strings"

	"github.com/propctl/propctl/papi"
)

// NetworkName is how a network is typed.
func NetworkName(n papi.Network) string { return strings.ToLower(string(n)) }
