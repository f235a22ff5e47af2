package cmd

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/cmd/catalogue"
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

func errorsMarkdown() string {
	var b strings.Builder
	b.WriteString("<!-- Written by go test ./cmd -run TestErrorCatalogue -update: change cmd/catalogue instead. -->\n\n# Errors\n\n" +
		"Every error has a code that stays the same from release to release: `error.code` in the JSON document. " +
		"`propctl explain CODE` shows what stands here; `propctl explain <problem.json` finds the code of an answer of PAPI's.\n\n" +
		"Whether trying again helps:\n\n")
	for _, r := range []catalogue.Retry{catalogue.RetryNever, catalogue.RetryLookFirst, catalogue.RetryAtTime, catalogue.RetryBackOff} {
		fmt.Fprintf(&b, "- **%s**: %s.\n", r, r.Text())
	}
	b.WriteString("\n| code | exit code | category | message |\n|---|---|---|---|\n")
	for _, e := range catalogue.All() {
		fmt.Fprintf(&b, "| [`%s`](#%s) | %d | %s | %s |\n", e.Code, e.Code, e.ExitCode, e.Category, e.Message)
	}
	for _, s := range catalogue.Sections() {
		fmt.Fprintf(&b, "\n## %s\n", s.Title)
		for _, e := range s.Entries {
			entryMarkdown(e, &b)
		}
	}
	return b.String()
}

func entryMarkdown(e catalogue.Entry, b *strings.Builder) {
	fmt.Fprintf(b, "\n### %s\n\n%s%s. %s\n\n", e.Code, strings.ToUpper(e.Message[:1]), e.Message[1:], e.Meaning)
	fmt.Fprintf(b, "- What to do: %s.\n", e.Help)
	fmt.Fprintf(b, "- Category %s, outcome `%s`, exit code %d, try again: %s.\n", e.Category, e.Outcome, e.ExitCode, e.Retry)
	for _, line := range e.RecognisedBy() {
		fmt.Fprintf(b, "- Recognised by: %s.\n", line)
	}
}
