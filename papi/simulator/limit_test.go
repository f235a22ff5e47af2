package simulator_test

import (
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/papi/simulator"
)

func TestRequestsBeyondTheBucketArePaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, simulator.Options{RequestsPerMinute: 6, RequestBurst: 3, Speed: 60, RealDates: true})
		for _, remaining := range []string{"2", "1", "0"} {
			r := c.get("/build").want(http.StatusOK)
			if limit, got := r.header.Get("X-RateLimit-Limit"), r.header.Get("X-RateLimit-Remaining"); limit != "3" || got != remaining {
				t.Errorf("limit %s, remaining %s; want 3 and %s", limit, got, remaining)
			}
		}
		time.Sleep(1500 * time.Millisecond)
		r := c.get("/build").rejected(http.StatusTooManyRequests, "http/too-many-requests")
		wait := 8500 * time.Millisecond
		if got, want := r.header.Get("X-RateLimit-Next"), time.Now().Add(wait).UTC().Format("2006-01-02T15:04:05.000Z"); got != want {
			t.Errorf("X-RateLimit-Next %s, want %s", got, want)
		}
		if got := r.header.Get("Retry-After"); got != "9" {
			t.Errorf("Retry-After %s, want 9", got)
		}
		time.Sleep(wait - 2*time.Millisecond)
		c.get("/build").want(http.StatusTooManyRequests)
		time.Sleep(2 * time.Millisecond)
		c.get("/build").want(http.StatusOK)
	})
}

func TestDailyBudgetIsExhaustedAndComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, simulator.Options{ActivationsPerDay: 2, Pace: simulator.Looks(1), Speed: 60, RealDates: true})
		time.Sleep(time.Hour)
		first := time.Now()
		reset := strconv.FormatInt(first.Add(24*time.Hour).UnixMilli(), 10)
		for i, version := range []int{8, 6} {
			r := c.submit("prp_1001", version, simulator.Staging, "").want(http.StatusCreated)
			c.get("/properties/prp_1001/activations/" + idOf(r.text("activationLink"))).want(http.StatusOK)
			got := [3]string{r.header.Get("X-RateLimit-Activations-Limit"), r.header.Get("X-RateLimit-Activations-Remaining"), r.header.Get("X-RateLimit-Activations-Reset")}
			if want := [3]string{"2", strconv.Itoa(1 - i), reset}; got != want {
				t.Errorf("limit, remaining, reset: %v, want %v", got, want)
			}
			time.Sleep(time.Minute)
		}
		before := len(c.sim.Activations("prp_1001"))
		c.submit("prp_1001", 7, simulator.Staging, "").rejected(http.StatusTooManyRequests, "rate-limit-exceeded.activations")
		if after := len(c.sim.Activations("prp_1001")); after != before {
			t.Error("an activation beyond the budget was made")
		}
		time.Sleep(time.Until(first.Add(24*time.Hour)) - time.Second)
		c.submit("prp_1001", 7, simulator.Staging, "").want(http.StatusTooManyRequests)
		time.Sleep(time.Second)
		r := c.submit("prp_1001", 7, simulator.Staging, "").want(http.StatusCreated)
		if got := r.header.Get("X-RateLimit-Activations-Remaining"); got != "1" {
			t.Errorf("remaining %s on the next day, want 1", got)
		}
	})
}

func TestRateLimitHeadersCanBeLeftOut(t *testing.T) {
	c := newClient(t, simulator.Options{OmitRateLimitHeaders: true, RequestBurst: 1})
	for _, status := range []int{http.StatusCreated, http.StatusTooManyRequests} {
		r := c.submit("prp_1001", 8, simulator.Staging, "").want(status)
		for name := range r.header {
			if len(name) > 11 && name[:11] == "X-Ratelimit" {
				t.Errorf("%d with %s", status, name)
			}
		}
	}
}

// A client that knows the speed lives in simulated time.
func TestLimitsAreCountedInTheClientsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, simulator.Options{
			RequestsPerMinute: 6, RequestBurst: 3, ActivationsPerDay: 1, Pace: simulator.Looks(1), Speed: 60,
			BurstBlock: simulator.BurstBlock{Requests: 5, For: time.Hour},
		})
		start := time.Now()
		r := c.submit("prp_1001", 8, simulator.Staging, "").want(http.StatusCreated)
		c.get("/properties/prp_1001/activations/" + idOf(r.text("activationLink"))).want(http.StatusOK)
		if got, want := r.header.Get("X-RateLimit-Activations-Reset"), strconv.FormatInt(start.Add(24*time.Hour).UnixMilli(), 10); got != want {
			t.Errorf("the budget's reset is %s, want %s", got, want)
		}
		c.get("/build").want(http.StatusOK)
		r = c.get("/build").rejected(http.StatusTooManyRequests, "http/too-many-requests")
		next := start.Add(10 * time.Second).UTC().Format("2006-01-02T15:04:05.000Z")
		if got := [...]string{r.header.Get("Retry-After"), r.header.Get("X-RateLimit-Next")}; got != [...]string{"10", next} {
			t.Errorf("the next is allowed after %v, want 10 s, at %s", got, next)
		}
		time.Sleep(10 * time.Second / 60)
		c.get("/build").want(http.StatusOK)
		time.Sleep(time.Minute)
		for range 4 {
			c.get("/build")
		}
		c.get("/build").want(http.StatusBadRequest)
		time.Sleep(time.Minute - time.Millisecond)
		c.get("/build").want(http.StatusBadRequest)
		time.Sleep(time.Millisecond)
		c.get("/build").want(http.StatusOK)
		time.Sleep(24*time.Minute - time.Since(start) - time.Millisecond)
		c.submit("prp_1001", 6, simulator.Staging, "").want(http.StatusTooManyRequests)
		time.Sleep(time.Millisecond)
		c.submit("prp_1001", 6, simulator.Staging, "").want(http.StatusCreated)
	})
}
