package papi_test

import (
	"strings"
	"testing"

	"github.com/propctl/propctl/papi"
)

func TestActivationLinks(t *testing.T) {
	for _, tt := range []struct {
		link string
		want papi.ActivationLink
	}{
		{"/papi/v0/properties/prp_1/activations/atv_2?contractId=ctr_3&groupId=grp_4", papi.ActivationLink{Property: papi.PropertyRef{PropertyID: "prp_1", ContractID: "ctr_3", GroupID: "grp_4"}, ActivationID: "atv_2"}},
		{"/papi/v1/properties/1/activations/2", papi.ActivationLink{Property: papi.PropertyRef{PropertyID: "prp_1"}, ActivationID: "2"}},
		{"https://akab.example.com/papi/v1/properties/1/activations/2/", papi.ActivationLink{Property: papi.PropertyRef{PropertyID: "prp_1"}, ActivationID: "2"}},
		{"/papi/v1/includes/1/activations/atv_2?contractId=ctr_3&groupId=grp_4", papi.ActivationLink{Include: papi.IncludeRef{IncludeID: "inc_1", ContractID: "ctr_3", GroupID: "grp_4"}, ActivationID: "atv_2"}},
		{"/papi/v1/properties/prp_1/hostname-activations/atv_2", papi.ActivationLink{Property: papi.PropertyRef{PropertyID: "prp_1"}, ActivationID: "atv_2", HostnameBucket: true}},
	} {
		if got, err := papi.ParseActivationLink(tt.link); err != nil || got != tt.want {
			t.Errorf("%s is %+v: %v", tt.link, got, err)
		}
	}
	for _, link := range []string{
		"", "/", "atv_1", "/papi/v1/properties/prp_1/activations", "/papi/v1/includes/inc_1/hostname-activations/atv_2", "/papi/v1/properties/prp_1/versions/2",
		"/papi/v1/properties/prp_1/activations/..", "/papi/v1/properties/%2e%2e/activations/1",
		"/papi/v1/properties/prp_1/activations/a%2fb", "/papi/v1/properties/prp_1/activations/a\x00b",
		"/papi/v1/properties/prp_1/activations/" + strings.Repeat("1", 200), "/" + strings.Repeat("a/", 5000), "::",
	} {
		if got, err := papi.ParseActivationLink(link); err == nil {
			t.Errorf("%q is taken for %+v", link, got)
		}
	}
}

func FuzzActivationLink(f *testing.F) {
	f.Add("/papi/v0/properties/prp_1/activations/atv_2?contractId=ctr_3&groupId=grp_4")
	f.Add("https://u:p@h/properties/%41/activations/%2F?groupId=%zz")
	f.Fuzz(func(t *testing.T, link string) {
		got, err := papi.ParseActivationLink(link)
		if err == nil && (!got.ActivationID.Valid() || got.Property.PropertyID.Valid() == got.Include.IncludeID.Valid()) {
			t.Errorf("%q gives %+v", link, got)
		}
	})
}

func TestIDsAreComparedWithoutPrefixes(t *testing.T) {
	for _, tt := range []struct {
		a, b papi.ID
		want bool
	}{{"prp_1", "1", true}, {"atv_1", "atv_1", true}, {"1", "2", false}, {"", "", true}, {"", "1", false}} {
		if got := tt.a.Equal(tt.b); got != tt.want {
			t.Errorf("%q and %q are equal: %t", tt.a, tt.b, got)
		}
	}
	if got := papi.ID("123").With(papi.PrefixProperty); got != "prp_123" {
		t.Errorf("with its prefix it is %q", got)
	}
	if got := papi.ID("prp_123").With(papi.PrefixProperty); got != "prp_123" {
		t.Errorf("with its prefix twice it is %q", got)
	}
}

func TestNetworks(t *testing.T) {
	for text, want := range map[string]papi.Network{
		"staging": papi.Staging, "STAGING": papi.Staging, "s": papi.Staging, "Stage": papi.Staging,
		"production": papi.Production, "P": papi.Production, "prod": papi.Production, "live": "", "": "",
	} {
		if got, err := papi.ParseNetwork(text); got != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q: %v", text, got, err)
		}
	}
}
