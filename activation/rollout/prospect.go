package rollout

import (
	"time"

	"github.com/propctl/propctl/activation"
)

// Prospect is what a plan is before anything of it is done, as far as the plan itself
// tells: items that had their version when it was made are active, the others wait.
func (p *Plan) Prospect() *Result {
	b := newBoard(p, Options{})
	for _, e := range b.entries {
		if e.Before() == e.Version {
			e.state, e.shown = Active, true
		}
	}
	r, _ := b.result() // which has no trouble yet
	return r
}

// Estimate is about how long a wave takes on a network without its watch, when so many
// are on their way at once.
type Estimate struct {
	AtOnce int
	Took   time.Duration
	// FallbackUsed is how much of the hour in which its first item can be returned fast
	// has gone by when the wave ends.
	FallbackUsed time.Duration
}

// Figures of an account, by which estimates are made.
const (
	burst     = 1000 // requests that are taken at once
	perMinute = 90   // requests after them
)

// Estimates returns estimates for the numbers at once. To do as much as the pace of the
// account lets through, there are two requests an item.
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

// estimate reckons with places that are taken again when a round of looks has shown the
// one before as active, and with a last one that takes half as long again as is usual.
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

// Requests is about how many requests it takes to carry out a plan when nothing fails:
// a look and a submission for each item, and the lists of the groups once a minute while
// any is on its way; in small waves, the looks at each instead.
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
