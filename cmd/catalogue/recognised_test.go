package catalogue_test

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/papi"
)

func TestRowsSayInWordsHowTheyAreRecognised(t *testing.T) {
	for code, want := range map[string]string{
		"busy":                        `in the list of activations`,
		"rate-limited":                `status 503, the text says when to come again`,
		"server-error":                `a status from 500 on`,
		"certificate-not-visible-yet": `all of errors[] have "unauthorized_third_party_cert_for_hostname" in their type`,
		"unauthorized":                `status 401`,
		"usage":                       `propctl, before anything is sent`,
		"arl-conflict":                `"arlfile.exists" in the type`,
	} {
		lines := catalogue.Lookup(code).RecognisedBy()
		if !slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(line, want) }) {
			t.Errorf("%s is recognised by %q, want %q among them", code, lines, want)
		}
	}
}

// What a row says of PAPI's answers is so: an answer that has all of it is of the row.
func TestAnswersAreRecognisedByWhatTheirRowSays(t *testing.T) {
	compared := 0
	for _, e := range catalogue.All() {
		for i, r := range e.Recognitions() {
			if r.Also != "" || r.Status == 0 && r.Type == "" && r.Text == "" {
				continue // more has to hold than can be made up here
			}
			compared++
			status := cmp.Or(r.Status, http.StatusBadRequest)
			if r.Last > 0 && r.Last <= 599 {
				status = r.Last // where a range begins, other rows may have more to say
			}
			if got := papi.Classify(status, answer(t, r)); string(got) != e.Code {
				t.Errorf("%s: an answer as line %d says, %+v, is %s", e.Code, i+1, r, got)
			}
		}
	}
	if compared < len(papi.Classes())/2 {
		t.Errorf("only %d answers were made", compared)
	}
}

// answer is a problem document that has what a recognition looks for.
func answer(t *testing.T, r papi.Recognition) []byte {
	t.Helper()
	doc := map[string]any{"title": r.Text, "detail": r.Text}
	if kind := "https://problems.example.com/papi/v1/" + r.Type; r.Type != "" && r.InErrors {
		doc["errors"] = []any{map[string]any{"type": kind}}
	} else if r.Type != "" {
		doc["type"] = kind
	}
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
