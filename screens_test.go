package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/hinshun/vt10x"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

// looks are commands that show something, and the first words of lines that are prose, which the terminal may break.
func looks(t *testing.T) map[string][]string {
	t.Helper()
	manifest := filepath.Join(t.TempDir(), "rollout.yaml")
	const text = "name: release\nnetworks: [staging, production]\nnotify: [you@example.com]\nproperties:\n  - www.example.com@8\n" +
		"  - api.example.com\n  - shop_pm\nwaves:\n  - name: canary\n    take: 1\n  - name: rest\n    take: rest\n"
	if err := os.WriteFile(manifest, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return map[string][]string{
		"diff www.example.com 6 8":                {"www.example.com version", "~"},
		"validate www.example.com":                {"www.example.com version", "new warning:"},
		"status www.example.com":                  nil,
		"status www.example.com busy.example.com": nil,
		"history www.example.com --limit 4":       {"STAGING usually", "PRODUCTION usually"},
		"list":                                    nil,
		"rollout plan " + manifest:                {"rollout", "budget:", "takes", "  ", "wave"},
	}
}

func TestWhatIsShownFitsTheTerminalAndIsWholeOnAnyWidth(t *testing.T) {
	for args, prose := range looks(t) {
		t.Run(strings.Fields(args)[0], func(t *testing.T) {
			t.Parallel()
			for _, columns := range []int{40, 80, 200} {
				wide, err := runOnScreen(t, columns, 400, nil, append(strings.Fields(args), "--simulate")...)
				if err != nil {
					t.Fatalf("%s: %v\n%s", args, err, strings.Join(wide.frames[len(wide.frames)-1].used(), "\n"))
				}
				wide.check()
				rows := wide.frames[len(wide.frames)-1].used()
				for _, row := range rows[1:] { // behind the line about the simulation
					if utf8.RuneCountInString(row) > columns && !beginsWith(row, prose) {
						t.Errorf("%s on %d columns: %q is longer", args, columns, row)
					}
				}
				if len(rows) < 3 {
					t.Errorf("%s on %d columns shows nothing:\n%s", args, columns, strings.Join(rows, "\n"))
				}
			}
		})
	}
}

func beginsWith(row string, all []string) bool {
	for _, one := range all {
		if strings.HasPrefix(row, one) {
			return true
		}
	}
	return false
}

func TestQuestionsAreWholeOnAnyWidth(t *testing.T) {
	const answer = "[y/N]"
	for args, want := range map[string]string{
		"activate www.example.com -n production":                                                "www.example.com 7 → 8 on PRODUCTION: 1 rule changed, 2 warnings (2 new) Activate www.example.com (prp_1001) version 8 on PRODUCTION of akab-simulator.luna.example.com? " + answer,
		"deactivate www.example.com -n production":                                              "Type www.example.com to confirm:",
		"rollback www.example.com -n production":                                                "Return to version 6 of www.example.com (prp_1001) on PRODUCTION of akab-simulator.luna.example.com? " + answer,
		"hostnames add www.example.com a.example.com=www.example.com.edgekey.net -n production": "and activate it on PRODUCTION of akab-simulator.luna.example.com? " + answer,
		"rollback busy.example.com -n staging --cancel-pending":                                 "",
	} {
		t.Run(strings.Fields(args)[0]+" "+strings.Fields(args)[3], func(t *testing.T) {
			t.Parallel()
			for _, columns := range []int{40, 80, 98, 102, 200} { // 98 and 102 end within the answers
				var asked *frame
				s, err := runOnScreen(t, columns, columns, func(s *screen, f frame) {
					if row := f.rows[f.y]; asked == nil && (strings.Contains(row, answer) && f.x > strings.Index(row, answer) || strings.HasSuffix(row, "to confirm:")) {
						asked = &f
						_, _ = s.tty.WriteString("n\n")
					}
				}, append(strings.Fields(args), "--simulate", "--notify", "you@example.com")...)
				last := strings.Join(s.frames[len(s.frames)-1].used(), "\n")
				switch {
				case want == "" && asked == nil: // staging is not asked about
				case want == "" || asked == nil || err == nil:
					t.Errorf("%s on %d columns: asked %t, %v\n%s", args, columns, asked != nil, err, last)
				case !strings.Contains(asked.squashed(), squash(want)) || !strings.Contains(last, "error: not confirmed") || !s.term.CursorVisible():
					t.Errorf("%s on %d columns: no %q in\n%s", args, columns, want, last)
				}
			}
		})
	}
}

// narrowing is a terminal that breaks its lines anew when it becomes narrower.
type narrowing struct {
	mu      sync.Mutex
	term    vt10x.Terminal
	columns int
}

func (n *narrowing) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.term.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))) // as a terminal's driver does
}

func (n *narrowing) width() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.columns
}

// resize writes what was shown to a terminal of another width, up to the cursor.
func (n *narrowing) resize(columns int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	shown := screen{term: n.term}
	f := shown.now()
	n.term, n.columns = vt10x.New(vt10x.WithSize(columns, screenRows)), columns
	for i, row := range f.rows[:f.y+1] {
		if i > 0 {
			row = "\r\n" + row
		}
		_, _ = n.term.Write([]byte(row))
	}
}

func (n *narrowing) shown() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	shown := screen{term: n.term}
	return shown.now().used()
}

func TestNothingOfTheBoardIsLeftWhenTheTerminalNarrows(t *testing.T) {
	for _, columns := range []int{200, 100, 60, 34, 20} {
		synctest.Test(t, func(t *testing.T) {
			const columnsBefore = 120
			sim := simulator.New(simulator.Options{})
			c := sim.Credentials()
			env := map[string]string{
				"HOME": t.TempDir(), "TERM": "xterm-256color",
				"AKAMAI_HOST": c.Host, "AKAMAI_CLIENT_TOKEN": c.ClientToken, "AKAMAI_CLIENT_SECRET": c.ClientSecret, "AKAMAI_ACCESS_TOKEN": c.AccessToken,
			}
			tty := &narrowing{term: vt10x.New(vt10x.WithSize(columnsBefore, screenRows)), columns: columnsBefore}
			var stdout bytes.Buffer
			ended := make(chan int)
			go func() {
				ended <- cmd.Run(t.Context(), cmd.Env{
					Stdout: &stdout, Stderr: tty, StderrTerminal: true, Width: tty.width, Height: func() int { return screenRows }, Transport: sim.Transport(),
					LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
				}, []string{"status", "busy.example.com", "www.example.com", "--watch"})
			}()
			time.Sleep(10*time.Second + 500*time.Millisecond) // between two times at which it is drawn
			before := tty.shown()
			tty.resize(columns)
			time.Sleep(2 * time.Second)
			after := tty.shown()
			if len(before) != 1 || !strings.Contains(before[0], "PENDING") || len(after) != 1 || utf8.RuneCountInString(after[0]) >= columns {
				t.Errorf("%d columns:\n%s\nbefore:\n%s", columns, strings.Join(after, "\n"), strings.Join(before, "\n"))
			}
			if code, left := <-ended, tty.shown(); code != 0 || len(left) > 0 || !strings.Contains(stdout.String(), "busy.example.com") {
				t.Errorf("exit code %d, left is %q\n%s", code, left, stdout.String())
			}
		})
	}
}
