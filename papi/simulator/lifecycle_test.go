package simulator_test

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/papi/simulator"
)

func TestActivationTakesExactlyTheFixedTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, simulator.Options{Pace: simulator.Fixed(time.Minute, 7*time.Minute)})
		for network, total := range map[simulator.Network]time.Duration{simulator.Staging: time.Minute, simulator.Production: 7 * time.Minute} {
			path := c.activate("prp_1001", 8, network, "")
			submitted := time.Now().UTC()
			time.Sleep(total - time.Nanosecond)
			pending := c.get(path)
			if got := pending.state(); got != "PENDING received" {
				t.Errorf("%s, just before: %s", network, got)
			}
			if got := pending.header.Get("Retry-After"); got != "600" {
				t.Errorf("Retry-After %q, want 600", got)
			}
			time.Sleep(5*time.Second + time.Nanosecond)
			active := c.get(path)
			if got := active.state(); got != "ACTIVE steady" {
				t.Errorf("%s, after: %s", network, got)
			}
			if got := active.header.Get("Retry-After"); got != "" {
				t.Errorf("Retry-After %q, want none once ACTIVE", got)
			}
			done := submitted.Add(total) // not when it was looked at
			want := map[string]any{
				"activationId": idOf(path), "activationType": "ACTIVATE", "propertyId": "prp_1001", "propertyName": "www.example.com",
				"propertyVersion": 8.0, "network": string(network), "status": "ACTIVE", "fmaActivationState": "steady", "note": "",
				"submitDate": submitted.Format(time.RFC3339), "updateDate": done.Format(time.RFC3339), "notifyEmails": []any{"a@example.com"},
				"fallbackInfo": map[string]any{
					"canFastFallback": true, "fallbackVersion": 7.0, "fastFallbackAttempted": false, "fastFallbackRecoveryState": nil,
					"steadyStateTime": float64(done.Unix()), "fastFallbackExpirationTime": float64(done.Add(time.Hour).Unix()),
				},
			}
			if diff := cmp.Diff(want, active.item()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", network, diff)
			}
		}
	})
}

func TestRealisticActivationPassesThroughAllStates(t *testing.T) {
	for network, bounds := range map[simulator.Network][2]time.Duration{
		simulator.Staging: {time.Minute, 3 * time.Minute}, simulator.Production: {5 * time.Minute, 10 * time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := newClient(t, simulator.Options{Seed: 42, RequestBurst: 5000})
			path := c.activate("prp_1002", 4, network, "")
			start := time.Now()
			var states []string
			var active time.Duration
			for len(states) == 0 || states[len(states)-1] != "ACTIVE steady" {
				state := c.get(path).state()
				if len(states) == 0 || state != states[len(states)-1] {
					states = append(states, state)
				}
				if state == "ACTIVE deployed" && active == 0 {
					active = time.Since(start)
				}
				time.Sleep(time.Second)
			}
			want := []string{"NEW", "PENDING received", "PENDING lived", "PENDING deployed", "ACTIVE deployed", "ACTIVE steady"}
			if diff := cmp.Diff(want, states); diff != "" {
				t.Errorf("states (-want +got):\n%s", diff)
			}
			if active < bounds[0] || active > bounds[1] {
				t.Errorf("%s took %v, want within %v", network, active, bounds)
			}
		})
	}
}

func TestUpdateDateIsThatOfTheStatusAndSteadyTimeThatOfTheState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, simulator.Options{Seed: 7})
		path := c.activate("prp_1001", 8, simulator.Staging, "")
		accepted := time.Now().UTC().Add(time.Second)
		time.Sleep(30 * time.Second)
		r := c.get(path)
		if got, want := r.item("updateDate"), accepted.Format(time.RFC3339); r.state() == "PENDING received" || got != want {
			t.Errorf("%s: updateDate %v, want %s, when it became PENDING", r.state(), got, want)
		}
		time.Sleep(5 * time.Minute)
		r = c.get(path)
		updated, err := time.Parse(time.RFC3339, fmt.Sprint(r.item("updateDate")))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := r.item("fallbackInfo", "steadyStateTime"), float64(updated.Add(5*time.Second).Unix()); got != want {
			t.Errorf("steadyStateTime %v, want %v, 5 s after it became ACTIVE", got, want)
		}
	})
}

func TestLooksHappenAtTheInstantOfTheLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, simulator.Options{Pace: simulator.Looks(1)})
		path := c.activate("prp_1001", 8, simulator.Staging, "")
		time.Sleep(time.Minute)
		if got, want := c.get(path).item("updateDate"), stamp(time.Now()); got != want {
			t.Errorf("updateDate %v, want %s", got, want)
		}
	})
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func TestRetryAfterCanBeChosen(t *testing.T) {
	for want, options := range map[string]simulator.Options{
		"600": {}, "7": {RetryAfter: 7 * time.Second}, "": {RetryAfter: -1}, "soon": {RetryAfterText: "soon", RetryAfter: -1},
	} {
		options.Pace = simulator.Fixed(time.Hour, time.Hour)
		c := newClient(t, options)
		path := c.activate("prp_1001", 8, simulator.Staging, "")
		if got := c.get(path).header.Get("Retry-After"); got != want {
			t.Errorf("Retry-After %q, want %q", got, want)
		}
		if got := c.get("/properties/prp_1001/activations").header.Get("Retry-After"); got != "" {
			t.Errorf("the list has Retry-After %q", got)
		}
	}
}

func TestRealisticPaceIsRepeatableAndDiffers(t *testing.T) {
	times := map[time.Duration]bool{}
	for serial := range uint64(10) {
		s := simulator.Submission{Serial: serial, Network: simulator.Production}
		a, b := simulator.Realistic(1).Steps(s), simulator.Realistic(1).Steps(s)
		if diff := cmp.Diff(a, b); diff != "" {
			t.Errorf("the same seed gives other steps:\n%s", diff)
		}
		times[a[len(a)-1].After] = true
	}
	if len(times) < 5 {
		t.Errorf("only %d different times of 10", len(times))
	}
	slow := simulator.Realistic(1).Steps(simulator.Submission{Serial: 1, Network: simulator.Staging, AddedHostnames: 11})
	if last := slow[len(slow)-1].After; last < time.Hour {
		t.Errorf("11 new hostnames took %v, want more than an hour", last)
	}
}

func TestLooksCountsPollsOfOneActivation(t *testing.T) {
	c := newClient(t, simulator.Options{Pace: simulator.Looks(3)})
	path := c.activate("prp_1001", 8, simulator.Staging, "")
	c.get("/properties/prp_1001/activations").want(http.StatusOK)
	for i, want := range []string{"PENDING received", "PENDING received", "ACTIVE steady"} {
		if got := c.get(path).state(); got != want {
			t.Errorf("look %d: %s, want %s", i+1, got, want)
		}
	}
}

func TestAllTimesAreOfTheSimulatedClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, simulator.Options{Pace: simulator.Fixed(time.Minute, time.Minute), Speed: 60})
		path := c.activate("prp_1001", 8, simulator.Staging, "")
		start := time.Now().UTC()
		time.Sleep(time.Second - time.Millisecond)
		if got := c.get(path).state(); got != "PENDING received" {
			t.Errorf("just before a second: %s", got)
		}
		time.Sleep(time.Millisecond)
		r := c.get(path)
		if got := r.state(); got != "ACTIVE steady" {
			t.Errorf("after a second: %s", got)
		}
		if got, want := r.item("updateDate"), start.Add(time.Minute).Format(time.RFC3339); got != want {
			t.Errorf("updateDate %v, want %s", got, want)
		}
		if got, want := r.header.Get("Date"), start.Add(time.Minute).Format(http.TimeFormat); got != want {
			t.Errorf("Date %q, want %q", got, want)
		}
	})
}

func TestNewActivationTakesThePlaceOfTheOld(t *testing.T) {
	c := newClient(t, simulator.Options{Pace: simulator.Looks(1)})
	c.get(c.activate("prp_1001", 8, simulator.Production, "")).want(http.StatusOK)
	var active []string
	for _, a := range c.sim.Activations("1001") {
		if a.Status == simulator.StatusActive {
			active = append(active, fmt.Sprint(a.Network, " ", a.Version))
		}
	}
	if diff := cmp.Diff([]string{"STAGING 7", "PRODUCTION 8"}, active); diff != "" {
		t.Errorf("active (-want +got):\n%s", diff)
	}
	r := c.get("/properties/prp_1001").want(http.StatusOK)
	if staging, production := r.value("properties", "items", 0, "stagingVersion"), r.value("properties", "items", 0, "productionVersion"); staging != 7.0 || production != 8.0 {
		t.Errorf("staging %v, production %v; want 7 and 8", staging, production)
	}
}

func TestDeactivationLeavesNothingActive(t *testing.T) {
	c := newClient(t, simulator.Options{Pace: simulator.Looks(1)})
	r := c.get(c.activate("prp_1001", 7, simulator.Production, `,"activationType":"DEACTIVATE"`))
	if r.state() != "ACTIVE steady" || r.item("activationType") != "DEACTIVATE" || r.item("fallbackInfo") != nil {
		t.Errorf("deactivation: %s", r.body)
	}
	if got := c.get("/properties/prp_1001/versions/7").text("versions", "items", 0, "productionStatus"); got != "DEACTIVATED" {
		t.Errorf("version 7 on production: %s, want DEACTIVATED", got)
	}
	if got := c.get("/properties/prp_1001").value("properties", "items", 0, "productionVersion"); got != nil {
		t.Errorf("productionVersion %v, want null", got)
	}
	c.get("/properties/prp_1001/versions/latest?activatedOn=PRODUCTION").rejected(http.StatusNotFound, "http/not-found")
	again := c.get(c.activate("prp_1001", 7, simulator.Production, ""))
	if again.item("fallbackInfo") != nil {
		t.Errorf("fallbackInfo after nothing was active: %s", again.body)
	}
}

func TestFastFallbackIsPossibleForAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, simulator.Options{Pace: simulator.Fixed(time.Minute, 7*time.Minute)})
		bad := c.activate("prp_1001", 8, simulator.Production, "")
		time.Sleep(7 * time.Minute)
		c.submit("prp_1001", 6, simulator.Production, `,"useFastFallback":true`).rejected(http.StatusBadRequest, "fast-fallback-not-available")
		good := c.activate("prp_1001", 7, simulator.Production, `,"useFastFallback":true`)
		time.Sleep(10 * time.Second)
		if got := c.get(good).state(); got != "ACTIVE steady" {
			t.Errorf("fallback after 10 s: %s", got)
		}
		if r := c.get(bad); r.item("status") != "INACTIVE" || r.item("fallbackInfo", "fastFallbackAttempted") != true {
			t.Errorf("what was fallen back from: %s", r.body)
		}
		if r := c.get(good); r.item("fallbackInfo", "canFastFallback") != false {
			t.Errorf("a fallback of a fallback is offered: %s", r.body)
		}
		c.activate("prp_1001", 8, simulator.Production, "")
		time.Sleep(7*time.Minute + time.Hour + time.Second)
		c.submit("prp_1001", 7, simulator.Production, `,"useFastFallback":true`).rejected(http.StatusBadRequest, "fast-fallback-not-available")
	})
}

func TestFastFallbackNeedsTheSameHostnames(t *testing.T) {
	c := newClient(t, simulator.Options{Pace: simulator.Looks(1)})
	r := c.get(c.activate("prp_1005", 2, simulator.Staging, ""))
	if r.item("fallbackInfo", "canFastFallback") != false || r.item("fallbackInfo", "fallbackVersion") != 1.0 {
		t.Errorf("fallbackInfo with other hostnames: %s", r.body)
	}
}

func TestVersionCanFailWithAndWithoutCause(t *testing.T) {
	tests := map[string]struct {
		property string
		version  int
		more     string
		cause    any
	}{
		"without":             {"prp_1007", 2, "", nil},
		"with":                {"prp_1007", 3, "", "An edge server could not load the configuration."},
		"validations delayed": {"prp_1004", 2, `,"delayValidations":true`, "The default rule has no origin server."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, simulator.Options{Pace: simulator.Looks(1)})
			r := c.get(c.activate(tt.property, tt.version, simulator.Staging, tt.more))
			if got := r.state(); got != "FAILED" {
				t.Errorf("state %s, want FAILED", got)
			}
			if got := r.item("failureCause", "detail"); got != tt.cause {
				t.Errorf("failureCause %v, want %v", got, tt.cause)
			}
			if got := c.get("/properties/"+tt.property).value("properties", "items", 0, "stagingVersion"); got != 1.0 {
				t.Errorf("stagingVersion %v, want 1 as before", got)
			}
		})
	}
}
