package papi

import (
	"net"
	"net/url"
	"strings"
)

// isDirect reports whether requests to u need no proxy whatever HTTPS_PROXY says.
// The rules are those of net/http, which keeps them to itself; the library that has
// them too would make the program larger by 190 KB.
func isDirect(u *url.URL, noProxy string) bool { return isThisMachine(u) || isExcluded(u, noProxy) }

// isThisMachine reports whether u is on a loopback interface.
func isThisMachine(u *url.URL) bool {
	host := strings.ToLower(u.Hostname())
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// isExcluded reports whether NO_PROXY has the host of u. It is a list between commas. "*" stands for all hosts, "example.com" and
// "example.com:443" for the host and all below it, ".example.com" and
// "*.example.com" for those below it, and "192.0.2.1" and "192.0.2.0/24" for
// addresses, which are not looked up.
func isExcluded(u *url.URL, noProxy string) bool {
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	address := net.ParseIP(host)
	for entry := range strings.SplitSeq(noProxy, ",") {
		if entry = strings.ToLower(strings.TrimSpace(entry)); entry == "*" || entry != "" && excludes(entry, host, port, address) {
			return true
		}
	}
	return false
}

// excludes reports whether an entry of NO_PROXY stands for a host, whose address is
// nil where it has a name.
func excludes(entry, host, port string, address net.IP) bool {
	if _, network, err := net.ParseCIDR(entry); err == nil {
		return address != nil && network.Contains(address)
	}
	name, onlyPort, err := net.SplitHostPort(entry)
	if err != nil {
		name, onlyPort = entry, ""
	}
	if onlyPort != "" && onlyPort != port || name == "" {
		return false
	}
	if excluded := net.ParseIP(name); excluded != nil || address != nil {
		return excluded.Equal(address) && excluded != nil
	}
	if below, ok := strings.CutPrefix(name, "*."); ok {
		name = "." + below
	}
	return host == name || strings.HasSuffix(host, "."+strings.TrimPrefix(name, "."))
}
