package simulator_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/propctl/propctl/papi/simulator"
)

func TestPropertyOfTwoContractsRedirectsUntilOneIsNamed(t *testing.T) {
	const base = "/properties/prp_1009"
	tests := []struct{ method, path, body, member string }{
		{http.MethodGet, base + "/activations", "", "activationLink"},
		{http.MethodPost, base + "/activations", fmt.Sprintf(submitBody, 2, "STAGING", ""), "activationLink"},
		{http.MethodGet, base + "/activations/atv_1", "", "activationLink"},
		{http.MethodDelete, base + "/activations/atv_1", "", "activationLink"},
		{http.MethodGet, base + "/versions", "", "redirectLink"},
		{http.MethodGet, base + "/versions/1", "", "redirectLink"},
		{http.MethodGet, base + "/versions/1/rules", "", "redirectLink"},
		{http.MethodGet, base + "/versions/1/hostnames", "", "redirectLink"},
		{http.MethodGet, base + "/versions/latest", "", "versionLink"},
		{http.MethodPost, base + "/versions", `{"createFromVersion":1}`, "redirectLink"},
		{http.MethodPatch, base + "/versions/2/hostnames", "{}", "redirectLink"},
		{http.MethodGet, base + "/hostnames", "", "redirectLink"},
		{http.MethodPatch, base + "/hostnames", "{}", "redirectLink"},
		{http.MethodGet, base + "/hostname-activations", "", "redirectLink"},
	}
	c := newClient(t, simulator.Options{})
	before := len(c.sim.Activations("1009"))
	for _, tt := range tests {
		for _, query := range []string{"", "?contractId=ctr_C-SIM1"} {
			r := c.do(tt.method, tt.path+query, tt.body).want(http.StatusFound)
			want := "/papi/v1" + tt.path + "?contractId=ctr_C-SIM1&groupId=grp_10001"
			if r.text(tt.member) != want || r.header.Get("Location") != want {
				t.Errorf("%s %s: %s, Location %s; want %s", tt.method, tt.path, r.body, r.header.Get("Location"), want)
			}
		}
	}
	if after := len(c.sim.Activations("1009")); after != before {
		t.Error("a redirected submission had an effect")
	}
	paged := c.get(base + "/versions?limit=1&offset=1&accountSwitchKey=1-A").want(http.StatusFound)
	if want := "/papi/v1" + base + "/versions?contractId=ctr_C-SIM1&groupId=grp_10001&limit=1&offset=1"; paged.text("redirectLink") != want {
		t.Errorf("%s; want %s", paged.body, want)
	}
	r := c.get(base + "/activations?contractId=C-SIM2&groupId=grp_10002").want(http.StatusOK)
	if r.text("contractId") != "ctr_C-SIM2" || r.text("groupId") != "grp_10002" {
		t.Errorf("owner: %s", r.body)
	}
	c.get(base).want(http.StatusOK)
}

func TestWrongContractOrGroupIsNotFound(t *testing.T) {
	c := newClient(t, simulator.Options{})
	for _, path := range []string{
		"/properties/prp_1009/activations?contractId=ctr_C-SIM1&groupId=grp_10002",
		"/properties/prp_1001/activations?contractId=ctr_C-SIM2&groupId=grp_10001",
		"/properties/prp_1001?groupId=grp_9",
	} {
		c.get(path).rejected(http.StatusNotFound, "http/not-found")
	}
	c.get("/properties/prp_1001/activations?contractId=C-SIM1&groupId=10001").want(http.StatusOK)
	c.get("/properties/prp_1001/activations?groupId=10001").want(http.StatusOK)
}
