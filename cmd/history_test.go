package cmd_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/cmd"
)

type historyDoc struct {
	History []struct {
		ID, Type, Network, Status string
		Version                   int
		TookSeconds               *float64
	}
	Usual []struct {
		Network       string
		MedianSeconds *float64
		Of            int
	}
}

func TestHistoryShowsTheLatestFirst(t *testing.T) {
	tests := []struct {
		args string
		want []string
	}{
		{"--limit 3", []string{"7 PRODUCTION 420", "7 STAGING 90", "6 PRODUCTION 420"}},
		{"-n staging --limit 2", []string{"7 STAGING 90", "6 STAGING 90"}},
		{"-n production --limit 1", []string{"7 PRODUCTION 420"}},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newScene(t).run(append([]string{"history", "www.example.com", "-o", "json"}, strings.Fields(tt.args)...)...)
				var got []string
				for _, h := range decoded[historyDoc](t, r).History {
					got = append(got, fmt.Sprint(h.Version, " ", h.Network, " ", *h.TookSeconds))
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("history (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestHistoryKnowsTheMedians(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := decoded[historyDoc](t, newScene(t).run("history", "www.example.com", "-o", "json"))
		if len(d.History) != 14 || len(d.Usual) != 2 || d.Usual[0].Network != "STAGING" || *d.Usual[0].MedianSeconds != 90 || *d.Usual[1].MedianSeconds != 420 || d.Usual[1].Of != 6 {
			t.Errorf("%d activations, %+v", len(d.History), d.Usual)
		}
	})
}

func TestHistoryOfNothingIsAnEmptyList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newScene(t).run("history", "new.example.com", "-o", "json")
		d := decoded[historyDoc](t, r)
		if !strings.Contains(r.stdout, `"history": []`) || d.Usual[0].MedianSeconds != nil {
			t.Errorf("%s", r.stdout)
		}
		if r := newScene(t).run("history", "www.example.com", "--limit", "-1", "-o", "json"); r.code != 2 {
			t.Errorf("exit code %d for a negative limit", r.code)
		}
	})
}

func TestHistoryMedianIsOfActivationsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.run("deactivate", "www.example.com", "-n", "staging", "--yes", notify)
		d := decoded[historyDoc](t, s.run("history", "www.example.com", "-n", "staging", "-o", "json"))
		if d.History[0].Type != "DEACTIVATE" || d.Usual[0].Of > 6 {
			t.Errorf("%+v, %+v", d.History[0], d.Usual[0])
		}
	})
}

func TestHistorySinceShowsAllOfThatTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		if r := s.run("activate", "www.example.com@8", notify); r.code != cmd.ExitOK {
			t.Fatal(r.stderr)
		}
		for since, want := range map[string]int{"1h": 1, "3 days": 3, "3650d": 15, "5s": 0} {
			r := s.run("history", "www.example.com", "--since", since, "-o", "json")
			var d struct {
				History []struct{ SubmitDate time.Time }
			}
			if err := json.Unmarshal([]byte(r.stdout), &d); err != nil || len(d.History) != want {
				t.Errorf("--since %s: %d, want %d (%v)", since, len(d.History), want, err)
			}
		}
		if r := s.run("history", "www.example.com", "--since", "3650d", "--limit", "2"); strings.Count(r.stdout, "atv_") != 2 {
			t.Errorf("--limit counts, too: %s", r.stdout)
		}
		if r := s.run("history", "www.example.com", "--since", "5s"); r.code != cmd.ExitOK || !strings.HasPrefix(r.stdout, "no activations\n") {
			t.Errorf("exit code %d: %s", r.code, r.stdout)
		}
		if r := s.run("history", "www.example.com", "--since", "yesterday"); r.code != cmd.ExitUsage || !strings.Contains(r.stderr, "is not a duration such as") {
			t.Errorf("exit code %d: %s", r.code, r.stderr)
		}
	})
}
