package papi

import (
	"net"
	"net/url"
	"strings"
)

// isDirect reports whether requests to u need no proxy whatever HTTPS_PROXY says:
// the host is this machine, or NO_PROXY has it. The rules are those of net/http,
// which keeps them to itself; the library that has them too would make the program
// larger by 190 KB.
//
// NO_PROXY is a list between commas. "*" stands for all hosts, "example.com" and
// "example.com:443" for the host and all below it, ".example.com" and
// "*.example.com" for those below it, and "192.0.2.1" and "192.0.2.0/24" for
// addresses, which are not looked up.
func isDirect(u *url.URL, noProxy string) bool {
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	address := net.ParseIP(host)
	if host == "localhost" || address.IsLoopback() {
		return true
	}
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
