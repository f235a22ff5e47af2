package metrics

import (
	"github.com/propctl/propctl/cmd/result"
)

// mostWaves bounds the samples of one run.
const mostWaves = 100

// waves adds what became of the items of a rollout, by wave. Those without any are
// left out, but for the active ones and those that have failed.
func (e *exposition) waves(d *result.Document) {
	items := e.family("propctl_rollout_items", kindGauge, "Items of a wave of the rollout, a property on a network each, by what became of them.")
	if d.Rollout == nil {
		return
	}
	for _, w := range d.Rollout.Waves[:min(len(d.Rollout.Waves), mostWaves)] {
		t := w.Totals
		for _, one := range []struct {
			state  string
			n      int
			always bool
		}{
			{"active", t.Active, true},
			{"failed", t.Failed, true},
			{"underway", t.Underway, false},
			{"waiting", t.Waiting, false},
			{"blocked", t.Blocked, false},
			{"rolled-back", t.RolledBack, false},
			{"skipped", t.Skipped, false},
			{"unknown", t.Unknown, false},
		} {
			if one.n > 0 || one.always {
				items.add(float64(one.n), []label{{"command", d.Command}, {"rollout", d.Rollout.Name}, {"wave", w.Name}, {"state", one.state}})
			}
		}
	}
}
