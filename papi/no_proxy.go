package papi

import (
	"net"
	"net/url"
	"strings"
)

// isDirect reports whether requests to u need no proxy, whatever HTTPS_PROXY says. It follows net/http, which
// does not export these rules; golang.org/x/net/http/httpproxy does, but would make the program 190 KB larger.
func isDirect(u *url.URL, noProxy string) bool { return isThisMachine(u) || isExcluded(u, noProxy) }

// isThisMachine reports whether u is a loopback address.
func isThisMachine(u *url.URL) bool {
	host := strings.ToLower(u.Hostname())
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// isExcluded reports whether NO_PROXY, a comma-separated list, matches the host of u. "*" matches all hosts,
// "example.com" and "example.com:443" the host and everything below it, ".example.com" and "*.example.com" only
// what is below it, "192.0.2.1" and "192.0.2.0/24" addresses. Host names are not resolved.
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

// excludes reports whether one entry of NO_PROXY matches a host; address is nil if the host is a name.
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
