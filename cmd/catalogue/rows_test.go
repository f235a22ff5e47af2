package catalogue_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/papi"
)

func TestErrorCatalogueRowsAreWhole(t *testing.T) {
	categories := map[catalogue.Category]bool{
		catalogue.CategoryNotFound: true, catalogue.CategoryInvalidData: true, catalogue.CategoryTypeError: true, catalogue.CategoryPermissionDenied: true, catalogue.CategoryRemoteAuthFailed: true,
		catalogue.CategoryConflict: true, catalogue.CategoryInvalidSettings: true, catalogue.CategoryInternalError: true, catalogue.CategoryRemoteSystemError: true,
	}
	seen, listed := map[string]bool{}, 0
	for _, s := range catalogue.Sections() {
		listed += len(s.Entries)
	}
	for _, e := range catalogue.All() {
		if e.Message == "" || e.Meaning == "" || e.Help == "" || e.Outcome == "" || e.ExitCode == catalogue.ExitOK || !categories[e.Category] {
			t.Errorf("row %s lacks something: %+v", e.Code, e)
		}
		if e.Retry.Text() == string(e.Retry) {
			t.Errorf("row %s has the retry class %q", e.Code, e.Retry)
		}
		if len(e.RecognisedBy()) == 0 {
			t.Errorf("nothing says how %s is recognised", e.Code)
		}
		if seen[e.Message] || seen[e.Code] {
			t.Errorf("row %s says what another says, or there are two of it", e.Code)
		}
		seen[e.Message], seen[e.Code] = true, true
		if strings.ContainsAny(e.Message+e.Help, "\n|") || strings.HasSuffix(e.Help, ".") || strings.HasSuffix(e.Message, ".") || !strings.HasSuffix(e.Meaning, ".") {
			t.Errorf("row %s is not written like the others", e.Code)
		}
	}
	if listed != len(catalogue.All()) {
		t.Errorf("the page has %d rows, the catalogue %d", listed, len(catalogue.All()))
	}
}

// What may have been accepted must be looked at, and what PAPI will not answer
// otherwise must not be tried again.
func TestErrorCatalogueAgreesWithPAPIOnTryingAgain(t *testing.T) {
	for _, class := range papi.Classes() {
		e := catalogue.Lookup(string(class))
		switch {
		case class.Uncertain() && e.Retry != catalogue.RetryLookFirst:
			t.Errorf("%s may have been accepted, and is to be tried again: %s", class, e.Retry)
		case class.Transient() && e.Retry == catalogue.RetryNever:
			t.Errorf("%s passes, and is never to be tried again", class)
		}
	}
}

// A command after an error comes with words: its own, or those of the row.
func TestEveryNextCommandIsIntroduced(t *testing.T) {
	for _, e := range catalogue.All() {
		all := []catalogue.Advice{{Help: e.Help, Next: e.Next}}
		for _, m := range e.Matches {
			if m.Instead != nil {
				all = append(all, *m.Instead)
			}
		}
		for _, a := range all {
			if a.Help == "" {
				t.Errorf("row %s does not say what to do", e.Code)
			}
			for _, n := range a.Next {
				if n.Command < catalogue.CommandSameAgain || n.Command > catalogue.CommandWaitForBlocker || n.Says != "" && n.Adds != "" {
					t.Errorf("row %s has the next command %+v", e.Code, n)
				}
			}
		}
	}
}

func TestExitCodesAreThoseOfTheirOutcome(t *testing.T) {
	codes := map[string][]int{
		"failed": {3}, "aborted": {3}, "superseded": {3}, "timed-out": {5}, "busy": {6}, "rejected": {7}, "limited": {8},
		"paused": {5}, "rolled-back": {3}, "interrupted": {130}, "different": {1}, "error": {1, 2, 4},
	}
	for _, e := range catalogue.All() {
		if !slices.Contains(codes[e.Outcome], e.ExitCode) {
			t.Errorf("row %s has the outcome %s and the exit code %d, want %v", e.Code, e.Outcome, e.ExitCode, codes[e.Outcome])
		}
	}
}

func TestAnUnknownCodeIsTheRowOfTheUnforeseen(t *testing.T) {
	for _, code := range []string{"", "no-such-code"} {
		if e := catalogue.Lookup(code); e.Code != catalogue.CodeInternal || e.ExitCode != catalogue.ExitError {
			t.Errorf("%q is %s", code, e.Code)
		}
	}
	for i, code := range catalogue.Codes() {
		if got := catalogue.Lookup(code).Code; got != code {
			t.Errorf("code %d, %s, is looked up as %s", i, code, got)
		}
	}
}
