package result_test

import (
	"fmt"
	"testing"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/cmd/result"
)

// What went wrong is in the short form however much went well before it.
func TestTheShortFormOfARolloutHasWhatWentWrong(t *testing.T) {
	const most = 3
	wave := &result.RolloutWave{Name: "all"}
	for i := range 100 {
		item := &result.RolloutItem{Version: i, Outcome: rollout.Active}
		check := &result.RolloutCheck{Check: fmt.Sprint(i), Outcome: rollout.Held}
		if i >= 98 {
			item.Outcome, check.Outcome = rollout.Failed, rollout.NotHeld
		}
		wave.Items, wave.Checks = append(wave.Items, item), append(wave.Checks, check)
	}
	v := &result.Rollout{Waves: []*result.RolloutWave{wave}}
	short := v.Short(most).Waves[0]
	have := []int{}
	for _, i := range short.Items {
		have = append(have, i.Version)
	}
	if fmt.Sprint(have) != "[0 98 99]" || short.ItemsLeftOut != 97 {
		t.Errorf("items %v, %d left out", have, short.ItemsLeftOut)
	}
	if len(short.Checks) != 2 || short.Checks[0].Check != "98" {
		t.Errorf("%d checks", len(short.Checks))
	}
	for i := range wave.Checks {
		wave.Checks[i].Outcome = rollout.NotHeld
	}
	if n := len(v.Short(most).Waves[0].Checks); n != most {
		t.Errorf("%d of the checks that did not hold", n)
	}
	if len(wave.Items) != 100 || len(wave.Checks) != 100 {
		t.Error("the rollout itself has lost something")
	}
	if n := len(v.Short(0).Waves); n != 0 {
		t.Errorf("%d waves", n)
	}
}
