package rollout_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi/simulator"
)

// ids are the ids of the first n generated properties.
func ids(n int) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("prp_%d", 100_001+i))
	}
	return strings.Join(all, ", ")
}

// Groups are listed where that costs less than to ask for each property, and a list that was read is not asked beside.
func TestAManifestIsResolvedWithAsFewRequestsAsCanBe(t *testing.T) {
	type requests struct{ groups, lists, properties, searches int }
	for _, tt := range []struct {
		properties string
		groups     int // of the account, with 40 properties in all
		want       requests
		fails      string
	}{
		{properties: ids(5), groups: 3, want: requests{properties: 5}},
		{properties: ids(6), groups: 3, want: requests{groups: 1, lists: 3}},
		{properties: ids(6), groups: 5, want: requests{groups: 1, lists: 5}},
		{properties: ids(6), groups: 6, want: requests{groups: 1, properties: 6}}, // as many groups as names
		{properties: ids(6), groups: 20, want: requests{groups: 1, properties: 6}},
		{properties: "{select: {name: '*'}}", groups: 4, want: requests{groups: 1, lists: 4}},
		{properties: "{select: {group: grp_10001}}", groups: 4, want: requests{groups: 1, lists: 1}},
		{properties: "{select: {group: grp_10001}}, {select: {group: '10001', name: 'p*'}, version: 1}", groups: 4, want: requests{groups: 1, lists: 1}}, // the first one that selects a property counts
		{properties: "{select: {group: grp_10001}}, {select: {group: grp_10002}}", groups: 4, want: requests{groups: 1, lists: 2}},
		{properties: "{select: {group: grp_10001}}, " + ids(4), groups: 4, want: requests{groups: 1, lists: 1, properties: 3}}, // one is in the list
		{properties: "{select: {group: grp_10001}}, " + ids(6), groups: 4, want: requests{groups: 1, lists: 4}},
		{properties: "{select: {group: grp_10001}}, " + ids(6), groups: 7, want: requests{groups: 1, lists: 1, properties: 5}}, // six other groups
		{properties: "{select: {hostname: p00001.example.com}}", groups: 4, want: requests{properties: 1, searches: 1}},
		{properties: "p00001.example.com", groups: 4, want: requests{properties: 1, searches: 1}},
		{properties: "{select: {name: '*'}}, p00002.example.com", groups: 4, want: requests{groups: 1, lists: 4}},
		{properties: "{select: {name: '*'}}, nowhere.example.com", groups: 4, want: requests{groups: 1, lists: 4, searches: 1}, fails: "there is no property nowhere.example.com"}, // as a hostname only: its name would be listed
		{properties: "{select: {group: grp_10001}}, nowhere.example.com", groups: 4, want: requests{groups: 1, lists: 1, searches: 2}, fails: "there is no property nowhere.example.com"},
		{properties: "{select: {group: grp_99999}}", groups: 4, want: requests{groups: 1}, fails: "no property fits this selection"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, 40, tt.groups, simulator.Options{})
			m, err := rollout.ParseManifest([]byte("name: x\nproperties: [" + tt.properties + "]\n"))
			if err != nil {
				t.Fatal(err)
			}
			_, err = rollout.Resolve(t.Context(), s.client(), m, time.Now())
			if (err == nil) != (tt.fails == "") || err != nil && !strings.Contains(err.Error(), tt.fails) {
				t.Errorf("%s: %v, want %q", tt.properties, err, tt.fails)
			}
			got := requests{s.sim.Count(simulator.OpGroups), s.sim.Count(simulator.OpProperties), s.sim.Count(simulator.OpProperty), s.sim.Count(simulator.OpSearch)}
			if got != tt.want || s.sim.Count(simulator.OpAny) != got.groups+got.lists+got.properties+got.searches {
				t.Errorf("%s in %d groups: %+v of %d in all, want %+v", tt.properties, tt.groups, got, s.sim.Count(simulator.OpAny), tt.want)
			}
		})
	}
}
