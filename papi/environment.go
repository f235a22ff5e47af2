package papi

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/akamai/AkamaiOPEN-edgegrid-golang/v13/pkg/edgegrid"
)

// CredentialsFromEnv reads the variables of a section: AKAMAI_HOST,
// AKAMAI_CLIENT_TOKEN, AKAMAI_CLIENT_SECRET and AKAMAI_ACCESS_TOKEN, with
// AKAMAI_ACCOUNT_KEY and AKAMAI_MAX_BODY beside them, for "default" and "", and
// AKAMAI_<SECTION>_HOST and so on for any other, where <SECTION> is the name with
// its ASCII letters in capitals. One set is never completed from another.
//
// found is false where none of them but MAX_BODY has a value. An account key
// without the others is found, and an error: it would be left out unnoticed.
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

// asciiUpper is strings.ToUpper for ASCII: of two names that differ in other
// letters each has variables of its own.
func asciiUpper(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, s)
}
