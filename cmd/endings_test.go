package cmd_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

// endingDoc is what tests of endings look at beside the rest of a document.
type endingDoc struct {
	Activation *struct{ Status *string }
	Error      *struct{ Done *string }
	Return     *struct {
		From, To  int
		Cancelled bool
		Before    int
	}
}

func endingOf(t *testing.T, r result) endingDoc {
	t.Helper()
	var d endingDoc
	if err := json.Unmarshal([]byte(r.stdout), &d); err != nil {
		t.Fatalf("%v\n%s", err, r.stdout)
	}
	return d
}

func TestAStatusThatPAPINeverSentIsNull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.sim.Inject(simulator.Fault{Operation: simulator.OpPoll, Times: -1, Status: http.StatusServiceUnavailable})
		r := s.run("activate", "prp_1001@8", notify, "--timeout", "5m", "-o", "json")
		d, ending := r.document(t), endingOf(t, r)
		if r.code != cmd.ExitTimedOut || ending.Activation.Status != nil || !strings.Contains(d.Error.Message, "could not be read") || strings.Contains(r.stdout+r.stderr, "NEW") {
			t.Errorf("exit code %d\n%s\n%s", r.code, r.stdout, r.stderr)
		}
		if !strings.Contains(d.Error.Help, "propctl wait atv_5038") {
			t.Errorf("help is %q", d.Error.Help)
		}
	})
}

func TestRollbackThatCancelsSaysWhatStaysActive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.run("activate", "www.example.com@8", "--no-wait", notify)
		plan := s.run("rollback", "www.example.com", "-n", "staging", notify, "--cancel-pending", "--dry-run")
		if !strings.Contains(plan.stdout, "version 8 would be cancelled, version 7 is still active; to go further back: --to 6") {
			t.Errorf("plan:\n%s", plan.stdout)
		}
		r := s.run("rollback", "www.example.com", "-n", "staging", notify, "--cancel-pending")
		if r.code != cmd.ExitOK || !strings.Contains(r.stdout, "version 8 cancelled, version 7 is still active; to go further back: --to 6") {
			t.Errorf("exit code %d\n%s", r.code, r.stdout)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.run("activate", "www.example.com@8", "--no-wait", notify)
		r := s.run("rollback", "www.example.com", "-n", "staging", notify, "--cancel-pending", "-o", "json")
		d, back := r.document(t), endingOf(t, r).Return
		if d.Outcome != "cancelled" || d.BlockedBy == nil || d.BlockedBy.Status != "ABORTED" || back == nil || !back.Cancelled || back.From != 8 || back.To != 7 || back.Before != 6 {
			t.Errorf("%s", r.stdout)
		}
	})
}

func TestRollbackRefusesBeforeItCancels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := activated(t)
		time.Sleep(2 * time.Hour) // the time for fast fallback is over
		s.run("activate", "www.example.com@7", "--no-wait", notify)
		r := s.run("rollback", "www.example.com", "-n", "staging", notify, "--cancel-pending", "--fast", "require", "--to", "6", "-o", "json")
		if d := r.document(t); d.ExitCode != cmd.ExitRejected || s.sim.Count(simulator.OpCancel) != 0 {
			t.Errorf("%d cancellations\n%s", s.sim.Count(simulator.OpCancel), r.stdout)
		}
	})
}

func TestWhatWasCancelledBeforeARefusalIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.run("activate", "www.example.com@8", "--no-wait", notify)
		s.sim.Inject(known(simulator.OpSubmit, "errors"))
		r := s.run("rollback", "www.example.com", "-n", "staging", notify, "--cancel-pending", "--to", "6", "-o", "json")
		d, ending := r.document(t), endingOf(t, r)
		if d.ExitCode != cmd.ExitRejected || d.BlockedBy == nil || d.BlockedBy.Status != "ABORTED" || ending.Error.Done == nil || !strings.Contains(*ending.Error.Done, "atv_5038 of version 8 is cancelled") {
			t.Errorf("%s", r.stdout)
		}
	})
}

func TestABucketChangeThatIsRefusedHalfwaySaysHowFarItCame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, func(o *simulator.Options) { o.HostnamesPerProperty = 5000 })
		var list strings.Builder
		for i := range 2500 {
			fmt.Fprintf(&list, "h%d.example.com\n", i)
		}
		path := s.write("hostnames.txt", list.String())
		f := known("patch-bucket", "forbidden")
		f.Skip, f.Times = 1, -1
		s.sim.Inject(f)
		args := []string{"hostnames", "add", "bucket.example.com", "--from", path, "--edge-hostname", "ehn_3001", "-n", "staging", notify}
		r := s.run(args...)
		for _, want := range []string{"partly done, 1000 of 2500 hostnames are changed and live on STAGING", "then go on with the rest; what is done stays: propctl hostnames add bucket.example.com "} {
			if !strings.Contains(r.stdout+r.stderr, want) {
				t.Errorf("no %q in\n%.2000s\n%s", want, r.stdout, r.stderr)
			}
		}
		if r.code == cmd.ExitOK || strings.Contains(r.stdout, "not done") {
			t.Errorf("exit code %d\n%.2000s", r.code, r.stdout)
		}
	})
}

func TestAVersionThatIsMadeAndNotActivatedIsPartlyDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.sim.Inject(known(simulator.OpSubmit, "errors"))
		r := s.run("hostnames", "add", "www.example.com", "shop.example.com="+edge, "-n", "staging", notify)
		if r.code != cmd.ExitRejected || !strings.Contains(r.stdout, "partly done, version 9 is made of version 7 and not activated") {
			t.Errorf("exit code %d\n%s\n%s", r.code, r.stdout, r.stderr)
		}
	})
}

// Somebody else's activation comes between the look and the submission, and is over
// when this run looks again.
func TestWhoDoesNotWaitEndsWhereSomebodyWasFaster(t *testing.T) {
	for _, verb := range []string{"activate www.example.com@8", "rollback www.example.com --to 6", "deactivate www.example.com --yes"} {
		t.Run(verb, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				s.transport = roundTrip(func(r *http.Request) (*http.Response, error) {
					if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/activations") && s.sim.Count(simulator.OpSubmit) == 0 {
						s.sim.Inject(known(simulator.OpSubmit, "busy"))
						s.sim.AddActivation("prp_1001", simulator.Activation{Network: simulator.Staging, Version: 5, Status: simulator.StatusActive, Submitted: time.Now()})
					}
					return s.sim.Transport().RoundTrip(r)
				})
				r := s.run(append(strings.Fields(verb), "-n", "staging", "--if-pending", "fail", notify, "-o", "json")...)
				d := r.document(t)
				if d.ExitCode != cmd.ExitBusy || d.BlockedBy == nil || d.BlockedBy.Version != 5 || !strings.Contains(d.Error.Message, "version 5") || strings.Contains(d.Error.Help, "wait") {
					t.Errorf("%s", r.stdout)
				}
				if n := s.sim.Count(simulator.OpSubmit); n != 1 {
					t.Errorf("%d submissions", n)
				}
			})
		})
	}
}

func TestAnInterruptionEndsTheCancellingAtATimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, func(o *simulator.Options) { o.SlowCancel = 90 * time.Second })
		ctx, interrupt := context.WithCancelCause(t.Context())
		defer interrupt(nil)
		time.AfterFunc(20*time.Second, func() { interrupt(cmd.ErrInterrupted) })
		r := s.runWithin(ctx, "activate", "prp_1001@8", notify, "--timeout", "10s", "--on-timeout", "cancel", "-o", "json")
		if r.code != cmd.ExitInterrupted || r.took != 20*time.Second {
			t.Errorf("exit code %d after %s\n%s", r.code, r.took, r.stdout)
		}
	})
}

func TestCancellingAtATimeoutIsBoundedAndSaidOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.sim.Inject(simulator.Fault{Operation: simulator.OpCancel, Times: -1, Status: http.StatusServiceUnavailable})
		r := s.run("activate", "prp_1001@8", notify, "--timeout", "10s", "--on-timeout", "cancel", "--max-retries", "100", "-o", "json")
		d := r.document(t)
		if r.code != cmd.ExitTimedOut || r.took > 140*time.Second || strings.Count(d.Error.Message, "has passed") != 1 || !strings.Contains(d.Error.Help, "propctl wait atv_5038") {
			t.Errorf("exit code %d after %s\n%s", r.code, r.took, r.stdout)
		}
	})
}

// An id that no command line takes is not printed as one.
func TestTheHintToPickUpIsThereWhateverTheID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.Method != http.MethodGet || !strings.HasSuffix(r.URL.Path, "/activations") {
				return s.sim.Transport().RoundTrip(r)
			}
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: r, Body: io.NopCloser(strings.NewReader(
				`{"activations":{"items":[{"activationId":"a/../b","propertyVersion":8,"network":"STAGING","activationType":"ACTIVATE","status":"PENDING"}]}}`))}, nil
		})
		r := s.run("activate", "prp_1001@8", notify, "--timeout", "1m", "-o", "json")
		if d := r.document(t); r.code != cmd.ExitTimedOut || !strings.Contains(d.Error.Help, "propctl wait prp_1001 --network staging") {
			t.Errorf("exit code %d: %s", r.code, r.stdout)
		}
	})
}

func TestPendingThatIsBusyHasAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newScene(t).run("pending", "prp_1001", "busy.example.com", "-o", "json")
		d := r.document(t)
		if r.code != cmd.ExitBusy || d.Error == nil || d.Error.Code != "busy" || !strings.Contains(d.Error.Message, "atv_5033 of version 3 is PENDING") || !strings.Contains(d.Error.Help, "propctl wait atv_5033 --property prp_1006") {
			t.Errorf("%s", r.stdout)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		if r := newScene(t).run("pending", "busy.example.com"); r.code != cmd.ExitBusy || strings.Contains(r.stderr, "error") {
			t.Errorf("exit code %d\n%s", r.code, r.stderr)
		}
	})
}

func TestRollbackAfterADeactivationReturnsToWhatWasActiveLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		if r := s.run("deactivate", "www.example.com", "-n", "staging", "--yes", notify); r.code != cmd.ExitOK {
			t.Fatal(r.stderr)
		}
		r := s.run("rollback", "www.example.com", "-n", "staging", notify)
		if r.code != cmd.ExitOK || !strings.Contains(r.stdout, "version 7 on STAGING: rolled back") || !strings.Contains(r.stdout, "nothing is active") {
			t.Errorf("exit code %d\n%s\n%s", r.code, r.stdout, r.stderr)
		}
	})
}

// forgotten is a scene in which PAPI forgets the activation a minute after it was
// submitted: by its id, and in the list, which shows another version then, or none.
func forgotten(t *testing.T, other string) *scene {
	t.Helper()
	s := newScene(t)
	begun := time.Now()
	s.transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		answer := func(status int, body string) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Request: r, Body: io.NopCloser(strings.NewReader(body))}, nil
		}
		switch {
		case r.Method != http.MethodGet || time.Since(begun) < time.Minute:
			return s.sim.Transport().RoundTrip(r)
		case strings.HasSuffix(r.URL.Path, "/activations"):
			return answer(http.StatusOK, `{"activations":{"items":[`+other+`]}}`)
		}
		return answer(http.StatusNotFound, `{"type":"http/not-found","title":"Not Found","status":404}`)
	})
	return s
}

func TestWhatHasGoneIsNotSaidToGoOn(t *testing.T) {
	const nine = `{"activationId":"atv_9999","propertyVersion":9,"network":"STAGING","activationType":"ACTIVATE","status":"ACTIVE","submitDate":"2090-01-01T00:00:00Z"}`
	for _, timeout := range []string{"90s", "30m"} {
		synctest.Test(t, func(t *testing.T) {
			r := forgotten(t, nine).run("activate", "prp_1001@8", notify, "--timeout", timeout, "-o", "json")
			if d := r.document(t); r.code != cmd.ExitFailed || d.Outcome != "superseded" || !strings.Contains(d.Error.Message, "atv_9999 of version 9") || d.Activation.Status != "PENDING" {
				t.Errorf("after %s: exit code %d\n%s", timeout, r.code, r.stdout)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		r := forgotten(t, "").run("activate", "prp_1001@8", notify, "-o", "json")
		if d := r.document(t); r.code != cmd.ExitError || d.Error.Code != "activation-lost" || strings.Contains(d.Error.Help, "goes on") || d.Activation.Status != "PENDING" {
			t.Errorf("exit code %d\n%s", r.code, r.stdout)
		}
	})
}
