package runner_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/papi/simulator"
)

// A plan that a runner has read already, for the rollout that it is of, is refused for another one.
func TestAPlanIsThatOfItsOwnRollout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 3, simulator.Options{})
		p := s.plan(manifest(3))
		s.handIn(p)
		key := "rollout." + p.AccountID.Bare() + "."
		job, err := s.store.Get(t.Context(), key+"test")
		if err != nil {
			t.Fatal(err)
		}
		other := bytes.Replace(job.Value, []byte(`"name":"test"`), []byte(`"name":"zz"`), 1)
		if _, err := s.store.Put(t.Context(), key+"zz", other, 0); err != nil || bytes.Equal(other, job.Value) {
			t.Fatal(err)
		}
		r, err := s.runner(t.Context(), "one", p.AccountID).Run(t.Context())
		if err != nil || len(r.Led) != 1 || !strings.Contains(s.lines(), "rollout zz cannot be had: it is another one's") {
			t.Errorf("%v, %d led\n%s", err, len(r.Led), s.lines())
		}
	})
}

// A rollout whose plan was altered is carried out when it is handed in again, while another one runs.
func TestARolloutThatIsHandedInAgainIsCarriedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 4, simulator.Options{})
		s.handIn(s.plan(manifest(3)))
		p := s.plan(strings.NewReplacer("name: test", "name: again", "prp_100001@3", "prp_100004@3").Replace(manifest(1)))
		key := "plan." + s.handIn(p).Plan + ".0"
		kept, err := s.store.Get(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.store.Put(t.Context(), key, []byte("garbage"), kept.Revision); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(20*time.Second, func() { s.handIn(p) })
		r, err := s.runner(t.Context(), "one", p.AccountID).Run(t.Context())
		if err != nil || len(r.Led) != 2 || !strings.Contains(s.lines(), "the plan of rollout again cannot be had") {
			t.Errorf("%v, %d led\n%s", err, len(r.Led), s.lines())
		}
	})
}
