package cmd_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/propctl/propctl/cmd"
)

const notificationsPage = "../docs/notifications.md"

// listener is a webhook on loopback. Other than a receiver, it is reached over a
// real connection.
type listener struct {
	*httptest.Server

	mu  sync.Mutex
	got []received
}

func newListener(t *testing.T, then http.HandlerFunc) *listener {
	t.Helper()
	l := &listener{}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		l.mu.Lock()
		l.got = append(l.got, received{url: r.URL, header: r.Header, body: body})
		l.mu.Unlock()
		then(w, r)
	}))
	t.Cleanup(l.Close)
	return l
}

func (l *listener) all() []received {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]received{}, l.got...)
}

// reported runs a command that is over at once, with real connections for its reports.
func reported(t *testing.T, env map[string]string, args ...string) (code int, stderr string) {
	t.Helper()
	var errors recorder
	env["HOME"] = t.TempDir()
	code = cmd.Run(t.Context(), cmd.Env{
		Stdout: io.Discard, Stderr: &errors,
		LookupEnv: func(name string) (string, bool) { value, ok := env[name]; return value, ok },
		Build:     cmd.Build{Version: "1.2.3"},
	}, append(args, "--simulate", "--speed", "1000", "--timeout", "24h"))
	return code, errors.String()
}

func TestReportsGoOverRealConnections(t *testing.T) {
	taken := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }
	hook, spans := newListener(t, taken), newListener(t, taken)
	code, stderr := reported(t, map[string]string{"PROPCTL_NOTIFY_URL": hook.URL + "/hook?x=y", "OTEL_EXPORTER_OTLP_ENDPOINT": spans.URL},
		"activate", "nowhere.example.com", notify)
	if code != cmd.ExitError || len(hook.all()) != 1 || len(spans.all()) != 1 || strings.Contains(stderr, "warning") {
		t.Fatalf("exit code %d, %d notifications, %d traces\n%s", code, len(hook.all()), len(spans.all()), stderr)
	}
	one := hook.all()[0]
	f := readFinished(t, one.body)
	if one.url.String() != "/hook?x=y" || f.Outcome != "error" || f.Error.Code != "not-found" || !f.Simulated {
		t.Errorf("%s received %s", one.url, one.body)
	}
	if got := spans.all()[0]; got.url.Path != "/v1/traces" || readTrace(t, got.body).spans[0].Status.Code != 2 {
		t.Errorf("%s received %s", got.url, got.body)
	}
}

func TestRedirectsOfWebhooksAreNotFollowed(t *testing.T) {
	elsewhere := newListener(t, func(http.ResponseWriter, *http.Request) {})
	hook := newListener(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	})
	code, stderr := reported(t, map[string]string{}, "activate", "nowhere.example.com", notify, "--notify-url", hook.URL)
	if code != cmd.ExitError || len(hook.all()) != 1 || len(elsewhere.all()) != 0 || !strings.Contains(stderr, "redirects are not followed") {
		t.Errorf("exit code %d, %d and %d notifications\n%s", code, len(hook.all()), len(elsewhere.all()), stderr)
	}
}

func TestLongAnswersOfWebhooksAreNotReadToTheirEnd(t *testing.T) {
	hook := newListener(t, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil { // without end
			if _, err := w.Write(bytes.Repeat([]byte("x"), 1<<10)); err != nil {
				return
			}
		}
	})
	if code, stderr := reported(t, map[string]string{}, "activate", "nowhere.example.com", notify, "--notify-url", hook.URL); code != cmd.ExitError || strings.Contains(stderr, "warning") {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
}

// The script of the page verifies what was really sent, and nothing that was changed.
func TestSignatureIsVerifiedByTheScriptOfThePage(t *testing.T) {
	for _, tool := range []string{"sh", "openssl", "base64", "od"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	page, err := os.ReadFile(notificationsPage)
	if err != nil {
		t.Fatal(err)
	}
	script := regexp.MustCompile("(?s)```sh\n(# verify.*?)```").FindSubmatch(page)
	if script == nil {
		t.Fatal("the page has no script that begins with # verify")
	}
	hook := newListener(t, func(http.ResponseWriter, *http.Request) {})
	reported(t, map[string]string{"PROPCTL_NOTIFY_URL": hook.URL, "PROPCTL_NOTIFY_SECRET": webhookSecret}, "activate", "nowhere.example.com", notify)
	one := hook.all()[0]
	verify := func(body []byte) string {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, "body.json"), body, 0o600); err != nil {
			t.Fatal(err)
		}
		c := exec.CommandContext(t.Context(), "sh", "-c", string(script[1]))
		c.Dir = folder
		c.Env = append(os.Environ(), "PROPCTL_NOTIFY_SECRET="+webhookSecret, "WEBHOOK_ID="+one.header.Get("webhook-id"),
			"WEBHOOK_TIMESTAMP="+one.header.Get("webhook-timestamp"), "WEBHOOK_SIGNATURE="+one.header.Get("webhook-signature"))
		out, _ := c.CombinedOutput()
		return strings.TrimSpace(string(out))
	}
	if got := verify(one.body); got != "genuine" {
		t.Errorf("what was sent is %q", got)
	}
	if got := verify(append([]byte(" "), one.body...)); got != "forged" {
		t.Errorf("what was changed is %q", got)
	}
}
