package rollout

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/propctl/propctl/papi"
)

func TestHowManyActivationsAreNeeded(t *testing.T) {
	for _, c := range []struct {
		how     OnFailure
		options Options
		states  string
		want    Needs
	}{
		{Stop, Options{}, "waiting waiting waiting", Needs{3, 0}},
		{Rollback, Options{}, "waiting waiting waiting", Needs{3, 3}},
		{RollbackWave, Options{}, "waiting waiting waiting", Needs{3, 2}}, // the largest wave
		{Rollback, Options{}, "active waiting waiting", Needs{2, 2}},      // of what was active before nothing goes back
		{Rollback, Options{}, "active+ours waiting waiting", Needs{2, 3}},
		{Rollback, Options{}, "underway waiting waiting", Needs{2, 3}},
		{Rollback, Options{}, "blocked failed waiting", Needs{2, 2}},
		{Rollback, Options{Through: "wave-1"}, "waiting waiting waiting", Needs{2, 2}},
		{Rollback, Options{Skip: []string{"p1"}}, "skipped waiting waiting", Needs{2, 2}},
	} {
		p := planOf(staging, 2, 1)
		p.OnFailure = c.how
		if got := boardOf(p, c.options, c.states).Needs(); got != c.want || got.All() != c.want.Activations+c.want.Returns {
			t.Errorf("%s, %s: %+v, want %+v", c.how, c.states, got, c.want)
		}
	}
}

func TestWhetherTheDaysBudgetIsEnough(t *testing.T) {
	quota := func(left int, reset time.Time) *papi.Quota { return &papi.Quota{Remaining: &left, Reset: reset} }
	for _, c := range []struct {
		name    string
		budget  *papi.Quota
		reserve int
		options Options
		states  string
		short   bool
	}{
		{"not known", nil, 0, Options{}, "waiting waiting", false},
		{"PAPI did not say how many", &papi.Quota{}, 0, Options{}, "waiting waiting", false},
		{"enough", quota(4, time.Time{}), 0, Options{}, "waiting waiting", false},
		{"short by one", quota(3, time.Time{}), 0, Options{}, "waiting waiting", true},
		{"short by the reserve", quota(4, time.Time{}), 1, Options{}, "waiting waiting", true},
		{"over several days", quota(1, time.Time{}), 0, Options{OverBudget: true}, "waiting waiting", false},
		{"of yesterday", quota(1, noon.Add(-time.Hour)), 0, Options{}, "waiting waiting", false},
		{"of today", quota(1, noon.Add(time.Hour)), 0, Options{}, "waiting waiting", true},
		{"little is left to do", quota(2, time.Time{}), 0, Options{}, "active waiting", false},
	} {
		p := planOf(staging, 2)
		p.OnFailure, p.Reserve = Rollback, c.reserve
		c.options.Budget = c.budget
		b := boardOf(p, c.options, c.states)
		s := b.next(noon)
		short, ok := errors.AsType[*BudgetError](b.cause())
		if ok != c.short || ok && (s.kind != finish || short.Left != *c.budget.Remaining || short.Reserve != c.reserve) || !ok && s.kind != submit {
			t.Errorf("%s: %s, %v", c.name, s.told(), b.cause())
		}
	}
}

func TestABudgetIsAskedBeforeTheFirstSubmissionOnly(t *testing.T) {
	p := planOf(staging, 2)
	left := 0
	b := boardOf(p, Options{Budget: &papi.Quota{Remaining: &left}}, "waiting waiting")
	b.touched[0] = true
	if s := b.next(noon); s.kind != submit { // PAPI says when it is used up
		t.Errorf("%s: %v", s.told(), b.cause())
	}
}

func TestWhenTheWindowIsOpen(t *testing.T) {
	at := func(s string) time.Time {
		parsed, err := time.Parse("2006-01-02 15:04 -0700", s)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	work := &Window{Days: []string{"mon", "Tue", "wed", "thu", "fri"}, From: "09:00", To: "17:00", Zone: "Europe/Berlin"}
	night := &Window{From: "22:00", To: "04:00", Zone: "UTC"}
	friday := &Window{Days: []string{"fri"}, From: "22:00", To: "04:00", Zone: "UTC"}
	for _, c := range []struct {
		window *Window
		now    string
		want   time.Duration
	}{
		{nil, "2026-11-29 12:00 +0000", 0},
		{work, "2026-11-30 08:00 +0000", 0},              // 9 o'clock there
		{work, "2026-11-30 07:59 +0000", time.Minute},    // a Monday
		{work, "2026-11-30 15:59 +0000", 0},              //
		{work, "2026-11-30 16:00 +0000", 16 * time.Hour}, // the next morning
		{work, "2026-11-27 16:00 +0000", 64 * time.Hour}, // over the week-end
		{work, "2026-10-23 15:00 +0000", 65 * time.Hour}, // when clocks are set back, it is an hour more
		{work, "2026-03-27 16:00 +0000", 63 * time.Hour}, // and forward an hour less
		{night, "2026-11-29 12:00 +0000", 10 * time.Hour},
		{night, "2026-11-29 23:00 +0000", 0},
		{night, "2026-11-29 03:59 +0000", 0},
		{night, "2026-11-29 04:00 +0000", 18 * time.Hour},
		{friday, "2026-11-28 03:00 +0000", 0}, // Friday's night goes on on Saturday
		{friday, "2026-11-27 03:00 +0000", 19 * time.Hour},
		{friday, "2026-11-28 05:00 +0000", 6*24*time.Hour + 17*time.Hour},
	} {
		if got := c.window.Until(at(c.now)); got != c.want {
			t.Errorf("%+v at %s: %s, want %s", c.window, c.now, got, c.want)
		}
	}
}

func TestAWindowHasToBeOne(t *testing.T) {
	for _, w := range []Window{
		{From: "09:00", To: "17:00", Zone: "Nowhere/City"},
		{From: "09:00", To: "17:00", Zone: "Local"},
		{From: "9", To: "17:00"},
		{From: "09:00", To: "25:00"},
		{From: "09:00", To: "09:00"},
		{Days: []string{"mon", "someday"}, From: "09:00", To: "17:00"},
		{},
	} {
		if err := w.check(); err == nil {
			t.Errorf("%+v is taken", w)
		}
	}
	if err := (&Window{From: "09:00", To: "17:00"}).check(); err != nil {
		t.Error(err)
	}
}

func TestWhenItemsAreLookedAt(t *testing.T) {
	const usual = 10 * time.Minute
	last := time.Duration(0)
	for age, looks := time.Duration(0), 0; age < time.Hour; looks++ {
		p := pause(age, usual, looks)
		switch {
		case p < time.Second || p > 10*time.Minute:
			t.Fatalf("a pause of %s at %s", p, age)
		case age < usual*6/10 && age+p > usual*6/10:
			t.Errorf("the look after %s is past the time when the first arrive", age)
		case age >= usual && age < usual*3/2 && p > time.Minute:
			t.Errorf("a pause of %s at %s, when it is expected", p, age)
		case age >= usual*3/2 && p < last:
			t.Errorf("a pause of %s after one of %s, when it is overdue", p, last)
		}
		last = p
		age += p
	}
}

func TestWhenGroupsAreListed(t *testing.T) {
	ahead := func(minutes ...int) []time.Time {
		var all []time.Time
		for _, m := range minutes {
			all = append(all, noon.Add(time.Duration(m)*time.Minute))
		}
		return all
	}
	for _, c := range []struct {
		name     string
		last     int // minutes ago; 0: never
		expected []time.Time
		waiting  bool
		want     int // minutes from now
	}{
		{"at once when all are overdue", 0, nil, false, 0},
		{"once a minute when all are overdue", 0, nil, true, 0},
		{"a minute after the last one", -1, ahead(-5, -5), false, 0},
		{"when half are expected", 5, ahead(8, 2, 6, 4), false, 2}, // others may follow for long: the first one counts then
		{"when half are expected, the first time", 0, ahead(8, 2, 6, 4), false, 4},
		{"not for each one that is expected", 1, ahead(8, 2, 6, 1), false, 2},
		{"sooner when others wait for a place", 5, ahead(8, 2, 6, 4), true, 2},
		{"not within the minute", 0, ahead(0), true, 0},
	} {
		last := time.Time{}
		if c.last > 0 {
			last = noon.Add(-time.Duration(c.last) * time.Minute)
		}
		if got := nextRound(last, noon, c.expected, c.waiting); !got.Equal(noon.Add(time.Duration(c.want)*time.Minute)) && got.After(noon) {
			t.Errorf("%s: in %s, want %d m", c.name, got.Sub(noon), c.want)
		}
	}
	if got := nextRound(noon, noon, nil, true); !got.Equal(noon.Add(time.Minute)) {
		t.Errorf("right after one the next is in %s", got.Sub(noon))
	}
}

func TestOneWrongDateMovesNothing(t *testing.T) {
	c := newClock(0)
	start := c.now()
	near := func(want time.Time) bool { return c.now().Sub(want).Abs() < 2*time.Second }
	c.learn(time.Time{})
	c.learn(start.Add(90 * time.Second)) // the first one is believed
	if !near(start.Add(90 * time.Second)) {
		t.Errorf("it is %s", c.now().Sub(start))
	}
	c.learn(start.Add(3 * time.Hour))
	if !near(start.Add(90 * time.Second)) {
		t.Errorf("after one wrong date it is %s", c.now().Sub(start))
	}
	c.learn(start.Add(90 * time.Second))
	c.learn(start.Add(3 * time.Hour))
	if !near(start.Add(90 * time.Second)) {
		t.Errorf("after two that a right one was between it is %s", c.now().Sub(start))
	}
	c.learn(start.Add(3 * time.Hour))
	if !near(start.Add(3 * time.Hour)) {
		t.Errorf("after two that agree it is %s", c.now().Sub(start))
	}
	c.learn(start)
	c.learn(start.Add(time.Hour))
	if !near(start.Add(3 * time.Hour)) {
		t.Errorf("after two that do not agree it is %s", c.now().Sub(start))
	}
}

func TestAFastClockTakesTimeOfPAPI(t *testing.T) {
	c := newClock(60)
	if got := c.real(time.Minute); got != time.Second {
		t.Errorf("a minute takes %s", got)
	}
	if got := c.since(time.Now().Add(-time.Second)); got < time.Minute || got > 90*time.Second {
		t.Errorf("in a second pass %s", got)
	}
}

func TestAnAmountIsRoundedUp(t *testing.T) {
	for text, want := range map[string]int{
		"0": 0, "3": 3, "10%": 1, "0%": 0, "100%": 9, "12%": 2, "11.111111111111111%": 1, "rest": 9, " 50% ": 5, "0.001%": 1,
	} {
		var a Amount
		if err := a.UnmarshalText([]byte(text)); err != nil || a.Of(9) != want {
			t.Errorf("%q of 9: %d, want %d (%v)", text, a.Of(9), want, err)
		}
		var again Amount
		if err := again.UnmarshalText([]byte(a.String())); err != nil || again != a {
			t.Errorf("%q: %q is not read as the same: %v", text, a.String(), err)
		}
	}
	for _, text := range []string{"", "-1", "1.5", "101%", "NaN", "NaN%", "Inf", "1e9", "x", "10 %%", "rest%"} {
		if err := new(Amount).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
	for n := range 200 { // a part that comes out even is not rounded up by what is lost in fractions
		for _, percent := range []float64{1, 5, 7, 10, 29, 50, 58} {
			want := (n*int(percent) + 99) / 100
			if got := (Amount{N: percent, Percent: true}).Of(n); got != want {
				t.Errorf("%v%% of %d: %d, want %d", percent, n, got, want)
			}
		}
	}
}

func TestADurationHasBounds(t *testing.T) {
	for text, ok := range map[string]bool{"0s": true, "90s": true, "168h": true, "169h": false, "-1s": false, "": false, "10": false, "1y": false} {
		var d Duration
		if err := d.UnmarshalText([]byte(text)); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestAVersionIsANumberOrWhatStandsForOne(t *testing.T) {
	for text, want := range map[string]Version{
		"": {}, "latest": {}, "LATEST": {}, "12": {Number: 12}, "staging": {Active: papi.Staging}, "Production": {Active: papi.Production},
	} {
		v, err := ParseVersion(text)
		if err != nil || v != want {
			t.Errorf("%q: %+v, %v", text, v, err)
		}
		if again, err := ParseVersion(v.String()); err != nil || again != v {
			t.Errorf("%q: %q is not read as the same", text, v)
		}
	}
	for _, text := range []string{"0", "-1", "1.0", "stag", "12a", " 12"} {
		if v, err := ParseVersion(text); err == nil {
			t.Errorf("%q: %+v", text, v)
		}
	}
}

func TestMarksAreReadAsTheyAreWritten(t *testing.T) {
	digest := strings.Repeat("0a", 6)
	for _, attempt := range []int{1, 2, 99} {
		for _, part := range []Part{{}, {1, 1}, {1, 40}, {37, 500}} {
			for _, back := range []bool{false, true} {
				for _, scope := range []Scope{"", ScopeWave, ScopeAll} {
					m := Mark{Name: "a-b_C9", Digest: digest, Place: 37, Total: 500, Attempt: attempt, Part: part, Back: back, Scope: scope}
					if scope != "" && !back {
						continue // only a return has one
					}
					possible := (!back || part == Part{}) && (part == Part{} || part.has(37))
					got, ok := ParseMark(m.In("Any text [propctl x/y]"))
					if ok && got != m || ok && !possible {
						t.Errorf("%s: %+v", m, got)
					}
					if possible && !ok {
						t.Errorf("%s is not read", m)
					}
				}
			}
		}
	}
	for _, text := range []string{
		"#1", "bulk", "bulk 1", "bulk 1-2-3", "bulk 40-30", "bulk 38-40", "bulk 1-501", "bulk 0-40", "bulk 1-40 #2", "bulk 1-40 back", "all", "wave",
		"all wave back", "back all", "back back", "#2 #3", "#02", "# 2", "bulk 01-40", "",
	} {
		note := fmt.Sprintf("[propctl test/%s 37/500 %s]", digest, text)
		if m, ok := ParseMark(note); ok {
			t.Errorf("%q: %+v", note, m)
		}
	}
}

func FuzzAnyNoteIsAMarkOrNone(f *testing.F) {
	f.Add("A change [propctl test/0123456789ab 1/2 #2 bulk 1-2]")
	f.Add("[propctl test/0123456789ab 1/2 all back]")
	f.Fuzz(func(t *testing.T, note string) {
		m, ok := ParseMark(note)
		if !ok {
			if m != (Mark{}) && m.Name == "" {
				t.Errorf("%q: %+v", note, m)
			}
			return
		}
		if !strings.HasSuffix(strings.TrimRight(note, " \t\r\n"), m.String()) || m.Place < 1 || m.Place > m.Total || m.Attempt < 1 {
			t.Errorf("%q: %+v", note, m)
		}
	})
}
