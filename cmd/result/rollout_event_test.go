package result_test

import (
	"strings"
	"testing"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/papi"
)

func TestProgressOfARolloutIsSaidInFewerAndFewerWords(t *testing.T) {
	e := result.RolloutEvent{
		Type: rollout.EventProgress, Wave: "early", Number: 2, Waves: 3, Network: papi.Staging, WaitedSeconds: 250, Requests: 812,
		Totals: &result.RolloutTotals{Items: 100, Active: 37, Underway: 12, Failed: 1},
	}
	lines := e.Progress()
	const whole = "wave 2 of 3, early: 37 of 100 active, 12 on their way, 1 failed · 4m10s · 812 requests"
	if lines[1] != whole {
		t.Errorf("%q, want %q", lines[1], whole)
	}
	for _, width := range []int{40, 80, 200} {
		fits := ""
		for _, line := range lines {
			if len([]rune(line)) <= width {
				fits = line
				break
			}
		}
		if !strings.Contains(fits, "37") || !strings.Contains(fits, "1 failed") {
			t.Errorf("in %d columns: %q", width, fits)
		}
	}
}
