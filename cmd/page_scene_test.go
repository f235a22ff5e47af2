package cmd_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

// pageScene is a run that a page is about.
type pageScene struct {
	name string
	args []string
	// prepare changes the simulator; nil does not.
	prepare func(*simulator.Simulator)
	// stop interrupts the run after so long; 0 never.
	stop time.Duration
	code int
	want []string // is in the text of the page
}

// pace is like an activation of a network, to the second.
type pace struct{}

// Steps implements simulator.Pace.
func (pace) Steps(s simulator.Submission) []simulator.Step {
	total := 96 * time.Second
	if s.Network == simulator.Production {
		total = 7*time.Minute + 20*time.Second
	}
	return []simulator.Step{
		{Status: simulator.StatusPending, State: simulator.StateReceived},
		{After: total / 8, Status: simulator.StatusPending, State: simulator.StateLived},
		{After: total / 2, Status: simulator.StatusPending, State: simulator.StateDeployed},
		{After: total, Status: simulator.StatusActive, State: simulator.StateSteady},
	}
}

const (
	longNote   = "--note=Redirect the old checkout; keep the cookie of the new one for a week"
	bothInTurn = "--network=staging,production"
)

// pageScenes are the runs that somebody may want a page about.
func pageScenes() []pageScene {
	return []pageScene{
		{
			name: "success", args: []string{"activate", "www.example.com@8", bothInTurn, notify, longNote, "--until", "steady"},
			prepare: faults(simulator.Fault{Operation: simulator.OpPoll, Status: 503, Skip: 6, Times: 2}),
			want:    []string{"Version 8 of www.example.com is active on staging and production.", "exit code 0", "Redirect the old checkout", "PENDING (deployed)", "usually", "a fast one is possible to version 7 until"},
		},
		{name: "failed", args: []string{"activate", "failing.example.com@3", notify}, code: 3, want: []string{"Failed", "exit code 3", "An edge server could not load the configuration.", "propctl explain activation-failed"}},
		{
			name: "timed-out", args: []string{"activate", "busy.example.com@1", "-n", "production", notify, "--timeout", "16m"},
			prepare: func(sim *simulator.Simulator) {
				steps := pace{}.Steps(simulator.Submission{Network: simulator.Production})
				sim.AddActivation("prp_1006", simulator.Activation{Version: 3, Network: simulator.Production, Note: "Another team's release", Steps: steps})
				faults(simulator.Fault{Operation: simulator.OpSubmit, Status: 502, Times: 3}, simulator.Fault{Operation: simulator.OpPoll, Status: 500, Skip: 8, Times: 3})(sim)
			},
			code: 5, want: []string{"Timed out", "exit code 5", "waiting for atv_", "propctl wait atv_", "Another team's release", "trying again"},
		},
		{name: "busy", args: []string{"activate", "busy.example.com@1", notify, "--timeout", "45s"}, code: 6, want: []string{"Another activation is in the way on staging.", "Blocked by", "waiting for atv_"}},
		{name: "rejected", args: []string{"activate", "www.example.com@8", "-n", "production", notify}, prepare: faults(rejection(12)), code: 7, want: []string{"Rejected", "The certificate of this hostname is not there yet.", "#/hostnames/3", "… and 4 more"}},
		{name: "interrupted", args: []string{"activate", "www.example.com", notify}, stop: 40 * time.Second, code: 130, want: []string{"Interrupted", "exit code 130", "propctl wait atv_"}},
		{name: "status", args: []string{"status", "www.example.com", "busy.example.com", "new.example.com"}, want: []string{"What is active and pending on the networks, of 3 properties.", "busy.example.com", "none"}},
		{name: "status of a property that is not there", args: []string{"status", "www.example.com", "nobody.example.com"}, code: 1, want: []string{"error: ", "nobody.example.com", "On the networks"}},
		{name: "history", args: []string{"history", "www.example.com"}, want: []string{"How long it usually takes", "Activations", "the median of"}},
		{name: "pending", args: []string{"pending", "busy.example.com"}, code: 6, want: []string{"Busy", "exit code 6", "Another activation is in the way", "version 3"}},
		{name: "free", args: []string{"pending", "www.example.com"}, want: []string{"Free", "Nothing is in the way of an activation."}},
		{name: "hostnames", args: []string{"hostnames", "list", "www.example.com"}, want: []string{"Hostnames list", "Leads to"}},
		{name: "hostnames add", args: []string{"hostnames", "add", "www.example.com", "m.example.com=www.example.com.edgekey.net", "-n", "staging", notify}, want: []string{"Hostname change", "m.example.com"}},
		{name: "budget", args: []string{"budget"}, want: []string{"Request limit", "Remaining"}},
		{name: "dry run", args: []string{"activate", "www.example.com@8", notify, "--dry-run"}, want: []string{"Planned", "Nothing was submitted", "Plan", "Fast fallback"}},
		{name: "rollback", args: []string{"rollback", "www.example.com", "-n", "staging", notify, "--to", "6"}, want: []string{"Rolled back", "www.example.com has returned to version 6 on staging.", "Return"}},
		{name: "include", args: []string{"includes", "activate", "security-headers", notify}, want: []string{"Include", "security-headers", "inc_2001"}},
		{name: "adopted", args: []string{"wait", "busy.example.com"}, prepare: func(*simulator.Simulator) { time.Sleep(40 * time.Second) }, want: []string{"before this run", "Active"}},
		{name: "cancel", args: []string{"cancel", "busy.example.com"}, code: 0, want: []string{"Cancelled", "was cancelled."}},
		{name: "explain", args: []string{"explain"}, want: []string{"Errors", "activation-failed"}},
		{name: "version", args: []string{"version"}, want: []string{"Build", "1.2.3"}},
		{name: "usage", args: []string{"activate", "www.example.com"}, code: 2, want: []string{"Not started", "Nothing was sent", "--notify", "propctl activate --help"}},
		{name: "no such section", args: []string{"status", "prp_1001", "--section", "nobody"}, code: 4, want: []string{"exit code 4", "credentials"}},
	}
}

func faults(all ...simulator.Fault) func(*simulator.Simulator) {
	return func(s *simulator.Simulator) {
		for _, f := range all {
			s.Inject(f)
		}
	}
}

// rejection is an answer with so many errors, of which eight are alike.
func rejection(n int) simulator.Fault {
	var b strings.Builder
	for i := range n {
		detail := "The certificate of this hostname is not there yet."
		if i >= 8 {
			detail = fmt.Sprintf("The behavior %s cannot be used twice in one rule.", [...]string{"caching", "origin", "cpCode", "gzipResponse"}[i%4])
		}
		fmt.Fprintf(&b, `,{"type":"https://problems.luna.akamaiapis.net/papi/v0/validation/x","title":"No","detail":%q,"errorLocation":"#/hostnames/%d"}`, detail, i)
	}
	return simulator.Fault{Operation: simulator.OpSubmit, Status: http.StatusBadRequest, Body: `{"type":"https://problems.luna.akamaiapis.net/papi/v0/activation/errors",` +
		`"title":"Activation errors","detail":"The version can't be activated.","instance":"{instance}","status":400,"errors":[` + b.String()[1:] + `]}`}
}

// page runs a scene on a day in March, and returns the page.
func (p pageScene) page(t *testing.T) (page string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)))
		s := newScene(t, func(o *simulator.Options) { o.Pace = pace{} })
		if p.prepare != nil {
			p.prepare(s.sim)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		if p.stop > 0 {
			stop := time.AfterFunc(p.stop, func() { cancel(cmd.ErrInterrupted) })
			defer stop.Stop()
		}
		path := filepath.Join(t.TempDir(), "run.html")
		if r := s.runWithin(ctx, append(p.args, "--report", path)...); r.code != p.code {
			t.Errorf("exit code %d, want %d\n%s%s", r.code, p.code, r.stdout, r.stderr)
		}
		data, err := os.ReadFile(path)
		must(t, err)
		page = string(bytes.ReplaceAll(data, []byte(path), []byte("run.html")))
	})
	return page
}
