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

// All that the contract promises has a row that keeps it.
func TestEveryCategoryExitCodeAndOutcomeHasARow(t *testing.T) {
	categories, codes, outcomes := map[string]int{}, map[int]int{}, map[string]int{}
	for _, e := range catalogue.All() {
		categories[string(e.Category)]++
		codes[e.ExitCode]++
		outcomes[e.Outcome]++
	}
	for c := range strings.FieldsSeq("NotFound InvalidData TypeError PermissionDenied RemoteAuthFailed Conflict InvalidSettings InternalError RemoteSystemError") {
		if categories[c] == 0 {
			t.Errorf("no row has the category %s", c)
		}
	}
	for _, code := range []int{1, 2, 3, 4, 5, 6, 7, 8, 130} {
		if codes[code] == 0 {
			t.Errorf("no row has the exit code %d", code)
		}
	}
	for _, o := range []string{"failed", "aborted", "superseded", "rejected", "busy", "limited", "timed-out", "interrupted", "error", "different"} {
		if outcomes[o] == 0 {
			t.Errorf("no row has the outcome %s", o)
		}
	}
}

// A row does not say that the same again ends the same, and then to do the same again.
func TestTheNextCommandAgreesWithTheRetryClass(t *testing.T) {
	for _, e := range catalogue.All() {
		repeats := slices.ContainsFunc(e.Next, func(n catalogue.Next) bool { return n.Command == catalogue.CommandSameAgain })
		if e.Retry == catalogue.RetryNever && repeats {
			t.Errorf("row %s is never to be tried again, and its next command is the same again", e.Code)
		}
	}
}

func TestARetryClassIsSaidInWords(t *testing.T) {
	said := map[string]bool{}
	for _, r := range []catalogue.Retry{catalogue.RetryNever, catalogue.RetryLookFirst, catalogue.RetryAtTime, catalogue.RetryBackOff} {
		if text := r.Text(); text == "" || said[text] {
			t.Errorf("%s: %q", r, text)
		} else {
			said[text] = true
		}
	}
	if got := catalogue.Retry("of-next-year").Text(); got != "of-next-year" {
		t.Errorf("%q", got)
	}
}

// What may still be going on, or may have been accepted, is looked at before anything is submitted again.
func TestWhatGoesOnAtAkamaiIsLookedAtFirst(t *testing.T) {
	for _, code := range []string{"timed-out", "interrupted", "activation-lost", "rollout-uncertain", "rollout-overdue", "rollout-return-failed"} {
		if e := catalogue.Lookup(code); e.Code != code || e.Retry != catalogue.RetryLookFirst {
			t.Errorf("%s is %s", code, e.Retry)
		}
	}
}
