package papi_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

func TestContractsAndGroupsNameTheAccount(t *testing.T) {
	client := newClient(t, simulator.New(simulator.Options{}), papi.Options{})
	contracts, err := client.Contracts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	groups, err := client.Groups(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if contracts.AccountID != "act_A-SIM1" || groups.AccountID != "act_A-SIM1" || groups.AccountName != "Example" {
		t.Errorf("account %s, and %s %q", contracts.AccountID, groups.AccountID, groups.AccountName)
	}
	known := map[papi.ID]bool{}
	for _, c := range contracts.Items {
		known[c.ContractID] = true
	}
	for _, g := range groups.Items {
		for _, id := range g.ContractIDs {
			if !known[id] {
				t.Errorf("%s is in the contract %s, which is none of %v", g.GroupID, id, known)
			}
		}
	}
	if len(known) < 2 || len(groups.Items) < 2 {
		t.Errorf("%d contracts and %d groups", len(known), len(groups.Items))
	}
}

func TestListsThatAreMissingAreNoEmptyLists(t *testing.T) {
	client, err := papi.New(credentials(simulator.New(simulator.Options{})), papi.Options{
		MaxRetries: -1,
		Transport: transport(func(r *http.Request) (*http.Response, error) {
			return answer(r, http.StatusOK, `{"accountId":"act_1"}`), nil
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Contracts(t.Context()); !errors.Is(err, papi.ClassMalformed) {
		t.Errorf("contracts: %v", err)
	}
	if _, err := client.Groups(t.Context()); !errors.Is(err, papi.ClassMalformed) {
		t.Errorf("groups: %v", err)
	}
}

func TestActiveGrantsSayWhetherPAPIMayBeChanged(t *testing.T) {
	for _, tt := range []struct {
		name          string
		grants        map[string]string
		found, writes bool
	}{
		{"read and write", map[string]string{"papi": "READ-WRITE", "ccu": "READ-WRITE"}, true, true},
		{"read only", map[string]string{"papi": "READ-ONLY", "ccu": "READ-WRITE"}, true, false},
		{"another API", map[string]string{"ccu": "READ-WRITE"}, false, false},
		{"none", map[string]string{}, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sim := simulator.New(simulator.Options{Grants: tt.grants})
			list, err := newClient(t, sim, papi.Options{}).ActiveGrants(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if g, found := list.PAPI(); found != tt.found || g.Writes() != tt.writes || len(list.Items) != len(tt.grants) {
				t.Errorf("grants %v: %v, %t", list.Items, g, found)
			}
			if path := sim.Requests()[0].Path; !strings.HasPrefix(path, "/-/client-api/") {
				t.Errorf("asked for %s", path)
			}
		})
	}
}

func TestTheAccountIsThatOfTheFirstAnswerThatNamesIt(t *testing.T) {
	for _, tt := range []struct{ name, body, want string }{
		{"at the top", `{"accountId":"act_A-1","activations":{"items":[]}}`, "act_A-1"},
		{"in a property", `{"properties":{"items":[{"propertyId":"prp_1","accountId":"act_A-2"}]}}`, "act_A-2"},
		{"in a version", `{"versions":{"items":[{"accountId":"A-3"},{"accountId":"A-4"}]}}`, "A-3"},
		{"nowhere", `{"coreVersion":"1"}`, ""},
		{"not an id", `{"accountId":"../\u001b"}`, ""},
		{"not a text", `{"accountId":7}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bodies := []string{tt.body, `{"accountId":"act_LATER"}`}
			client, err := papi.New(credentials(simulator.New(simulator.Options{})), papi.Options{
				Transport: transport(func(r *http.Request) (*http.Response, error) { return answer(r, http.StatusOK, bodies[0]), nil }),
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := client.Build(t.Context()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(papi.ID(tt.want), client.AccountID()); diff != "" {
				t.Errorf("account (-want +got):\n%s", diff)
			}
			bodies = bodies[1:]
			if _, err := client.Build(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := client.AccountID(); (tt.want != "") != (got == papi.ID(tt.want)) || got == "" {
				t.Errorf("then %s", got)
			}
		})
	}
}
