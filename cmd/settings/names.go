package settings

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// People copy names out of browsers: the address of a site is a hostname, and that of a page in Control Center is a
// property, and perhaps a version of it.

const (
	controlCenterHost  = "control.akamai.com"
	propertyManagerApp = "/apps/property-manager"
)

// Unlink returns what a name stands for that may be a link: a name or a hostname as it is, the hostname of a site,
// or the id of the asset that Control Center shows. version is 0 where the link has none.
func Unlink(s string) (property string, version int, err error) {
	if !IsPage(s) {
		return withoutRootDot(s), 0, nil
	}
	if CheckName(s) != nil {
		return "", 0, CheckName(s)
	}
	u, err := url.Parse(s)
	switch {
	case err != nil, u.Hostname() == "", u.User != nil:
		return "", 0, catalogue.Usagef("%q is neither the address of a site nor a page of a property in Control Center", s)
	case strings.EqualFold(u.Hostname(), controlCenterHost):
		return assetIn(s, u)
	}
	return withoutRootDot(strings.ToLower(u.Hostname())), 0, nil
}

// IsPage reports whether s is an address that one copies out of a browser: PAPI's own links are of its API.
func IsPage(s string) bool {
	s = strings.ToLower(s)
	return (strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")) && !strings.Contains(s, "/papi/")
}

// withoutRootDot removes the dot that ends a hostname in DNS.
func withoutRootDot(s string) string {
	if name, ok := strings.CutSuffix(s, "."); ok && strings.Contains(name, ".") {
		return name
	}
	return s
}

// assetIn reads #/property/ASSET and #/property-version/ASSET/VERSION/….
func assetIn(s string, u *url.URL) (asset string, version int, err error) {
	wrong := catalogue.Usagef("%q is not the page of a property, or of a version of one", s)
	place, _, _ := strings.Cut(u.Fragment, "?")
	parts := strings.Split(strings.TrimPrefix(place, "/"), "/")
	if strings.TrimSuffix(u.Path, "/") != propertyManagerApp || len(parts) < 2 || !IsID(parts[1], papi.PrefixAsset) {
		return "", 0, wrong
	}
	switch kind := parts[0]; {
	case kind == "property":
	case kind == "property-version" && len(parts) > 2:
		if version, err = ParseVersion(parts[2]); err != nil {
			return "", 0, wrong
		}
	default:
		return "", 0, wrong
	}
	return papi.PrefixAsset + strings.TrimPrefix(parts[1], papi.PrefixAsset), version, nil
}

// ParseVersion reads the number of a version.
func ParseVersion(s string) (int, error) {
	number, err := strconv.Atoi(s)
	if err != nil || number < 1 || strconv.Itoa(number) != s { // 07 and +7 may be something else that was pasted
		return 0, fmt.Errorf("%.40q is not the number of a version", s)
	}
	return number, nil
}

// MaxPropertyName is how many bytes the name of a property has at most.
const MaxPropertyName = 255

// CheckName refuses what is no name of a property.
func CheckName(property string) error {
	switch {
	case strings.TrimSpace(property) == "":
		return catalogue.Usagef("the property has no name")
	case len(property) > MaxPropertyName || strings.ContainsFunc(property, term.IsUnsafe):
		return catalogue.Usagef("%q is not the name of a property", property)
	}
	return nil
}

// IsID reports whether s is a number, with the prefix or without.
func IsID(s, prefix string) bool {
	digits := strings.TrimPrefix(s, prefix)
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}
