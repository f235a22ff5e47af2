package settings

import (
	"testing"
	"time"

	"github.com/propctl/propctl/cmd/term"
)

func TestDurationsLeaveOutWhatIsNothing(t *testing.T) {
	for in, want := range map[string]string{"0s": "0s", "30s": "30s", "60s": "1m", "90s": "1m30s", "10m": "10m", "3h": "3h", "3h5m": "3h5m", "3h0m5s": "3h0m5s", "100ms": "0s"} {
		var s Duration
		d := Duration(0)
		if in != "0s" {
			if err := s.UnmarshalText([]byte(in)); err != nil {
				t.Fatal(err)
			}
			d = s
		}
		if got := term.Duration(time.Duration(d)); got != want {
			t.Errorf("duration(%s) = %s, want %s", in, got, want)
		}
	}
}
