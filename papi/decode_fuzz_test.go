package papi

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"
)

func FuzzProblem(f *testing.F) {
	f.Add(400, []byte(`{"type":"activation/errors","errors":[{"detail":"x"}]}`))
	f.Add(503, []byte("try after 2024-01-16T15:20:55.945Z"))
	f.Add(429, []byte(`{"detail":"wait 30 seconds","limitKey":7}`))
	f.Add(500, []byte("<html><script>x</script>\xff\x1b[31m"))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		e := newError(http.MethodGet, target{path: "/x"}, Answer{StatusCode: status}, body)
		if e.Class == "" || e.Error() == "" || e.Wait() < 0 || len(e.Body) > maxErrorText+len("…") {
			t.Errorf("%q: class %q, wait %s", body, e.Class, e.Wait())
		}
		if e.StatusCode == http.StatusUnauthorized && e.Class.Transient() {
			t.Errorf("%q: a 401 is transient", body)
		}
	})
}

func FuzzTimes(f *testing.F) {
	for _, s := range []string{"600", "1636572611000", "2021-11-10T19:30:11Z", "Tue, 15 Apr 2025 12:15:02 GMT", "-1", "1e300", "NaN"} {
		f.Add(s)
	}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		if d := parseRetryAfter(s, now); d < 0 || d > maxRetryAfter {
			t.Errorf("%q asks to wait %s", s, d)
		}
		for _, at := range []time.Time{parseInstant(s), parseDate(s)} {
			if !at.IsZero() && (at.Year() < 1990 || at.Year() > 2200) {
				t.Errorf("%q is %s", s, at)
			}
		}
	})
}

func FuzzActivation(f *testing.F) {
	f.Add([]byte(`{"activationId":"atv_1","submitDate":"x","fallbackInfo":{"steadyStateTime":1e99}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var a Activation
		if json.Unmarshal(data, &a) != nil {
			return
		}
		if _, err := json.Marshal(a); err != nil {
			t.Errorf("%s cannot be encoded again: %v", data, err)
		}
	})
}
