package activation_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

func TestWhoIsAskedBeforeASubmissionCanRefuseIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		refusal := errors.New("not now")
		asked := 0
		target := www()
		target.Before = func(list *papi.ActivationList) error {
			if asked++; len(list.Items) == 0 {
				t.Error("asked without the look")
			}
			return refusal
		}
		if _, err := s.activate(target); !errors.Is(err, refusal) || asked != 1 || s.accepted() != 0 {
			t.Errorf("asked %d times, %d accepted: %v", asked, s.accepted(), err)
		}
		back := activation.RollbackTarget{Target: target}
		back.Version = 6
		if _, err := s.engine.Rollback(t.Context(), back); !errors.Is(err, refusal) || asked != 2 {
			t.Errorf("asked %d times: %v", asked, err)
		}
		target.Version = 7 // which is active
		if r, err := s.activate(target); err != nil || asked != 2 {
			t.Errorf("asked although nothing is to be submitted: %+v, %v", r, err)
		}
	})
}
