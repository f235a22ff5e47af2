package papi

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Proxies are the proxy variables of an environment: HTTPS_PROXY for https, HTTP_PROXY for http, NO_PROXY for
// hosts that need none, and their lower-case forms, which count if the upper-case one is empty. They mean what
// they mean to net/http, except that a value that cannot be parsed is an error here, while net/http ignores it.
type Proxies struct {
	lookup            func(string) (string, bool)
	https, http, none proxyVariable
}

// proxyVariable is the form of a variable that counts.
type proxyVariable struct{ name, value string }

// ReadProxies reads the proxy variables of an environment. A wrong value is reported when a request needs it.
func ReadProxies(lookup func(string) (string, bool)) *Proxies {
	p := &Proxies{lookup: lookup}
	p.https, p.http, p.none = p.variable("HTTPS_PROXY"), p.variable("HTTP_PROXY"), p.variable("NO_PROXY")
	return p
}

func (p *Proxies) variable(name string) proxyVariable {
	for _, form := range [...]string{name, strings.ToLower(name)} {
		if value, _ := p.lookup(form); value != "" {
			return proxyVariable{form, value}
		}
	}
	return proxyVariable{name: name}
}

// For returns the proxy for requests to u, with user and password; nil if they go directly. A variable that
// cannot be parsed is a [*ProxyVariableError].
func (p *Proxies) For(u *url.URL) (*url.URL, error) {
	v := p.variableFor(u)
	if v.value == "" || isDirect(u, p.none.value) {
		return nil, nil //nolint:nilnil // nil is what net/http takes for no proxy
	}
	if method, _ := p.lookup("REQUEST_METHOD"); method != "" && u.Scheme == "http" {
		return nil, &ProxyVariableError{v.name, "in a CGI program it may be a header of a request"}
	}
	return v.url()
}

// ForRequest is [Proxies.For] as the Proxy function of an [http.Transport].
func (p *Proxies) ForRequest(req *http.Request) (*url.URL, error) { return p.For(req.URL) }

// variableFor returns the variable that applies to requests to u.
func (p *Proxies) variableFor(u *url.URL) proxyVariable {
	if u.Scheme == "http" {
		return p.http
	}
	return p.https
}

// ProxyFor returns the proxy that this process's environment sets for https requests to host; nil if they go
// directly.
func ProxyFor(host string) (*url.URL, error) {
	return ownProxies().For(&url.URL{Scheme: "https", Host: host})
}

// ownProxies reads this process's environment, as net/http would.
func ownProxies() *Proxies {
	return ReadProxies(os.LookupEnv) //nolint:forbidigo // cmd sets the transport's Proxy to that of its own environment
}

// ProxyVariableError reports that a variable is not the address of a proxy.
type ProxyVariableError struct {
	Name string // of the variable
	// Problem says what is wrong, without the value.
	Problem string
}

// Error names the variable and the problem, without the value.
func (e *ProxyVariableError) Error() string {
	return e.Name + " is not the address of a proxy: " + e.Problem
}

const percentEncode = "the user or the password has a character that has to be percent-encoded there: " +
	`%23 for #, %2F for /, %3F for ?, %25 for %, %5C for \, %40 for @, %20 for a blank`

// url parses the address of a proxy, with or without a scheme.
func (v proxyVariable) url() (*url.URL, error) {
	wrong := func(problem string) (*url.URL, error) { return nil, &ProxyVariableError{v.name, problem} }
	if strings.TrimSpace(v.value) != v.value {
		return wrong("it has a blank or a line break at its beginning or its end")
	}
	scheme, rest, found := strings.Cut(v.value, "://")
	if !found {
		scheme, rest = "http", v.value
	}
	if scheme = asciiLower(scheme); !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, scheme) {
		return wrong("it begins with none of http://, https://, socks5:// and socks5h://")
	}
	at := strings.LastIndexByte(rest, '@')
	user, host := rest[:max(at, 0)], strings.TrimSuffix(rest[at+1:], "/")
	if !regexp.MustCompile(`^([\w.~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*$`).MatchString(user) {
		return wrong(percentEncode)
	}
	if what := foreign(host); what != "" {
		return wrong("it has " + what + " in it")
	}
	if strings.ContainsAny(host, "/?#") {
		return wrong("it has something behind the host and the port")
	}
	u, err := url.Parse(scheme + "://" + rest[:at+1] + host)
	if err != nil || u.Host != host || !isHostPort(u) {
		return wrong("it has no host, or something else than a port behind it; it looks like http://user:password@proxy.example.com:8080")
	}
	return u, nil
}

// isHostPort reports whether u has a host name or address, and either no port or a valid one.
func isHostPort(u *url.URL) bool {
	name, port := u.Hostname(), u.Port()
	if strings.HasSuffix(u.Host, ":") || name == "" || net.ParseIP(name) == nil && strings.Trim(asciiLower(name), hostCharacters) != "" {
		return false
	}
	n, err := strconv.ParseUint(cmp.Or(port, "1"), 10, 16)
	return err == nil && n > 0
}

// proxyError reports that a proxy refused to connect to Akamai.
type proxyError struct{ status string }

func (e *proxyError) Error() string { return "the proxy answered " + e.status }

// refusedByProxy turns a proxy's refusal into a proxyError; net/http has no error type for it.
func refusedByProxy(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyError{status: answer.Status}
}

// isProxyError reports whether a request ended at a proxy, or at a proxy variable that cannot be parsed.
// Nothing has been sent to Akamai then.
func isProxyError(err error) bool {
	_, refused := errors.AsType[*proxyError](err)
	_, unread := errors.AsType[*ProxyVariableError](err)
	if refused || unread {
		return true
	}
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "proxyconnect"
}
