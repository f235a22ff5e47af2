package activation

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// DurationPattern is a regular expression for the non-negative durations that [ParseDuration] accepts.
const DurationPattern = `^\s*(([0-9]+(\.[0-9]*)?|\.[0-9]+)\s*(` + unitPattern + `)\s*)+$`

const unitPattern = `ns|us|µs|μs|ms|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?`

// ParseDuration parses a duration as [time.ParseDuration] does, and also days of 24 hours, units written out,
// and blanks: 1d12h, 90 min.
func ParseDuration(text string) (time.Duration, error) {
	if d, err := time.ParseDuration(text); err == nil {
		return d, nil
	}
	wrong := fmt.Errorf("%q is not a duration such as 90s, 30m, 1h30m or 2d", text)
	switch {
	case strings.Trim(text, "0123456789.") == "" && text != "":
		return 0, fmt.Errorf("%q has no unit; write %ss or %sm", text, text, text)
	case !regexp.MustCompile(DurationPattern).MatchString(text):
		return 0, wrong
	}
	sum := 0.0
	for _, part := range regexp.MustCompile(`([0-9.]+)\s*([a-zµμ]+)`).FindAllStringSubmatch(text, -1) {
		n, err := strconv.ParseFloat(part[1], 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) { // out of range: infinite
			return 0, wrong
		}
		sum += n * float64(lengthOf(part[2]))
	}
	if sum >= math.MaxInt64 {
		return 0, fmt.Errorf("%q is too long", text)
	}
	return time.Duration(math.Round(sum)), nil
}

// lengthOf is the length of a unit in the pattern.
func lengthOf(unit string) time.Duration {
	switch {
	case strings.HasPrefix(unit, "d"):
		return 24 * time.Hour
	case strings.HasPrefix(unit, "h"):
		return time.Hour
	case unit == "m", strings.HasPrefix(unit, "min"):
		return time.Minute
	case strings.HasPrefix(unit, "s"):
		return time.Second
	}
	d, _ := time.ParseDuration("1" + unit) // ns, us and ms
	return d
}
