package cmd_test

import (
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/cmd"
)

func TestEveryCommandSaysWhatItIsForAndHasExamples(t *testing.T) {
	pages := cmd.Pages()
	if len(pages) < 25 {
		t.Fatalf("only %d commands", len(pages))
	}
	for _, c := range pages {
		name := strings.TrimSpace("propctl " + c.Path)
		if c.Short == "" || c.Long == "" || c.Short == c.Long {
			t.Errorf("%s lacks a Short or a Long", name)
		}
		if strings.HasSuffix(c.Short, ".") || strings.Contains(c.Short, "\n") {
			t.Errorf("%s: the Short %q is not one line without a full stop", name, c.Short)
		}
		if c.Topic {
			continue
		}
		if !strings.Contains(c.Example, name) && !strings.Contains(name, "propctl help") {
			t.Errorf("%s has no example of itself:\n%s", name, c.Example)
		}
		for line := range strings.Lines(c.Example) {
			if !strings.HasPrefix(line, "  ") {
				t.Errorf("%s: the example %q is not indented", name, line)
			}
		}
	}
}

const mostUsedFlags = "Flags of every command, all by propctl help flags:"

func TestHelpBeginsWithExamplesAndEndsWithTheMostUsedFlags(t *testing.T) {
	for _, c := range cmd.Pages() {
		r := newScene(t).run(append(strings.Fields(c.Path), "--help")...)
		if r.code != cmd.ExitOK || r.stderr != "" {
			t.Errorf("%s --help: exit code %d, stderr %q", c.Path, r.code, r.stderr)
		}
		if c.Topic {
			continue
		}
		var titles []string
		for _, title := range regexp.MustCompile(`(?m)^\S.*:$`).FindAllString(r.stdout, -1) {
			switch title {
			case "Examples:", "Usage:", mostUsedFlags:
				titles = append(titles, title)
			}
		}
		if diff := cmp.Diff([]string{"Examples:", "Usage:", mostUsedFlags}, titles); diff != "" {
			t.Errorf("%s --help has other parts (-want +got):\n%s", c.Path, diff)
		}
	}
}

// named are the flags that the help only names, as another command's explains them, and the rest of it.
func named(help string) (names []string, rest string) {
	before, after, found := strings.Cut(help, "As with propctl activate:\n")
	if !found {
		return nil, help
	}
	list, after, _ := strings.Cut(after, "\n\n")
	for word := range strings.FieldsSeq(strings.ReplaceAll(list, ",", " ")) {
		names = append(names, strings.TrimPrefix(word, "--"))
	}
	return names, before + after
}

func TestHelpOfACommandHasEachOfItsOwnFlagsAndFewOfThoseOfEveryCommand(t *testing.T) {
	every := map[string]bool{}
	for _, name := range cmd.FlagsOfEveryCommand() {
		every[name] = true
	}
	flag := regexp.MustCompile(`(?m)^  (?:-\w,|   ) --([a-z-]+)`)
	for path, types := range cmd.FlagTypes() {
		help := newScene(t).run(append(strings.Fields(path), "--help")...).stdout
		times := map[string]int{}
		briefly, help := named(help)
		for _, found := range flag.FindAllStringSubmatch(help, -1) {
			times[found[1]]++
		}
		for _, name := range briefly {
			times[name]++
		}
		shared := 0
		for name := range types {
			switch n := times[name]; {
			case every[name]:
				shared += n
			case n != 1:
				t.Errorf("%s --help has --%s %d times:\n%s", path, name, n, help)
			}
		}
		if shared < 3 || shared > 6 {
			t.Errorf("%s --help has %d flags of every command", path, shared)
		}
	}
	topic := newScene(t).run("help", "flags").stdout
	listed := flag.FindAllStringSubmatch(topic, -1)
	for name := range every {
		if n := strings.Count(topic, " --"+name+" ") + strings.Count(topic, " --"+name+"\n"); n != 1 {
			t.Errorf("help flags has --%s %d times, not once: Groups in cmd/settings/usage.go says below which title it stands", name, n)
		}
	}
	if len(listed) != len(every) || len(every) < 25 {
		t.Errorf("help flags has %d flags, there are %d", len(listed), len(every))
	}
}

func TestHelpOfACommandFitsOnAScreenOf50Lines(t *testing.T) {
	for path := range cmd.FlagTypes() {
		s := newScene(t)
		s.width = 80
		help := s.run(append(strings.Fields(path), "--help")...).stdout
		if n := strings.Count(help, "\n"); n > 50 || n < 10 {
			t.Errorf("%s --help has %d lines:\n%s", path, n, help)
		}
	}
}

func TestHelpSaysTheChoicesOfAFlag(t *testing.T) {
	help := newScene(t).run("activate", "--help").stdout
	for _, want := range []string{
		"--if-pending wait|fail ", "--on-timeout leave|cancel ", "--until active|steady ", "--warnings acknowledge|fail|new ",
		"--poll adaptive|retry-after|DURATION ", "-o, --output text|json|ndjson ", "(default wait)", "(default adaptive)", "--note TEXT ", "--dry-run  ",
	} {
		if !strings.Contains(help, want) {
			t.Errorf("%q is not in\n%s", want, help)
		}
	}
	for _, c := range cmd.Pages() { // in capitals, or choices
		help := newScene(t).run(append(strings.Fields(c.Path), "--help")...).stdout
		for _, found := range regexp.MustCompile(`(?m)^  (?:-\w,|   ) --[a-z-]+ ([a-z]+)  `).FindAllStringSubmatch(help, -1) {
			t.Errorf("%s --help: a flag takes the value %q", c.Path, found[1])
		}
	}
}

func TestHelpListsEveryCommandOfTheRootOnce(t *testing.T) {
	help := newScene(t).run("--help").stdout
	for _, c := range cmd.Pages() {
		if c.Path == "" || strings.Contains(c.Path, " ") {
			continue
		}
		if n := len(regexp.MustCompile(`(?m)^  `+c.Path+` +\S`).FindAllString(help, -1)); n != 1 {
			t.Errorf("%s stands there %d times:\n%s", c.Path, n, help)
		}
	}
	last := -1
	for _, title := range []string{"\nActivate:\n  activate ", "\nLook:\n  list ", "\nHostnames and includes:\n  hostnames ", "\nTools:\n", "\nTopics, as in propctl help exit-codes:\n"} {
		at := strings.Index(help, title)
		if at <= last {
			t.Errorf("%q is not where it should be:\n%s", title, help)
		}
		last = at
	}
}

func TestHelpFitsTheWidthOfTheTerminal(t *testing.T) {
	for _, tt := range []struct{ width, most int }{{0, 80}, {60, 60}, {80, 80}, {100, 100}, {300, 100}} {
		longest := 0
		for _, c := range cmd.Pages() {
			s := newScene(t)
			s.width = tt.width
			for line := range strings.Lines(s.run(append([]string{"help"}, strings.Fields(c.Path)...)...).stdout) {
				line = strings.TrimRight(line, "\n")
				if strings.HasPrefix(line, " ") && (strings.Contains(line, "propctl") || c.Topic) {
					continue // a line to copy, and a table, stay whole
				}
				if n := utf8.RuneCountInString(line); n > tt.most {
					t.Errorf("%d wide: %s has a line of %d: %q", tt.width, c.Path, n, line)
				} else {
					longest = max(longest, n)
				}
			}
		}
		if longest < tt.most-5 {
			t.Errorf("%d wide: the longest line has %d characters only", tt.width, longest)
		}
	}
}

func TestHelpIsGivenWhateverIsWrongWithTheSettings(t *testing.T) {
	for _, c := range cmd.Pages() {
		for _, args := range [][]string{append(strings.Fields(c.Path), "-h"), append([]string{"help"}, strings.Fields(c.Path)...), append([]string{"-h"}, strings.Fields(c.Path)...)} {
			s := newScene(t).set(map[string]string{"PROPCTL_POLL": "nonsense", "PROPCTL_OUTPUT": "nonsense", "AKAMAI_HOST": "::"})
			s.write(settingsFile, "nonsense: [")
			r := s.run(args...)
			if r.code != cmd.ExitOK || r.stderr != "" || !strings.Contains(r.stdout, strings.Fields(c.Long)[0]) {
				t.Errorf("%q: exit code %d, stdout %.80q, stderr %q", args, r.code, r.stdout, r.stderr)
			}
		}
	}
}

func TestHelpThatCannotBeWrittenIsAnError(t *testing.T) {
	s := newScene(t)
	s.broken = true
	if r := s.run("activate", "--help"); r.code != cmd.ExitError {
		t.Errorf("exit code %d, want 1", r.code)
	}
}

func TestUsageErrorsAreTwoLines(t *testing.T) {
	for _, args := range [][]string{{"activate"}, {"activate", "--nonsense"}, {"nonsense"}, {"hostnames", "nonsense"}, {"help", "nonsense"}} {
		r := newScene(t).run(args...)
		if r.code != cmd.ExitUsage || r.stdout != "" || !regexp.MustCompile(`^error: .+\nTry: see what can be given: propctl.* --help\n$`).MatchString(r.stderr) {
			t.Errorf("%q: exit code %d, stdout %q, stderr %q", args, r.code, r.stdout, r.stderr)
		}
	}
}

func TestFlagsAreAcceptedBeforeTheCommandAndAfterIt(t *testing.T) {
	for _, args := range []string{
		"activate www.example.com -n staging --notify you@example.com --no-wait -o json",
		"-n staging --notify you@example.com --no-wait -o json activate www.example.com",
		"--no-wait -o json activate -n staging --notify you@example.com www.example.com",
		"-ojson activate --no-wait www.example.com --notify=you@example.com",
		"--no-wait --yes -o json --notify you@example.com activate www.example.com",
	} {
		synctest.Test(t, func(t *testing.T) {
			r := newScene(t).run(strings.Fields(args)...)
			if r.code != cmd.ExitOK {
				t.Fatalf("%s: exit code %d: %s", args, r.code, r.stderr)
			}
			if d := r.document(t); d.Command != "activate" || d.Outcome != "submitted" || d.Network != "STAGING" {
				t.Errorf("%s: %+v", args, d)
			}
		})
	}
	if r := newScene(t).run("-o", "json", "--limit", "1", "includes", "history", "inc_2001"); r.document(t).Command != "includes history" {
		t.Errorf("exit code %d: %s", r.code, r.stderr)
	}
}
