package papi

import (
	"net/url"
	"strings"
)

// ProxyVariable describes the effect of one proxy variable on requests to a host.
type ProxyVariable struct {
	Name string // as spelled in the environment
	Use  ProxyUse
	// Proxy is the address without user and password; empty if the variable is not an address.
	Proxy string
	// Err is why the variable cannot be parsed, whether or not it is used.
	Err error
}

// ProxyUse is whether a proxy variable is used, or why not.
type ProxyUse string

// The values of ProxyUse.
const (
	ProxyUsed     ProxyUse = "used"         // requests to the host use it, or fail with Err
	ProxyExcluded ProxyUse = "excluded"     // NO_PROXY matches the host
	ProxyLocal    ProxyUse = "local"        // the host is this machine
	ProxyShadowed ProxyUse = "shadowed"     // the upper-case form counts
	ProxyHTTPOnly ProxyUse = "http-only"    // HTTP_PROXY applies to http:// only
	ProxyNotRead  ProxyUse = "not-read"     // ALL_PROXY is read by other programs only
	ProxyNoMatch  ProxyUse = "not-matching" // NO_PROXY does not match the host
)

// Variables describes each proxy variable that has a value, for https requests to host.
func (p *Proxies) Variables(host string) []ProxyVariable {
	target := &url.URL{Scheme: "https", Host: host}
	var all []ProxyVariable
	for _, name := range [...]string{"HTTPS_PROXY", "NO_PROXY", "HTTP_PROXY", "ALL_PROXY"} {
		counts := p.variable(name)
		for _, form := range [...]string{name, strings.ToLower(name)} {
			value, _ := p.lookup(form)
			if value == "" || form != counts.name && value == counts.value { // on Windows both names are one variable
				continue
			}
			v := ProxyVariable{Name: form, Use: p.useOf(name, target)}
			if form != counts.name {
				v.Use = ProxyShadowed
			}
			if name != "NO_PROXY" {
				v.Proxy, v.Err = proxyVariable{form, value}.shown()
			}
			all = append(all, v)
		}
	}
	return all
}

// useOf returns the use of a variable for requests to u.
func (p *Proxies) useOf(name string, u *url.URL) ProxyUse {
	excluded := isExcluded(u, p.none.value)
	switch {
	case name == "ALL_PROXY":
		return ProxyNotRead
	case name == "HTTP_PROXY":
		return ProxyHTTPOnly
	case name == "HTTPS_PROXY" && isThisMachine(u):
		return ProxyLocal
	case name == "HTTPS_PROXY" && excluded:
		return ProxyExcluded
	case name == "NO_PROXY" && !excluded:
		return ProxyNoMatch
	}
	return ProxyUsed
}

// shown returns the address without user and password.
func (v proxyVariable) shown() (string, error) {
	u, err := v.url()
	if err != nil {
		return "", err
	}
	return u.Scheme + "://" + u.Host, nil
}

// String describes the variable in one sentence, without user and password.
func (v ProxyVariable) String() string {
	is := map[ProxyUse]string{
		ProxyUsed:     "is used",
		ProxyExcluded: "is not used: NO_PROXY has this host",
		ProxyLocal:    "is not used: the host is this machine",
		ProxyShadowed: "is not used: " + strings.ToUpper(v.Name) + " comes first",
		ProxyHTTPOnly: "is only for addresses that begin with http://",
		ProxyNotRead:  "is not read; HTTPS_PROXY is",
		ProxyNoMatch:  "does not have this host",
	}[v.Use]
	if strings.EqualFold(v.Name, "NO_PROXY") && v.Use == ProxyUsed {
		is = "has this host"
	}
	text := v.Name + " " + is
	switch {
	case v.Err != nil && v.Use == ProxyUsed:
		return v.Err.Error()
	case v.Err != nil:
		return text + "; and " + v.Err.Error()
	case v.Proxy != "":
		return text + ": " + v.Proxy
	}
	return text
}
