package activation

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/propctl/propctl/papi"
)

// distribution is how long activations take.
type distribution struct {
	name    string
	network papi.Network
	draw    func(*rand.Rand) float64 // seconds
}

// around draws around a median; none is shorter than a fifth of it, or longer than
// four times.
func around(median, deviation float64) func(*rand.Rand) float64 {
	return func(r *rand.Rand) float64 { return median * min(max(1+deviation*r.NormFloat64(), 0.2), 4) }
}

// tuned are the distributions that the figures of the schedule were chosen for.
func tuned() []distribution {
	return []distribution{
		{"staging", papi.Staging, around(90, 0.3)},
		{"production", papi.Production, around(420, 0.3)},
	}
}

// untuned are distributions that it was not made for.
func untuned() []distribution {
	return []distribution{
		{"short and narrow", papi.Staging, around(40, 0.05)},
		{"bimodal", papi.Production, func(r *rand.Rand) float64 {
			if r.Float64() < 0.6 {
				return around(120, 0.08)(r)
			}
			return around(420, 0.08)(r)
		}},
		{"long tail", papi.Production, func(r *rand.Rand) float64 { return 300 * math.Exp(0.6*r.NormFloat64()) }},
	}
}

// staging is when the last stage of an activation begins, as a share of its time.
type staging struct {
	name string
	from float64
}

// stagings are how PAPI may tell of the last stage: as the simulator does, when half
// of the time is over; late; together with the end; and never, for want of a state.
func stagings() []staging {
	return []staging{{"half", 0.5}, {"late", 0.8}, {"at the end", 1}, {"untold", 2}}
}

// figures is what a schedule costs, and how late it sees the end, on average.
type figures struct{ looks, late, took float64 }

// wait is one activation that is waited for.
type wait struct {
	usual      usualDurations
	took, from time.Duration // when it becomes active, and when its last stage begins
}

// finished is how many activations of a property have finished before.
const finished = 20

// wait makes the wait for an activation of a property with a history.
func (d distribution) wait(r *rand.Rand, from float64) wait {
	var u usualDurations
	for range finished {
		u.known = append(u.known, time.Duration(d.draw(r)*float64(time.Second)))
	}
	slices.Sort(u.known)
	u.median = median(u.known)
	took := d.draw(r)
	return wait{u, time.Duration(took * float64(time.Second)), time.Duration(from * took * float64(time.Second))}
}

// watch returns when an activation is looked at, the look that sees its end included.
func (w wait) watch(p Poll, retryAfter time.Duration) []time.Duration {
	s := schedule{poll: p, usual: w.usual}
	var at []time.Duration
	for age := time.Duration(0); ; {
		at = append(at, age)
		if age >= w.took {
			return at
		}
		l := sight{age: age, retryAfter: retryAfter}
		switch {
		case w.from > w.took: // never told
		case age >= w.from:
			l.stage = lastStage
		default:
			l.stage = early
		}
		var step time.Duration
		step, s = s.after(l)
		age += step
	}
}

// measure watches as many activations.
func measure(p Poll, d distribution, from float64, activations int) figures {
	r := rand.New(rand.NewPCG(1, 2))
	var f figures
	for range activations {
		w := d.wait(r, from)
		at := w.watch(p, 600*time.Second)
		f.looks += float64(len(at))
		f.late += (at[len(at)-1] - w.took).Seconds()
		f.took += w.took.Seconds()
	}
	n := float64(activations)
	return figures{f.looks / n, f.late / n, f.took / n}
}

// fixedWithAsMany measures fixed polling with no fewer looks.
func fixedWithAsMany(f figures, d distribution, from float64, activations int) figures {
	low, high := time.Duration(0), time.Hour
	for high-low > 10*time.Millisecond {
		middle := (low + high) / 2
		if measure(Poll{mode: pollFixed, every: middle}, d, from, activations/10).looks >= f.looks {
			low = middle
		} else {
			high = middle
		}
	}
	return measure(Poll{mode: pollFixed, every: low}, d, from, activations)
}

// BenchmarkSchedule reports what each way of polling costs, and how late it sees the
// end of an activation, over all distributions.
func BenchmarkSchedule(b *testing.B) {
	for _, d := range append(tuned(), untuned()...) {
		for _, st := range stagings() {
			for _, mode := range []string{"adaptive", "30s", "1m0s", "retry-after"} {
				b.Run(d.name+"/last stage "+st.name+"/"+mode, func(b *testing.B) {
					var p Poll
					if err := p.UnmarshalText([]byte(mode)); err != nil {
						b.Fatal(err)
					}
					var f figures
					for b.Loop() {
						f = measure(p, d, st.from, 2000)
					}
					b.ReportMetric(f.looks, "requests/activation")
					b.ReportMetric(f.late, "s-late/activation")
					b.ReportMetric(0, "ns/op")
				})
			}
		}
	}
}
