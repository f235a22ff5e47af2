package settings_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/papi"
)

func TestALinkNamesWhatItShows(t *testing.T) {
	const page = "https://control.akamai.com/apps/property-manager/#/"
	for _, tt := range []struct {
		given, name string
		version     int
		refused     bool
	}{
		{given: "www.example.com", name: "www.example.com"},
		{given: "www.example.com.", name: "www.example.com"},
		{given: "shop", name: "shop"},
		{given: "shop.", name: "shop."}, // no hostname: a property may be called so
		{given: ".", name: "."},
		{given: "https://www.example.com/", name: "www.example.com"},
		{given: "HTTPS://WWW.Example.com/a?b#c", name: "www.example.com"},
		{given: "http://www.example.com.:8443/x", name: "www.example.com"},
		{given: page + "property/aid_12", name: "aid_12"},
		{given: page + "property/12", name: "aid_12"},
		{given: page + "property/12?gid=1", name: "aid_12"},
		{given: page + "property-version/12/7/edit?gid=1", name: "aid_12", version: 7},
		{given: "https://CONTROL.akamai.com/apps/property-manager#/property/12", name: "aid_12"},
		{given: page + "property-version/12/07/edit", refused: true},
		{given: page + "property-version/12", refused: true},
		{given: page + "property/abc", refused: true},
		{given: page + "property/", refused: true},
		{given: page + "include/12", refused: true},
		{given: page, refused: true},
		{given: "https://control.akamai.com/apps/other/#/property/12", refused: true},
		{given: "https://control.akamai.com/", refused: true},
		{given: "https://", refused: true},
		{given: "https://jane:pw@www.example.com/", refused: true},
		{given: "https://www.example.com/%zz", refused: true},
		{given: "https://www.example.com/\x1b[2J", refused: true},
		{given: "https://" + strings.Repeat("a", settings.MaxPropertyName), refused: true},
	} {
		name, version, err := settings.Unlink(tt.given)
		switch {
		case tt.refused && !catalogue.Is[*catalogue.UsageError](err):
			t.Errorf("%q: %q, %v; want it to be refused", tt.given, name, err)
		case !tt.refused && (err != nil || name != tt.name || version != tt.version):
			t.Errorf("%q: %q, version %d, %v; want %q, version %d", tt.given, name, version, err, tt.name, tt.version)
		}
	}
}

// A link that PAPI printed is of its API, and names an activation; it is no page.
func TestLinksOfTheAPIAreNoPages(t *testing.T) {
	for given, want := range map[string]bool{
		"https://www.example.com/": true, "http://www.example.com": true, "HTTP://x": true,
		"https://akab-x.luna.akamaiapis.net/papi/v1/properties/prp_1/activations/atv_2": false,
		"/papi/v1/properties/prp_1": false, "www.example.com": false, "ftp://www.example.com": false, "": false,
	} {
		if have := settings.IsPage(given); have != want {
			t.Errorf("%q is a page: %t", given, have)
		}
	}
}

// A number that was pasted in another form may be something else: only the usual form is one.
func TestAVersionIsAPlainNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[+\-0 ]?[0-9]{0,3}[a-z. ]?`).Draw(t, "text")
		plain := text != "" && text[0] != '0' && strings.Trim(text, "0123456789") == ""
		number, err := settings.ParseVersion(text)
		if (err == nil) != plain {
			t.Fatalf("%q: %d, %v", text, number, err)
		}
	})
	for _, text := range []string{"99999999999999999999", strings.Repeat("9", 10000)} {
		if _, err := settings.ParseVersion(text); err == nil || len(err.Error()) > 120 {
			t.Errorf("%.30q: %.200v", text, err)
		}
	}
}

func TestNamesThatNoPropertyCanHaveAreRefused(t *testing.T) {
	for name, good := range map[string]bool{
		"www.example.com": true, "a b": true, strings.Repeat("a", settings.MaxPropertyName): true,
		"": false, "  ": false, "a\nb": false, "a\x1b[m": false, "a\u202eb": false, strings.Repeat("a", settings.MaxPropertyName+1): false,
	} {
		err := settings.CheckName(name)
		if (err == nil) != good || err != nil && !catalogue.Is[*catalogue.UsageError](err) {
			t.Errorf("%.40q: %v", name, err)
		}
		if err != nil && strings.ContainsAny(err.Error(), "\x1b\u202e\n") {
			t.Errorf("the message has what is unsafe: %q", err)
		}
	}
}

func TestAnIDIsANumberWithItsPrefixOrWithout(t *testing.T) {
	for text, want := range map[string]bool{
		"prp_123": true, "123": true, "prp_": false, "": false, "prp_12a": false, "atv_1": false, "PRP_1": false, "prp_prp_1": false, "-1": false, "prp_+1": false,
	} {
		if have := settings.IsID(text, papi.PrefixProperty); have != want {
			t.Errorf("%q is the id of a property: %t", text, have)
		}
	}
}
