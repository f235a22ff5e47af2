package cmd

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/papi"
)

var update = flag.Bool("update", false, "write the generated pages of docs anew")

const errorsPage = "../docs/errors.md"

func TestErrorCatalogueIsThePageForUsers(t *testing.T) {
	want := errorsMarkdown()
	if *update {
		if err := os.MkdirAll(filepath.Dir(errorsPage), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(errorsPage, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(errorsPage)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, strings.ReplaceAll(string(have), "\r\n", "\n")); diff != "" {
		t.Errorf("docs/errors.md is stale; go test ./cmd -run TestErrorCatalogue -update writes it (-want +have):\n%s", diff)
	}
}

// sections are the headings of the page, and what stands below each of them.
func sections() []struct {
	title   string
	entries []entry
} {
	return []struct {
		title   string
		entries []entry
	}{
		{"Before anything is sent", usageEntries()},
		{"How an activation ended", activationEntries()},
		{"How a command ended", endEntries()},
		{"No answer, or none that can be read", networkEntries()},
		{"Credentials and permissions", accessEntries()},
		{"The request", requestEntries()},
		{"The version", versionEntries()},
		{"What else is going on", stateEntries()},
		{"Limits", limitEntries()},
	}
}

func errorsMarkdown() string {
	var b strings.Builder
	b.WriteString("<!-- Written by go test ./cmd -run TestErrorCatalogue -update: change cmd/catalogue*.go instead. -->\n\n# Errors\n\n" +
		"Every error has a code that stays the same from release to release: `error.code` in the JSON document. " +
		"`propctl explain CODE` shows what stands here; `propctl explain <problem.json` finds the code of an answer of PAPI's.\n\n" +
		"Whether trying again helps:\n\n")
	for _, r := range []retry{retryNever, retryLookFirst, retryAtTime, retryBackOff} {
		fmt.Fprintf(&b, "- **%s**: %s.\n", r, r.text())
	}
	b.WriteString("\n| code | exit code | category | message |\n|---|---|---|---|\n")
	for _, e := range catalogue() {
		fmt.Fprintf(&b, "| [`%s`](#%s) | %d | %s | %s |\n", e.code, e.code, e.exitCode, e.category, e.message)
	}
	for _, s := range sections() {
		fmt.Fprintf(&b, "\n## %s\n", s.title)
		for _, e := range s.entries {
			entryMarkdown(e, &b)
		}
	}
	return b.String()
}

func entryMarkdown(e entry, b *strings.Builder) {
	fmt.Fprintf(b, "\n### %s\n\n%s%s. %s\n\n", e.code, strings.ToUpper(e.message[:1]), e.message[1:], e.meaning)
	fmt.Fprintf(b, "- What to do: %s.\n", e.help)
	fmt.Fprintf(b, "- Category %s, outcome `%s`, exit code %d, try again: %s.\n", e.category, e.outcome, e.exitCode, e.retry)
	for _, line := range recognisedBy(e) {
		fmt.Fprintf(b, "- Recognised by: %s.\n", line)
	}
}

func TestErrorCatalogueRowsAreWhole(t *testing.T) {
	categories := map[category]bool{
		notFound: true, invalidData: true, typeError: true, permissionDenied: true, remoteAuthFailed: true,
		conflict: true, invalidSettings: true, internalError: true, remoteSystem: true,
	}
	seen, listed := map[string]bool{}, 0
	for _, s := range sections() {
		listed += len(s.entries)
	}
	for _, e := range catalogue() {
		if e.message == "" || e.meaning == "" || e.help == "" || e.outcome == "" || e.exitCode == ExitOK || !categories[e.category] {
			t.Errorf("row %s lacks something: %+v", e.code, e)
		}
		if e.retry.text() == string(e.retry) {
			t.Errorf("row %s has the retry class %q", e.code, e.retry)
		}
		if len(recognisedBy(e)) == 0 {
			t.Errorf("nothing says how %s is recognised", e.code)
		}
		if seen[e.message] || seen[e.code] {
			t.Errorf("row %s says what another says, or there are two of it", e.code)
		}
		seen[e.message], seen[e.code] = true, true
		if strings.ContainsAny(e.message+e.help, "\n|") || strings.HasSuffix(e.help, ".") || strings.HasSuffix(e.message, ".") || !strings.HasSuffix(e.meaning, ".") {
			t.Errorf("row %s is not written like the others", e.code)
		}
	}
	if listed != len(catalogue()) {
		t.Errorf("the page has %d rows, the catalogue %d", listed, len(catalogue()))
	}
}

// What may have been accepted must be looked at, and what PAPI will not answer
// otherwise must not be tried again.
func TestErrorCatalogueAgreesWithPAPIOnTryingAgain(t *testing.T) {
	for _, class := range papi.Classes() {
		e := entryOf(string(class))
		switch {
		case class.Uncertain() && e.retry != retryLookFirst:
			t.Errorf("%s may have been accepted, and is to be tried again: %s", class, e.retry)
		case class.Transient() && e.retry == retryNever:
			t.Errorf("%s passes, and is never to be tried again", class)
		}
	}
}
