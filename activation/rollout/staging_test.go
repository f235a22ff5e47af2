package rollout_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi/simulator"
)

// Each tenth property of a scene has version 3 on staging; all others have 2.
func TestWhatIsNotActiveOnStagingIsRejectedOnProduction(t *testing.T) {
	for _, submit := range []rollout.SubmitMode{rollout.SubmitSingle, rollout.SubmitBulk} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, 40, 1, simulator.Options{})
			p := s.plan(manifest(40, "networks: [production]", "tolerate: 100%"))
			r, err := s.apply(p, rollout.Options{RequireStaging: true, Submit: submit})
			if err != nil || r.Totals.Active != 4 || s.submissions(40) != 4 {
				t.Fatalf("%s: %s, %d submissions, %v", submit, states(r), s.submissions(40), err)
			}
			i := r.Waves[0].Items[0]
			if rejected, ok := errors.AsType[*activation.RejectedError](i.Err); !ok || i.State != rollout.Rejected || !strings.Contains(rejected.Reason, "version 2 is") {
				t.Errorf("%s: %s, %v", submit, i.State, i.Err)
			}
		})
	}
}

func TestAWaveIsActiveOnStagingBeforeProduction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{})
		r, err := s.apply(s.plan(manifest(4, "networks: [staging, production]")), rollout.Options{RequireStaging: true})
		if err != nil || r.Totals.Active != 8 {
			t.Errorf("%s, %v", states(r), err)
		}
	})
}
