package activation

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/papi"
)

// looks returns when a schedule looks at an activation, up to the end.
func looks(p Poll, usual, retryAfter, end time.Duration) []time.Duration {
	s := &schedule{poll: p, usual: usual}
	var at []time.Duration
	for age := time.Duration(0); age <= end; age += s.next(age, retryAfter) {
		at = append(at, age)
	}
	return at
}

func seconds(all ...int) []time.Duration {
	var d []time.Duration
	for _, n := range all {
		d = append(d, time.Duration(n)*time.Second)
	}
	return d
}

func poll(t *testing.T, text string) Poll {
	t.Helper()
	var p Poll
	if err := p.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestSchedule(t *testing.T) {
	for _, tt := range []struct {
		name       string
		poll       string
		usual      time.Duration
		retryAfter time.Duration
		end        time.Duration
		want       []time.Duration
	}{
		{"staging as usual", "adaptive", 90 * time.Second, 600 * time.Second, 200 * time.Second, seconds(0, 5, 20, 45, 54, 64, 74, 84, 94, 104, 114, 124, 134, 144, 164, 194)},
		{"production as usual", "adaptive", 7 * time.Minute, 600 * time.Second, 450 * time.Second, seconds(0, 5, 20, 45, 80, 125, 180, 245, 252, 280, 308, 336, 364, 392, 420, 448)},
		{"an hour as usual looks every minute at the end", "adaptive", time.Hour, 0, 2290 * time.Second, seconds(0, 5, 20, 45, 80, 125, 180, 245, 320, 405, 500, 605, 720, 845, 980, 1125, 1280, 1445, 1620, 1805, 2000, 2160, 2220, 2280)},
		{"never later than Retry-After", "adaptive", 90 * time.Second, 7 * time.Second, 30 * time.Second, seconds(0, 5, 12, 19, 26)},
		{"a tiny Retry-After is 5 s", "adaptive", 90 * time.Second, time.Second, 21 * time.Second, seconds(0, 5, 10, 15, 20)},
		{"a Retry-After of a day is absent", "adaptive", 90 * time.Second, 24 * time.Hour, 50 * time.Second, seconds(0, 5, 20, 45)},
		{"exactly Retry-After", "retry-after", 90 * time.Second, 40 * time.Second, 100 * time.Second, seconds(0, 40, 80)},
		{"without Retry-After the linear steps", "retry-after", 90 * time.Second, 0, 130 * time.Second, seconds(0, 5, 20, 45, 80, 125)},
		{"fixed", "12s", 90 * time.Second, 600 * time.Second, 40 * time.Second, seconds(0, 12, 24, 36)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, looks(poll(t, tt.poll), tt.usual, tt.retryAfter, tt.end)); diff != "" {
				t.Errorf("looks (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPollReadsWhatItPrints(t *testing.T) {
	for _, text := range []string{"adaptive", "retry-after", "5s", "1m30s"} {
		if got := poll(t, text).String(); got != text {
			t.Errorf("%q prints as %q", text, got)
		}
	}
	for _, text := range []string{"", "30", "4s", "-10s", "fast"} {
		if err := new(Poll).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

func FuzzSchedule(f *testing.F) {
	f.Add(int64(90), int64(600), int64(0), uint8(0))
	f.Add(int64(420), int64(0), int64(300), uint8(1))
	f.Fuzz(func(t *testing.T, usual, retryAfter, age int64, mode uint8) {
		s := &schedule{poll: Poll{mode: pollMode(mode % 3), every: minPoll}, usual: time.Duration(usual % int64(maxUsual))}
		for range 50 {
			step := s.next(time.Duration(age), time.Duration(retryAfter))
			if step <= 0 || step > 24*time.Hour {
				t.Fatalf("step of %s at the age of %s", step, time.Duration(age))
			}
			age = min(age, 1<<60) + int64(step)
		}
	})
}

func TestUsualIsTheMedianOfFinishedActivations(t *testing.T) {
	took := func(id string, status papi.Status, submitted, duration int) papi.Activation {
		a := entry(id, 7, status, submitted)
		a.UpdateDate = a.SubmitDate.Add(time.Duration(duration) * time.Second)
		return a
	}
	steady := took("4", papi.StatusInactive, 40, 9999)
	steady.FallbackInfo = &papi.FallbackInfo{SteadyStateTime: steady.SubmitDate.Add(100 * time.Second)}
	have := []papi.Activation{
		took("1", papi.StatusActive, 10, 60),
		took("2", papi.StatusFailed, 20, 1),   // does not tell
		took("3", papi.StatusInactive, 30, 3), // tells when it lost its place
		took("5", papi.StatusPending, 0, 1),
		steady,
		on(papi.Production, took("6", papi.StatusActive, 10, 500)),
	}
	if got := UsualDuration(have, papi.Staging); got != 80*time.Second {
		t.Errorf("usual on staging is %s, want 80 s", got)
	}
	if got := UsualDuration(have, papi.Production); got != 500*time.Second {
		t.Errorf("usual on production is %s, want 500 s", got)
	}
	if got := UsualDuration(nil, papi.Staging); got != 90*time.Second {
		t.Errorf("usual on staging of nothing is %s, want 90 s", got)
	}
	if got := UsualDuration(nil, papi.Production); got != 7*time.Minute {
		t.Errorf("usual on production of nothing is %s, want 7 min", got)
	}
}

func TestBlockersAreWaitedForOneTwoThreeUpToTenMinutes(t *testing.T) {
	for n, want := range []time.Duration{time.Minute, 2 * time.Minute, 3 * time.Minute} {
		if got := blockerPause(n); got != want {
			t.Errorf("pause %d is %s, want %s", n, got, want)
		}
	}
	if got := blockerPause(40); got != 10*time.Minute {
		t.Errorf("pause 40 is %s, want 10 min", got)
	}
}

// BenchmarkSchedule reports what the schedule costs and how late it sees the
// end, over durations as they occur: log-normal around the usual one.
func BenchmarkSchedule(b *testing.B) {
	for _, network := range []papi.Network{papi.Staging, papi.Production} {
		for _, mode := range []string{"adaptive", "retry-after", "30s"} {
			b.Run(string(network)+"/"+mode, func(b *testing.B) {
				var p Poll
				if err := p.UnmarshalText([]byte(mode)); err != nil {
					b.Fatal(err)
				}
				random := rand.New(rand.NewPCG(1, 2))
				usual := UsualDuration(nil, network)
				var requests, delay float64
				for b.Loop() {
					took := time.Duration(float64(usual) * min(max(1+0.3*random.NormFloat64(), 0.2), 4))
					at := looks(p, usual, 600*time.Second, took)
					s := at[len(at)-1]
					next := &schedule{poll: p, usual: usual}
					for age := time.Duration(0); age <= took; age = s {
						s = age + next.next(age, 600*time.Second)
					}
					requests += float64(len(at) + 1)
					delay += (s - took).Seconds()
				}
				b.ReportMetric(requests/float64(b.N), "requests/activation")
				b.ReportMetric(delay/float64(b.N), "s-late/activation")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
