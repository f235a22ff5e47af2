package simulator_test

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/papi/simulator"
)

type simulatedTime struct {
	speed float64
	real  bool // RealDates
}

func TestFaultsPausesAreAsMuchShorterAsTheClockIsFaster(t *testing.T) {
	for o, want := range map[simulatedTime]struct {
		seconds string
		pause   time.Duration
	}{
		{1, true}:  {"30", 30 * time.Second},
		{60, true}: {"1", 500 * time.Millisecond}, {0.5, true}: {"60", time.Minute},
		{60, false}: {"30", 30 * time.Second}, {0.5, false}: {"30", 30 * time.Second}, // of simulated time
	} {
		synctest.Test(t, func(t *testing.T) {
			c := newClient(t, simulator.Options{Speed: o.speed, RealDates: o.real})
			fault, err := simulator.ParseFault("any=429")
			if err != nil {
				t.Fatal(err)
			}
			c.sim.Inject(fault)
			r := c.get("/build").want(http.StatusTooManyRequests)
			if got := r.header.Get("Retry-After"); got != want.seconds {
				t.Errorf("%v: Retry-After %s, want %s", o, got, want.seconds)
			}
			if got, next := r.header.Get("X-RateLimit-Next"), time.Now().Add(want.pause).UTC().Format("2006-01-02T15:04:05.000Z"); got != next {
				t.Errorf("%v: X-RateLimit-Next %s, want %s", o, got, next)
			}
		})
	}
}

// A client that knows nothing of Speed sees an activation that is quick, and no date that is yet to come.
func TestRealDatesAreThoseOfTheReadersClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, simulator.Options{Pace: simulator.Fixed(10*time.Minute, time.Hour), Speed: 60, RealDates: true})
		time.Sleep(time.Hour) // the simulated clock is far ahead by now
		start := time.Now().UTC()
		path := c.activate("prp_1001", 8, simulator.Staging, "")
		pending := c.get(path)
		if got := pending.header.Get("Retry-After"); got != "10" {
			t.Errorf("Retry-After %s, want the tenth part of a minute", got)
		}
		time.Sleep(10 * time.Second)
		r := c.get(path)
		if got, want := fmt.Sprint(r.item("status"), r.item("submitDate"), r.item("updateDate")),
			"ACTIVE"+start.Format(time.RFC3339)+start.Add(10*time.Second).Format(time.RFC3339); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if date, err := http.ParseTime(r.header.Get("Date")); err != nil || r.item("updateDate") != date.UTC().Format(time.RFC3339) {
			t.Errorf("Date %s, %v", r.header.Get("Date"), err)
		}
		steady, expiry := r.item("fallbackInfo", "steadyStateTime"), r.item("fallbackInfo", "fastFallbackExpirationTime")
		if steady != float64(start.Add(10*time.Second).Unix()) || expiry != float64(start.Add(70*time.Second).Unix()) {
			t.Errorf("steady at %v, fast fallback until %v: an hour is a minute", steady, expiry)
		}
		// What was before the start keeps its date.
		old := c.get("/properties/prp_1002/activations")
		if got, want := old.item("submitDate"), start.Add(-time.Hour).Add(-2*24*time.Hour).Add(time.Hour).Format(time.RFC3339); got != want {
			t.Errorf("an old activation of %v, want %s", got, want)
		}
		made := c.do(http.MethodPost, "/properties/prp_1001/versions", `{"createFromVersion":8}`).want(http.StatusCreated)
		version := c.get("/properties/prp_1001/versions/" + idOf(made.text("versionLink")))
		if got := version.text("versions", "items", 0, "updatedDate"); got != time.Now().UTC().Format(time.RFC3339) {
			t.Errorf("a version of %s", got)
		}
	})
}
