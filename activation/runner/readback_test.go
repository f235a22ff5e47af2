package runner_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/activation/runner"
	"github.com/propctl/propctl/papi/simulator"
)

// What is handed in can be carried out, or is refused: nothing is accepted that no runner can read, or lead.
func TestWhatIsHandedInCanBeCarriedOut(t *testing.T) {
	many := func(n int) []string {
		all := make([]string, n)
		for i := range all {
			all[i] = fmt.Sprintf("no-such-property-%06d.example.com", i)
		}
		return append(all, "prp_100001")
	}
	long := strings.Repeat("\x01", 300)
	for name, c := range map[string]struct {
		o       rollout.Options
		section string
		by      activation.Holder
	}{
		"a section with a long name":  {section: strings.Repeat("s", 301)},
		"a section that is not UTF-8": {section: strings.Repeat("\xff", 101)},
		"a wave with a long name":     {o: rollout.Options{Through: strings.Repeat("w", 301)}},
		"many names":                  {o: rollout.Options{Skip: many(2000)}},
		"almost too many names":       {o: rollout.Options{Skip: many(1680)}},
		"a part of no size":           {o: rollout.Options{PartSize: -1}},
		"somebody with long names":    {by: activation.Holder{Host: long, User: long, CI: long, Job: long, Doing: long, URL: "https://ci.example.com/" + strings.Repeat("\xff", 200)}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, 3, simulator.Options{})
				p := s.plan(manifest(3))
				_, err := runner.HandIn(t.Context(), &s.store, p, c.o, c.section, c.by)
				if err != nil {
					t.Log(err)
					if _, err := runner.HandIn(t.Context(), &s.store, p, rollout.Options{}, "", activation.Holder{}); err != nil {
						t.Errorf("nothing else can be handed in: %v", err)
					}
					return
				}
				if _, err := runner.Find(t.Context(), &s.store, p.AccountID, p.Name); err != nil {
					t.Errorf("it cannot be read: %v", err)
				}
				r := s.runner(t.Context(), "one", p.AccountID)
				r.Holder = activation.Holder{Host: long, User: long, CI: long, Job: long}
				r.Once = false
				go func() { _, _ = r.Run(t.Context()) }()
				time.Sleep(2 * time.Hour)
				if j := s.job(p); j.State != runner.Ended {
					t.Errorf("after two hours it is %s, by %v\n%s", j.State, j.Lead, s.lines())
				}
			})
		})
	}
}

// A plan that is larger than runners read is not stored.
func TestAPlanThatIsTooLargeIsNotHandedIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 3, simulator.Options{})
		p := s.plan(manifest(3))
		p.Note = strings.Repeat("x", 17<<20)
		_, err := runner.HandIn(t.Context(), &s.store, p, rollout.Options{}, "", activation.Holder{})
		if large := (*runner.TooLargeError)(nil); !errors.As(err, &large) {
			t.Error(err)
		}
	})
}

// A job whose lease overflows a duration is not read.
func TestALeadWhoseLeaseOverflowsIsNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 3, simulator.Options{})
		p := s.plan(manifest(3))
		s.handIn(p)
		err := coordinator.Change(t.Context(), &s.store, "rollout."+p.AccountID.Bare()+".test", func(e coordinator.Entry) ([]byte, error) {
			return []byte(strings.Replace(string(e.Value), `"term":0`, `"term":0,"lead":{"id":"x","beat":1,"leaseMs":9223372036855,"holder":{}}`, 1)), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if j, err := runner.Find(t.Context(), &s.store, p.AccountID, p.Name); err == nil {
			t.Errorf("%+v was read", j.Lead)
		}
	})
}
