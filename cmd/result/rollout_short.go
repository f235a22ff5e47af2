package result

import (
	"slices"

	"github.com/propctl/propctl/activation/rollout"
)

// Short returns the rollout with at most so many items, failed ones first, and as many failed checks; the rest
// is only counted. With 0 it has no waves either, whose number is unbounded. It omits the pinned plan.
func (v *Rollout) Short(most int) *Rollout {
	if v == nil {
		return nil
	}
	short := *v
	short.Plan, short.Waves = nil, []*RolloutWave{}
	if most == 0 {
		return &short
	}
	kept := map[*RolloutItem]bool{}
	for _, wanted := range []func(rollout.State) bool{failed, unfinished, anyState} {
		for _, w := range v.Waves {
			for _, i := range w.Items {
				if len(kept) < most && wanted(i.Outcome) {
					kept[i] = true
				}
			}
		}
	}
	checks := most
	for _, w := range v.Waves {
		wave := *w
		wave.Items = slices.DeleteFunc(slices.Clone(w.Items), func(i *RolloutItem) bool { return !kept[i] })
		wave.ItemsLeftOut = len(w.Items) - len(wave.Items)
		wave.Items = withoutAnswers(wave.Items)
		wave.Checks = slices.DeleteFunc(slices.Clone(w.Checks), func(c *RolloutCheck) bool {
			if c.Outcome == rollout.Held {
				return true
			}
			checks--
			return checks < 0
		})
		short.Waves = append(short.Waves, &wave)
	}
	return &short
}

func failed(s rollout.State) bool {
	return s.Bad() && s != rollout.Skipped || s == rollout.ReturnFailed || s == rollout.NotReturnable
}

func unfinished(s rollout.State) bool { return !s.Settled() }

func anyState(rollout.State) bool { return true }

// withoutAnswers returns the items without PAPI's problem documents.
func withoutAnswers(items []*RolloutItem) []*RolloutItem {
	all := []*RolloutItem{}
	for _, i := range items {
		if i.Error != nil && i.Error.PAPI != nil {
			lean := *i
			lean.Error = new(*i.Error)
			lean.Error.PAPI = nil
			i = &lean
		}
		all = append(all, i)
	}
	return all
}
