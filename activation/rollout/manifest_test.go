package rollout_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
)

const wholeManifest = `# yaml-language-server: $schema=rollout.schema.json
name: redirects-2026-11
networks: [staging, production]
notify: [team@example.com]
note: Redirect the old checkout
properties:
  - www.example.com@12
  - prp_1002@staging
  - select: {group: grp_10001, name: "shop-*"}
    except: [shop-legacy]
    version: 3
waves:
  - {name: canary, take: 2, checks: [home], watch: 10m}
  - {name: early, take: 10%, checks: [home, errors]}
  - {name: rest, take: rest, at-once: 100}
checks:
  home:
    http: "https://{hostname}/health"
    hostnames: first
    expect: {status: 204, header: {X-Release: "12"}, body: ok}
    within: 5m
  errors:
    command: [./error-rate.sh, "{property}", "{network}", "{version}"]
    environment: [AKAMAI_EDGERC]
    timeout: 1m
tolerate: 2%
on-failure: rollback
undecided: fail
strict: true
window: {days: [mon, tue], from: "09:00", to: "17:00", zone: Europe/Berlin}
budget: {reserve: 50}
`

func TestAManifestIsRead(t *testing.T) {
	got, err := rollout.ParseManifest([]byte(wholeManifest))
	if err != nil {
		t.Fatal(err)
	}
	rest := rollout.Amount{Rest: true}
	want := &rollout.Manifest{
		Name: "redirects-2026-11", Networks: []papi.Network{papi.Staging, papi.Production},
		Properties: []rollout.Selector{
			{Property: "www.example.com", Version: rollout.Version{Number: 12}},
			{Property: "prp_1002", Version: rollout.Version{Active: papi.Staging}},
			{Select: &rollout.Selection{Group: "grp_10001", Name: "shop-*"}, Except: []string{"shop-legacy"}, Version: rollout.Version{Number: 3}},
		},
		Waves: []rollout.WaveSpec{
			{Name: "canary", Take: rollout.Amount{N: 2}, Checks: []string{"home"}, Watch: 10 * time.Minute},
			{Name: "early", Take: rollout.Amount{N: 10, Percent: true}, Checks: []string{"home", "errors"}},
			{Name: "rest", Take: rest, AtOnce: 100},
		},
		Settings: rollout.Settings{
			Notify: []string{"team@example.com"}, Note: "Redirect the old checkout",
			Checks: map[string]rollout.Check{
				"home": {
					HTTP: "https://{hostname}/health", First: true, Within: rollout.Duration(5 * time.Minute),
					Expect: rollout.Expect{Status: 204, Header: map[string]string{"x-release": "12"}, Body: "ok"},
				},
				"errors": {
					Command: []string{"./error-rate.sh", "{property}", "{network}", "{version}"}, Pass: []string{"AKAMAI_EDGERC"},
					Timeout: rollout.Duration(time.Minute),
				},
			},
			Tolerate: rollout.Amount{N: 2, Percent: true}, OnFailure: rollout.Rollback, Undecided: rollout.UndecidedFails, Strict: true,
			Window:  &rollout.Window{Days: []string{"mon", "tue"}, From: "09:00", To: "17:00", Zone: "Europe/Berlin"},
			Reserve: 50,
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(rollout.Selector{}, rollout.WaveSpec{})); diff != "" {
		t.Error(diff)
	}
}

func TestTheLeastManifestHasDefaults(t *testing.T) {
	m, err := rollout.ParseManifest([]byte(`{"name": "x", "properties": ["prp_1"]}`))
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Networks) != 1 || m.Networks[0] != papi.Staging || len(m.Waves) != 1 || !m.Waves[0].Take.Rest ||
		m.OnFailure != rollout.Stop || m.Undecided != rollout.UndecidedPauses || m.Properties[0].Version.String() != "latest" {
		t.Errorf("%+v", m)
	}
}

func TestMistakesHaveLineAndColumn(t *testing.T) {
	with := func(lines string) string { return "name: x\nproperties: [prp_1]\n" + lines }
	for doc, want := range map[string]string{
		"":                              "line 1, column 1: the manifest is empty",
		"name: [":                       "line 1, column 1: did not find expected node content",
		"a: 1\n---\nb: 2":               "line 2, column 1: a manifest is one document, and this is a second one",
		"- x":                           "line 1, column 1: this has to be a mapping with name, networks,",
		"name: x":                       "line 1, column 1: the manifest needs properties",
		"properties: [prp_1]":           "line 1, column 1: the manifest needs a name",
		"name: x y\nproperties: [a]":    `line 1, column 7: the name "x y" may have letters`,
		"name: x\nname: y":              "line 2, column 1: name is here twice",
		with("nmae: x"):                 `line 3, column 1: "nmae" is not known here; there can be name,`,
		with("networks: [stagin]"):      `line 3, column 12: network "stagin" is neither`,
		with("networks: []"):            "line 3, column 11: there has to be one network at least",
		with("networks: [s, staging]"):  "line 3, column 15: staging is here twice",
		with("note: {a: 1}"):            "line 3, column 7: this has to be a text",
		with("note: \"a\\nb\""):         "line 3, column 7: this text has a line break",
		with("tolerate: 1.5"):           `line 3, column 11: "1.5" is neither a number`,
		with("tolerate: -1"):            `line 3, column 11: "-1" is neither a number`,
		with("tolerate: 101%"):          `line 3, column 11: "101%" is neither a number`,
		with("tolerate: NaN"):           `line 3, column 11: "NaN" is neither a number`,
		with("tolerate: rest"):          "line 3, column 11: this has to be a number or a percentage",
		with("on-failure: explode"):     `line 3, column 13: "explode" has to be one of stop, rollback-wave, rollback`,
		with("strict: yes"):             "line 3, column 9: this has to be true or false",
		with("budget: {reserve: many}"): "line 3, column 19: this has to be a number from 0",
		with("waves:\n  - {name: a, take: rest}\n  - {name: b}"):          "line 4, column 5: wave a takes the rest",
		with("waves:\n  - {name: a, take: 1}\n  - {name: a}"):             "line 5, column 5: two waves are called a",
		with("waves:\n  - {name: a, take: 0}"):                            "line 4, column 21: a wave has to have one property at least",
		with("waves:\n  - {name: a, checks: [x]}"):                        `line 4, column 5: wave a has a check "x", which is not`,
		with("waves:\n  - {watch: 10m}"):                                  "line 4, column 5: wave wave-1 has a watch, and no checks",
		with("waves:\n  - {watch: 10}"):                                   `line 4, column 13: "10" has no unit`,
		with("waves:\n  - {watch: 9999h}"):                                "line 4, column 13: 9999h0m0s is not between",
		with("checks:\n  a: {http: 'ftp://{hostname}/'}"):                 "line 4, column 13: \"ftp://{hostname}/\" is not an address",
		with("checks:\n  a: {http: 'https://{host}/'}"):                   "line 4, column 13: {host} is not known; there can be {hostname}",
		with("checks:\n  a: {}"):                                          "line 4, column 6: a check needs either http or command",
		with("checks:\n  a: {http: 'https://{hostname}/', command: [a]}"): "line 4, column 6: a check has either",
		with("checks:\n  a: {command: [a], hostnames: first}"):            "line 4, column 6: hostnames, redirects and expect go with http only",
		with("checks:\n  a: {command: []}"):                               "line 4, column 16: a command has a name at least",
		with("checks:\n  a: {command: [a], timeout: 0s}"):                 "line 4, column 30: a time-out of nothing",
		with("window: {from: '09:00', to: '25:00'}"):                      `line 3, column 9: "25:00" is not a time of day`,
		with("window: {from: '09:00', to: '17:00', zone: Mars}"):          `line 3, column 9: zone "Mars" is not known`,
		with("window: {days: [monday], from: '09:00', to: '17:00'}"):      `line 3, column 9: "monday" is not a day`,
		"name: x\nproperties:\n  - www@":                                  `line 3, column 5: "www@" is not a property`,
		"name: x\nproperties:\n  - www@newest":                            `line 3, column 5: "www@newest" is not a property`,
		"name: x\nproperties:\n  - {except: [a]}":                         "line 3, column 5: this needs a select",
		"name: x\nproperties:\n  - select: {name: '[a'}":                  `line 3, column 20: "[a" is not a pattern`,
		"name: x\nproperties:\n  - select: {contract: 'a/b'}":             `line 3, column 24: "a/b" is not an id`,
		"name: &a [*a]\n": "line 1, column 7: this has to be a text",
		"name: x\nproperties: " + strings.Repeat("[", 10_001): "line 2, column 1: exceeded max depth of 10000",
		"name: \xff\xfe": "line 1, column 1: ",
		with("note: " + strings.Repeat("a", 3000)):                          "line 3, column 7: this text has 3000 bytes",
		"name: x\nproperties: [" + strings.Repeat("a, ", 10_001) + "]":      "line 2, column 13: there are 10001, and can be 10000 at most",
		strings.Repeat("#", 5<<20):                                          "the manifest is larger than 4 MiB",
		with("tolerate: 1\non-failure: stop\nundecided: maybe\nstrict: no"): `line 5, column 12: "maybe" has to be one of pause, fail, ignore (and 1 more)`,
	} {
		m, err := rollout.ParseManifest([]byte(doc))
		mistakes, ok := errors.AsType[*rollout.MistakesError](err)
		if !ok || m != nil || !strings.HasPrefix(mistakes.Error(), want) {
			t.Errorf("%.60q: %v\nwant %s", doc, err, want)
		}
	}
}

func FuzzParseManifest(f *testing.F) {
	f.Add([]byte(wholeManifest))
	f.Add([]byte("name: &a x\nproperties: [*a, {select: {}}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := rollout.ParseManifest(data)
		if (m == nil) == (err == nil) {
			t.Errorf("%+v, %v", m, err)
		}
		if err != nil && strings.ContainsAny(err.Error(), "\n\r\x1b") {
			t.Errorf("%q", err)
		}
	})
}

func TestAWindowIsOpenWhenItSays(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, berlin) } // the 30th is a Monday
	office := &rollout.Window{Days: []string{"mon", "Tue"}, From: "09:00", To: "17:00", Zone: "Europe/Berlin"}
	night := &rollout.Window{Days: []string{"mon"}, From: "22:00", To: "04:00", Zone: "Europe/Berlin"}
	for _, c := range []struct {
		w    *rollout.Window
		now  time.Time
		want time.Duration
	}{
		{nil, at(30, 3, 0), 0},
		{office, at(30, 9, 0), 0},
		{office, at(30, 16, 59), 0},
		{office, at(30, 8, 30), 30 * time.Minute},
		{office, at(29, 9, 0), 24 * time.Hour},
		{office, at(24, 17, 0), 5*24*time.Hour + 16*time.Hour},
		{night, at(30, 23, 0), 0},
		{night, time.Date(2026, 12, 1, 3, 59, 0, 0, berlin), 0},
		{night, time.Date(2026, 12, 1, 4, 0, 0, 0, berlin), 6*24*time.Hour + 18*time.Hour},
	} {
		if got := c.w.Until(c.now.UTC()); got != c.want {
			t.Errorf("%+v at %s: %s, want %s", c.w, c.now, got, c.want)
		}
	}
}
