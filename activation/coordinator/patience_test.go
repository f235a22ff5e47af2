package coordinator_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/coordinator/coordinatortest"
	"github.com/propctl/propctl/papi"
)

// Who does not wait for good waits for a submission to end, which it does within its lease, also when whoever
// submits has died. Else it would never come to be the next: it would give up before, each time.
func TestPatienceOutlastsASubmission(t *testing.T) {
	at := activation.Line{Account: "act_1-ABC", Asset: "prp_1001", Network: papi.Staging}
	wait := func(activation.Ahead) error { return nil }
	none := func(papi.ID) bool { return true }
	for _, tt := range []struct {
		name          string
		submits, dies bool
	}{{"follows", false, false}, {"submits", true, false}, {"has died while it was submitting", true, true}} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &coordinator.Memory{}
				dying := &coordinatortest.Dying{Store: store}
				first, err := (&coordinator.Turns{Store: dying}).Take(t.Context(), at, wait)
				if err != nil {
					t.Fatal(err)
				}
				defer first.Leave()
				if _, err := first.Permit(t.Context(), none); err != nil {
					t.Fatal(err)
				}
				if !tt.submits {
					first.Submitted(t.Context(), "atv_1", activation.Accepted)
				}
				dying.Die(tt.dies)
				if tt.submits && !tt.dies {
					time.AfterFunc(2*time.Minute, first.Leave)
				}
				begun := time.Now()
				next, err := (&coordinator.Turns{Store: store, Patience: 45 * time.Second}).Take(t.Context(), at, wait)
				took := time.Since(begun)
				if _, waits := errors.AsType[*activation.InLineError](err); waits == tt.submits || took > 160*time.Second || !waits && took < 2*time.Minute {
					t.Errorf("%v after %s", err, took)
				}
				if err == nil {
					next.Leave()
				}
			})
		})
	}
}

// Others could not read the line, and nobody could submit until somebody releases it.
func TestALeaseIsNoLongerThanOthersAccept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := activation.Line{Account: "act_1-ABC", Asset: "prp_1001", Network: papi.Staging}
		store, wait := &coordinator.Memory{}, func(activation.Ahead) error { return nil }
		for _, turns := range []*coordinator.Turns{{Submit: coordinator.MaxSubmit + 1}, {Lease: time.Hour + 1}} {
			turns.Store = store
			if turn, err := turns.Take(t.Context(), at, wait); err == nil {
				turn.Leave()
				t.Errorf("%+v gives a turn", turns)
			}
		}
		longest := &coordinator.Turns{Store: store, Lease: time.Hour, Submit: coordinator.MaxSubmit}
		turn, err := longest.Take(t.Context(), at, wait)
		if err != nil {
			t.Fatal(err)
		}
		defer turn.Leave()
		if _, err := turn.Permit(t.Context(), func(papi.ID) bool { return true }); err != nil {
			t.Fatal(err)
		}
		lines, err := coordinator.Lines(t.Context(), store)
		if err != nil || len(lines) != 1 || len(lines[0].Tickets) != 1 || lines[0].Tickets[0].Phase != coordinator.PhasePosting {
			t.Errorf("%+v, %v", lines, err)
		}
	})
}
