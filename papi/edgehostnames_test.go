package papi_test

import (
	"slices"
	"testing"

	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

func TestEdgeHostnamesOfAContractAndAGroupAreListed(t *testing.T) {
	sim := simulator.New(simulator.Options{})
	c := sim.Credentials()
	client, err := papi.New(papi.Credentials{
		Host: c.Host, ClientToken: c.ClientToken, ClientSecret: c.ClientSecret, AccessToken: c.AccessToken,
	}, papi.Options{Transport: sim.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	list, err := client.EdgeHostnames(t.Context(), "ctr_C-SIM1", "grp_10001")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(list.Items, func(e papi.EdgeHostname) bool {
		return e.EdgeHostnameDomain == "bucket.example.com.edgekey.net" && e.EdgeHostnameID.Bare() != "" && e.EdgeHostnameID != papi.ID(e.EdgeHostnameID.Bare())
	}) {
		t.Errorf("%+v", list.Items)
	}
	sim.Inject(simulator.Fault{Operation: simulator.OpEdgeHostnames, Status: 200, Body: `{"edgeHostnames":{}}`})
	if _, err := client.EdgeHostnames(t.Context(), "C-SIM1", "10001"); err == nil {
		t.Error("an answer without a list is taken for an empty one")
	}
}
