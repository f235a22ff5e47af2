package activation

import (
	"testing"
	"time"

	"github.com/propctl/propctl/papi"
)

func poll(t *testing.T, text string) Poll {
	t.Helper()
	var p Poll
	if err := p.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return p
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
