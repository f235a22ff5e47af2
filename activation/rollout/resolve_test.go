package rollout_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// shop is an account with two contracts and three groups.
func shop() []simulator.Property {
	version := func(hostnames ...string) simulator.Version {
		v := simulator.Version{}
		for _, name := range hostnames {
			v.Hostnames = append(v.Hostnames, simulator.Hostname{Name: name, EdgeHostname: name + ".edgekey.net"})
		}
		return v
	}
	active := func(version int, network simulator.Network) simulator.Activation {
		return simulator.Activation{Version: version, Network: network, Status: simulator.StatusActive, Submitted: time.Now().Add(-24 * time.Hour)}
	}
	in := func(contract, group string) []simulator.Pair {
		return []simulator.Pair{{Contract: contract, Group: group}}
	}
	return []simulator.Property{
		{
			ID: "prp_1", Name: "shop-a", Pairs: in("C-1", "10"), Versions: []simulator.Version{version("a.example.com"), version("a.example.com"), version("a.example.com")},
			Activations: []simulator.Activation{active(2, simulator.Staging), active(1, simulator.Production)},
		},
		{
			ID: "prp_2", Name: "shop-b", Pairs: in("C-1", "10"), Versions: []simulator.Version{version("b.example.com"), version("b.example.com")},
			Activations: []simulator.Activation{active(1, simulator.Staging)},
		},
		{ID: "prp_3", Name: "shop-c", Pairs: in("C-1", "20"), Versions: []simulator.Version{version("c.example.com")}},
		{ID: "prp_4", Name: "blog", Pairs: in("C-2", "30"), Versions: []simulator.Version{version("blog.example.com")}},
		{ID: "prp_5", Name: "blog-old", Pairs: in("C-2", "30"), Versions: []simulator.Version{version("old.example.com")}},
	}
}

// resolve pins what a manifest has below properties.
func resolve(t *testing.T, sim *simulator.Simulator, properties string, lines ...string) (*rollout.Plan, error) {
	t.Helper()
	s := &scene{t: t, sim: sim, wrap: plainWire}
	text := "name: test\nnotify: [you@example.com]\nproperties: " + properties + "\n" + strings.Join(lines, "\n") + "\n"
	m, err := rollout.ParseManifest([]byte(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return rollout.Resolve(t.Context(), s.client(), m, time.Now())
}

// pinned writes a plan as the properties of its waves with their versions.
func pinned(p *rollout.Plan) string {
	var waves []string
	for _, w := range p.Waves {
		var all []string
		for _, i := range w.Properties {
			all = append(all, fmt.Sprintf("%s@%d", i.PropertyID, i.Version))
		}
		waves = append(waves, strings.Join(all, " "))
	}
	return strings.Join(waves, "; ")
}

func TestASelectionIsPinned(t *testing.T) {
	for _, c := range []struct {
		name, properties string
		lines            []string
		want             string
	}{
		{"by id", "[prp_1@2]", nil, "prp_1@2"},
		{"by a bare id", "['1@2']", nil, "prp_1@2"},
		{"by name", "[shop-b]", nil, "prp_2@2"},
		{"by a hostname", "[a.example.com]", nil, "prp_1@3"},
		{"what is active on staging", "[shop-a@staging]", nil, "prp_1@2"},
		{"what is active on production", "[shop-a@production]", nil, "prp_1@1"},
		{"the latest", "[shop-a@latest, shop-b]", nil, "prp_1@3 prp_2@2"},
		{"the order is the manifest's", "[shop-b, shop-a, blog]", nil, "prp_2@2 prp_1@3 prp_4@1"},
		{"all of a group", "[{select: {group: grp_10}}]", nil, "prp_1@3 prp_2@2"},
		{"all of a group by its name", "[{select: {group: Group 10}}]", nil, "prp_1@3 prp_2@2"},
		{"all of a contract", "[{select: {contract: ctr_C-2}}]", nil, "prp_4@1 prp_5@1"},
		{"by a pattern", "[{select: {name: 'shop-?'}}]", nil, "prp_1@3 prp_2@2 prp_3@1"},
		{"of a group by a pattern", "[{select: {group: '10', name: '*-b'}}]", nil, "prp_2@2"},
		{"but some", "[{select: {name: '*'}, except: ['shop-*', prp_5]}]", nil, "prp_4@1"},
		{"by a hostname, of a group", "[{select: {hostname: a.example.com, group: grp_10}}]", nil, "prp_1@3"},
		{"with a version", "[{select: {name: 'shop-[ab]'}, version: 1}]", nil, "prp_1@1 prp_2@1"},
		{"everything", "[{select: {}}]", nil, "prp_4@1 prp_5@1 prp_1@3 prp_2@2 prp_3@1"},
		{"one that is named is pinned by its name", "[{select: {name: 'shop-*'}}, shop-a@1]", nil, "prp_2@2 prp_3@1 prp_1@1"},
		{"what two select comes once", "[{select: {name: 'shop-*'}}, {select: {name: '*'}}]", nil, "prp_1@3 prp_2@2 prp_3@1 prp_4@1 prp_5@1"},
		{"waves", "[{select: {name: '*'}}]", []string{"waves: [{take: 1}, {take: 30%}, {take: rest}]"}, "prp_4@1; prp_5@1 prp_1@3; prp_2@2 prp_3@1"},
		{"a wave that nothing is left for", "[shop-a]", []string{"waves: [{take: 1}, {take: rest}]"}, "prp_1@3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, err := resolve(t, simulator.New(simulator.Options{Properties: shop()}), c.properties, c.lines...)
				if err != nil || pinned(p) != c.want || p.AccountID == "" {
					t.Fatalf("%v: %+v, want %s", err, p, c.want)
				}
				for _, i := range p.Items() {
					if i.Name == "" || i.ContractID == "" || i.GroupID == "" {
						t.Errorf("%+v", i)
					}
				}
			})
		})
	}
}

func TestWhatIsWithoutEffectIsToldWithItsPlace(t *testing.T) {
	for _, c := range []struct{ name, properties, line, want string }{
		{"everything has an effect", "[{select: {name: 'shop-*'}}, {select: {name: '*'}}]", "", "[]"},
		{"a selection of what is selected", "[{select: {name: '*'}}, {select: {name: 'shop-*'}, version: 1}]", "", "[line 3, column 37: this selection is without effect: all 3 properties that it fits are taken by line 3]"},
		{"a selection of what is named", "\n- select: {name: 'shop-a'}\n- shop-a@1", "", "[line 4, column 3: this selection is without effect: the property that it fits is taken by line 5]"},
		{"by several", "\n- select: {name: '*-a'}\n- select: {group: grp_10}\n- select: {name: 'shop-[ab]'}", "", "[line 6, column 3: this selection is without effect: all 2 properties that it fits are taken by lines 4, 5]"},
		{"a wave", "[shop-a]", "waves: [{take: 1}, {name: late, take: rest}]", "[line 4, column 20: wave late is left out: the waves before it take all properties]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, err := resolve(t, simulator.New(simulator.Options{Properties: shop()}), c.properties, c.line)
				if err != nil || fmt.Sprint(p.Warnings) != c.want {
					t.Fatalf("%v: %v, want %s", err, p.Warnings, c.want)
				}
				data, err := p.Encode()
				if err != nil {
					t.Fatal(err)
				}
				if again, err := rollout.ParsePlan(data); err != nil || len(again.Warnings) > 0 {
					t.Errorf("%v: a plan has warnings of its manifest: %v", err, again.Warnings)
				}
			})
		})
	}
}

func TestWhatWasActiveIsInThePlan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, err := resolve(t, simulator.New(simulator.Options{Properties: shop()}), "[shop-a, shop-b, blog]", "networks: [staging, production]")
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, i := range p.Items() {
			got = append(got, i.Before())
		}
		if !slices.Equal(got, []int{2, 1, 0, 1, 0, 0}) {
			t.Errorf("%v", got)
		}
	})
}

func TestWhatDoesNotFitIsToldWithItsPlace(t *testing.T) {
	for _, c := range []struct{ name, properties, line string }{
		{"no such id", "[prp_99]", "line 3, column 14"},
		{"no such name", "[blog, nowhere.example.com]", "line 3, column 20"},
		{"no such version", "[shop-a@4]", "line 3"},
		{"nothing is active", "[shop-b@production]", "line 3"},
		{"named twice", "[shop-a, prp_1]", "line 3, column 22"},
		{"named twice, by a hostname", "[shop-a, a.example.com]", "line 3"},
		{"nothing fits", "[{select: {name: 'none-*'}}]", "line 3"},
		{"nothing fits in the group", "[{select: {name: 'blog*', group: grp_10}}]", "line 3"},
		{"everything is excepted", "[{select: {name: 'blog*'}, except: ['*']}]", "line 3"},
		{"a hostname of another group", "[{select: {hostname: a.example.com, group: grp_20}}]", "line 3"},
		{"too many for the waves", "[{select: {name: '*'}}]\nwaves: [{take: 2}]", "line 4"},
		{"nothing is left for a wave", "[shop-a]\nwaves: [{take: 1}, {take: 1}]", "line 4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, err := resolve(t, simulator.New(simulator.Options{Properties: shop()}), c.properties)
				if _, ok := errors.AsType[*rollout.SelectionError](err); !ok || !strings.HasPrefix(err.Error(), c.line) {
					t.Errorf("%v", err)
				}
			})
		})
	}
}

func TestTwoPropertiesOfOneNameHaveToBeNamedById(t *testing.T) {
	// Nobody can make these, and PAPI could show them all the same.
	answers := map[string]string{
		"/papi/v1/groups":     `{"accountId":"act_1","groups":{"items":[{"groupId":"grp_1","groupName":"g","contractIds":["ctr_1"]}]}}`,
		"/papi/v1/properties": `{"properties":{"items":[` + property(1, "www", "act_1") + `,` + property(2, "www", "act_1") + `,` + property(3, "www2", "act_1") + `]}}`,
	}
	_, err := resolveFrom(t, answers, "[www, {select: {name: '*'}}]")
	if _, ok := errors.AsType[*rollout.SelectionError](err); !ok || !strings.Contains(err.Error(), "2 properties") {
		t.Errorf("%v", err)
	}
	p, err := resolveFrom(t, answers, "[prp_1, {select: {name: '*'}}]")
	if err != nil || pinned(p) != "prp_1@3 prp_2@3 prp_3@3" {
		t.Errorf("%v", err)
	}
}

func TestARolloutHasOneAccount(t *testing.T) {
	answers := map[string]string{
		"/papi/v1/groups":     `{"accountId":"act_1","groups":{"items":[{"groupId":"grp_1","groupName":"g","contractIds":["ctr_1"]}]}}`,
		"/papi/v1/properties": `{"properties":{"items":[` + property(1, "a", "act_1") + `,` + property(2, "b", "act_2") + `]}}`,
	}
	var other *rollout.AccountError
	if _, err := resolveFrom(t, answers, "[{select: {name: '*'}}]"); !errors.As(err, &other) || other.Account != "act_2" {
		t.Errorf("%v", err)
	}
}

func TestAnswersThatMakeNoPlan(t *testing.T) {
	groups := `{"accountId":"act_1","groups":{"items":[{"groupId":"grp_1","groupName":"g","contractIds":["ctr_1"]}]}}`
	for name, answers := range map[string]map[string]string{
		"no groups":       {"/papi/v1/groups": `{"accountId":"act_1","groups":{"items":[]}}`},
		"no properties":   {"/papi/v1/groups": groups, "/papi/v1/properties": `{"properties":{"items":[]}}`},
		"no such thing":   {"/papi/v1/groups": groups, "/papi/v1/properties": `{}`},
		"no account":      {"/papi/v1/groups": `{"groups":{"items":[{"groupId":"grp_1","contractIds":["ctr_1"]}]}}`, "/papi/v1/properties": `{"properties":{"items":[` + property(1, "a", "") + `]}}`},
		"no version":      {"/papi/v1/groups": groups, "/papi/v1/properties": `{"properties":{"items":[{"accountId":"act_1","propertyId":"prp_1","propertyName":"a"}]}}`},
		"no id":           {"/papi/v1/groups": groups, "/papi/v1/properties": `{"properties":{"items":[{"accountId":"act_1","propertyId":"../1","propertyName":"a","latestVersion":1}]}}`},
		"a name of lines": {"/papi/v1/groups": groups, "/papi/v1/properties": `{"properties":{"items":[` + property(1, `a\nb`, "act_1") + `]}}`},
		"a long name":     {"/papi/v1/groups": groups, "/papi/v1/properties": `{"properties":{"items":[` + property(1, strings.Repeat("a", 3000), "act_1") + `]}}`},
		"less than none":  {"/papi/v1/groups": groups, "/papi/v1/properties": strings.Replace(`{"properties":{"items":[`+property(1, "a", "act_1")+`]}}`, `"stagingVersion":2`, `"stagingVersion":-2`, 1)},
	} {
		if p, err := resolveFrom(t, answers, "[{select: {name: '*'}}]"); err == nil {
			t.Errorf("%s: %s", name, pinned(p))
		}
	}
}

func TestASearchThatFindsSomethingElseFindsNothing(t *testing.T) {
	found := func(name string) string {
		return `{"versions":{"items":[{"accountId":"act_1","propertyId":"prp_7","propertyName":"` + name + `","propertyVersion":3,"hostname":"other.example.com"}]}}`
	}
	answers := map[string]string{
		"/papi/v1/search/find-by-value": found("www.example.com.old"),
		"/papi/v1/properties/prp_7":     `{"properties":{"items":[` + property(7, "www.example.com.old", "act_1") + `]}}`,
	}
	if p, err := resolveFrom(t, answers, "[www.example.com]"); err == nil {
		t.Errorf("%s is taken for it", pinned(p))
	}
	answers["/papi/v1/search/find-by-value"] = found("www.example.com")
	if p, err := resolveFrom(t, answers, "[www.example.com]"); err != nil || pinned(p) != "prp_7@3" {
		t.Errorf("%v", err)
	}
}

func TestAnErrorOfPAPIIsNotTakenForNothing(t *testing.T) {
	for _, op := range []simulator.Operation{simulator.OpGroups, simulator.OpProperties, simulator.OpSearch, simulator.OpProperty} {
		synctest.Test(t, func(t *testing.T) {
			sim := simulator.New(simulator.Options{Properties: shop()})
			sim.Inject(simulator.Fault{Operation: op, Status: 403, Times: -1})
			properties := "[{select: {name: '*'}}]"
			if op == simulator.OpSearch || op == simulator.OpProperty {
				properties = "[blog]"
			}
			p, err := resolve(t, sim, properties)
			if problem, ok := errors.AsType[*papi.Error](err); !ok || problem.StatusCode != 403 {
				t.Errorf("%s: %+v, %v", op, p, err)
			}
		})
	}
}

func TestFewRequestsPinManyProperties(t *testing.T) {
	for _, c := range []struct {
		properties string
		most       int
	}{
		{"[prp_1, prp_2]", 2}, // each is asked
		{"[shop-a]", 2},       // searched, and asked
		{"[prp_1, prp_2, prp_3, prp_4, {select: {group: grp_10}}]", 4}, // two are in the list
		{"[{select: {name: '*'}}]", 5},                                 // as many as there are groups and contracts, and they
		{"[{select: {group: grp_10}}]", 2},
		{"[{select: {contract: ctr_C-2}}, prp_4@1]", 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			sim := simulator.New(simulator.Options{Properties: shop()})
			_, err := resolve(t, sim, c.properties)
			if n := sim.Count(simulator.OpAny); n > c.most {
				t.Errorf("%s: %d requests, %v", c.properties, n, err)
			}
		})
	}
}
