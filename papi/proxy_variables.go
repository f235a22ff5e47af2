package papi

import (
	"net/url"
	"strings"
)

// ProxyVariable is what is true of a variable for the requests to one host.
type ProxyVariable struct {
	Name string // as it is spelt in the environment
	Use  ProxyUse
	// Proxy is the proxy that it names, without user and password; empty where it
	// names none or cannot be read.
	Proxy string
	// Err is why it cannot be read, whether or not it is used.
	Err error
}

// ProxyUse is what becomes of a proxy variable.
type ProxyUse string

// What can become of a variable.
const (
	ProxyUsed     ProxyUse = "used"         // requests to the host go as it says, or fail with Err
	ProxyExcluded ProxyUse = "excluded"     // NO_PROXY has the host
	ProxyLocal    ProxyUse = "local"        // the host is this machine, which needs none
	ProxyShadowed ProxyUse = "shadowed"     // the form in capitals counts
	ProxyHTTPOnly ProxyUse = "http-only"    // HTTP_PROXY: it is for addresses that begin with http://
	ProxyNotRead  ProxyUse = "not-read"     // ALL_PROXY: other programs read it
	ProxyNoMatch  ProxyUse = "not-matching" // NO_PROXY: it does not have the host
)

// Variables says what is true of each proxy variable that has a value, for the
// requests to a host by https.
func (p *Proxies) Variables(host string) []ProxyVariable {
	target := &url.URL{Scheme: "https", Host: host}
	var all []ProxyVariable
	for _, name := range [...]string{"HTTPS_PROXY", "NO_PROXY", "HTTP_PROXY", "ALL_PROXY"} {
		counts := p.variable(name)
		for _, form := range [...]string{name, strings.ToLower(name)} {
			value, _ := p.lookup(form)
			if value == "" || form != counts.name && value == counts.value { // one variable has both names on Windows
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

// useOf returns what becomes of a variable for requests to u.
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

// String says in a sentence what is true of the variable, without user and
// password.
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
