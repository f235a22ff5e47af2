package cmd_test

import (
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/papi/simulator"
)

// showing are the commands that print tables.
var showing = []string{
	"status www.example.com busy.example.com nobody.example.com", "status busy.example.com", "history www.example.com",
	"hostnames list slow.example.com", "explain", "pending www.example.com busy.example.com", "budget",
	"includes status security-headers", "includes history security-headers", "includes pending security-headers",
}

// widest returns the longest line.
func widest(text string) (most string) {
	for line := range strings.Lines(text) {
		if len([]rune(line)) > len([]rune(most)) {
			most = line
		}
	}
	return strings.TrimSuffix(most, "\n")
}

// Lines of prose are for the terminal to break; tables are not.
func TestTablesFitTheWidthOfTheTerminal(t *testing.T) {
	for _, line := range showing {
		if strings.Contains(line, "pending ") || line == "budget" {
			continue
		}
		for _, columns := range []int{20, 40, 59, 60, 80, 100, 200} {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				s.columns, s.stdin, s.terminal = columns, strings.NewReader(""), line == "explain"
				var table []string
				for l := range strings.Lines(s.run(strings.Fields(line)...).stdout) {
					if !strings.Contains(l, "usually takes") && !strings.HasPrefix(l, "slow.example.com") && !strings.Contains(l, "version ") && !strings.HasPrefix(l, "  ") {
						table = append(table, l)
					}
				}
				if most := widest(strings.Join(table, "")); len([]rune(most)) > columns {
					t.Errorf("%s on %d columns: %q", line, columns, most)
				}
			})
		}
	}
}

func TestPropertyVersionNetworkAndStatusAreNeverCut(t *testing.T) {
	const long = "a-property-with-a-name-that-is-quite-long.example.com"
	for _, columns := range []int{20, 40, 60, 80, 120} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			s.sim.AddProperty(simulator.Property{
				ID: "prp_77", Name: long, Versions: make([]simulator.Version, 3), Activations: []simulator.Activation{
					{Network: simulator.Staging, Version: 2, Status: simulator.StatusActive, Submitted: time.Now().Add(-time.Hour)},
					{Network: simulator.Staging, Version: 3, Status: simulator.StatusPending, Submitted: time.Now()},
				},
			})
			s.columns = columns
			for _, line := range []string{"status www.example.com prp_77 -n staging", "history prp_77"} {
				r := s.run(strings.Fields(line)...)
				flat := strings.Join(strings.Fields(r.stdout), "")
				wants := []string{"STAGING", "PENDING", "3"}
				if strings.HasPrefix(line, "status") {
					wants = append(wants, long)
				} else {
					wants = append(wants, "ACTIVE", "atv_")
				}
				for _, want := range wants {
					if !strings.Contains(flat, want) {
						t.Errorf("%s on %d columns has no %q:\n%s", line, columns, want, r.stdout)
					}
				}
			}
		})
	}
}

func TestStatusOfSeveralFitsByWidth(t *testing.T) {
	for columns, want := range map[int]string{
		0: `
PROPERTY          LATEST  NETWORK  ACTIVE  SINCE                             PENDING
www.example.com   8       STAGING  7       1999-12-30 00:01:30 UTC (2d ago)  -
busy.example.com  3       STAGING  2       1999-12-30 00:01:30 UTC (2d ago)  3 (atv_5033, PENDING)
`,
		80: `
PROPERTY          LATEST  NETWORK  ACTIVE  SINCE           PENDING
www.example.com   8       STAGING  7       1999-12-30…     -
busy.example.com  3       STAGING  2       1999-12-30…     3 (atv_5033, PENDING)
`,
		40: `
PROPERTY: www.example.com
LATEST: 8
NETWORK: STAGING
ACTIVE: 7
SINCE: 1999-12-30 00:01:30 UTC (2d ago)

PROPERTY: busy.example.com
LATEST: 3
NETWORK: STAGING
ACTIVE: 2
SINCE: 1999-12-30 00:01:30 UTC (2d ago)
PENDING: 3 (atv_5033, PENDING)
`,
		20: `
PROPERTY:
  www.example.com
LATEST: 8
NETWORK: STAGING
ACTIVE: 7
SINCE: 1999-12-30
  00:01:30 UTC (2d
  ago)

PROPERTY:
  busy.example.com
LATEST: 3
NETWORK: STAGING
ACTIVE: 2
SINCE: 1999-12-30
  00:01:30 UTC (2d
  ago)
PENDING: 3
  (atv_5033,
  PENDING)
`,
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			s.columns = columns
			got := "\n" + s.run("status", "www.example.com", "busy.example.com", "-n", "staging").stdout
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("on %d columns (-want +got):\n%s", columns, diff)
			}
		})
	}
}

func TestWhatMattersLeastIsLeftOutBeforeRowsAreTakenApart(t *testing.T) {
	for line, want := range map[string]string{
		"status www.example.com busy.example.com": `
PROPERTY          LATEST  NETWORK     ACTIVE  PENDING
www.example.com   8       STAGING     7       -
www.example.com   8       PRODUCTION  7       -
busy.example.com  3       STAGING     2       3 (atv_5033, PENDING)
busy.example.com  3       PRODUCTION  2       -
`,
		"history www.example.com --limit 2": `
SUBMITTED               NETWORK     VERSION  TYPE      STATUS  TOOK   ACTIVATION
1999-12-30 01:00:00…    PRODUCTION  7        ACTIVATE  ACTIVE  7m     atv_5014
1999-12-30 00:00:00…    STAGING     7        ACTIVATE  ACTIVE  1m30s  atv_5013
STAGING usually takes: 1m30s, the median of 6
PRODUCTION usually takes: 7m, the median of 6
`,
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			s.columns = 80
			if diff := cmp.Diff(want, "\n"+s.run(strings.Fields(line)...).stdout); diff != "" {
				t.Errorf("%s (-want +got):\n%s", line, diff)
			}
		})
	}
}

func TestStatusOfOneHasAllThatIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.run("activate", "busy.example.com@1", notify, "--timeout", "20m", "--note", "the first one again")
		s.zone = time.FixedZone("CET", 3600)
		got := "\n" + s.run("status", "busy.example.com").stdout
		const want = `
busy.example.com
  property:   prp_1006 (ctr_C-SIM1, grp_10001)
  latest:     version 3
STAGING: version 1 is active
  activation: atv_5038, ACTIVE (steady)
  submitted:  2000-01-01 01:03:00 CET (2m ago)
  note:       the first one again
  since:      2000-01-01 01:05:00 CET (4s ago)
  fallback:   possible to version 3 until 2000-01-01 02:05:00 CET (in 1h)
PRODUCTION: version 2 is active
  activation: atv_5032, ACTIVE (steady)
  submitted:  1999-12-30 02:00:00 CET (1d23h ago)
  note:       Sample activation
  since:      1999-12-30 02:07:00 CET (1d23h ago)
`
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("status (-want +got):\n%s", diff)
		}
	})
}

func TestColourIsOnATerminalOnlyAndNeverInData(t *testing.T) {
	escape := regexp.MustCompile("\x1b\\[(0|1|31|32|33)m")
	for _, line := range append(showing, "activate www.example.com "+notify, "activate failing.example.com@2 "+notify, "activate busy.example.com@1 --if-pending fail "+notify) {
		run := func(colour bool, more ...string) (r result) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				s.terminal, s.stdin = true, strings.NewReader("")
				if colour {
					s.colourful, s.columns = true, 500
					delete(s.env, "NO_COLOR")
				}
				r = s.run(append(strings.Fields(line), more...)...)
			})
			return r
		}
		without, with := run(false), run(true)
		for stream, texts := range map[string][2]string{"stdout": {without.stdout, with.stdout}, "stderr": {without.stderr, with.stderr}} {
			if diff := cmp.Diff(texts[0], escape.ReplaceAllString(texts[1], "")); diff != "" {
				t.Errorf("%s: colour changes the words on %s (-without +with):\n%s", line, stream, diff)
			}
		}
		if strings.Contains(without.stdout+without.stderr, "\x1b") {
			t.Errorf("%s has colour off a terminal", line)
		}
		if !strings.Contains(with.stdout+with.stderr, "\x1b[") && line != "budget" {
			t.Errorf("%s has no colour:\n%s", line, with.stdout)
		}
		for _, format := range []string{"json", "ndjson"} {
			if out := run(true, "-o", format).stdout; strings.Contains(out, "\x1b") {
				t.Errorf("%s -o %s has colour: %q", line, format, out)
			}
		}
	}
}

func TestColourSaysWhatTheWordsSay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.columns, s.terminal, s.colourful = 120, true, true
		delete(s.env, "NO_COLOR")
		pending := s.run("pending", "www.example.com", "busy.example.com")
		active := s.run("activate", "www.example.com", notify)
		failed := s.run("activate", "failing.example.com@2", notify)
		history := s.run("history", "failing.example.com")
		for _, tt := range []struct{ in, want string }{
			{active.stdout, "www.example.com version 8 on STAGING: \x1b[32mactive\x1b[0m\n"},
			{active.stdout, "\x1b[32mACTIVE (steady)\x1b[0m\n"},
			{active.stderr, ": \x1b[33mPENDING (received)\x1b[0m after "},
			{failed.stdout, ": \x1b[31mfailed\x1b[0m\n"},
			{failed.stderr, "\x1b[31merror:\x1b[0m "},
			{failed.stderr, "\x1b[1mTry:\x1b[0m "},
			{history.stdout, "\x1b[1mSUBMITTED\x1b[0m"},
			{history.stdout, "\x1b[31mFAILED\x1b[0m "},
			{pending.stdout, "www.example.com on STAGING: \x1b[32mfree\x1b[0m\n"},
			{pending.stdout, "busy.example.com on STAGING: \x1b[33mbusy\x1b[0m, "},
		} {
			if !strings.Contains(tt.in, tt.want) {
				t.Errorf("no %q in\n%q", tt.want, tt.in)
			}
		}
	})
}
