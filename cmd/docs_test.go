package cmd_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/cmd"
)

// What the pages for users show is run here, page by page: what one command of a
// page has done at the simulated PAPI is there for the next one.
//
// Run are the lines that begin with propctl in blocks of the languages sh and bash,
// and those that begin with "$ propctl" in console blocks, whose output has to be
// what the page shows, but for times. Comments right before a block change that:
//
//	<!-- not run: REASON -->   nothing of it is run
//	<!-- exit code: N -->      its last command ends with N, and not with 0
//	<!-- file: NAME -->        the block, of any language, is a file that later ones read
//	<!-- pipeline: TEXT -->    the block is a pipeline, in which steps begin with propctl

// block is a fenced block of a page.
type block struct {
	line     int // of its fence
	language string
	marks    []string // the comments right before it
	text     []string
}

// mark returns what follows a word in one of the comments.
func (b block) mark(word string) (string, bool) {
	for _, m := range b.marks {
		if rest, ok := strings.CutPrefix(m, word+":"); ok {
			return strings.TrimSpace(rest), true
		}
	}
	return "", false
}

// blocksOf returns the blocks of a page; those in lists are indented.
func blocksOf(page string) []block {
	comment, fence := regexp.MustCompile(`^\s*<!--\s*(.*?)\s*-->\s*$`), regexp.MustCompile("^(\\s*)(```+)(\\w*)")
	var all []block
	var marks []string
	var open *block
	indent, ticks := "", ""
	for i, line := range strings.Split(page, "\n") {
		found := fence.FindStringSubmatch(line)
		switch {
		case found != nil && open == nil:
			indent, ticks, open = found[1], found[2], &block{line: i + 1, language: found[3], marks: marks}
		case found != nil && found[2] == ticks: // a longer fence has shorter ones in it
			all, open, marks = append(all, *open), nil, nil
		case open != nil:
			open.text = append(open.text, strings.TrimPrefix(line, indent))
		case comment.MatchString(line):
			marks = append(marks, comment.FindStringSubmatch(line)[1])
		case strings.TrimSpace(line) != "":
			marks = nil
		}
	}
	return all
}

// shown is a command of a block, and the output that stands below it.
type shown struct {
	command string
	output  []string
	checked bool // the output is shown
}

// commands returns what of a block is run. A backslash at its end goes on with a line.
func (b block) commands() []shown {
	var all []shown
	if _, ok := b.mark("pipeline"); ok {
		for _, line := range b.text {
			if step := regexp.MustCompile(`^\s*- (?:run: |script: )?(propctl .*)$`).FindStringSubmatch(line); step != nil {
				all = append(all, shown{command: step[1]})
			}
		}
		return all
	}
	console := b.language == "console"
	for i := 0; i < len(b.text); i++ {
		line := b.text[i]
		command, prompted := strings.CutPrefix(line, "$ ")
		switch {
		case console && !prompted:
			if n := len(all) - 1; n >= 0 {
				all[n].output = append(all[n].output, line)
			}
			continue
		case !console:
			command = line
		}
		for strings.HasSuffix(command, `\`) && i+1 < len(b.text) {
			i++
			command = strings.TrimSuffix(command, `\`) + " " + strings.TrimPrefix(b.text[i], "> ")
		}
		all = append(all, shown{command: command, checked: console})
	}
	return all
}

// isRun reports whether a command is one that is run here.
func isRun(command string) bool {
	return regexp.MustCompile(`^(?:[A-Z_][A-Z0-9_]*=\S* )*propctl(?: |$)|^export `).MatchString(command)
}

// runPage runs what a page shows, and returns how many commands that were, and
// what is not as the page says.
func runPage(t *testing.T, name, page string) (run int, wrong []string) {
	t.Helper()
	s := exampleScene(t)
	s.reporting = roundTrip(func(*http.Request) (*http.Response, error) { // whoever is told has heard it
		return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody}, nil
	})
	var printed strings.Builder
	s.watch = func(_, text string) { printed.WriteString(text) }
	sh := newShell(s)
	for _, b := range blocksOf(page) {
		where := name + ":" + strconv.Itoa(b.line)
		if file, ok := b.mark("file"); ok {
			s.write(file, strings.Join(b.text, "\n")+"\n")
		}
		if reason, ok := b.mark("not run"); ok {
			if reason == "" {
				wrong = append(wrong, where+": it does not say why it is not run")
			}
			continue
		}
		_, pipeline := b.mark("pipeline")
		if b.language != "console" && b.language != "sh" && b.language != "bash" && !pipeline {
			continue
		}
		commands := b.commands()
		for i, c := range commands {
			if !isRun(c.command) {
				continue
			}
			run++
			printed.Reset()
			want := cmd.ExitOK
			if code, ok := b.mark("exit code"); ok && i == len(commands)-1 {
				want, _ = strconv.Atoi(code)
			}
			first, _, piped := strings.Cut(c.command, " | ") // the others of a pipe are not there
			r, err := sh.run(first)
			if err != nil || r.code != want {
				wrong = append(wrong, fmt.Sprintf("%s: %s: exit code %d, want %d, %v\n%s", where, c.command, r.code, want, err, r.stderr))
			}
			if c.checked && !piped && !strings.Contains(first, ">") {
				if diff := compareShown(c.output, printed.String()); diff != "" {
					wrong = append(wrong, where+": "+c.command+" prints something else (-shown +printed):\n"+diff)
				}
			}
		}
	}
	return run, wrong
}

// compareShown compares what is printed with what a page shows. A line with … alone
// stands for any lines. Times, and how far an activation is at the moment of a look,
// are not the same in every run; nor is how often it is looked.
func compareShown(want []string, have string) (diff string) {
	times := regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`)
	spans := regexp.MustCompile(`\b(?:\d+h)?(?:\d+m)?\d+(?:\.\d+)?s\b`)
	states := regexp.MustCompile(`(PENDING|ACTIVE) \((?:received|lived|deployed|steady)\)`)
	general := func(text string) string {
		text = times.ReplaceAllString(strings.Trim(text, "\n"), "TIME")
		text = states.ReplaceAllString(spans.ReplaceAllString(text, "SPAN"), "$1 (STATE)")
		lines := slices.Compact(strings.Split(text, "\n"))
		return "\n" + strings.Join(lines, "\n") + "\n"
	}
	shown, printed := general(strings.Join(want, "\n")), general(have)
	pattern := strings.ReplaceAll(regexp.QuoteMeta(shown), "\n…\n", "\n(?:.*\n)*")
	if regexp.MustCompile(`^` + pattern + `$`).MatchString(printed) {
		return ""
	}
	return cmp.Diff(strings.Split(shown, "\n"), strings.Split(printed, "\n"))
}

func TestWhatThePagesForUsersShowIsTrue(t *testing.T) {
	pages, err := filepath.Glob("../docs/*.md")
	must(t, err)
	run := 0
	for _, path := range append([]string{"../README.md"}, pages...) {
		page, err := os.ReadFile(path)
		must(t, err)
		if strings.HasPrefix(string(page), "<!-- Written by go test") {
			continue // of the program itself
		}
		synctest.Test(t, func(t *testing.T) {
			n, wrong := runPage(t, filepath.Base(path), strings.ReplaceAll(string(page), "\r\n", "\n"))
			run += n
			for _, w := range wrong {
				t.Error(w)
			}
		})
	}
	if run == 0 {
		t.Error("nothing was run")
	}
}

func TestAPageThatShowsWhatIsNotTrueIsFound(t *testing.T) {
	page := func(language, marks, text string) string {
		return fmt.Sprintf("text\n\n%s\n```%s\n%s\n```\n", marks, language, text)
	}
	blocks := blocksOf("<!-- a: b -->\n\n```sh\nx\n```\n- y\n\n  ```console\n  $ z \\\n  > more\n  out\n  ```\n")
	if len(blocks) != 2 || blocks[1].commands()[0].command != "z  more" || cmp.Diff(blocks[1].commands()[0].output, []string{"out"}) != "" || cmp.Diff(blocks[0].marks, []string{"a: b"}) != "" {
		t.Errorf("%+v", blocks)
	}
	const pending = "$ propctl pending new.example.com\nnew.example.com on STAGING: free\nnew.example.com on PRODUCTION: "
	for _, tt := range []struct {
		name, page string
		run, wrong int
	}{
		{"lines of a shell", page("sh", "", "propctl version\nother\nX=1 propctl version | wc"), 2, 0},
		{"one that fails", page("sh", "", "propctl nonsense"), 1, 1},
		{"output", page("console", "", pending+"free"), 1, 0},
		{"other output", page("console", "", pending+"busy"), 1, 1},
		{"less output", page("console", "", "$ propctl version\n"), 1, 1},
		{"output that is cut", page("console", "", "$ propctl version -o json\n{\n…\n}"), 1, 0},
		{"an exit code", page("console", "<!-- exit code: 2 -->", "$ propctl statsu\n…\nTry: see what can be given: propctl --help"), 1, 0},
		{"another exit code", page("sh", "<!-- exit code: 6 -->", "propctl statsu"), 1, 1},
		{"a reason", page("sh", "<!-- not run: it is for Akamai -->", "propctl nonsense"), 0, 0},
		{"no reason", page("sh", "<!-- not run: -->", "propctl nonsense"), 0, 1},
		{"a file", page("yaml", "<!-- file: x.yaml -->", "note: x") + page("sh", "", "propctl version --config x.yaml"), 1, 0},
		{"no file", page("sh", "", "propctl budget --config x.yaml"), 1, 1},
		{"what was done before", page("sh", "", "propctl activate www.example.com@8 --notify you@example.com") +
			page("console", "", "$ propctl activate www.example.com@8 --notify you@example.com\n…\nwww.example.com version 8 on STAGING: active already\n…"), 2, 0},
		{"a block of no language", page("", "", "propctl nonsense"), 0, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			if n, wrong := runPage(t, "page", tt.page); n != tt.run || len(wrong) != tt.wrong {
				t.Errorf("%s: %d commands were run, want %d; wrong are, want %d:\n%s", tt.name, n, tt.run, tt.wrong, strings.Join(wrong, "\n"))
			}
		})
	}
}

// Pages lead to each other, and to files of this repository.
func TestLinksOfThePagesLeadSomewhere(t *testing.T) {
	link, checked := regexp.MustCompile(`\]\(([^)#\s]+)(?:#[^)]*)?\)`), 0
	for _, pattern := range []string{"../*.md", "../docs/*.md", "../docs/commands/*.md"} {
		pages, err := filepath.Glob(pattern)
		must(t, err)
		for _, page := range pages {
			text, err := os.ReadFile(page)
			must(t, err)
			for _, found := range link.FindAllStringSubmatch(string(text), -1) {
				if strings.Contains(found[1], "://") || strings.HasPrefix(found[1], "javascript:") {
					continue
				}
				checked++
				if _, err := os.Stat(filepath.Join(filepath.Dir(page), found[1])); err != nil {
					t.Errorf("%s: %v", page, err)
				}
			}
		}
	}
	if checked < 40 {
		t.Errorf("%d links only", checked)
	}
}
