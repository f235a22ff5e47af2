package papi

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/akamai/AkamaiOPEN-edgegrid-golang/v13/pkg/edgegrid"
)

// CredentialsFromEnv reads credentials from environment variables. For the section "default" or "" these are
// AKAMAI_HOST, AKAMAI_CLIENT_TOKEN, AKAMAI_CLIENT_SECRET and AKAMAI_ACCESS_TOKEN, optionally with
// AKAMAI_ACCOUNT_KEY and AKAMAI_MAX_BODY; for another section AKAMAI_<SECTION>_HOST and so on, with the ASCII
// letters of its name in capitals. Values missing from one set are never taken from another.
//
// found is false if none of the variables, MAX_BODY aside, has a value. An account key alone counts as found
// and is an error, because it would otherwise be ignored silently.
func CredentialsFromEnv(section string, lookup func(string) (string, bool)) (c Credentials, found bool, err error) {
	prefix := "AKAMAI_"
	if section != edgegrid.DefaultSection && section != "" {
		prefix += asciiUpper(section) + "_"
	}
	variable := func(key string) string { return prefix + asciiUpper(key) }
	get := func(key string) string {
		value, _ := lookup(variable(key))
		return trimValue(value)
	}
	c = Credentials{
		Host: get(keyHost), ClientToken: get(keyClientToken), ClientSecret: get(keyClientSecret),
		AccessToken: get(keyAccessToken), AccountKey: get(keyAccountKey),
		Source: "environment, " + prefix + "…", Section: cmp.Or(section, edgegrid.DefaultSection),
	}
	if c.Host == "" && c.ClientToken == "" && c.ClientSecret == "" && c.AccessToken == "" {
		if c.AccountKey == "" {
			return Credentials{}, false, nil
		}
		return Credentials{}, true, fmt.Errorf("%s is set without %s and the like; AKAMAI_EDGERC_ACCOUNT_KEY is for credentials of a file",
			variable(keyAccountKey), variable(keyHost))
	}
	if c.MaxBody, err = parseMaxBody(get(keyMaxBody)); err != nil {
		return Credentials{}, true, fmt.Errorf("%s is not a number", variable(keyMaxBody))
	}
	c, err = c.checkedAt(variable)
	return c, true, err
}

// asciiUpper is strings.ToUpper for ASCII only, so that names that differ in other letters keep separate
// variables.
func asciiUpper(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, s)
}
