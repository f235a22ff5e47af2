package cmd

import (
	"strings"

	"github.com/propctl/propctl/papi"
)

func lower(n papi.Network) string { return strings.ToLower(string(n)) }
