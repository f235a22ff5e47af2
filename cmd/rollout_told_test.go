package cmd_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf16"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

// many is an account with n properties beside the usual ones, of which some versions fail.
func many(n int, failing ...int) func(*simulator.Options) {
	return func(o *simulator.Options) {
		all := simulator.Properties(n, 1, time.Now())
		for _, i := range failing {
			all[i].Versions[2].Fails = true
		}
		o.Properties = all
	}
}

// lean is a message about a rollout.
type lean struct {
	Outcome string
	Rollout struct {
		Name   string
		Plan   json.RawMessage
		Totals rolloutTotals
		Waves  []struct {
			Name         string
			Totals       rolloutTotals
			Items        []struct{ Outcome string }
			ItemsLeftOut int
		}
	}
}

// Receivers have limits of their own: a message about many items has those that matter.
func TestAMessageAboutManyItemsIsBounded(t *testing.T) {
	for _, c := range []struct {
		name, waves string
		properties  int
		least       int // items in the message
	}{
		{"1,000 items", "waves: [{name: canary, take: 1}, {name: rest}]", 1000, 50},
		{"100 waves", "waves: [" + strings.Repeat("{take: 1}, ", 99) + "{take: rest}]", 300, 1},
	} {
		if testing.Short() {
			c.properties = 300 // which is too many for the message all the same
		}
		synctest.Test(t, func(t *testing.T) {
			s, to := newScene(t, many(c.properties, 299, 297)), &receiver{t: t}
			s.reporting = to
			s.set(map[string]string{"PROPCTL_NOTIFY_URL": webhookURL})
			r := s.run("rollout", "apply", s.manifest("{select: {name: 'p*'}, version: 3}", "tolerate: 5", c.waves), "-o", "json")
			told := to.all()
			if r.code != cmd.ExitOK || len(told) != 1 {
				t.Fatalf("%s: exit code %d, %d messages: %.500s", c.name, r.code, len(told), r.stderr)
			}
			if n := len(told[0].body); n > 64<<10 {
				t.Errorf("%s: %d bytes", c.name, n)
			}
			var m lean
			if err := json.Unmarshal(told[0].body, &m); err != nil {
				t.Fatal(err)
			}
			if m.Rollout.Name != "test" || m.Rollout.Totals.Items != c.properties || m.Rollout.Totals.Failed != 2 || m.Rollout.Plan != nil {
				t.Errorf("%s: %+v", c.name, m.Rollout.Totals)
			}
			items, failed := 0, 0
			for _, w := range m.Rollout.Waves {
				if len(w.Items)+w.ItemsLeftOut != w.Totals.Items {
					t.Errorf("%s: %d items and %d more of %d", c.name, len(w.Items), w.ItemsLeftOut, w.Totals.Items)
				}
				for _, i := range w.Items {
					items++
					if i.Outcome == "failed" {
						failed++
					}
				}
			}
			if items < c.least || c.least > 0 && failed != 2 {
				t.Errorf("%s: %d items, %d that have failed", c.name, items, failed)
			}
		})
	}
}

func TestAMessageAboutFewItemsHasAllOfThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, to := newReportingScene(t)
		s.set(map[string]string{"PROPCTL_NOTIFY_URL": webhookURL})
		s.run("rollout", "apply", s.manifest("www.example.com@8, api.example.com"))
		var m lean
		if err := json.Unmarshal(to.all()[0].body, &m); err != nil || len(m.Rollout.Waves) != 1 || len(m.Rollout.Waves[0].Items) != 2 {
			t.Errorf("%v: %s", err, to.all()[0].body)
		}
	})
}

func TestMetricsHaveTheItemsOfEachWave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		path := filepath.Join(s.env["HOME"], "propctl.prom")
		s.run("rollout", "apply", s.manifest("prp_1001@8, failing.example.com@2, api.example.com", "waves: [{name: canary, take: 1}, {name: rest}]"), "--metrics-file", path)
		p := readPage(t, path)
		for key, want := range map[string]float64{"wave=canary state=active": 1, "wave=canary state=failed": 0, "wave=rest state=active": 1, "wave=rest state=failed": 1} {
			if got, ok := p["propctl_rollout_items command=rollout apply rollout=test "+key]; !ok || got != want {
				t.Errorf("%s is %v, %v", key, got, ok)
			}
		}
		if n := len(slices.DeleteFunc(slices.Collect(maps.Keys(p)), func(k string) bool { return !strings.Contains(k, "rollout_items") })); n != 4 {
			t.Errorf("%d samples of items: %v", n, p)
		}
	})
}

func TestTraceOfARolloutHasItsWaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, to := newTracedScene(t)
		manifest := s.manifest("prp_1001@8, api.example.com, failing.example.com@2", "waves: [{name: canary, take: 1}, {name: rest}]", "on-failure: rollback")
		tr, _ := traced(t, s, to, "rollout", "apply", manifest)
		root := tr.spans[0]
		var got []string
		for _, phase := range tr.spans {
			if phase.ParentSpanID != root.SpanID {
				continue
			}
			of, posts := attributesOf(phase.Attributes), 0
			for _, s := range tr.spans {
				if s.ParentSpanID == phase.SpanID && strings.HasPrefix(s.Name, "POST ") && strings.HasSuffix(s.Name, "/activations") {
					posts++
				}
			}
			got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s/%s %d", phase.Name, of["propctl.rollout.wave"], of["propctl.rollout.active"], of["propctl.rollout.items"], posts)))
		}
		want := []string{"look  / 0", "wave canary 1/1 1", "wave rest 1/2 2", "return  / 2"}
		if !slices.Equal(got, want) || attributesOf(root.Attributes)["propctl.rollout.name"] != "test" {
			t.Errorf("%q, want %q", got, want)
		}
		failed := slices.IndexFunc(tr.spans, func(s otlpSpan) bool { return s.Name == "wave" && s.Status.Code == 2 })
		if failed < 0 || attributesOf(tr.spans[failed].Attributes)["propctl.rollout.wave"] != "rest" || len(tr.spans[failed].Events) == 0 {
			t.Error("the wave that has failed is not said to have")
		}
	})
}

// What is printed about a rollout has room on a narrow terminal where it is not a command to copy.
func TestTheOutcomeOfARolloutHasRoom(t *testing.T) {
	for columns, want := range map[int]string{
		40:  "rollout test: failed\n  so far:     1 of 2 active, 1 failed\n",
		200: "rollout test: failed, 1 of 2 active, 1 failed\n",
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			s.columns = columns
			r := s.run("rollout", "apply", s.manifest("prp_1001@8, failing.example.com@2"))
			if !strings.HasPrefix(r.stdout, want) {
				t.Errorf("%d columns:\n%s", columns, r.stdout)
			}
		})
	}
}

// Latest has moved since: the return of the manifest finds another plan, and the plan's own return does it.
func TestARollbackOfAManifestWhoseLatestHasMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		plan := s.planned(s.manifest("prp_1001@8"))
		if r := s.run("rollout", "apply", plan); r.code != cmd.ExitOK {
			t.Fatal(r.stderr)
		}
		r := s.run("rollout", "rollback", s.manifest("prp_1001@6"), "-o", "json")
		if d := r.rollout(t); r.code != cmd.ExitRejected || d.Error.Code != "another-plan" || strings.Contains(r.stdout, "--replan") {
			t.Errorf("exit code %d: %s", r.code, r.stdout)
		}
		if r := s.run("rollout", "rollback", plan, "-o", "json"); r.code != cmd.ExitOK || r.rollout(t).Rollout.Totals.RolledBack != 1 {
			t.Errorf("exit code %d: %s", r.code, r.stdout)
		}
	})
}

// Editors begin a file with a byte order mark, and the shell of Windows writes UTF-16.
func TestPlansAndManifestsAreReadInTheEncodingsOfWindows(t *testing.T) {
	wide := func(order binary.AppendByteOrder) func([]byte) []byte {
		return func(text []byte) []byte {
			data := order.AppendUint16(nil, 0xfeff)
			for _, unit := range utf16.Encode([]rune(string(text))) {
				data = order.AppendUint16(data, unit)
			}
			return data
		}
	}
	for name, encode := range map[string]func([]byte) []byte{
		"a byte order mark":         func(text []byte) []byte { return append([]byte("\xef\xbb\xbf"), text...) },
		"UTF-16":                    wide(binary.LittleEndian),
		"UTF-16 the other way":      wide(binary.BigEndian),
		"line ends of Windows":      func(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")) },
		"a blank line at the begin": func(text []byte) []byte { return append([]byte("\r\n"), text...) },
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			manifest := s.manifest("prp_1001@8", "note: Größer ✓")
			plan := s.planned(manifest)
			for _, file := range []string{manifest, plan} {
				text, err := os.ReadFile(file)
				must(t, err)
				must(t, os.WriteFile(file, encode(text), 0o600))
				if r := s.run("rollout", "status", file, "-o", "json"); r.code != cmd.ExitOK || r.rollout(t).Rollout.Totals.Items != 1 {
					t.Errorf("%s of %s: exit code %d: %s", name, filepath.Base(file), r.code, r.stderr)
				}
			}
		})
	}
}

// Who waits for the window is told so; the clock of a test begins on a Saturday.
func TestAWindowThatIsShutIsTold(t *testing.T) {
	for window, told := range map[string]bool{"{days: [mon], from: '09:00', to: '16:00'}": true, "{days: [sat], from: '00:00', to: '16:00'}": false} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			r := s.run("rollout", "apply", s.manifest("prp_1001@8", "window: "+window))
			if r.code != cmd.ExitOK || strings.Contains(r.stderr, "nothing is submitted before 2000-01-03T09:00:00Z") != told {
				t.Errorf("%s: exit code %d: %s", window, r.code, r.stderr)
			}
			if r.took > 24*time.Hour != told {
				t.Errorf("%s: it took %s", window, r.took)
			}
		})
	}
}
