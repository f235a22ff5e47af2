package rollout_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
)

// Of each percentage and each number of properties: the least whole number that is not less.
func TestPercentagesAreRoundedUpExactly(t *testing.T) {
	for percent := range 101 {
		for total := range 1001 {
			a := rollout.Amount{N: float64(percent), Percent: true}
			if got, want := a.Of(total), (percent*total+99)/100; got != want {
				t.Fatalf("%s of %d is %d, want %d", a, total, got, want)
			}
		}
	}
	for text, want := range map[string]int{"0.1%": 10, "0.01%": 1, "0.001%": 1, "33.3%": 3330, "33.33%": 3333, "100%": 10_000, "0%": 0, "7": 7, "10000": 10_000, "rest": 10_000} {
		var a rollout.Amount
		if err := a.UnmarshalText([]byte(text)); err != nil || a.Of(10_000) != want {
			t.Errorf("%s of 10000 is %d: %v, want %d", text, a.Of(10_000), err, want)
		}
	}
}

func TestWhatIsNoAmountIsRefused(t *testing.T) {
	for _, text := range []string{
		"", "%", " ", "x", "-1", "-1%", "1.5", "10001", "100.1%", "101%", "1e5", "Inf", "-Inf", "NaN", "NaN%", "Inf%", "1 %%", "10%%", "half", "REST", "0x10", "1_000_000", "10 percent",
	} {
		a := rollout.Amount{N: 3}
		if err := a.UnmarshalText([]byte(text)); err == nil || !strings.Contains(err.Error(), "is neither a number, nor a percentage such as 10%, nor rest") || a != (rollout.Amount{N: 3}) {
			t.Errorf("%q: %v, %v", text, a, err)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.StringMatching(`[0-9]{0,3}(\.[0-9]{1,2})?%?`).Draw(r, "text")
		var a, again rollout.Amount
		if a.UnmarshalText([]byte(text)) != nil {
			return
		}
		if err := again.UnmarshalText([]byte(a.String())); err != nil || again != a {
			r.Errorf("%q is %v, which is written as %s and read as %v: %v", text, a, a, again, err)
		}
	})
}

func TestAVersionIsWrittenAsItIsRead(t *testing.T) {
	for text, want := range map[string]string{
		"": "latest", "latest": "latest", "LATEST": "latest", "staging": "staging", "Production": "production", "12": "12", "007": "7",
	} {
		if v, err := rollout.ParseVersion(text); err != nil || v.String() != want {
			t.Errorf("%q is %s: %v, want %s", text, v, err, want)
		}
	}
	for _, text := range []string{"0", "-1", "1.5", "v12", "12 ", "newest", "99999999999999999999", "stage", "-"} {
		if v, err := rollout.ParseVersion(text); err == nil || v != (rollout.Version{}) || !strings.Contains(err.Error(), "neither a number, nor latest, staging or production") {
			t.Errorf("%q is %s: %v", text, v, err)
		}
	}
}

// open says by the minute whether a window is open: a second way to say it.
func open(w *rollout.Window, zone *time.Location, now time.Time) bool {
	local := now.In(zone)
	clock, name := local.Format("15:04"), func(t time.Time) string { return strings.ToLower(t.Format("Mon")) }
	on := func(day string) bool { return len(w.Days) == 0 || slices.Contains(w.Days, day) }
	if w.From < w.To {
		return on(name(local)) && w.From <= clock && clock < w.To
	}
	return on(name(local)) && clock >= w.From || on(name(local.AddDate(0, 0, -1))) && clock < w.To
}

// Until names the next minute at which the window is open, and no minute before it is.
func TestTheWaitForAWindowEndsWhenItOpens(t *testing.T) {
	for _, name := range []string{"UTC", "Asia/Kolkata", "America/New_York"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		rapid.Check(t, func(r *rapid.T) {
			clock := rapid.Map(rapid.IntRange(0, 24*4-1), func(quarter int) string {
				return time.Date(2026, 1, 1, 0, 15*quarter, 0, 0, time.UTC).Format("15:04")
			})
			w := &rollout.Window{From: clock.Draw(r, "from"), To: clock.Draw(r, "to"), Zone: name}
			if w.From == w.To {
				return // which is refused
			}
			w.Days = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}), 0, 7, rapid.ID[string]).Draw(r, "days")
			// In June no zone of these changes its clocks.
			now := time.Date(2026, 6, 1, 0, rapid.IntRange(0, 14*24*60).Draw(r, "minute"), 0, 0, time.UTC)
			wait := w.Until(now)
			if wait < 0 || wait > 8*24*time.Hour || !open(w, zone, now.Add(wait)) {
				r.Fatalf("%+v at %s: open after %s, which it is not", w, now.In(zone), wait)
			}
			for passed := time.Duration(0); passed < wait; passed += 15 * time.Minute {
				if open(w, zone, now.Add(passed)) {
					r.Fatalf("%+v at %s: open after %s already, not only after %s", w, now.In(zone), passed, wait)
				}
			}
			if w.Until(now.Add(wait)) != 0 {
				r.Fatalf("%+v: after the wait it is %s more", w, w.Until(now.Add(wait)))
			}
		})
	}
}

// Where clocks change, a window is still found, and the wait ends in it.
func TestAWindowAtTheChangeOfClocks(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		from, to string
		now      time.Time
		want     time.Duration
	}{
		// On 28 March 2027 there is no time from 02:00 to 03:00; on 31 October it is there twice.
		{"03:00", "04:00", time.Date(2027, 3, 28, 1, 0, 0, 0, zone), time.Hour},
		{"09:00", "17:00", time.Date(2027, 3, 27, 17, 0, 0, 0, zone), 15 * time.Hour},
		{"09:00", "17:00", time.Date(2027, 10, 30, 17, 0, 0, 0, zone), 17 * time.Hour},
		{"22:00", "06:00", time.Date(2027, 3, 28, 1, 30, 0, 0, zone), 0},
	} {
		w := &rollout.Window{From: tt.from, To: tt.to, Zone: "Europe/Berlin"}
		if got := w.Until(tt.now); got != tt.want {
			t.Errorf("from %s to %s at %s: %s, want %s", tt.from, tt.to, tt.now, got, tt.want)
		}
	}
}

func TestErrorsOfARolloutHaveTheNumbersAndNames(t *testing.T) {
	many := func(n int) []string { return slices.Repeat([]string{"a.example.com"}, n) }
	results := func(n int) []rollout.CheckResult {
		return slices.Repeat([]rollout.CheckResult{{Check: "home", Property: "a.example.com", Finding: rollout.Finding{Detail: "it answers 500"}}}, n)
	}
	for _, tt := range []struct {
		err  error
		want string
	}{
		{&rollout.BudgetError{Need: rollout.Needs{Activations: 4}, Left: 3}, "4 activations are needed; 3 are left today"},
		{&rollout.BudgetError{Need: rollout.Needs{Activations: 4, Returns: 2}, Left: 5}, "4 activations are needed, and 2 to go back; 5 are left today"},
		{&rollout.BudgetError{Need: rollout.Needs{Activations: 4, Returns: 1}, Left: 5, Reserve: 1}, "4 activations are needed, and 1 to go back; 5 are left today, of which 1 are reserved for others"},
		{&rollout.CheckError{Wave: "canary", Network: papi.Staging, Results: results(1)}, "checks of wave canary on STAGING: home of a.example.com: it answers 500"},
		{&rollout.DriftError{Items: many(1)}, "another version was activated since the plan was made, on a.example.com"},
		{&rollout.UncertainError{Items: many(10)}, "a.example.com, a.example.com"},
		{&rollout.UncertainError{Items: many(11)}, "a.example.com and 1 more"},
		{&rollout.AccountError{Plan: "act_1", Account: "act_2"}, "account act_1, and these credentials are for act_2"},
		{&rollout.ClosedError{Mark: "x/" + digest, Property: "a.example.com"}, "rollout x/" + digest + " was rolled back: see a.example.com"},
		{&rollout.NoWaveError{Wave: "canry", Plan: &rollout.Plan{Waves: []rollout.Wave{{Name: "canary"}, {Name: "rest"}}}}, `there is no wave "canry"; the waves are canary, rest`},
		{&rollout.AnotherPlanError{Mark: rollout.Mark{Name: "x", Digest: digest, Place: 3, Total: 5}, Property: "a.example.com"}, "x/" + digest + ", has not ended: see item 3 of its 5, a.example.com"},
	} {
		if got := tt.err.Error(); !strings.HasSuffix(got, tt.want) || strings.Contains(got, "\n") {
			t.Errorf("%T: %q, want %q at its end", tt.err, got, tt.want)
		}
	}
	for _, err := range []error{&rollout.UncertainError{Items: many(10)}, &rollout.DriftError{Items: many(10)}} {
		if strings.Contains(err.Error(), "more") {
			t.Errorf("ten are named: %v", err)
		}
	}
	if text := (&rollout.CheckError{Results: results(500)}).Error(); len(text) > 1000 || !strings.HasSuffix(text, "and 490 more") {
		t.Errorf("%d characters: %s", len(text), text)
	}
	if err := error(&rollout.DriftError{Items: many(1)}); errors.Unwrap(err) != nil {
		t.Errorf("a cause that there is not: %v", errors.Unwrap(err))
	}
}
