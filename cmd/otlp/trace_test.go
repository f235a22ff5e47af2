package otlp

import (
	"testing"
	"time"

	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/papi"
)

func TestTraceHasABoundedNumberOfSpans(t *testing.T) {
	for _, tt := range []struct {
		requests, spans int
		dropped         string
	}{{10, 12, ""}, {998, 1000, ""}, {999, 1000, "1"}, {25_000, 1000, "24002"}} {
		run := &journal.Run{Begun: time.Now()}
		for range tt.requests {
			run.Attempted(papi.Attempt{Method: "GET", Path: "/papi/v1/build", Sent: true, StatusCode: 200})
		}
		spans := tracing{document: &result.Document{Command: "status"}, run: run, ended: time.Now()}.spans()
		dropped := ""
		for _, a := range spans[0].Attributes {
			if a.Key == "propctl.spans.dropped" {
				dropped = *a.Value.Int
			}
		}
		if len(spans) != tt.spans || dropped != tt.dropped {
			t.Errorf("%d requests: %d spans, %q dropped; want %d and %q", tt.requests, len(spans), dropped, tt.spans, tt.dropped)
		}
	}
}
