package papi_test

import (
	"strings"
	"testing"

	"github.com/propctl/propctl/papi"
)

func TestShapesOfTheEnvironment(t *testing.T) {
	whole := []string{"HOST=h.example.com", "CLIENT_TOKEN=ct-1", "CLIENT_SECRET=cs-1=", "ACCESS_TOKEN=at-1"}
	named := func(prefix string, more ...string) []string {
		var all []string
		for _, v := range append(append([]string(nil), whole...), more...) {
			all = append(all, prefix+v)
		}
		return all
	}
	for _, tt := range []struct {
		name    string
		env     []string
		section string
		found   bool
		key     string
		want    string
		problem string
	}{
		{name: "nothing", section: "default"},
		{name: "the default set", env: named("AKAMAI_"), section: "default", found: true, key: "client_secret", want: "cs-1="},
		{name: "the default set for no section", env: named("AKAMAI_"), found: true, key: "client_secret", want: "cs-1="},
		{name: "the set of a section", env: named("AKAMAI_ACME_"), section: "acme", found: true, key: "host", want: "h.example.com"},
		{name: "a section in capitals", env: named("AKAMAI_ACME_"), section: "ACME", found: true, key: "host", want: "h.example.com"},
		{name: "a section with a dot", env: named("AKAMAI_ACME.PROD_"), section: "acme.prod", found: true, key: "host", want: "h.example.com"},
		{name: "that is not spelt with a line", env: named("AKAMAI_ACME_PROD_"), section: "acme.prod"},
		{name: "the set of another section", env: named("AKAMAI_OTHER_"), section: "acme"},
		{name: "the default set is not that of a section", env: named("AKAMAI_"), section: "acme"},
		{name: "nor that of the default one", env: named("AKAMAI_ACME_"), section: "default"},
		{name: "a letter that becomes ASCII in capitals", env: named("AKAMAI_ACMES_"), section: "acmeſ"},
		{name: "a set that the default one could complete", env: append(named("AKAMAI_"), "AKAMAI_ACME_HOST=o.example.com"), section: "acme", found: true, problem: "AKAMAI_ACME_…: missing client_token, client_secret, access_token"},
		{name: "an account key of the default set", env: append(named("AKAMAI_ACME_"), "AKAMAI_ACCOUNT_KEY=1-ALL"), section: "acme", found: true, key: "account_key", want: ""},
		{name: "an account key of a section", env: append(named("AKAMAI_"), "AKAMAI_ACME_ACCOUNT_KEY=1-ACME"), section: "default", found: true, key: "account_key", want: ""},
		{name: "an account key alone", env: []string{"AKAMAI_ACCOUNT_KEY=1-ALL"}, section: "default", found: true, problem: "AKAMAI_ACCOUNT_KEY is set without AKAMAI_HOST"},
		{name: "a max_body alone", env: []string{"AKAMAI_MAX_BODY=1"}, section: "default"},
		{name: "a max_body that is none", env: named("AKAMAI_", "MAX_BODY=many"), section: "default", found: true, problem: "AKAMAI_MAX_BODY is not a number"},
		{name: "empty values", env: []string{"AKAMAI_HOST=", "AKAMAI_CLIENT_TOKEN= ", `AKAMAI_CLIENT_SECRET=""`, "AKAMAI_ACCOUNT_KEY=\n"}, section: "default"},
		{name: "an empty value", env: append(named("AKAMAI_"), "AKAMAI_HOST="), section: "default", found: true, problem: "missing host"},
		{name: "line breaks behind", env: []string{"AKAMAI_HOST=h.example.com\n", "AKAMAI_CLIENT_TOKEN=ct-1\r\n", "AKAMAI_CLIENT_SECRET=cs-1=\n", "AKAMAI_ACCESS_TOKEN=at-1\r"}, found: true, key: "client_secret", want: "cs-1="},
		{name: "quotes that an env file kept", env: append(named("AKAMAI_"), `AKAMAI_CLIENT_SECRET="cs-2="`), found: true, key: "client_secret", want: "cs-2="},
		{name: "a host in quotes", env: append(named("AKAMAI_"), `AKAMAI_HOST='https://o.example.com/'`), found: true, key: "host", want: "o.example.com"},
		{name: "one quote", env: append(named("AKAMAI_"), `AKAMAI_CLIENT_SECRET="cs-2=`), found: true, problem: "AKAMAI_CLIENT_SECRET has a quote in it"},
		{name: "an invisible character", env: append(named("AKAMAI_"), "AKAMAI_CLIENT_SECRET=cs-\u200b2="), found: true, problem: "AKAMAI_CLIENT_SECRET has the invisible character U+200B in it"},
		{name: "a control character", env: append(named("AKAMAI_"), "AKAMAI_CLIENT_TOKEN=ct\x1b-2"), found: true, problem: "AKAMAI_CLIENT_TOKEN has the control character U+001B in it"},
		{name: "an account key with a line break behind", env: named("AKAMAI_", "ACCOUNT_KEY=1-ABC:1-D\r\n"), found: true, key: "account_key", want: "1-ABC:1-D"},
		{name: "an account key in quotes", env: named("AKAMAI_", `ACCOUNT_KEY=" 1-ABC" `), found: true, key: "account_key", want: "1-ABC"},
		{name: "an account key on two lines", env: named("AKAMAI_", "ACCOUNT_KEY=1-ABC\n1-DEF"), found: true, problem: "AKAMAI_ACCOUNT_KEY has the control character U+000A in it"},
		{name: "a comment is no part of the environment", env: append(named("AKAMAI_"), "AKAMAI_CLIENT_SECRET=cs-2= # mine"), found: true, problem: "AKAMAI_CLIENT_SECRET has a blank in it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			env := map[string]string{}
			for _, v := range tt.env {
				name, value, _ := strings.Cut(v, "=")
				env[name] = value
			}
			c, found, err := papi.CredentialsFromEnv(tt.section, func(name string) (string, bool) { v, ok := env[name]; return v, ok })
			if found != tt.found {
				t.Errorf("found is %t (%v)", found, err)
			}
			if tt.problem != "" {
				if err == nil || !strings.Contains(err.Error(), tt.problem) || strings.Contains(err.Error(), "cs-") || strings.Contains(err.Error(), "1-A") {
					t.Errorf("error is %v, want %q", err, tt.problem)
				}
				return
			}
			if got := valueOf(c, tt.key); err != nil || got != tt.want {
				t.Errorf("%s is %q (%v), want %q", tt.key, got, err, tt.want)
			}
		})
	}
}

func TestAccountSwitchKeyIsTrimmed(t *testing.T) {
	for _, tt := range []struct{ name, key, want, problem string }{
		{"as it is", "1-ABC:1-DEF", "1-ABC:1-DEF", ""},
		{"a line break", "1-ABC\n", "1-ABC", ""},
		{"carriage return and line break", "1-ABC\r\n", "1-ABC", ""},
		{"blanks", "\t 1-ABC ", "1-ABC", ""},
		{"quotes", `"1-ABC"`, "1-ABC", ""},
		{"quotes and a line break", "'1-ABC'\n", "1-ABC", ""},
		{"nothing", " ", "", ""},
		{"a line break in it", "1-ABC\n1-DEF", "", "the account switch key has the control character U+000A in it"},
		{"an escape sequence", "1-\x1b[1mABC", "", "the control character U+001B"},
		{"an invisible character", "1-ABC\u200b", "", "the invisible character U+200B"},
		{"a quote", `1-ABC"`, "", "a quote"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := papi.ParseAccountKey(tt.key)
			if got != tt.want || (err == nil) != (tt.problem == "") {
				t.Fatalf("%q is read as %q: %v", tt.key, got, err)
			}
			if err != nil && (!strings.Contains(err.Error(), tt.problem) || strings.Contains(err.Error(), "ABC")) {
				t.Errorf("error is %v, want %q", err, tt.problem)
			}
			c := papi.Credentials{Host: "h.example.com", ClientToken: "ct", ClientSecret: "cs", AccessToken: "at", AccountKey: tt.key}
			if _, newErr := papi.New(c, papi.Options{}); (newErr == nil) != (err == nil) {
				t.Errorf("a client with it: %v", newErr)
			}
		})
	}
}

// An address that can never be dialled is a mistake of the credentials, and no failure of the network.
func TestAHostIsNameOrAddressWithAPortThatCanBe(t *testing.T) {
	for host, good := range map[string]bool{
		"akab-x.luna.akamaiapis.net": true, "https://AKAB-x.luna.akamaiapis.net/": true, "127.0.0.1:8443": true, "[::1]:9": true, "localhost:1": true,
		"127.0.0.1:": false, "localhost:0": false, "localhost:99999": false, "localhost:x": false, "-h": false, "a b": false, "a/b": false, "me@h": false, "http://h": false, ":1": false,
	} {
		_, err := papi.New(papi.Credentials{Host: host, ClientToken: "akab-a", ClientSecret: "b", AccessToken: "akab-c"}, papi.Options{})
		if (err == nil) != good {
			t.Errorf("%q: %v", host, err)
		}
	}
}
