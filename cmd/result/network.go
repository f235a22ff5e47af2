package result

import (
	"strings"

	"github.com/propctl/propctl/papi"
)

func NetworkName(n papi.Network) string { return strings.ToLower(string(n)) }
