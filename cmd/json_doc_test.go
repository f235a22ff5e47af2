package cmd_test

import (
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// What docs/json.md shows is what propctl prints.
func TestExamplesOfThePageAboutJSONAreTrue(t *testing.T) {
	page, err := os.ReadFile("../docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for i, block := range strings.Split(string(page), "```") {
		if i%2 == 0 { // between blocks
			continue
		}
		for _, example := range strings.Split(block, "\n$ propctl ")[1:] {
			args, want := shellWords(example)
			if strings.Contains(strings.Join(args, " "), " > ") {
				continue // to a file
			}
			shown++
			synctest.Test(t, func(t *testing.T) {
				r := newScene(t).run(args...)
				if diff := cmp.Diff(want, strings.TrimSuffix(r.stdout, "\n")); diff != "" {
					t.Errorf("propctl %q (-docs +got):\n%s%s", args, diff, r.stderr)
				}
			})
		}
	}
	if shown < 7 {
		t.Errorf("the page shows %d examples only", shown)
	}
}

// shellWords splits a command line, with single quotes and continued lines, from
// what it prints.
func shellWords(text string) (args []string, rest string) {
	var word strings.Builder
	quoted := false
	for i, r := range text {
		switch {
		case r == '\'':
			quoted = !quoted
		case !quoted && r == '\n' && !strings.HasSuffix(text[:i], `\`):
			return append(args, word.String()), strings.TrimSuffix(text[i+1:], "\n")
		case !quoted && (r == ' ' || r == '\n'):
			if word.Len() > 0 && word.String() != `\` {
				args = append(args, word.String())
			}
			word.Reset()
		default:
			word.WriteRune(r)
		}
	}
	return append(args, word.String()), ""
}
