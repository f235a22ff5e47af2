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

// lookCost returns how much later than necessary the end may be seen to save one
// look: about half a second for an activation of a minute, a second for one of
// seven. It is several times as much at an age at which the last stage is still
// expected to tell of the end.
func (s schedule) lookCost(st stage, age time.Duration) time.Duration {
	cost := leastLookCost + s.usual.median/lookCostShare
	if st == early {
		cost += time.Duration((earlyLookCost - 1) * s.belief(age) * float64(cost))
	}
	return cost
}

// Figures of the cost of a look.
const (
	leastLookCost = 300 * time.Millisecond
	lookCostShare = 550 // of the usual duration
	earlyLookCost = 16  // times as much
)

// belief returns how likely it still is that the last stage tells of the end when it
// has not begun at an age. It is 0 when all usual activations would be over
// before a last stage that begins only now tells of their end.
func (s schedule) belief(age time.Duration) float64 {
	var longer, long float64 // those that end later, and those whose last stage begins later
	for _, d := range s.usual.spread() {
		if d > age {
			longer++
		}
		if float64(d)*lastStageBegins > float64(age) {
			long++
		}
	}
	if long == 0 {
		return 0
	}
	return (1 - lastStageMute) * long / ((1-lastStageMute)*long + lastStageMute*longer)
}

// fine returns the step after a look at which the end is expected. It is false
// when the end was expected before.
//
// In the last stage a step is never longer than it would be before it.
func (s schedule) fine(l sight) (time.Duration, bool) {
	known := s.known(l.age)
	longest := max(min(maxFineStep, linear(s.linear)), minPoll)
	ends := known
	if l.stage == lastStage {
		if len(known) > 0 {
			longest = stepFor(known, l.age, s.lookCost(early, s.before), longest)
		}
		ends = s.foreseen(l.age, known)
	}
	if len(ends) == 0 {
		return 0, false
	}
	return stepFor(ends, l.age, s.lookCost(l.stage, l.age), longest), true
}

// stepFor returns the step that is as long as the end is seen no later by it, on
// average, than a look is worth. That makes the steps short where the end is
// likely, and long where it is not.
func stepFor(ends []end, age, cost, longest time.Duration) time.Duration {
	for step := minPoll; step < longest; step += time.Second {
		// An end within the step is seen half a step late on average.
		if time.Duration(chance(ends, age+step)*float64(step/2)) >= cost {
			return step
		}
	}
	return longest
}

// end is an age at which an activation may end.
type end struct {
	age    time.Duration
	weight float64
}

// chance returns how likely one of the ends is that come until then.
func chance(ends []end, until time.Duration) float64 {
	var within, all float64
	for _, e := range ends {
		all += e.weight
		if e.age <= until {
			within += e.weight
		}
	}
	return within / all
}

// Figures of what the last stage tells. That it begins when half of the time is
// over is true of many activations, and not of all.
const (
	lastStageBegins = 0.5   // share of the whole duration
	lastStageSpread = 0.025 // of that share, to both sides
	lastStageDoubt  = 0.1   // how likely it is that it tells nothing when it has begun
	lastStageMute   = 0.03  // how likely it is that it begins too late to tell anything
)

// known returns the ends that may still come, as far as the durations of other
// activations tell.
func (s schedule) known(age time.Duration) []end {
	var ends []end
	for _, d := range s.usual.spread() {
		if d > age && age < s.usual.late() {
			ends = append(ends, end{d, 1.0 / resolution})
		}
	}
	return ends
}

// foreseen adds what the beginning of the last stage tells, which is believed as
// far as it agrees with the durations of other activations.
func (s schedule) foreseen(age time.Duration, known []end) []end {
	from := time.Duration(float64(s.before) / (lastStageBegins + lastStageSpread))
	to := time.Duration(float64(s.shown) / (lastStageBegins - lastStageSpread))
	agree := 0.02
	for _, d := range s.usual.spread() {
		if d > from && d <= to {
			agree += 1.0 / resolution
		}
	}
	var ends []end
	for i := range resolution {
		if at := from + (to-from)*time.Duration(2*i+1)/(2*resolution); at > age {
			ends = append(ends, end{at, (1 - lastStageDoubt) * agree / resolution})
		}
	}
	doubt := lastStageDoubt * float64(s.shown-s.before) / (0.8 * float64(s.usual.median))
	for _, e := range known {
		ends = append(ends, end{e.age, e.weight * doubt})
	}
	return ends
}
