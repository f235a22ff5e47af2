package activation

import (
	"time"

	"github.com/propctl/propctl/papi"
)

// Bounds of the pause between two polls.
const (
	minPoll       = 5 * time.Second  // also for a fixed interval and a Retry-After
	maxFineStep   = 60 * time.Second // while the end is expected
	maxRetryAfter = time.Hour        // a longer one is taken for a mistake
)

// Steps of the linear back-off: 5 s, 15 s, 25 s and so on.
const (
	firstStep  = 5 * time.Second
	stepGrowth = 10 * time.Second
)

// linear returns 5 s for 0, 15 s for 1, 25 s for 2 and so on.
func linear(n int) time.Duration { return firstStep + time.Duration(n)*stepGrowth }

// schedule chooses the pauses between polls of one activation. It is a value: after returns the schedule for
// the next poll.
type schedule struct {
	poll  Poll
	usual usualDurations
	// linear counts the steps of the back-off since the submission, late those after the usual durations,
	// settling those while the activation is not steady.
	linear, late, settling int
	// before is the age at the last poll that did not show the last stage, shown that at the first one that
	// did; 0 if there was none.
	before, shown time.Duration
}

// sight is what a poll has shown.
type sight struct {
	age        time.Duration // of the activation
	retryAfter time.Duration // Retry-After; 0 if PAPI sent none
	stage      stage
}

// stage is the progress of an activation, as far as PAPI shows it.
type stage int

const (
	untold    stage = iota // PAPI sends no state
	early                  // the last stage is still to come
	lastStage              // deployed: only the activation itself remains
	settling               // active, not yet steady
)

// fmaDeployed is the value of Activation.FMAActivationState before FMASteady.
const fmaDeployed = "deployed"

// stageOf returns the stage of an activation that the run waits for.
func stageOf(a papi.Activation) stage {
	switch {
	case phaseOf(a) == live:
		return settling
	case a.FMAActivationState == fmaDeployed:
		return lastStage
	case a.FMAActivationState == "":
		return untold
	}
	return early
}

// after returns the pause after a poll, and the schedule from then on.
func (s schedule) after(l sight) (time.Duration, schedule) {
	l.age = max(l.age, 0)
	if l.retryAfter > maxRetryAfter {
		l.retryAfter = 0
	}
	if l.retryAfter > 0 {
		l.retryAfter = max(l.retryAfter, minPoll)
	}
	switch s.poll.mode {
	case pollFixed:
		return s.poll.every, s
	case pollRetryAfter:
		if l.retryAfter > 0 {
			return l.retryAfter, s
		}
		s.linear++
		return linear(s.linear - 1), s
	case pollAdaptive:
	}
	step, s := s.adaptive(l)
	if l.retryAfter > 0 {
		step = min(step, l.retryAfter)
	}
	return step, s
}

// adaptive returns the pause of the adaptive schedule. Failures mostly come early, so the first polls come
// soon, with growing pauses; once the shortest usual duration has passed, polls come when the end is likely.
func (s schedule) adaptive(l sight) (time.Duration, schedule) {
	switch {
	case l.stage == settling:
		s.settling++
		return linear(s.settling - 1), s
	case l.stage != lastStage:
		s.before = l.age
	case s.shown == 0:
		s.shown = l.age
	}
	rest := s.usual.fastest() - l.age
	if rest > 0 {
		step := linear(s.linear)
		s.linear++
		if step > rest-stepGrowth { // no poll shortly before the one that matters
			return max(rest, minPoll), s
		}
		return step, s
	}
	if step, ok := s.fine(l); ok {
		return step, s
	}
	s.late++
	return linear(s.late), s
}

// fine returns the pause after a poll at which the end is expected. It is false if the end was expected before.
func (s schedule) fine(l sight) (time.Duration, bool) {
	ends := s.ends(l)
	if len(ends) == 0 {
		return 0, false
	}
	// The pause is as long as the average delay it causes does not exceed what a saved poll is worth. That
	// makes pauses short when the end is likely, and long when it is not.
	worth := leastLookCost + s.usual.median/lookCostShare
	longest := max(min(maxFineStep, linear(s.linear)), minPoll)
	for step := minPoll; step < longest; step += time.Second {
		if missed(ends, l, step) >= worth {
			return step, true
		}
	}
	return longest, true
}

// The delay that is accepted to save one poll: about half a second for an activation of a minute, a second for
// one of seven.
const (
	leastLookCost = 300 * time.Millisecond
	lookCostShare = 495 // as a fraction of the usual duration
)

// end is an age at which an activation may end, with its probability, up to a common factor.
type end struct {
	age    time.Duration
	weight float64
}

// missed returns the average delay with which an event during a pause is noticed, which is half of the pause.
// The events are the end, and the beginning of the last stage: the more exactly that is known, the better it
// predicts the end.
func missed(ends []end, l sight, step time.Duration) time.Duration {
	var all, ended, began float64
	until := l.age + step
	for _, e := range ends {
		all += e.weight
		switch {
		case e.age <= until:
			ended += e.weight
		case l.stage == early:
			before := begun(l.age, e.age)
			began += e.weight * (begun(until, e.age) - before) / (1 - before)
		}
	}
	return time.Duration((ended + beginShare*began) / all * float64(step/2))
}

// What the last stage predicts. PAPI mostly shows it after half of the duration, but does not guarantee that.
const (
	lastStageAt     = 0.5   // fraction of the whole duration
	lastStageSpread = 0.025 // of that fraction, to both sides
	lastStageThere  = 0.68  // probability that it begins there
	lastStageAny    = 0.16  // probability that it begins at any other time; otherwise it predicts nothing
	beginShare      = 0.1   // weight of noticing the beginning, relative to the end
	unlikely        = 0.01  // lower bound of the probability of an observation
)

// begun returns the probability that the last stage has begun at an age, for an activation of the given
// duration.
func begun(age, whole time.Duration) float64 {
	share := min(float64(age)/float64(whole), 1)
	there := (share - lastStageAt + lastStageSpread) / (2 * lastStageSpread)
	return lastStageThere*min(max(there, 0), 1) + lastStageAny*share
}

// ends returns the possible ends, judging by the durations of other activations and by what was seen of this
// one; none if the activation is late and its last stage has not been seen.
func (s schedule) ends(l sight) []end {
	if l.age >= s.usual.late() && l.stage != lastStage {
		return nil
	}
	var all []end
	add := func(ages []time.Duration, weight float64) {
		for _, age := range ages {
			if age > l.age {
				all = append(all, end{age, weight / float64(len(ages)) * s.likely(l, age)})
			}
		}
	}
	add(s.usual.spread(), 1-beyond)
	if l.stage == lastStage {
		add(s.usual.tail(), beyond)
	}
	return all
}

// likely returns the probability of what was seen, for an activation of the given duration.
func (s schedule) likely(l sight, whole time.Duration) float64 {
	switch l.stage {
	case early:
		return max(1-begun(l.age, whole), unlikely)
	case lastStage:
		between := float64(s.shown-s.before) / float64(s.usual.median)
		return max(begun(s.shown, whole)-begun(s.before, whole), unlikely*between)
	case untold, settling:
	}
	return 1
}
