package cmd

import (
	"strings"
	"testing"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

func FuzzReference(f *testing.F) {
	for _, s := range []string{"www.example.com", "prp_1@7", "1@latest", "x@STAGING", "x@", "@", "a@b@c", "x@+1", "x@01", "\u202e", "x@1e3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := parseName(s)
		if err != nil {
			if !catalogue.Is[*catalogue.UsageError](err) {
				t.Errorf("%q: %T", s, err)
			}
			return
		}
		v := n.version
		switch {
		case strings.TrimSpace(n.property) == "", strings.Contains(n.property, "@"), len(n.property) > settings.MaxPropertyName, strings.ContainsFunc(n.property, term.IsUnsafe):
			t.Errorf("%q names the property %q", s, n.property)
		case v.number < 0, v.number > 0 && v.activeOn != "", v.activeOn != "" && v.activeOn != papi.Staging && v.activeOn != papi.Production:
			t.Errorf("%q names the version %+v", s, v)
		}
	})
}

func FuzzActivationReference(f *testing.F) {
	for _, s := range []string{"atv_1", "1", "www.example.com", "/papi/v1/properties/prp_1/activations/atv_1?contractId=ctr_1&groupId=grp_1", "//", "/..", "x@1"} {
		f.Add(s, "")
		f.Add(s, "prp_1")
	}
	f.Fuzz(func(t *testing.T, s, of string) {
		named, err := parseActivation(result.Properties, s, of)
		switch {
		case err != nil && !catalogue.Is[*catalogue.UsageError](err):
			t.Errorf("%q, %q: %T", s, of, err)
		case err != nil:
		case named.property == "" && (named.id == "" || named.ref.ID == ""):
			t.Errorf("%q, %q names nothing: %+v", s, of, named)
		case named.property != "" && (named.ref.ID != "" || strings.ContainsFunc(named.property, term.IsUnsafe)):
			t.Errorf("%q, %q names %+v", s, of, named)
		case named.id != "" && !named.id.Valid():
			t.Errorf("%q, %q names the activation %q", s, of, named.id)
		}
	})
}
