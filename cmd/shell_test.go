package cmd_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// shell reads as much of a shell's syntax as examples need: words with quotes,
// variables in front of a command, export, redirections, comments and lines that
// go on. What it does not know is an error. Files are those of the scene's home
// folder.
type shell struct {
	scene *scene
	dir   string
}

func newShell(s *scene) *shell {
	s.t.Helper()
	s.t.Chdir(s.env["HOME"])
	return &shell{scene: s, dir: s.env["HOME"]}
}

// line is a command line that was taken apart.
type line struct {
	words     []string
	variables map[string]string
	from, to  string // redirections; empty: none
	err       string
}

// run runs a line whose command is propctl, or which only exports variables.
func (sh *shell) run(text string) (result, error) {
	l, err := sh.parse(text)
	switch {
	case err != nil:
		return result{}, err
	case len(l.words) == 0:
		return result{}, nil
	case l.words[0] == "export":
		for _, word := range l.words[1:] {
			name, value, _ := strings.Cut(word, "=")
			sh.scene.env[name] = value
		}
		return result{}, nil
	case l.words[0] == "source": // source <(propctl …), of which the parentheses are gone
		l.words = l.words[1:]
	}
	if len(l.words) == 0 || l.words[0] != "propctl" {
		return result{}, fmt.Errorf("%q is not propctl", text)
	}
	return sh.propctl(l)
}

func (sh *shell) propctl(l line) (result, error) {
	before := maps.Clone(sh.scene.env)
	defer func() { sh.scene.env = before }()
	maps.Copy(sh.scene.env, l.variables)
	if l.from != "" {
		file, err := os.Open(filepath.Join(sh.dir, l.from))
		if err != nil {
			return result{}, err
		}
		defer file.Close()
		sh.scene.stdin = file
		defer func() { sh.scene.stdin = nil }()
	}
	r := sh.scene.run(l.words[1:]...)
	for _, out := range []struct{ path, text string }{{l.to, r.stdout}, {l.err, r.stderr}} {
		if out.path == "" || filepath.IsAbs(out.path) || strings.ContainsAny(out.path, "~$") {
			continue // other people's folders are left alone
		}
		if err := os.WriteFile(filepath.Join(sh.dir, out.path), []byte(out.text), 0o600); err != nil {
			return r, err
		}
	}
	return r, nil
}

// parse takes a line apart.
func (sh *shell) parse(text string) (line, error) {
	l := line{variables: map[string]string{}}
	words, err := splitWords(text)
	if err != nil {
		return l, err
	}
	for i := 0; i < len(words); i++ {
		word := words[i]
		name, value, assigns := strings.Cut(word, "=")
		target := map[string]*string{"<": &l.from, ">": &l.to, "2>": &l.err}[word]
		switch {
		case target != nil:
			if i++; i == len(words) {
				return l, errors.New("a redirection leads nowhere")
			}
			*target = words[i]
		case assigns && len(l.words) == 0 && name != "" && strings.ToUpper(name) == name:
			l.variables[name] = value
		default:
			l.words = append(l.words, word)
		}
	}
	return l, nil
}

// splitWords returns the words of a line; redirections are words of their own.
func splitWords(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	open, quote := false, rune(0)
	end := func() {
		if open {
			words = append(words, word.String())
		}
		word.Reset()
		open = false
	}
	text = strings.NewReplacer("\\\n", " ", "<(", " ", " 2>", " \x00 ").Replace(text)
	for _, r := range text {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, open = r, true
		case r == ' ' || r == '\n' || r == '\t' || r == ')':
			end()
		case r == '#' && !open:
			return words, nil
		case r == '<' || r == '>':
			end()
			words = append(words, string(r))
		case r == '\x00':
			end()
			words = append(words, "2>")
		case strings.ContainsRune("|&;()`*?", r):
			return nil, fmt.Errorf("%q has %q in it, which is not read here", text, r)
		default:
			open = true
			word.WriteRune(r)
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("%q ends within quotes", text)
	}
	end()
	return words, nil
}

func TestTheShellOfTheExamplesReadsLines(t *testing.T) {
	for text, want := range map[string]string{
		"propctl a b":                   `[propctl a b] map[] "" ""`,
		"propctl 'a b' \"c\" # comment": `[propctl a b c] map[] "" ""`,
		"propctl a \\\n  b":             `[propctl a b] map[] "" ""`,
		"X=1 Y='2 3' propctl a=b":       `[propctl a=b] map[X:1 Y:2 3] "" ""`,
		"propctl a <in >out":            `[propctl a] map[] "in" "out"`,
		"propctl a 2> x":                `[propctl a] map[] "" ""`,
	} {
		l, err := (&shell{}).parse(text)
		if have := fmt.Sprintf("%v %v %q %q", l.words, l.variables, l.from, l.to); err != nil || have != want {
			t.Errorf("%q: %s, %v; want %s", text, have, err, want)
		}
	}
	for _, text := range []string{"propctl a | jq .", "propctl a && propctl b", "propctl 'a", "propctl a >"} {
		if l, err := (&shell{}).parse(text); err == nil {
			t.Errorf("%q is read as %v", text, l)
		}
	}
}
