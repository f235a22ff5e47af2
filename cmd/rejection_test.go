package cmd_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/cmd"
)

// A rejection stays one whatever its size: in one of 2,000 errors the first MiB is
// kept, and of one that is cut off in the middle what came before.
func TestALargeRejectionStaysARejection(t *testing.T) {
	for _, tt := range []struct{ errors, each int }{{3, 100}, {2000, 600}, {20_000, 600}} {
		if testing.Short() && tt.errors > 2000 {
			continue // 12 MB, of which the end is not read either
		}
		t.Run(fmt.Sprint(tt.errors, " errors"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				body := rejectionOf(t, tt.errors, tt.each)
				next := s.sim.Transport()
				s.transport = roundTrip(func(r *http.Request) (*http.Response, error) {
					if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/activations") {
						return next.RoundTrip(r)
					}
					h := http.Header{"Content-Type": {"application/problem+json"}}
					return &http.Response{StatusCode: http.StatusBadRequest, Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
				})
				r := s.run("activate", "www.example.com", notify, "-o", "json")
				var d struct {
					Error struct {
						PAPI struct {
							Errors        []json.RawMessage `json:"errors"`
							ErrorsLeftOut int               `json:"errorsLeftOut"`
						} `json:"papi"`
					} `json:"error"`
				}
				if err := json.Unmarshal([]byte(r.stdout), &d); err != nil {
					t.Fatal(err)
				}
				kept, leftOut := len(d.Error.PAPI.Errors), d.Error.PAPI.ErrorsLeftOut
				if r.code != cmd.ExitRejected || kept == 0 || tt.errors <= 2000 && kept+leftOut != tt.errors || len(body) > 1<<20 && leftOut == 0 {
					t.Errorf("exit code %d, %d errors and %d left out, of %d bytes", r.code, kept, leftOut, len(body))
				}
				const most = 30
				if lines := strings.Count(r.stderr, "\n"); lines > most || leftOut > 0 && !strings.Contains(r.stderr, fmt.Sprint(leftOut, " errors that PAPI sent and are left out")) {
					t.Errorf("%d lines for people:\n%.2000s", lines, r.stderr)
				}
			})
		})
	}
}

func rejectionOf(t *testing.T, errors, each int) string {
	t.Helper()
	type problem struct {
		Type   string    `json:"type"`
		Title  string    `json:"title"`
		Detail string    `json:"detail"`
		Errors []problem `json:"errors,omitempty"`
	}
	p := problem{Type: "https://problems.example.com/papi/v0/activation/errors", Title: "There are validation errors", Detail: "The version cannot be activated"}
	for i := range errors {
		p.Errors = append(p.Errors, problem{
			Type:  "https://problems.example.com/papi/v0/validation/attribute_required",
			Title: "Missing attribute", Detail: fmt.Sprintf("behavior %d: %s", i, strings.Repeat("x", each)),
		})
	}
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
