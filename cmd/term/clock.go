package term

import (
	"cmp"
	"strings"
	"time"
)

// Duration formats whole seconds without zero parts: 90s is 1m30s, 3h is 3h.
func Duration(d time.Duration) string {
	d = d.Round(time.Second)
	s := d.String()
	if rest, ok := strings.CutSuffix(s, "m0s"); ok {
		s = rest + "m"
	}
	if rest, ok := strings.CutSuffix(s, "h0m"); ok {
		s = rest + "h"
	}
	return s
}

// SecondsText formats a number of seconds as a duration; "-" for nil.
func SecondsText(s *float64) string {
	if s == nil {
		return "-"
	}
	return Duration(time.Duration(*s * float64(time.Second)))
}

// Timestamp formats a time for programs: RFC 3339 in UTC.
func Timestamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Clock formats times for people.
type Clock struct {
	Now  time.Time
	Zone *time.Location // nil: UTC
}

// Tell formats a time in the reader's zone, with its distance from now.
func (c Clock) Tell(t time.Time) string {
	return t.In(cmp.Or(c.Zone, time.UTC)).Format("2006-01-02 15:04:05 MST") + " (" + distant(t.Sub(c.Now)) + ")"
}

// distant formats a distance in time in one or two words.
func distant(d time.Duration) string {
	const day = 24 * time.Hour
	far, past := d.Round(time.Second), d < 0
	if past {
		far = -far
	}
	var text string
	switch {
	case far == 0:
		return "now"
	case far < time.Minute:
		text = Duration(far)
	case far < day:
		text = Duration(far.Round(time.Minute))
	default:
		if far = far.Round(time.Hour); far >= 7*day {
			far = far.Round(day)
		}
		text = VersionText(int(far/day)) + "d"
		if rest := far % day; rest > 0 {
			text += Duration(rest)
		}
	}
	if past {
		return text + " ago"
	}
	return "in " + text
}
