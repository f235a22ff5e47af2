package papi_test

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/propctl/propctl/papi"
)

func lookupIn(env map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { v, ok := env[name]; return v, ok }
}

func TestShapesOfProxyVariables(t *testing.T) {
	const encode = "percent-encoded"
	for _, tt := range []struct{ name, value, want, problem string }{
		{"an address", "http://proxy.example.com:3128", "http://proxy.example.com:3128", ""},
		{"a slash behind", "http://proxy.example.com:3128/", "http://proxy.example.com:3128", ""},
		{"no scheme", "proxy.example.com:3128", "http://proxy.example.com:3128", ""},
		{"no scheme, a user", "jane:hush@proxy.example.com:3128", "http://jane:hush@proxy.example.com:3128", ""},
		{"a name only", "proxy", "http://proxy", ""},
		{"an address of IPv6", "http://[2001:db8::1]:3128", "http://[2001:db8::1]:3128", ""},
		{"https", "HTTPS://proxy.example.com", "https://proxy.example.com", ""},
		{"socks", "socks5://192.0.2.1:1080", "socks5://192.0.2.1:1080", ""},
		{"an encoded password", "http://jane:h%23%2F%20%5C@proxy.example.com", "http://jane:h%23%2F%20%5C@proxy.example.com", ""},
		{"an encoded domain", "http://CORP%5Cjane:hush@proxy.example.com", "http://CORP%5Cjane:hush@proxy.example.com", ""},
		{"a percent sign", "http://jane:hush%zz@proxy.example.com:3128", "", encode},
		{"a number sign", "http://jane:hush#1@proxy.example.com:3128", "", encode},
		{"a number sign behind digits", "http://jane:12#hush@proxy.example.com:3128", "", encode},
		{"a slash", "http://jane:12/hush@proxy.example.com:3128", "", encode},
		{"a question mark", "http://jane:12?hush@proxy.example.com:3128", "", encode},
		{"a blank", "http://jane:hu sh@proxy.example.com:3128", "", encode},
		{"a domain", `http://CORP\jane:hush@proxy.example.com:3128`, "", encode},
		{"a domain without a scheme", `CORP\jane:hush@proxy.example.com:3128`, "", encode},
		{"a line break behind", "http://jane:hush@proxy.example.com:3128\n", "", "line break"},
		{"a blank before", " http://proxy.example.com:3128", "", "blank"},
		{"quotes", `"http://jane:hush@proxy.example.com:3128"`, "", "begins with none of http://"},
		{"a quote behind", `http://jane:hush@proxy.example.com:3128"`, "", "a quote"},
		{"a line break", "http://proxy.example.com\n:3128", "", "control character U+000A"},
		{"an invisible character", "http://proxy\u200b.example.com", "", "invisible character U+200B"},
		{"another scheme", "socks4://jane:hush@proxy.example.com", "", "begins with none of http://"},
		{"a path", "http://proxy.example.com/proxy.pac", "", "behind the host"},
		{"a port that is none", "http://proxy.example.com:hush", "", "port"},
		{"a port that cannot be", "http://proxy.example.com:65536", "", "port"},
		{"no port behind the colon", "http://proxy.example.com:", "", "port"},
		{"no host", "http://jane:hush@", "", "no host"},
		{"a scheme only", "http://", "", "no host"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			proxies := papi.ReadProxies(lookupIn(map[string]string{"HTTPS_PROXY": tt.value}))
			got, err := proxies.For(&url.URL{Scheme: "https", Host: "h.example.com"})
			if tt.problem == "" {
				if err != nil || got == nil || got.String() != tt.want {
					t.Errorf("%v, %v, want %s", got, err, tt.want)
				}
				return
			}
			variable, ok := errors.AsType[*papi.ProxyVariableError](err)
			if !ok || got != nil || variable.Name != "HTTPS_PROXY" || !strings.Contains(err.Error(), tt.problem) {
				t.Fatalf("%v: error is %v, want %q", got, err, tt.problem)
			}
			for _, secret := range []string{"hush", "jane", "12#", "12/", "12?"} {
				if strings.Contains(err.Error(), secret) || strings.Contains(proxies.Variables("h.example.com")[0].String(), secret) {
					t.Errorf("%q is in %v", secret, err)
				}
			}
		})
	}
}

func TestWhatIsTrueOfEachProxyVariable(t *testing.T) {
	for _, tt := range []struct {
		name, host string
		env        map[string]string
		want       []string
	}{
		{"none", "h.example.com", nil, nil},
		{"one", "h.example.com", map[string]string{"HTTPS_PROXY": "http://jane:hush@p.example.com"}, []string{"HTTPS_PROXY is used: http://p.example.com"}},
		{"the small form", "h.example.com", map[string]string{"https_proxy": "p.example.com:1"}, []string{"https_proxy is used: http://p.example.com:1"}},
		{"both forms", "h.example.com", map[string]string{"HTTPS_PROXY": "p.example.com", "https_proxy": "q.example.com"}, []string{"HTTPS_PROXY is used: http://p.example.com", "https_proxy is not used: HTTPS_PROXY comes first: http://q.example.com"}},
		{"both forms alike", "h.example.com", map[string]string{"HTTPS_PROXY": "p.example.com", "https_proxy": "p.example.com"}, []string{"HTTPS_PROXY is used: http://p.example.com"}},
		{"an excluded host", "h.example.com", map[string]string{"HTTPS_PROXY": "p.example.com", "NO_PROXY": ".example.com"}, []string{"HTTPS_PROXY is not used: NO_PROXY has this host: http://p.example.com", "NO_PROXY has this host"}},
		{"an excluded host of a proxy that cannot be read", "h.example.com", map[string]string{"HTTPS_PROXY": "http://a:%@p", "NO_PROXY": "*"}, []string{"HTTPS_PROXY is not used: NO_PROXY has this host; and HTTPS_PROXY is not", "NO_PROXY has this host"}},
		{"this machine", "localhost:8443", map[string]string{"HTTPS_PROXY": "p.example.com"}, []string{"HTTPS_PROXY is not used: the host is this machine"}},
		{"others excluded", "h.example.com", map[string]string{"HTTPS_PROXY": "p.example.com", "no_proxy": "example.net"}, []string{"HTTPS_PROXY is used", "no_proxy does not have this host"}},
		{"others excluded without a proxy", "h.example.com", map[string]string{"NO_PROXY": "example.net"}, []string{"NO_PROXY does not have this host"}},
		{"for other programs", "h.example.com", map[string]string{"HTTP_PROXY": "p.example.com", "ALL_PROXY": "socks5://p.example.com"}, []string{"HTTP_PROXY is only for addresses that begin with http://: http://p", "ALL_PROXY is not read; HTTPS_PROXY is: socks5://p"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := papi.ReadProxies(lookupIn(tt.env)).Variables(tt.host)
			if len(got) != len(tt.want) {
				t.Fatalf("%v", got)
			}
			for i, v := range got {
				if !strings.HasPrefix(v.String(), tt.want[i]) || strings.Contains(v.String(), "hush") {
					t.Errorf("%q, want %q", v, tt.want[i])
				}
			}
		})
	}
}

func TestAProxyVariableThatCannotBeReadIsNeverBypassed(t *testing.T) {
	network := papi.NewTransport(nil)
	network.Proxy = papi.ReadProxies(lookupIn(map[string]string{"HTTPS_PROXY": "http://jane:hu%zzsh@proxy.example.com"})).ForRequest
	client := clientOver(t, papi.Options{MaxRetries: -1}, network.RoundTrip)
	_, err := client.CreateActivation(t.Context(), www(), submission())
	problem, ok := errors.AsType[*papi.Error](err)
	if !ok || problem.Class != papi.ClassProxy || problem.Uncertain() || strings.Contains(err.Error(), "hu") {
		t.Errorf("error is %v", err)
	}
}

// noProxies are values of NO_PROXY, each of which means for each of the hosts what
// it means to net/http.
func noProxies() []string {
	return []string{
		"", "*", "a, *", "example.com", ".example.com", "*.example.com", "EXAMPLE.com", " example.com , example.net", "h.example.com:443", "example.com:8443",
		"example.com:80", "ample.com", "192.0.2.1", "192.0.2.0/24", "192.0.2.1:443", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:443", "2001:db8::/32", ":443",
		"*.", ".", "..", "h.example.com.", "*example.com", "-", "h.example.com:", "192.0.2.1/33", "::ffff:192.0.2.1",
	}
}

func noProxyHosts() []string {
	return []string{
		"h.example.com", "H.EXAMPLE.COM", "example.com", "h.example.com:8443", "xexample.com", "192.0.2.1", "192.0.2.1:8443", "198.51.100.1", "[2001:db8::1]",
		"[2001:db8::1]:8443", "localhost", "localhost:1", "127.0.0.2", "[::1]:2", "h.example.com.",
	}
}

// TestNoProxyMeansWhatItMeansToNetHTTP runs this test again for each value, since
// net/http reads the environment once in a process.
func TestNoProxyMeansWhatItMeansToNetHTTP(t *testing.T) {
	const child = "PAPI_TEST_NO_PROXY"
	if os.Getenv(child) == "" {
		if testing.Short() {
			t.Skip("it begins a program for each value")
		}
		for _, value := range noProxies() {
			command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNoProxyMeansWhatItMeansToNetHTTP$", "-test.v")
			command.Env = append(os.Environ(), child+"=1", "HTTPS_PROXY=http://proxy.example.com", "NO_PROXY="+value, "no_proxy=", "https_proxy=")
			if out, err := command.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS") {
				t.Errorf("NO_PROXY=%q: %v\n%s", value, err, out)
			}
		}
		return
	}
	for _, host := range noProxyHosts() {
		want, err := http.ProxyFromEnvironment(&http.Request{URL: &url.URL{Scheme: "https", Host: host}})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := papi.ProxyFor(host); err != nil || (got == nil) != (want == nil) {
			t.Errorf("%s: the proxy is %v (%v), and %v by net/http", host, got, err, want)
		}
	}
}

func TestTheNetworkReadsTheVariablesOfItsProcess(t *testing.T) {
	t.Setenv("NO_PROXY", "")
	t.Setenv("no_proxy", "")
	t.Setenv("HTTPS_PROXY", "http://proxy.example.com:12#x")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://h.example.com/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if proxy, err := papi.NewTransport(nil).Proxy(req); err == nil {
		t.Errorf("it goes by %v", proxy)
	}
}
