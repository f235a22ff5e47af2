package papi_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

func TestPropertiesAndIncludesAreListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(simulator.Options{})
		client := newClient(t, sim, papi.Options{MaxRetries: -1})
		const day = 24 * time.Hour
		for _, tt := range []struct {
			name                 string
			query                papi.ListQuery
			properties, includes int
		}{
			{"all that was modified", papi.ListQuery{ModifiedSince: 3650 * day}, 10, 2},
			{"of a contract and a group", papi.ListQuery{ContractID: "C-SIM2", GroupID: "10002"}, 1, 0},
			{"of another contract", papi.ListQuery{ContractID: "ctr_C-SIM1", GroupID: "grp_10001"}, 10, 2},
		} {
			list, err := client.Properties(t.Context(), tt.query)
			if err != nil || len(list.Items) != tt.properties {
				t.Errorf("%s: %+v, %v; want %d properties", tt.name, list, err, tt.properties)
			}
			more, err := client.Includes(t.Context(), tt.query)
			if err != nil || len(more.Items) != tt.includes {
				t.Errorf("%s: %+v, %v; want %d includes", tt.name, more, err, tt.includes)
			}
		}
		list, err := client.Properties(t.Context(), papi.ListQuery{ContractID: "C-SIM2", GroupID: "10002"})
		if err != nil {
			t.Fatal(err)
		}
		one, err := client.Property(t.Context(), papi.PropertyRef{PropertyID: "prp_1009", ContractID: "C-SIM2", GroupID: "10002"})
		if err != nil || cmp.Diff(one.Property, list.Items[0]) != "" {
			t.Errorf("the list says %+v, the property %+v: %v", list.Items[0], one, err)
		}
		if _, err := client.Properties(t.Context(), papi.ListQuery{}); !errors.Is(err, papi.ClassInvalid) {
			t.Errorf("neither a contract nor a time: %v", err)
		}
	})
}
