package cmd_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

// finished is what a webhook receives.
type finished struct {
	document

	Time      string
	Simulated bool
}

func readFinished(t *testing.T, body []byte) finished {
	t.Helper()
	var f finished
	if err := json.Unmarshal(body, &f); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, body)
	}
	if f.Type != "propctl.finished" || f.SchemaVersion != 1 {
		t.Errorf("type %q, schema %d", f.Type, f.SchemaVersion)
	}
	if _, err := time.Parse(time.RFC3339, f.Time); err != nil {
		t.Error(err)
	}
	return f
}

func TestOnlyEndsAreNotified(t *testing.T) {
	tests := []struct {
		name string
		args []string
		prep func(*scene)
		want string // the outcome that is told; empty: nobody is told
	}{
		{name: "active", args: []string{"activate", "prp_1001@8", notify}, want: "active"},
		{name: "failed", args: []string{"activate", "failing.example.com", notify}, want: "failed"},
		{name: "rejected", args: []string{"activate", "prp_1001@8", notify, "--warnings", "fail"}, want: "rejected"},
		{name: "timed out", args: []string{"activate", "prp_1001@8", notify, "--timeout", "30s"}, want: "timed-out"},
		{name: "busy", args: []string{"activate", "busy.example.com@1", notify, "--if-pending", "fail"}, want: "busy"},
		{name: "not found", args: []string{"activate", "nowhere.example.com", notify}, want: "error"},
		{name: "no credentials", args: []string{"activate", "prp_1001@8", notify}, prep: func(s *scene) { delete(s.env, "AKAMAI_HOST") }, want: "error"},
		{name: "taken off", args: []string{"deactivate", "prp_1001", notify, "-n", "staging", "--yes"}, want: "deactivated"},
		{name: "cancelled", args: []string{"cancel", "prp_1006"}, want: "cancelled"},
		{name: "waited for", args: []string{"wait", "prp_1006"}, want: "active"},
		{name: "an include", args: []string{"includes", "activate", "inc_2001@3", notify}, want: "active"},

		{name: "active already", args: []string{"activate", "prp_1001@7", notify}},
		{name: "nothing to cancel", args: []string{"cancel", "prp_1001"}},
		{name: "not waited for", args: []string{"activate", "prp_1001@8", notify, "--no-wait"}},
		{name: "dry run", args: []string{"activate", "prp_1001@8", notify, "--dry-run"}},
		{name: "dry run that is rejected", args: []string{"activate", "prp_1001@8", notify, "--warnings", "fail", "--dry-run"}},
		{name: "dry run by a variable", args: []string{"activate", "nowhere.example.com", notify}, prep: func(s *scene) { s.env["PROPCTL_DRY_RUN"] = "true" }},
		{name: "usage", args: []string{"activate", "prp_1001@8"}},
		{name: "status", args: []string{"status", "prp_1001"}},
		{name: "status of nothing", args: []string{"status", "nowhere.example.com"}},
		{name: "pending", args: []string{"pending", "prp_1006"}},
		{name: "history", args: []string{"history", "prp_1001"}},
		{name: "budget", args: []string{"budget"}},
		{name: "version", args: []string{"version"}},
		{name: "hostnames without a network", args: []string{"hostnames", "add", "prp_1001", "a.example.com=www.example.com.edgekey.net"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, to := newReportingScene(t)
				s.set(map[string]string{"PROPCTL_NOTIFY_URL": webhookURL})
				if tt.prep != nil {
					tt.prep(s)
				}
				r := s.run(append(tt.args, "-o", "json")...)
				d := r.document(t)
				var want, got []string
				if tt.want != "" {
					want = []string{tt.want + " " + strconv.Itoa(r.code)}
				}
				for _, one := range to.all() {
					f := readFinished(t, one.body)
					got = append(got, f.Outcome+" "+strconv.Itoa(f.ExitCode))
					if diff := cmp.Diff(d.Error, f.Error); diff != "" {
						t.Errorf("the error differs from that of the document:\n%s", diff)
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("told (-want +got):\n%s%s", diff, r.stderr)
				}
			})
		})
	}
}

func TestSeveralNetworksAreOneNotification(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, to := newReportingScene(t)
		s.run("activate", "www.example.com@8", notify, "-n", "staging,production", "--yes", "--notify-url", webhookURL+","+webhookURL, "--notify-url", webhookURL)
		if len(to.all()) != 1 {
			t.Fatalf("%d notifications, want 1", len(to.all()))
		}
		f := readFinished(t, to.all()[0].body)
		var networks []string
		for _, one := range f.Results {
			networks = append(networks, one.Network+" "+one.Outcome)
		}
		if diff := cmp.Diff([]string{"STAGING active", "PRODUCTION active"}, networks); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWhatWasSoAlreadyIsNotifiedAfterAWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, to := newReportingScene(t)
		active := s.run("status", "prp_1006", "-n", "staging", "-o", "json").document(t).Properties[0].Networks[0].Active
		time.AfterFunc(90*time.Second, func() { s.run("cancel", "prp_1006") }) // what is in the way
		r := s.run("activate", "prp_1006@"+strconv.Itoa(active.Version), notify, "-o", "json", "--notify-url", webhookURL)
		if d := r.document(t); d.Outcome != "already-active" || len(to.all()) != 1 {
			t.Errorf("outcome %s, %d notifications\n%s", d.Outcome, len(to.all()), r.stderr)
		}
	})
}

func TestInterruptedRunsAreNotifiedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, to := newReportingScene(t)
		to.answer = statuses(500, 500, 500)
		ctx, interrupt := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Minute, func() { interrupt(cmd.ErrInterrupted) })
		r := s.runWithin(ctx, "activate", "prp_1001@8", notify, "--notify-url", webhookURL)
		if r.code != cmd.ExitInterrupted || len(to.all()) != 1 {
			t.Fatalf("exit code %d, %d attempts", r.code, len(to.all()))
		}
		if f := readFinished(t, to.all()[0].body); f.Outcome != "interrupted" || f.Activation == nil {
			t.Errorf("told %s of %+v", f.Outcome, f.Activation)
		}
	})
}

// Who waits for a receiver only, and has the result, may go: with its exit code.
func TestCtrlCWhileOthersAreToldLeavesTheExitCode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, to := newReportingScene(t)
		ctx, interrupt := context.WithCancelCause(t.Context())
		to.answer = func(ctx context.Context, n int) reply {
			time.AfterFunc(time.Second, func() { interrupt(cmd.ErrInterrupted) })
			return silent(ctx, n)
		}
		begun := time.Now()
		var active time.Duration
		s.watch = func(stream, line string) {
			if stream == "stdout" {
				active = time.Since(begun)
			}
		}
		r := s.runWithin(ctx, "activate", "prp_1001@8", notify, "--notify-url", webhookURL)
		if r.code != cmd.ExitOK || r.took-active != time.Second || len(to.all()) != 1 {
			t.Errorf("exit code %d, %s after the result, %d attempts\n%s", r.code, r.took-active, len(to.all()), r.stderr)
		}
	})
}

// Whatever becomes of a notification: the result, the exit code and the time that a
// run takes stay what they are.
func TestNotificationsAreTriedThreeTimesAndChangeNothing(t *testing.T) {
	bad := errors.New("the wire is cut")
	tests := []struct {
		name     string
		answer   func(context.Context, int) reply
		attempts int
		took     time.Duration
		warning  string
	}{
		{name: "taken", attempts: 1},
		{name: "taken at the second attempt", answer: statuses(503), attempts: 2, took: time.Second},
		{name: "never taken", answer: statuses(500, 502, 599), attempts: 3, took: 3 * time.Second, warning: "answered 599"},
		{name: "no answer", answer: silent, attempts: 1, took: 5 * time.Second, warning: "no answer within 5s"},
		{name: "cut", answer: func(context.Context, int) reply { return reply{connection: bad} }, attempts: 3, took: 3 * time.Second, warning: "the wire is cut"},
		{name: "a proxy that is none", answer: func(context.Context, int) reply {
			return reply{connection: errors.New(`invalid proxy address "http://me:very-secret@proxy"`)}
		}, attempts: 3, took: 3 * time.Second, warning: "…: no connection; check"},
		{name: "nobody listens", answer: func(context.Context, int) reply {
			return reply{connection: &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}}
		}, attempts: 1, warning: "connection refused"},
		{name: "refused", answer: statuses(404), attempts: 1, warning: "answered 404"},
		{name: "redirected", answer: func(context.Context, int) reply {
			return reply{status: 307, header: "Location: https://elsewhere.example.com/"}
		}, attempts: 1, warning: "answered 307, and redirects are not followed"},
		{name: "later", answer: func(ctx context.Context, n int) reply {
			if n == 1 {
				return reply{status: 429, header: "Retry-After: 4"}
			}
			return statuses()(ctx, n)
		}, attempts: 2, took: 4 * time.Second},
		{name: "much later", answer: func(context.Context, int) reply {
			return reply{status: 429, header: "Retry-After: 60"}
		}, attempts: 1, warning: "answered 429"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, to := newReportingScene(t)
				to.answer = tt.answer
				quiet := newScene(t).run("activate", "prp_1001@8", notify)
				r := s.run("activate", "prp_1001@8", notify, "--notify-url", webhookURL)
				if r.code != quiet.code || r.took-quiet.took != tt.took || len(to.all()) != tt.attempts {
					t.Errorf("exit code %d, %s more than without, %d attempts; want %s and %d", r.code, r.took-quiet.took, len(to.all()), tt.took, tt.attempts)
				}
				ids := map[string]bool{}
				for _, one := range to.all() {
					ids[one.header.Get("X-Propctl-Delivery")] = true
				}
				if len(ids) != 1 {
					t.Errorf("one message has the ids %v", ids)
				}
				if n := strings.Count(r.stderr, "warning: "); n > 1 || (n == 1) != (tt.warning != "") ||
					!strings.Contains(r.stderr, tt.warning) || strings.Contains(r.stderr, "very-secret") {
					t.Errorf("stderr:\n%s", r.stderr)
				}
			})
		})
	}
}

func TestOneWhoIsNotThereDoesNotKeepOthersFromBeingTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, to := newReportingScene(t)
		var told []string
		to.answer = func(ctx context.Context, n int) reply {
			if to.all()[n-1].url.Host == "dead.example.com" {
				return silent(ctx, n)
			}
			to.mu.Lock()
			told = append(told, to.got[n-1].url.Host)
			to.mu.Unlock()
			return reply{status: 200}
		}
		s.set(map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.example.com:4318"})
		r := s.run("activate", "prp_1001@8", notify, "--notify-url", "https://dead.example.com/x,https://hooks.example.com/x")
		if len(told) != 2 || !strings.Contains(r.stderr, "https://dead.example.com/…: no answer within 5s") {
			t.Errorf("told %v\n%s", told, r.stderr)
		}
	})
}

func TestNotificationsAreSignedAsStandardWebhooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, to := newReportingScene(t)
		to.answer = statuses(500)
		s.set(map[string]string{"PROPCTL_NOTIFY_SECRET": webhookSecret, "PROPCTL_NOTIFY_URL": webhookURL})
		s.run("activate", "prp_1001@8", notify)
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(webhookSecret, "whsec_"))
		if err != nil {
			t.Fatal(err)
		}
		signatures := map[string]bool{}
		for _, one := range to.all() {
			id, at := one.header.Get("webhook-id"), one.header.Get("webhook-timestamp")
			sum := hmac.New(sha256.New, key)
			sum.Write([]byte(id + "." + at + "." + string(one.body)))
			want := "v1," + base64.StdEncoding.EncodeToString(sum.Sum(nil))
			if got := one.header.Get("webhook-signature"); got != want || id != one.header.Get("X-Propctl-Delivery") || !regexp.MustCompile(`^msg_[0-9a-f]{32}$`).MatchString(id) {
				t.Errorf("id %q, signature %q, want %q", id, got, want)
			}
			if at != strconv.FormatInt(one.at.Unix(), 10) {
				t.Errorf("the time %s is not that of the attempt", at)
			}
			signatures[one.header.Get("webhook-signature")] = true
		}
		if len(signatures) != 2 {
			t.Errorf("%d signatures for two attempts", len(signatures))
		}
		delete(s.env, "PROPCTL_NOTIFY_SECRET")
		s.run("activate", "prp_1001@6", notify)
		if last := to.all()[2].header; last.Get("webhook-signature") != "" || last.Get("webhook-id") == "" {
			t.Errorf("without a secret the headers are %v", last)
		}
	})
}

func TestWrongNotificationSettingsAreMistakesWithoutTheirSecrets(t *testing.T) {
	tests := []struct{ url, secret, want string }{
		{url: "http://hooks.example.com/very-secret", want: "--notify-url: URL 1 of 1 begins with http"},
		{url: "https://you:very-secret@hooks.example.com/", want: "has a user or a password"},
		{url: "https://hooks.example.com/ok,ftp://hooks.example.com/very-secret", want: "URL 2 of 2 does not begin with https"},
		{url: "very-secret", want: "is not a URL"},
		{url: "https:///very-secret", want: "is not a URL"},
		{url: "https://hooks.example.com/very-secret\n", want: ""}, // a line end that a secret store has added
		{url: "https://hooks.example.com/very-secret%zz", want: "is not a URL"},
		{url: "https://hooks.example.com/very\x01-secret", want: "is not a URL"},
		{url: webhookURL, secret: "very-secret", want: "PROPCTL_NOTIFY_SECRET"},
		{url: webhookURL, secret: "whsec_dmVyeS1zZWNyZXQ=", want: "24 to 64 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, to := newReportingScene(t)
				s.set(map[string]string{"PROPCTL_NOTIFY_URL": tt.url, "PROPCTL_NOTIFY_SECRET": tt.secret})
				r := s.run("activate", "prp_1001@8", notify, "-o", "json")
				if wrong := tt.want != ""; wrong != (r.code == cmd.ExitUsage) || wrong != (s.sim.Count(simulator.OpAny) == 0) || wrong == (len(to.all()) > 0) {
					t.Errorf("exit code %d, %d requests, %d notifications", r.code, s.sim.Count(simulator.OpAny), len(to.all()))
				}
				if !strings.Contains(r.stderr, tt.want) || strings.Contains(r.stderr+r.stdout, "very-secret") || strings.Contains(r.stderr+r.stdout, "dmVye") {
					t.Errorf("stderr %s", r.stderr)
				}
			})
		})
	}
}

func TestLoopbackWebhooksMayBePlain(t *testing.T) {
	for _, host := range []string{"127.0.0.1:8080", "localhost", "[::1]:80"} {
		synctest.Test(t, func(t *testing.T) {
			s, to := newReportingScene(t)
			if r := s.run("cancel", "prp_1006", "--notify-url", "http://"+host+"/"); r.code != cmd.ExitOK || len(to.all()) != 1 {
				t.Errorf("%s: exit code %d\n%s", host, r.code, r.stderr)
			}
		})
	}
}

func TestURLsOfWebhooksAreShownNowhere(t *testing.T) {
	if shown, err := cmd.ShownValue("notify-url", webhookURL); err != nil || shown != "https://hooks.example.com/… https://hooks.example.com/…" {
		t.Errorf("as a setting it is shown as %s: %v", shown, err)
	}
	synctest.Test(t, func(t *testing.T) {
		s, to := newReportingScene(t)
		to.answer = statuses(500, 500, 500)
		path := s.write("out.json", "")
		r := s.run("activate", "prp_1001@8", notify, "--timeout", "30s", "--debug", "-o", "ndjson", "--output-file", path, "--notify-url", webhookURL)
		if strings.Contains(r.stdout+r.stderr, "very-secret") || !strings.Contains(r.stderr, "https://hooks.example.com/…") {
			t.Errorf("the URL is shown:\n%s%s", r.stdout, r.stderr)
		}
		want := `--notify-url "$PROPCTL_NOTIFY_URL"`
		if !strings.Contains(r.stderr, want) {
			t.Errorf("the command that picks it up would not notify:\n%s", r.stderr)
		}
		if r := s.run("status", "prp_1001", "--notify-url", `"`+webhookURL, "--timeout", "x"); strings.Contains(r.stderr, "very-secret") {
			t.Errorf("the URL is shown:\n%s", r.stderr)
		}
		for _, one := range to.all() {
			if strings.Contains(string(one.body), "very-secret") {
				t.Errorf("the URL is in the message: %s", one.body)
			}
		}
	})
}

// Those who receive messages have limits, which what PAPI says does not know.
func TestLargeNotificationsAreSentWithoutTheirLists(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, to := newReportingScene(t)
		var problem struct {
			Type, Title string
			Errors      []map[string]string
		}
		problem.Title = "Too much"
		for range 500 {
			problem.Errors = append(problem.Errors, map[string]string{"detail": strings.Repeat("x", 500)})
		}
		body, err := json.Marshal(problem)
		if err != nil {
			t.Fatal(err)
		}
		s.sim.Inject(simulator.Fault{Operation: simulator.OpSubmit, Status: 403, Body: strings.ReplaceAll(string(body), `"Errors"`, `"errors"`), Times: -1})
		r := s.run("activate", "prp_1001@8", notify, "-n", "staging,production", "--yes", "-o", "json", "--notify-url", webhookURL)
		if len(r.stdout) < 64<<10 || len(to.all()) != 1 {
			t.Fatalf("%d bytes are printed, %d messages sent", len(r.stdout), len(to.all()))
		}
		f := readFinished(t, to.all()[0].body)
		if n := len(to.all()[0].body); n > 16<<10 || f.Error.Code != r.document(t).Error.Code || f.Error.PAPI != nil || len(f.Results) != 1 {
			t.Errorf("%d bytes are sent, and the error is %+v", n, f.Error)
		}
	})
}

func TestSimulatedEndsAreNotifiedAsSuch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, to := newReportingScene(t)
		s.run("activate", "www.example.com", notify, "--simulate", "--notify-url", webhookURL, "--notify-url", "https://hooks.slack.com/services/T/B/x")
		for _, one := range to.all() {
			if one.url.Host == "hooks.slack.com" {
				if !strings.Contains(string(one.body), "This is a simulation") {
					t.Errorf("Slack is told %s", one.body)
				}
			} else if !readFinished(t, one.body).Simulated {
				t.Errorf("told %s", one.body)
			}
		}
		if len(to.all()) != 2 {
			t.Errorf("%d notifications, want 2", len(to.all()))
		}
	})
}
