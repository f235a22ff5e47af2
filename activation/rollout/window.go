package rollout

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Window is when submissions are allowed.
type Window struct {
	Days []string `json:"days,omitempty"` // mon to sun; empty: all
	From string   `json:"from"`           // 09:00
	To   string   `json:"to"`             // 17:00; before From means the next day
	Zone string   `json:"zone"`           // IANA time zone; empty: UTC
}

// check returns what is wrong with a window.
func (w *Window) check() error {
	for _, d := range w.Days {
		if !slices.Contains(days(), strings.ToLower(d)) {
			return fmt.Errorf("%q is not a day; the days are %s", d, strings.Join(days(), ", "))
		}
	}
	if _, err := time.LoadLocation(w.Zone); err != nil || w.Zone == "Local" {
		return fmt.Errorf("zone %q is not known; use a name such as Europe/Berlin or UTC", w.Zone)
	}
	for _, s := range []string{w.From, w.To} {
		if _, err := time.Parse("15:04", s); err != nil {
			return fmt.Errorf("%q is not a time of day such as 09:00", s)
		}
	}
	if w.From == w.To {
		return fmt.Errorf("the window from %s to %s is empty", w.From, w.To)
	}
	return nil
}

func days() []string { return []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} }

// Until returns the time until the window opens; 0 while it is open.
func (w *Window) Until(now time.Time) time.Duration {
	if w == nil {
		return 0
	}
	zone, err := time.LoadLocation(w.Zone)
	if err != nil {
		zone = time.UTC
	}
	local := now.In(zone)
	const week = 8
	for day := -1; day < week; day++ {
		from, to := w.on(local, day)
		if !w.has(from) || !to.After(local) {
			continue
		}
		return max(from.Sub(local), 0)
	}
	return 0
}

// on is the window that begins later days after t.
func (w *Window) on(t time.Time, later int) (from, to time.Time) {
	at := func(s string, later int) time.Time {
		clock, err := time.Parse("15:04", s)
		if err != nil {
			clock = time.Time{}
		}
		return time.Date(t.Year(), t.Month(), t.Day()+later, clock.Hour(), clock.Minute(), 0, 0, t.Location())
	}
	from, to = at(w.From, later), at(w.To, later)
	if !to.After(from) {
		to = at(w.To, later+1)
	}
	return from, to
}

func (w *Window) has(t time.Time) bool {
	day := days()[t.Weekday()]
	return len(w.Days) == 0 || slices.ContainsFunc(w.Days, func(d string) bool { return strings.EqualFold(d, day) })
}
