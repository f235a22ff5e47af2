package papi_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/propctl/propctl/papi"
)

// FuzzSections writes a file of several sections, of which each value has the
// number of its section in it, with lines in between that are anything. Whatever
// a request for one section is signed and sent with, it has nothing of another.
func FuzzSections(f *testing.F) {
	f.Add("acme", "acme.prod", "DEFAULT", uint32(0b111111_010001_111111), "x = y", "")
	f.Add("a", "a.b", "a.b.c", uint32(0b111110_000001_111111), "# a", "%(host)s\\")
	f.Add("default", " default", "Default", uint32(0x3ffff), "  a", "client_secret = \"\"\"")
	f.Fuzz(func(t *testing.T, first, second, third string, keys uint32, between, line string) {
		names := []string{first, second, third}
		if strings.ContainsAny(first+second+third, "[]\r\n") || strings.Contains(between+line, "[") {
			return // they would be other sections; FuzzEdgerc has those
		}
		var text strings.Builder
		for i, name := range names {
			fmt.Fprintf(&text, "[%s]\n", name)
			for k, key := range []string{"host", "client_token", "client_secret", "access_token", "account_key", "max_body"} {
				if keys>>(6*i+k)&1 == 0 {
					continue
				}
				value := fmt.Sprintf("marker-%d-%s", i, strings.ReplaceAll(key, "_", "-"))
				if key == "max_body" {
					value = fmt.Sprint(70000000 + i)
				}
				fmt.Fprintf(&text, "%s = %s\n%s\n", key, value, between)
			}
			text.WriteString(line + "\n")
		}
		file, err := papi.ReadEdgerc(writeEdgerc(t, text.String()))
		if err != nil {
			return
		}
		for _, name := range file.Sections() {
			if c, _, err := file.Credentials(name); err == nil {
				checkMarkers(t, names, name, c)
			}
		}
	})
}

// checkMarkers sends a request and looks at everything that leaves.
func checkMarkers(t *testing.T, names []string, name string, c papi.Credentials) {
	t.Helper()
	var sent string
	client, err := papi.New(c, papi.Options{MaxRetries: -1, Transport: transport(func(r *http.Request) (*http.Response, error) {
		sent = fmt.Sprint(r.URL, r.Header, c.ClientSecret, c.MaxBody)
		return answer(r, http.StatusOK, `{}`), nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Build(t.Context()); err != nil && sent == "" {
		t.Fatal(err)
	}
	for _, marker := range regexp.MustCompile(`marker-(\d)-|\b7000000([012])\b`).FindAllStringSubmatch(sent, -1) {
		number := (marker[1] + marker[2])[0] - '0'
		if got := strings.TrimSpace(names[number]); got != name {
			t.Errorf("%q of section %q is in a request for %q:\n%s", marker[0], got, name, sent)
		}
	}
}

// FuzzEdgerc reads any text: what is read stands between the header of the
// section and the next, or nothing is read.
func FuzzEdgerc(f *testing.F) {
	for _, tt := range shapes() {
		f.Add(tt.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, err := papi.ReadEdgerc(writeEdgerc(t, text))
		if err != nil {
			return
		}
		parts := regexp.MustCompile(`(?m)(^|[\r\n])[\s\v\x{85}\p{Z}]*\[`).Split(strings.TrimPrefix(text, "\ufeff"), -1)
		if len(parts) != len(file.Sections())+1 {
			t.Fatalf("%d sections in %q: %q", len(parts)-1, text, file.Sections())
		}
		for i, name := range file.Sections() {
			c, _, err := file.Credentials(name)
			if err != nil {
				continue
			}
			if strings.ContainsAny(c.Host, "/ @\n") || c.MaxBody <= 0 || c.ClientSecret == "" {
				t.Errorf("%q gives host %q and body %d", text, c.Host, c.MaxBody)
			}
			for _, value := range []string{c.ClientToken, c.ClientSecret, c.AccessToken, c.AccountKey} {
				if !strings.Contains(parts[i+1], value) {
					t.Errorf("%q of section %q does not stand in %q", value, name, parts[i+1])
				}
			}
		}
	})
}
