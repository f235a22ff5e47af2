package papi_test

import (
	"testing"

	"github.com/propctl/propctl/papi"
)

func TestClassifyTakesTheStatusFromTheBodyWhereNoneIsGiven(t *testing.T) {
	const certificate = `"errors":[{"type":"x/unauthorized_third_party_cert_for_hostname"}]`
	for _, tt := range []struct {
		name   string
		status int
		body   string
		want   papi.Class
	}{
		{"status that is given", 409, `{"type":"next-year"}`, papi.ClassBusy},
		{"status that is given, and another in the body", 409, `{"status":404}`, papi.ClassBusy},
		{"status of the body", 0, `{"status":404}`, papi.ClassNotFound},
		{"status of the body, as other tools print it", 0, `{"statusCode":404}`, papi.ClassNotFound},
		{"status as text", 0, `{"status":"404"}`, ""},
		{"status that there is not", 0, `{"status":12}`, ""},
		{"success", 200, `{"type":"resource-busy"}`, ""},
		{"type", 0, `{"type":"papi/v1/resource-busy"}`, papi.ClassBusy},
		{"type of the errors", 0, `{"type":"activation/errors",` + certificate + `}`, papi.ClassCertificateNew},
		{"limit key", 0, `{"limitKey":"INCLUDES_PER_CONTRACT"}`, papi.ClassResourceLimit},
		{"budget with a limit key", 429, `{"type":"rate-limit-exceeded.activations","limitKey":"ACTIVATIONS"}`, papi.ClassBudgetExhausted},
		{"limit key of a failure", 500, `{"limitKey":"INCLUDES_PER_CONTRACT"}`, papi.ClassServer},
		{"certificate of a failure", 500, `{` + certificate + `}`, papi.ClassServer},
		{"no certificate without errors", 400, `{"type":"x/unauthorized_third_party_cert_for_hostname","errors":[]}`, papi.ClassInvalid},
		{"resource limit without its key", 429, `{"type":"limit-exceeded.includes"}`, papi.ClassRateLimited},
		{"time in plain text", 0, `Please try after 2026-01-16T15:20:55.945Z`, papi.ClassRateLimited},
		{"nothing that tells", 0, `{}`, ""},
		{"nothing", 0, ``, ""},
	} {
		if got := papi.Classify(tt.status, []byte(tt.body)); got != tt.want {
			t.Errorf("%s: class %q, want %q", tt.name, got, tt.want)
		}
	}
}

// A rule that an earlier one hides would be in the documents and never apply.
func TestEveryRecognitionTellsItsClass(t *testing.T) {
	for _, class := range papi.Classes() {
		for _, r := range papi.Recognitions(class) {
			if r.Type != "" {
				if got, ok := papi.ClassOfType("https://problems.example.com/papi/v0/" + r.Type); !ok || got != class {
					t.Errorf("type %q is of class %q, want %q", r.Type, got, class)
				}
			}
			if r.Also != "" || r.InErrors || r.Status == 0 {
				continue
			}
			for _, status := range []int{r.Status, r.Last} {
				if got := papi.Classify(status, []byte(`{"type":"`+r.Type+`","detail":"`+r.Text+`"}`)); status > 0 && r.Last == 0 && got != class {
					t.Errorf("status %d with type %q and text %q is of class %q, want %q", status, r.Type, r.Text, got, class)
				}
			}
		}
	}
}

func TestClassOfTypeKnowsWhatItKnows(t *testing.T) {
	for _, kind := range []string{"", "next-year", "https://example.com/"} {
		if class, ok := papi.ClassOfType(kind); ok {
			t.Errorf("%q is taken for %s", kind, class)
		}
	}
}
