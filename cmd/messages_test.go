package cmd_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/propctl/propctl/cmd/catalogue"
)

// Whatever the program says, in one place: go test ./cmd -run TestEveryMessage -v prints it.

// longestMessage is how long a text may be, in characters, before the facts of a case are put into it.
const longestMessage = 180

// imperatives are the words with which what to do begins, behind "Try:".
var imperatives = []string{
	"answer", "begin", "change", "check", "compare", "correct", "create", "find", "finish", "give", "go", "look", "make",
	"name", "pick", "read", "remove", "return", "run", "see", "set", "submit", "then", "try", "use", "wait", "write",
}

// stilted is what no message has in it, and why.
var stilted = map[string]string{
	"failed to ":          "what failed says enough",
	"time is up":          "which time, and who has set it",
	"longer than nothing": "must be positive",
	"hint":                "what to do follows Try:",
	"please":              "the program does not beg",
	"this shows":          "see …",
	"  ":                  "two blanks",
	"..":                  "one full stop, or …",
}

// textFaults says what is wrong with a text; empty where nothing is.
func textFaults(text string) (all []string) {
	for words, why := range stilted {
		if strings.Contains(text, words) {
			all = append(all, fmt.Sprintf("has %q in it (%s)", words, why))
		}
	}
	if n := utf8.RuneCountInString(text); n > longestMessage {
		all = append(all, fmt.Sprintf("has %d characters", n))
	}
	return append(all, twice(text)...)
}

// twice finds what a text says twice.
func twice(text string) (all []string) {
	said := map[string]bool{}
	for _, clause := range regexp.MustCompile(`[;:] |\. `).Split(text, -1) {
		if said[clause] && len(strings.Fields(clause)) > 1 {
			all = append(all, fmt.Sprintf("says %q twice", clause))
		}
		said[clause] = true
	}
	return all
}

// clauseFaults are those of a text that is part of a line: the message of an error, or what to do.
func clauseFaults(text string) []string {
	all := textFaults(text)
	if strings.HasSuffix(text, ".") || strings.HasSuffix(text, "!") || text != strings.TrimSpace(text) {
		all = append(all, "ends with a full stop, or has blanks around it")
	}
	first, _, _ := strings.Cut(text, " ")
	if r, _ := utf8.DecodeRuneInString(first); unicode.IsUpper(r) && first != strings.ToUpper(first) && first != "PAPI's" {
		all = append(all, "begins with a capital letter")
	}
	return all
}

// adviceFaults are those of what stands behind "Try:".
func adviceFaults(text string) []string {
	all := clauseFaults(text)
	if first, _, _ := strings.Cut(text, " "); !slices.Contains(imperatives, first) {
		all = append(all, "does not begin with what to do")
	}
	return all
}

func TestEveryMessageOfTheCatalogueReadsWell(t *testing.T) {
	for _, e := range catalogue.All() {
		check := func(kind, text string, judge func(string) []string) {
			t.Helper()
			t.Logf("%s, %s: %s", e.Code, kind, text)
			for _, fault := range judge(text) {
				t.Errorf("%s, %s: %q %s", e.Code, kind, text, fault)
			}
		}
		check("error", e.Message, clauseFaults)
		check("Try", e.Help, adviceFaults)
		if strings.Contains(e.Help, e.Message) {
			t.Errorf("%s: what to do says what is wrong once more: %q", e.Code, e.Help)
		}
		checkNext := func(help string, next []catalogue.Next) {
			for _, n := range next {
				if n.Says != "" {
					check("Try", n.Says, adviceFaults)
				}
				if n.Adds != "" {
					check("Try", n.Adds, adviceFaults)
					check("Try", help+"; "+n.Adds, adviceFaults)
				}
			}
		}
		checkNext(e.Help, e.Next)
		for _, m := range e.Matches {
			if m.Instead != nil {
				check("Try", m.Instead.Help, adviceFaults)
				checkNext(m.Instead.Help, m.Instead.Next)
			}
		}
		for _, sentence := range regexp.MustCompile(`\. `).Split(e.Meaning, -1) {
			check("meaning", sentence, func(s string) []string { return textFaults(strings.TrimSuffix(s, ".")) })
		}
		if r, _ := utf8.DecodeRuneInString(e.Meaning); !strings.HasSuffix(e.Meaning, ".") || unicode.IsLower(r) && !strings.HasPrefix(e.Meaning, "propctl") {
			t.Errorf("%s: its meaning is no sentence: %q", e.Code, e.Meaning)
		}
	}
}

func TestEveryMessageOfTheSourcesReadsWell(t *testing.T) {
	count := 0
	for _, m := range messages(t, "..") {
		count++
		t.Logf("%s: %s", m.where, m.text)
		for _, fault := range clauseFaults(m.text) {
			t.Errorf("%s: %q %s", m.where, m.text, fault)
		}
	}
	if count < 300 {
		t.Errorf("only %d messages were found", count)
	}
}

// message is a text that the sources make an error, a remark or a warning of.
type message struct{ where, text string }

// messages are those of all packages but the simulator's, which speaks as PAPI does.
func messages(t *testing.T, root string) (all []message) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		name := e.Name()
		switch {
		case err != nil:
			return err
		case e.IsDir() && (slices.Contains([]string{"simulator", "docs", "testdata", "coordinatortest", "pacetest"}, name) || strings.HasPrefix(name, ".") && name != ".."):
			return filepath.SkipDir
		case e.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if text, ok := said(n); ok {
				all = append(all, message{set.Position(n.Pos()).String(), text})
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// said is the message that a call or a member of a struct has in it.
func said(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.CallExpr:
		if len(n.Args) > 0 && speaks(n.Fun) {
			return literal(n.Args[0])
		}
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && slices.Contains([]string{"Reason", "What"}, key.Name) {
			if call, ok := n.Value.(*ast.CallExpr); ok && len(call.Args) > 0 { // fmt.Sprintf
				return literal(call.Args[0])
			}
			return literal(n.Value)
		}
	}
	return "", false
}

// speaks reports whether a function makes a message of its first argument.
func speaks(f ast.Expr) bool {
	switch f := f.(type) {
	case *ast.Ident:
		return f.Name == "Usagef"
	case *ast.SelectorExpr:
		if of, ok := f.X.(*ast.Ident); ok && of.Name == "errors" {
			return f.Sel.Name == "New"
		}
		return slices.Contains([]string{"Errorf", "Usagef", "Say", "Note", "Warn"}, f.Sel.Name)
	}
	return false
}

// literal is a text in the source; of texts that are joined with others, the first one that ends no clause.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING && strings.ContainsFunc(text, unicode.IsLetter)
	case *ast.BinaryExpr:
		left, ok := literal(e.X)
		right, _ := literal(e.Y)
		return strings.TrimSpace(left + right), ok
	}
	return "", false
}

// checkSpoken checks what a run has printed to stderr: each error stands in one line, with one line behind it, at most,
// that says what to do.
func checkSpoken(t *testing.T, stderr string) {
	t.Helper()
	tried := false
	for line := range strings.Lines(stderr) {
		line = strings.TrimSuffix(line, "\n")
		word, text, _ := strings.Cut(line, ": ")
		switch word {
		case "error":
			tried = false
			for _, fault := range twice(text) {
				t.Errorf("%q %s", line, fault)
			}
		case "Try":
			if tried {
				t.Errorf("two lines say what to do: %s", stderr)
			}
			tried = true
			if first, _, _ := strings.Cut(text, " "); !slices.Contains(imperatives, first) {
				t.Errorf("%q does not begin with what to do", line)
			}
			for _, fault := range twice(text) {
				t.Errorf("%q %s", line, fault)
			}
		case "hint":
			t.Errorf("what to do begins with Try: %s", line)
		}
	}
	if _, last, found := strings.Cut(stderr, "error: "); found && !strings.Contains(last, "\nTry: ") {
		t.Errorf("an error does not say what to do:\n%s", stderr)
	}
}
