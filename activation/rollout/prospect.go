package rollout

import (
	"time"

	"github.com/propctl/propctl/activation"
)

// Prospect is the expected state of a plan that was not begun, by the plan alone: items that already had their
// version when it was made are active, all others wait.
func (p *Plan) Prospect() *Result {
	b := newBoard(p, Options{})
	for _, e := range b.entries {
		if e.Before() == e.Version {
			e.state, e.shown = Active, true
		}
	}
	r, _ := b.result() // it cannot have an error
	return r
}

// Estimate is the estimated duration of a wave on one network, without its watch, for a number of concurrent
// activations.
type Estimate struct {
	AtOnce int
	Took   time.Duration // in PAPI's time, as are all durations here
	// FallbackUsed is how much of the first item's hour for fast fallback has passed at the end of the wave.
	FallbackUsed time.Duration
}

// Rate limits of an account, for estimates.
const (
	burst     = 1000 // requests that are accepted at once
	perMinute = 90   // requests after that
)

// Estimates returns an estimate for each number of concurrent activations. Each item needs two requests, at the
// pace of the account.
func (p *Plan) Estimates(s Stage, atOnce ...int) []Estimate {
	n := 0
	for _, item := range p.Waves[s.Wave].Properties {
		if item.Before(s.Network) != item.Version {
			n++
		}
	}
	var all []Estimate
	for _, k := range atOnce {
		all = append(all, estimate(n, min(k, max(n, 1)), activation.UsualDuration(nil, s.Network)))
	}
	for i, k := range atOnce {
		all[i].AtOnce = k
	}
	return all
}

// estimate assumes that places become free when a round of polls has shown the previous items as active, and
// that the last item takes half as long again as usual.
func estimate(n, k int, usual time.Duration) Estimate {
	if n == 0 {
		return Estimate{}
	}
	requests := max(lookAndSubmit*n-burst, 0)
	paced := time.Duration(float64(requests) / perMinute * float64(time.Minute))
	refills := time.Duration(float64(n-k) / float64(k) * float64(usual+roundStep))
	took := max(paced, refills) + usual*3/2
	return Estimate{Took: took.Round(time.Second), FallbackUsed: max(took-usual, 0).Round(time.Second)}
}

// Requests estimates the requests of a plan without failures: a look and a submission for each item, and the
// lists of the groups once a minute while items are in progress; in small waves polls of each item instead.
func (p *Plan) Requests() int {
	groups := map[pair]bool{}
	n := 0
	for _, s := range p.Stages() {
		items := 0
		for _, item := range p.Waves[s.Wave].Properties {
			if item.Before(s.Network) != item.Version {
				items++
				groups[pair{item.ContractID, item.GroupID}] = true
			}
		}
		n += lookAndSubmit * items
		const looks = 10 // of an item of a small wave
		if len(p.Waves[s.Wave].Properties) <= smallStage {
			n += looks * items
			continue
		}
		took := p.Estimates(s, p.Waves[s.Wave].AtOnce)[0].Took
		n += len(groups) * int(took/roundStep)
	}
	return n + len(groups)
}
