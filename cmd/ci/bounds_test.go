package ci

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
)

// results is a document of many runs, of which some have failed, each in a way of its own.
func results(succeeded, failed int) *result.Document {
	d := &result.Document{Command: "activate", Outcome: "active"}
	for range succeeded {
		d.Results = append(d.Results, &result.Document{Outcome: "active"})
	}
	for i := range failed {
		d.Results = append(d.Results, &result.Document{
			Outcome: "failed", ExitCode: catalogue.ExitFailed,
			Error: &result.Error{Code: fmt.Sprint("code-", i), Message: strings.Repeat("x", 1000)},
		})
	}
	return d
}

func TestAStepHasTenAnnotationsAtMost(t *testing.T) {
	for _, tt := range []struct {
		succeeded, failed, want int
		last                    string
	}{
		{3, 0, 3, "active"},
		{10, 0, 10, "active"},
		{11, 0, 10, "and 2 more"},
		{0, 10, 10, "x"},
		{1, 10, 10, "and 2 more"},
		{100, 100, 10, "and 191 more"},
	} {
		all := annotationsOf(results(tt.succeeded, tt.failed))
		if len(all) != tt.want || !strings.HasPrefix(all[len(all)-1].text(), tt.last) {
			t.Errorf("%d and %d errors: %d annotations, the last one %.80q", tt.succeeded, tt.failed, len(all), all[len(all)-1].text())
		}
		errors := 0
		for _, a := range all {
			if a.severity == severityError {
				errors++
			}
		}
		if errors != min(tt.failed, tt.want) {
			t.Errorf("%d and %d errors: %d annotations are errors", tt.succeeded, tt.failed, errors)
		}
	}
}

func TestSummaryOfAStepSaysWhatDoesNotFit(t *testing.T) {
	d, run := results(500, 20), &journal.Run{Begun: time.Unix(0, 0)}
	whole := summaryOf(d, run, true)
	for _, room := range []int64{maxSummary, int64(len(whole)) - 1, 1000} {
		text := summaryWithin(room, d, run)
		if int64(len(text)) > room {
			t.Errorf("%d bytes where %d have room", len(text), room)
		}
		if shortened := strings.Contains(text, "more than fits"); text != "" && shortened == (text == whole) {
			t.Errorf("in %d bytes: %.300s", room, text)
		}
	}
	if summaryWithin(int64(len(whole))-1, d, run) == "" {
		t.Error("no summary where a shorter one has room")
	}
}
