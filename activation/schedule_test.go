package activation

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/propctl/propctl/papi"
)

func seconds(all ...int) []time.Duration {
	var d []time.Duration
	for _, n := range all {
		d = append(d, time.Duration(n)*time.Second)
	}
	return d
}

func TestSchedule(t *testing.T) {
	few := func(median int) usualDurations { return usualDurations{median: seconds(median)[0]} }
	narrow := usualDurations{median: 100 * time.Second, known: seconds(98, 99, 100, 101, 102)}
	wide := usualDurations{median: 300 * time.Second, known: seconds(100, 200, 300, 310, 320)}
	twice := usualDurations{median: 300 * time.Second, known: seconds(100, 101, 102, 103, 397, 398, 399, 400)}
	for _, tt := range []struct {
		name       string
		poll       string
		usual      usualDurations
		retryAfter time.Duration
		from       time.Duration // of the last stage; 0: not told
		took       time.Duration
		want       []time.Duration
	}{
		{"linear until 60 % where few are known", "adaptive", few(420), 0, 0, 252 * time.Second, seconds(0, 5, 20, 45, 80, 125, 180, 252)},
		{"linear until the fastest was over", "adaptive", wide, 0, 0, 100 * time.Second, seconds(0, 5, 20, 45, 80, 100)},
		{"close to each other where all end", "adaptive", narrow, 0, 0, 102 * time.Second, seconds(0, 5, 20, 45, 80, 98, 103)},
		{"rarely where none ends", "adaptive", twice, 0, 0, 400 * time.Second, seconds(0, 5, 20, 45, 80, 100, 105, 154, 205, 260, 315, 370, 398, 403)},
		{"growing past one and a half times the usual", "adaptive", narrow, 0, 0, 300 * time.Second, seconds(0, 5, 20, 45, 80, 98, 103, 110, 118, 124, 129, 135, 140, 145, 150, 165, 190, 225, 270, 325)},
		{"close to the end that the last stage tells of", "adaptive", few(420), 0, 210 * time.Second, 420 * time.Second, seconds(0, 5, 20, 45, 80, 125, 180, 252, 312, 362, 381, 398, 415, 430)},
		{"never later than Retry-After", "adaptive", few(90), 7 * time.Second, 0, 26 * time.Second, seconds(0, 5, 12, 19, 26)},
		{"a tiny Retry-After is 5 s", "adaptive", few(90), time.Second, 0, 20 * time.Second, seconds(0, 5, 10, 15, 20)},
		{"a Retry-After of a day is absent", "adaptive", few(90), 24 * time.Hour, 0, 50 * time.Second, seconds(0, 5, 20, 54)},
		{"exactly Retry-After", "retry-after", few(90), 40 * time.Second, 0, 80 * time.Second, seconds(0, 40, 80)},
		{"without Retry-After the linear steps", "retry-after", few(90), 0, 0, 125 * time.Second, seconds(0, 5, 20, 45, 80, 125)},
		{"fixed", "12s", few(90), 600 * time.Second, 0, 36 * time.Second, seconds(0, 12, 24, 36)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := wait{usual: tt.usual, took: tt.took, from: tt.from}
			if tt.from == 0 {
				w.from = tt.took + 1
			}
			if diff := cmp.Diff(tt.want, w.watch(poll(t, tt.poll), tt.retryAfter)); diff != "" {
				t.Errorf("looks (-want +got):\n%s", diff)
			}
		})
	}
}

func TestScheduleIsAsGoodAsPromised(t *testing.T) {
	if testing.Short() {
		t.Skip("it is arithmetic, and much of it")
	}
	for i, most := range []figures{{looks: 10, late: 5}, {looks: 15, late: 8}} {
		d := tuned()[i]
		if got := measure(Poll{}, d, 0.5, 4000); got.looks > most.looks || got.late > most.late {
			t.Errorf("%s: %.2f looks and %.2f s late, want %.0f and %.0f s at most", d.name, got.looks, got.late, most.looks, most.late)
		}
	}
	for _, d := range append(tuned(), untuned()...) {
		got := measure(Poll{}, d, 0.5, 4000)
		if fixed := fixedWithAsMany(got, d, 0.5, 4000); got.late > 0.75*fixed.late {
			t.Errorf("%s: %.2f s late with %.2f looks; fixed polling is %.2f s late with %.2f",
				d.name, got.late, got.looks, fixed.late, fixed.looks)
		}
	}
}

// Nothing says that PAPI shows the last stage when half of the time is over.
func TestScheduleIsOfUseWhereTheLastStageTellsNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("it is arithmetic, and much of it")
	}
	for _, d := range tuned() {
		for _, from := range []float64{1, 2} { // with the end, and never
			got := measure(Poll{}, d, from, 2000)
			if fixed := fixedWithAsMany(got, d, from, 2000); got.late > fixed.late {
				t.Errorf("%s, last stage at %v: %.2f s late with %.2f looks; fixed polling is %.2f s late", d.name, from, got.late, got.looks, fixed.late)
			}
		}
	}
}

// drawUsual draws what is known of a property.
func drawUsual(t *rapid.T) usualDurations {
	u := usualDurations{known: seconds(rapid.SliceOfN(rapid.IntRange(1, 4000), 0, 30).Draw(t, "known")...)}
	slices.Sort(u.known)
	u.median = usualProduction
	if len(u.known) > 0 {
		u.median = median(u.known)
	}
	return u
}

// What is asked for at each step of any wait.
func TestScheduleKeepsItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := schedule{usual: drawUsual(t)}
		deployed := time.Duration(rapid.IntRange(0, 6000).Draw(t, "last stage")) * time.Second
		told := rapid.Bool().Draw(t, "told")
		var grown time.Duration
		for age := time.Duration(0); age < 2*time.Hour; {
			l := sight{age: age, retryAfter: time.Duration(rapid.SampledFrom([]int{0, 0, 5, 30, 600}).Draw(t, "Retry-After")) * time.Second}
			switch {
			case told && age >= deployed:
				l.stage = lastStage
			case told:
				l.stage = early
			}
			step, next := s.after(l)
			if again, same := s.after(l); again != step || !cmp.Equal(same, next, cmp.AllowUnexported(schedule{}, usualDurations{}, Poll{})) {
				t.Fatalf("at %s: %s, and then %s", age, step, again)
			}
			calm := l
			calm.retryAfter = 0
			free, _ := s.after(calm)
			switch fastest := s.usual.fastest(); {
			case step < minPoll:
				t.Fatalf("at %s: a step of %s", age, step)
			case l.retryAfter > 0 && step > l.retryAfter:
				t.Fatalf("at %s: a step of %s with a Retry-After of %s", age, step, l.retryAfter)
			case age < fastest && age+free > fastest && free > minPoll:
				t.Fatalf("at %s: a step of %s leaves out %s", age, free, fastest)
			case age >= fastest && next.late == s.late && free > maxFineStep:
				t.Fatalf("at %s: a step of %s while the end is expected", age, free)
			case age >= max(fastest, s.usual.late()) && l.stage != lastStage && next.late == s.late:
				t.Fatalf("at %s: a step of %s is not a late one", age, free)
			case next.late > s.late && grown > 0 && free != grown+stepGrowth:
				t.Fatalf("at %s: a late step of %s after one of %s", age, free, grown)
			}
			if next.late > s.late {
				grown = free
			}
			age, s = age+step, next
		}
	})
}

func TestStepsAreNoLongerForTheLastStageBeingShown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := schedule{usual: drawUsual(t)}
		s.before = time.Duration(rapid.IntRange(0, 3000).Draw(t, "before")) * time.Second
		age := s.before + time.Duration(rapid.IntRange(5, 600).Draw(t, "since"))*time.Second
		before, _ := s.after(sight{age: age, stage: early})
		if last, _ := s.after(sight{age: age, stage: lastStage}); last > before {
			t.Fatalf("at %s: %s in the last stage, %s before it", age, last, before)
		}
	})
}

func TestWhatIsActiveAndNotSteadyIsLookedAtSoon(t *testing.T) {
	s := schedule{usual: usualDurations{median: usualProduction}}
	var got []time.Duration
	for range 3 {
		var step time.Duration
		step, s = s.after(sight{age: 10 * time.Minute, stage: settling})
		got = append(got, step)
	}
	if diff := cmp.Diff(seconds(5, 15, 25), got); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

func TestStageIsWhatPAPITells(t *testing.T) {
	for _, tt := range []struct {
		status papi.Status
		state  string
		want   stage
	}{
		{papi.StatusNew, "", untold},
		{papi.StatusPending, "received", early},
		{papi.StatusPending, "lived", early},
		{papi.StatusPending, "deployed", lastStage},
		{papi.StatusActive, "deployed", settling},
		{papi.StatusZone2, "", untold},
		{papi.StatusPending, "something new", early},
	} {
		if got := stageOf(papi.Activation{Status: tt.status, FMAActivationState: tt.state}); got != tt.want {
			t.Errorf("%s %s is stage %d, want %d", tt.status, tt.state, got, tt.want)
		}
	}
}

func FuzzSchedule(f *testing.F) {
	f.Add(int64(90), int64(600), int64(0), uint8(0))
	f.Add(int64(420), int64(0), int64(300), uint8(1))
	f.Fuzz(func(t *testing.T, usual, retryAfter, age int64, mode uint8) {
		u := usualDurations{median: max(time.Duration(usual%int64(maxUsual)), 0)}
		s := schedule{poll: Poll{mode: pollMode(mode % 3), every: minPoll}, usual: u}
		for range 50 {
			var step time.Duration
			step, s = s.after(sight{time.Duration(age), time.Duration(retryAfter), stage(mode / 3 % 4)})
			if step <= 0 || step > 24*time.Hour {
				t.Fatalf("step of %s at the age of %s", step, time.Duration(age))
			}
			age = min(age, 1<<60) + int64(step)
		}
	})
}
