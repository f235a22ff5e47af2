package activation

import (
	"time"

	"github.com/propctl/propctl/papi"
)

// Bounds of a pause between two looks.
const (
	minPoll       = 5 * time.Second  // also of a fixed interval, and of a Retry-After
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

// schedule chooses the pauses between the looks at one activation. It is a value:
// after returns the schedule for the next look.
type schedule struct {
	poll  Poll
	usual usualDurations
	// linear counts the steps of the back-off from the submission, late those past
	// the usual durations, settling those while what is active is not steady.
	linear, late, settling int
	// before is the age at the last look that did not show the last stage, shown that
	// at the first one that did; 0 as long as none has.
	before, shown time.Duration
}

// sight is what a look at an activation has shown.
type sight struct {
	age        time.Duration // of the activation
	retryAfter time.Duration // that PAPI asked for; 0: it did not
	stage      stage
}

// stage is how far an activation is, as far as it can be told.
type stage int

const (
	untold    stage = iota // PAPI tells no state
	early                  // the last stage is still to come
	lastStage              // deployed: all that is left is to become active
	settling               // active, and not steady
)

// fmaDeployed is the value of Activation.FMAActivationState before FMASteady.
const fmaDeployed = "deployed"

// stageOf returns the stage of an activation that is still waited for.
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

// after returns the pause after a look, and the schedule from then on.
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

// adaptive returns the step of the adaptive schedule. A failure is mostly an early
// one, so the first looks come soon, and ever more rarely; from the time on at
// which the fastest of the usual durations was over, looks are made where the end
// is likely.
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
		if step > rest-stepGrowth { // no look shortly before the one that matters
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

// fine returns the step after a look at which the end is expected. It is false
// when the end was expected before.
func (s schedule) fine(l sight) (time.Duration, bool) {
	ends := s.ends(l)
	if len(ends) == 0 {
		return 0, false
	}
	// The step is as long as the end is seen no later by it, on average, than a look
	// is worth. That makes steps short where the end is likely, and long where it is not.
	worth := leastLookCost + s.usual.median/lookCostShare
	longest := max(min(maxFineStep, linear(s.linear)), minPoll)
	for step := minPoll; step < longest; step += time.Second {
		if missed(ends, l, step) >= worth {
			return step, true
		}
	}
	return longest, true
}

// How much later the end may be seen to save one look: about half a second for an
// activation of a minute, a second for one of seven.
const (
	leastLookCost = 300 * time.Millisecond
	lookCostShare = 495 // of the usual duration
)

// end is an age at which an activation may end, and how likely it is, as far as
// the sum of all is 1.
type end struct {
	age    time.Duration
	weight float64
}

// missed returns how late is seen what happens within a step, on average: it is seen
// half a step late. Beside the end it is the beginning of the last stage, which tells
// of the end the better the more exactly it is known.
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

// Figures of what the last stage tells. PAPI mostly shows it when half of the time is
// over, but nothing says that it has to.
const (
	lastStageAt     = 0.5   // share of the whole duration
	lastStageSpread = 0.025 // of that share, to both sides
	lastStageThere  = 0.68  // how likely it is that it begins there
	lastStageAny    = 0.16  // and at any other time; else it tells nothing
	beginShare      = 0.1   // of the end's worth is that of the beginning of the last stage
	unlikely        = 0.01  // how likely is at least what was seen
)

// begun returns how likely it is that the last stage has begun at an age, for an
// activation that takes so long.
func begun(age, whole time.Duration) float64 {
	share := min(float64(age)/float64(whole), 1)
	there := (share - lastStageAt + lastStageSpread) / (2 * lastStageSpread)
	return lastStageThere*min(max(there, 0), 1) + lastStageAny*share
}

// ends returns the ends that may still come, by the durations of other activations
// and by what has been seen of this one; none for one that is late and has not said
// that it is about to end.
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

// likely returns how likely is what was seen of an activation that takes so long.
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
