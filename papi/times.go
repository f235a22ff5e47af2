package papi

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// date decodes PAPI's ISO 8601 dates. One that cannot be parsed becomes the zero time.
type date time.Time

func (d *date) UnmarshalJSON(data []byte) error {
	*d = date{}
	var s string
	if json.Unmarshal(data, &s) != nil {
		return nil //nolint:nilerr // a value of another type is a date that cannot be read
	}
	*d = date(parseDate(s))
	return nil
}

func parseDate(s string) time.Time {
	s = strings.TrimSpace(s)
	for _, layout := range [...]string{time.RFC3339, "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return plausible(t.UTC())
		}
	}
	return time.Time{}
}

// epoch is a time in seconds since 1970, as in fallbackInfo.
type epoch time.Time

func (e *epoch) UnmarshalJSON(data []byte) error {
	*e = epoch{}
	var n float64
	if json.Unmarshal(data, &n) != nil {
		return nil //nolint:nilerr // a value of another type is a time that cannot be read
	}
	*e = epoch(fromEpoch(n))
	return nil
}

func (e epoch) MarshalJSON() ([]byte, error) {
	t := time.Time(e)
	if t.IsZero() {
		return []byte("null"), nil
	}
	return strconv.AppendInt(nil, t.Unix(), 10), nil
}

// millisFrom is the smallest number taken for milliseconds since 1970; as seconds it would be in the year 5138.
const millisFrom = 1e11

// fromEpoch reads seconds or milliseconds since 1970.
func fromEpoch(n float64) time.Time {
	if math.IsNaN(n) || n <= 0 || n > 1e15 {
		return time.Time{}
	}
	if n >= millisFrom {
		return plausible(time.UnixMilli(int64(n)).UTC())
	}
	return plausible(time.Unix(int64(n), 0).UTC())
}

// plausible returns t, or the zero time if its year cannot be right. Times far away would overflow durations
// computed from them.
func plausible(t time.Time) time.Time {
	if t.Year() < 1990 || t.Year() > 2200 {
		return time.Time{}
	}
	return t
}

// parseInstant parses a time in any form that PAPI's headers use: milliseconds or seconds since 1970, RFC 3339,
// or an HTTP date.
func parseInstant(s string) time.Time {
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		return fromEpoch(n)
	}
	if t := parseDate(s); !t.IsZero() {
		return t
	}
	if t, err := http.ParseTime(s); err == nil {
		return plausible(t.UTC())
	}
	return time.Time{}
}

// maxRetryAfter bounds a Retry-After to a day.
const maxRetryAfter = 24 * time.Hour

// parseRetryAfter parses seconds, or an HTTP date relative to now. It returns 0 if the value is absent, past or
// nonsense.
func parseRetryAfter(s string, now time.Time) time.Duration {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0
	}
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		if math.IsNaN(n) || n <= 0 {
			return 0
		}
		return time.Duration(min(n, maxRetryAfter.Seconds()) * float64(time.Second))
	}
	t, err := http.ParseTime(s)
	if err != nil {
		if t = parseDate(s); t.IsZero() {
			return 0
		}
	}
	return min(max(plausible(t).Sub(now), 0), maxRetryAfter)
}
