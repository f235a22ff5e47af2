package activation_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/propctl/propctl/activation"
)

func TestDurationsAreReadAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90 min": 90 * time.Minute, "1d": 24 * time.Hour, "1d12h": 36 * time.Hour, "2 days 1 hour": 49 * time.Hour, "1.5h": 90 * time.Minute,
		"90s": 90 * time.Second, "30 minutes": 30 * time.Minute, "500ms": 500 * time.Millisecond, "1 hr 30 secs": time.Hour + 30*time.Second,
		" 5 m\n": 5 * time.Minute, "1d 1us": 24*time.Hour + time.Microsecond, "-5m": -5 * time.Minute, "0 d": 0,
	} {
		got, err := activation.ParseDuration(text)
		if err != nil || got != want {
			t.Errorf("%q is %s, %v; want %s", text, got, err, want)
		}
		if want >= 0 && !regexp.MustCompile(activation.DurationPattern).MatchString(text) {
			t.Errorf("the pattern does not take %q", text)
		}
	}
	for _, text := range []string{
		"", "1", "1.5", "1 d 2", "-1d", "d", "1y", "1w", "1 month", "99999999999d", strings.Repeat("9", 400) + " d", "1e3s", "1,5h", "1d\x00", "1..5 d", "five minutes",
	} {
		if got, err := activation.ParseDuration(text); err == nil {
			t.Errorf("%q is taken, as %s", text, got)
		}
	}
}
