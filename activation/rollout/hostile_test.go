package rollout_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi/simulator"
)

// TestAPlanThatCannotBeIsRefused alters each member of a good plan.
func TestAPlanThatCannotBeIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 5, 1, simulator.Options{})
		p := s.plan(manifest(4, "networks: [staging, production]", "note: A change", "tolerate: 1", "window: {from: '09:00', to: '17:00'}",
			"waves: [{name: a, take: 2, checks: [home], watch: 1m}, {name: b}]", checks))
		data, err := p.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rollout.ParsePlan(data); err != nil {
			t.Fatal(err)
		}
		for name, change := range map[string]func(plan map[string]any){
			"no kind":               func(p map[string]any) { delete(p, "kind") },
			"another kind":          func(p map[string]any) { p["kind"] = "x" },
			"another schema":        func(p map[string]any) { p["schemaVersion"] = 99 },
			"a member of its own":   func(p map[string]any) { p["extra"] = true },
			"no name":               func(p map[string]any) { p["name"] = "" },
			"a name with a bracket": func(p map[string]any) { p["name"] = "a]" },
			"a long name":           func(p map[string]any) { p["name"] = strings.Repeat("a", 61) },
			"no account":            func(p map[string]any) { p["accountId"] = "" },
			"another account":       func(p map[string]any) { p["accountId"] = "act_other" },
			"no networks":           func(p map[string]any) { p["networks"] = []any{} },
			"three networks":        func(p map[string]any) { p["networks"] = []any{"STAGING", "PRODUCTION", "STAGING"} },
			"a network twice":       func(p map[string]any) { p["networks"] = []any{"STAGING", "STAGING"} },
			"an unknown network":    func(p map[string]any) { p["networks"] = []any{"MARS"} },
			"networks in the other order": func(p map[string]any) {
				p["networks"] = []any{"PRODUCTION", "STAGING"}
			},
			"no waves":           func(p map[string]any) { p["waves"] = []any{} },
			"a wave twice":       func(p map[string]any) { wave(p, 1)["name"] = "a" },
			"another wave":       func(p map[string]any) { wave(p, 1)["name"] = "c" },
			"a wave of nothing":  func(p map[string]any) { wave(p, 0)["properties"], wave(p, 1)["properties"] = []any{}, []any{} },
			"none at once":       func(p map[string]any) { wave(p, 0)["atOnce"] = 0 },
			"a check it has not": func(p map[string]any) { wave(p, 0)["checks"] = []any{"other"} },
			"a watch before":     func(p map[string]any) { wave(p, 0)["watch"] = "-1m" },
			"a property twice":   func(p map[string]any) { item(p, 1)["propertyId"] = item(p, 0)["propertyId"] },
			"another property":   func(p map[string]any) { item(p, 1)["propertyId"] = "prp_5" },
			"no id":              func(p map[string]any) { item(p, 0)["propertyId"] = "" },
			"an id with a path":  func(p map[string]any) { item(p, 0)["propertyId"] = "prp_1/../2" },
			"a group with a path": func(p map[string]any) {
				item(p, 0)["groupId"] = "grp_1?x=y"
			},
			"no version":              func(p map[string]any) { item(p, 0)["version"] = 0 },
			"another version":         func(p map[string]any) { item(p, 0)["version"] = 2 },
			"a version of fractions":  func(p map[string]any) { item(p, 0)["version"] = 1.5 },
			"less than none active":   func(p map[string]any) { item(p, 0)["stagingVersion"] = -1 },
			"a name of two lines":     func(p map[string]any) { item(p, 0)["propertyName"] = "a\nb" },
			"a name with an escape":   func(p map[string]any) { item(p, 0)["propertyName"] = "\x1b[2J" },
			"an unknown answer":       func(p map[string]any) { p["onFailure"] = "panic" },
			"no answer":               func(p map[string]any) { delete(p, "onFailure") },
			"an unknown indecision":   func(p map[string]any) { p["undecided"] = "x" },
			"a note of two lines":     func(p map[string]any) { p["note"] = "a\r\nb" },
			"a long note":             func(p map[string]any) { p["note"] = strings.Repeat("a", 3000) },
			"an address of two lines": func(p map[string]any) { p["notify"] = []any{"a@example.com\nb"} },
			"the rest may fail":       func(p map[string]any) { p["tolerate"] = "rest" },
			"less than none may fail": func(p map[string]any) { p["tolerate"] = "-1" },
			"a reserve of less":       func(p map[string]any) { p["reserve"] = -1 },
			"a window of nothing":     func(p map[string]any) { p["window"] = map[string]any{"from": "09:00", "to": "09:00", "zone": "UTC"} },
			"a window nowhere": func(p map[string]any) {
				p["window"] = map[string]any{"from": "09:00", "to": "10:00", "zone": "Mars/City"}
			},
			"a check of both kinds":  func(p map[string]any) { home(p)["command"] = []any{"./x"} },
			"a check of no kind":     func(p map[string]any) { delete(home(p), "http") },
			"a check without an end": func(p map[string]any) { home(p)["timeout"] = "1000h" },
			"a digest of its own":    func(p map[string]any) { p["digest"] = strings.Repeat("0", 12) },
		} {
			var plan map[string]any
			if err := json.Unmarshal(data, &plan); err != nil {
				t.Fatal(err)
			}
			change(plan)
			altered, err := json.Marshal(plan)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := rollout.ParsePlan(altered); err == nil {
				t.Errorf("%s: it is taken: %s", name, got.Mark())
			} else if strings.ContainsAny(err.Error(), "\n\x1b") || len(err.Error()) > 500 {
				t.Errorf("%s: %q", name, err)
			}
		}
		for name, text := range map[string]string{
			"nothing": "", "no JSON": "name: x", "a list": "[]", "two": string(data) + string(data), "large": string(data) + strings.Repeat(" ", 17<<20),
			"deep": strings.Repeat(`{"waves":[`, 10_000),
		} {
			if _, err := rollout.ParsePlan([]byte(text)); err == nil {
				t.Errorf("%s: it is taken", name)
			}
		}
	})
}

func wave(plan map[string]any, n int) map[string]any {
	return plan["waves"].([]any)[n].(map[string]any) //nolint:forcetypeassert // of a plan that was made here
}

func item(plan map[string]any, n int) map[string]any {
	return wave(plan, 0)["properties"].([]any)[n].(map[string]any) //nolint:forcetypeassert // of a plan that was made here
}

func home(plan map[string]any) map[string]any {
	return plan["checks"].(map[string]any)["home"].(map[string]any) //nolint:forcetypeassert // of a plan that was made here
}

func TestWhatIsNotInTheDigestMayChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 5, 1, simulator.Options{})
		first := s.plan(manifest(3))
		for _, lines := range [][]string{
			{"note: Another one"}, {"tolerate: 2"}, {"on-failure: rollback"}, {checks, "waves: [{name: all, checks: [home], at-once: 1}]"}, {"window: {from: '09:00', to: '17:00'}"},
		} {
			if p := s.plan(manifest(3, lines...)); p.Digest != first.Digest {
				t.Errorf("%q changes the digest", lines)
			}
		}
		for _, lines := range [][]string{{"networks: [production]"}, {"networks: [staging, production]"}, {"waves: [{take: 1}, {take: rest}]"}, {"waves: [{name: other}]"}} {
			if p := s.plan(manifest(3, lines...)); p.Digest == first.Digest {
				t.Errorf("%q does not change the digest", lines)
			}
		}
		if p := s.plan(manifest(4)); p.Digest == first.Digest {
			t.Error("another property does not change the digest")
		}
	})
}

func FuzzAnyPlanIsReadOrRefused(f *testing.F) {
	f.Add([]byte(`{"kind":"propctl-rollout-plan","schemaVersion":1,"name":"a","digest":"0","accountId":"act_1","networks":["STAGING"],"waves":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := rollout.ParsePlan(data)
		if err != nil {
			return
		}
		again, err := p.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if q, err := rollout.ParsePlan(again); err != nil || q.Digest != p.Digest {
			t.Errorf("it is not read again: %v", err)
		}
	})
}

func FuzzAnyManifestIsReadOrRefused(f *testing.F) {
	f.Add([]byte(wholeManifest))
	f.Add([]byte("name: a\nproperties: [&a prp_1, *a]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := rollout.ParseManifest(data)
		if err == nil && (m.Name == "" || len(m.Properties) == 0 || len(m.Waves) == 0 || len(m.Networks) == 0) {
			t.Errorf("%+v", m)
		}
	})
}
