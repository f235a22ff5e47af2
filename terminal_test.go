package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
)

// These tests run the real program on a pseudo-terminal and look at the screen.

// screen is a terminal with a program on it. It has more lines than any program
// here prints, so that nothing scrolls out of sight.
type screen struct {
	t      *testing.T
	tty    *os.File
	term   vt10x.Terminal
	frames []frame
}

// frame is what was to be seen at a moment.
type frame struct {
	rows []string // without blanks at their ends
	x, y int      // of the cursor
}

const screenRows = 120

// runOnScreen runs propctl on a terminal to its end. seen is told of every frame. The
// program is told that the terminal has so many columns; the screen has as many,
// or more.
func runOnScreen(t *testing.T, told, columns int, seen func(*screen, frame), args ...string) (*screen, error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "propctl", args...)
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "TERM=xterm-256color", "TZ=UTC"}
	tty, err := pty.StartWithSize(command, &pty.Winsize{Rows: screenRows, Cols: uint16(told)})
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	defer tty.Close()
	s := &screen{t: t, tty: tty, term: vt10x.New(vt10x.WithSize(columns, screenRows))}
	for reader := bufio.NewReader(tty); s.term.Parse(reader) == nil; {
		f := s.now()
		s.frames = append(s.frames, f)
		if seen != nil {
			seen(s, f)
		}
	}
	return s, command.Wait()
}

func (s *screen) resize(columns int) {
	if err := pty.Setsize(s.tty, &pty.Winsize{Rows: screenRows, Cols: uint16(columns)}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *screen) now() frame {
	f := frame{x: s.term.Cursor().X, y: s.term.Cursor().Y}
	for row := range strings.Lines(s.term.String()) {
		f.rows = append(f.rows, strings.TrimRight(row, " \n"))
	}
	return f
}

// drawn returns the line that is drawn again and again, "" while there is none.
func (f frame) drawn() string {
	i := slices.IndexFunc(f.rows, func(row string) bool { return strings.ContainsFunc(row, isSpinner) })
	if i < 0 {
		return ""
	}
	return f.rows[i]
}

func isSpinner(r rune) bool { return r >= '\u2800' && r <= '\u28ff' }

// check finds lines that were drawn over, wrapped, or left behind.
func (s *screen) check() {
	s.t.Helper()
	for n, f := range s.frames {
		for y, row := range f.rows {
			if y != f.y && strings.ContainsFunc(row, isSpinner) {
				s.t.Fatalf("frame %d: the line at the bottom is on row %d, the cursor on row %d:\n%s", n, y, f.y, strings.Join(f.rows[:f.y+1], "\n"))
			}
		}
		if n > 0 {
			before := s.frames[n-1]
			if kept := min(before.y, f.y); !slices.Equal(before.rows[:kept], f.rows[:kept]) || f.y < before.y {
				s.t.Fatalf("frame %d: lines are gone:\n%s\nbefore:\n%s", n, strings.Join(f.rows[:f.y+1], "\n"), strings.Join(before.rows[:before.y+1], "\n"))
			}
		}
	}
	last := s.frames[len(s.frames)-1]
	if used := len(last.used()); last.drawn() != "" || last.x != 0 || last.y != used || !s.term.CursorVisible() {
		s.t.Errorf("the screen is not left plain: cursor at %d, %d below %d lines, visible %t\n%s", last.x, last.y, used, s.term.CursorVisible(), strings.Join(last.used(), "\n"))
	}
}

// used are the rows down to the last that has something.
func (f frame) used() []string {
	end := len(f.rows)
	for end > 0 && f.rows[end-1] == "" {
		end--
	}
	return f.rows[:end]
}

// squashed is the screen without blanks and ends of lines: however it was wrapped,
// nothing else may be there.
func (f frame) squashed() string { return squash(strings.Join(f.used(), "")) }

func squash(s string) string { return strings.Join(strings.Fields(s), "") }

// activated is all that a run shows in the end. Which statuses it sees depends on
// how fast the machine is.
func activated() *regexp.Regexp {
	where := `www\.example\.com version 8 on STAGING: `
	return regexp.MustCompile("^" + squash(`simulation: nothing of this reaches Akamai; one real second is \d+ simulated ones `+
		where+`submitted as atv_5038, usually takes 1m30s (`+where+`[A-Z_0-9]+(\([a-z]+\))?after[0-9hms]+(;[a-z]+:[A-Za-z,]+)?)+ `+where+`active `+
		`property: prp_1001 \(ctr_C-SIM1, grp_10001\) activation: atv_5038, ACTIVE \([a-z]+\) `+
		`fallback: possible to version 7 until [-0-9]+ [0-9:]+ UTC \(in [0-9hms]+\) took: [0-9hms]+ `+
		`budget: 2499 of 2500 left, reset at [-0-9]+ [0-9:]+ UTC \(in [0-9dhms]+\)(, as of [0-9hm]+ ago)? `+
		`warnings: 2 acknowledged \(2 new\) warning: new: The behavior in rule Performance is deprecated\. `+
		`warning: new: The cache time in rule Static content is over a year\.`) + "$")
}

func TestTheLineAtTheBottomNeverWrapsAndLeavesTheScreenWhole(t *testing.T) {
	for columns, want := range map[int]string{
		20:  `^. PENDING, [0-9ms]+$`,
		40:  `^. PENDING \([a-z]+\), [0-9ms]+ of 1m30s`,
		80:  `^. www\.example\.com on STAGING: PENDING \([a-z]+\), [0-9ms]+ of 1m30s, next [0-9ms]+$`,
		200: `^. www\.example\.com version 8 on STAGING: PENDING \([a-z]+\), [0-9ms]+, usually 1m30s, next look in [0-9ms]+$`,
	} {
		t.Run(strconv.Itoa(columns), func(t *testing.T) {
			t.Parallel()
			s, err := runOnScreen(t, columns, columns, nil, "activate", "www.example.com", "--notify=you@example.com", "--simulate", "--speed=80")
			if err != nil {
				t.Error(err)
			}
			s.check()
			if last := s.frames[len(s.frames)-1]; !activated().MatchString(last.squashed()) {
				t.Errorf("the screen at the end:\n%s", strings.Join(last.used(), "\n"))
			}
			shown := regexp.MustCompile(want)
			var lines []string
			for _, f := range s.frames {
				if line := f.drawn(); line != "" && !slices.Contains(lines, line) {
					lines = append(lines, line)
				}
			}
			if !slices.ContainsFunc(lines, shown.MatchString) {
				t.Errorf("no line like %s among\n%s", want, strings.Join(lines, "\n"))
			}
		})
	}
}

// The screen stays as it is here, so that what is not ours, which is how a terminal
// breaks its lines anew, plays no part.
func TestTheLineAtTheBottomFollowsTheWidthOfTheTerminal(t *testing.T) {
	widths := []int{100, 50, 30, 90} // the next one as soon as a line has the last one
	s, err := runOnScreen(t, widths[0], 200, func(s *screen, f frame) {
		n := utf8.RuneCountInString(f.drawn())
		if len(widths) > 1 && strings.Contains(f.drawn(), "PENDING") && n < widths[0] {
			widths = widths[1:]
			s.resize(widths[0])
		}
	}, "activate", "www.example.com", "--notify=you@example.com", "--simulate", "--speed=60")
	if err != nil || len(widths) > 1 {
		t.Errorf("%v, %v left", err, widths)
	}
	s.check()
	if last := s.frames[len(s.frames)-1]; !activated().MatchString(last.squashed()) {
		t.Errorf("the screen at the end:\n%s", strings.Join(last.used(), "\n"))
	}
}

func TestTheScreenIsWholeHoweverMuchIsSaid(t *testing.T) {
	for _, more := range []string{"-q", "-v", "--debug", "-o=ndjson", "-o=json", "--notify=nobody"} {
		t.Run(more, func(t *testing.T) {
			t.Parallel()
			s, err := runOnScreen(t, 80, 80, nil, "activate", "www.example.com", "--notify=you@example.com", "--simulate", "--speed=400", more)
			if (err != nil) != (more == "--notify=nobody") {
				t.Error(err)
			}
			s.check()
			for _, f := range s.frames {
				if line := f.drawn(); line != "" && (more == "-q" || more == "-o=ndjson") {
					t.Errorf("with %s a line is drawn: %s", more, line)
				}
			}
		})
	}
}

func TestCtrlCLeavesTheScreenWhole(t *testing.T) {
	pressed := false
	s, err := runOnScreen(t, 80, 80, func(s *screen, f frame) {
		if !pressed && strings.Contains(f.drawn(), "next ") {
			pressed = true
			_, _ = io.WriteString(s.tty, "\x03")
		}
	}, "activate", "www.example.com", "--notify=you@example.com", "--simulate", "--speed=1")
	if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != 130 { //nolint:errorlint // Wait returns it bare
		t.Errorf("%v, want exit code 130", err)
	}
	s.check()
	last := strings.Join(s.frames[len(s.frames)-1].used(), "\n")
	if !strings.Contains(last, "\nerror: ") || !strings.Contains(last, "\nTry: ") || strings.Contains(last, "^C") {
		t.Errorf("the screen at the end:\n%s", last)
	}
}
