//go:build unix

package coordinator_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/propctl/propctl/papi/simulator"
)

// TestNoSecretIsInAnyMessage reads all that is sent to the server, and all that it keeps,
// while a property is activated and a rollout is handed in and carried out.
func TestNoSecretIsInAnyMessage(t *testing.T) {
	t.Parallel()
	const properties = 4
	a := newAccount(t, simulator.Options{Properties: quick(properties)})
	plan := a.plan(manifestOf(chaos{properties: properties - 1, waves: "waves: [{name: all}]"}))
	s := serve(t, fmt.Sprintf("authorization { user: propctl, password: %q }", password))
	at := strings.Replace(s.url(), "nats://", "nats://propctl:"+password+"@", 1)
	seen := listen(t, at)
	hooks := httptest.NewTLSServer(http.NotFoundHandler())
	defer hooks.Close()
	env := []string{
		"PROPCTL_COORDINATOR=" + at, "GITLAB_CI=true", "CI_JOB_URL=https://user:t0ken-of-job@ci.example.com/jobs/1?private_token=t0ken-in-query",
		"CI_JOB_TOKEN=t0ken-of-ci", "PROPCTL_NOTIFY_URL=" + hooks.URL + "/t0ken-of-hook", "PROPCTL_NOTIFY_SECRET=whsec_" + strings.Repeat("c2VjcmV0", 4),
		"OTEL_EXPORTER_OTLP_HEADERS=authorization=t0ken-of-traces",
	}
	r := a.start("desk", env, "activate", "prp_100004@3", "--notify", "somebody@example.com", "--note", "n0te of mine")
	if outcome, code, exit := r.result(t); outcome != "active" || exit != 0 {
		t.Errorf("%s, %s, exit code %d\n%s", outcome, code, exit, &r.stderr)
	}
	if text := seen(); strings.Contains(text, "somebody@") || strings.Contains(text, "n0te") {
		t.Errorf("a note or an address was sent: %s", text)
	}
	if outcome, code, _ := a.start("desk", env, "rollout", "apply", plan, "--detach", "--yes").result(t); outcome != "handed-in" {
		t.Fatal(outcome, code)
	}
	worker := a.start("runner", env, "runner", "--once")
	if outcome, code, exit := worker.result(t); outcome != "ok" || exit != 0 {
		t.Errorf("%s, %s, exit code %d\n%s", outcome, code, exit, &worker.stderr)
	}
	all := seen() + newStranger(t, at).kept()
	for _, what := range []string{
		"$KV.propctl.turn.A-SIM1.prp_100004.STAGING", "$KV.propctl.rollout.A-SIM1.chaos", "propctl.work.A-SIM1.prp_100001.STAGING", "propctl.told.",
		"$KV.propctl.pace.act_A-SIM1", `"propertyName":"p00001.example.com"`, "https://ci.example.com/jobs/1", `"kind":"propctl-rollout-plan"`, "$JS.API.",
	} {
		if !strings.Contains(all, what) {
			t.Errorf("%q was not read: not all was", what)
		}
	}
	for name, secret := range a.secrets() {
		if strings.Contains(all, secret) {
			t.Errorf("the %s is in a message", name)
		}
		for _, r := range []*run{r, worker} {
			if strings.Contains(r.stderr.String()+r.stdout.String(), secret) {
				t.Errorf("the %s was printed:\n%s", name, &r.stderr)
			}
		}
	}
}

// secrets are what nobody is to be told.
func (a *account) secrets() map[string]string {
	a.t.Helper()
	k := a.sim.Credentials()
	text, err := os.ReadFile(filepath.Join(a.on("desk").folder, ".edgerc"))
	if err != nil || !strings.Contains(string(text), k.ClientSecret) {
		a.t.Fatalf("the credentials are others: %s, %v", text, err)
	}
	return map[string]string{
		"password of NATS": password, "client token": k.ClientToken, "client secret": k.ClientSecret, "access token": k.AccessToken,
		"token in a variable or a URL": "t0ken", "secret of webhooks": "c2VjcmV0",
	}
}

// kept is all that the server keeps: subjects, headers and messages, with plans unpacked.
func (s *stranger) kept() string {
	s.t.Helper()
	var all strings.Builder
	streams := s.js.ListStreams(s.t.Context())
	for info := range streams.Info() {
		stream, err := s.js.Stream(s.t.Context(), info.Config.Name)
		if err != nil {
			s.t.Fatal(err)
		}
		fmt.Fprintf(&all, "%s %s %v\n", info.Config.Name, info.Config.Description, info.Config.Metadata)
		for sequence := info.State.FirstSeq; sequence <= info.State.LastSeq; sequence++ {
			m, err := stream.GetMsg(s.t.Context(), sequence)
			if err != nil {
				continue // it was replaced
			}
			data := m.Data
			if strings.HasPrefix(m.Subject, "$KV.propctl.plan.") {
				data = unpack(s.t, data)
			}
			fmt.Fprintf(&all, "%s %v %s\n", m.Subject, m.Header, data)
		}
		for about := range stream.ListConsumers(s.t.Context()).Info() {
			fmt.Fprintf(&all, "%+v\n", about)
		}
	}
	if err := streams.Err(); err != nil {
		s.t.Fatal(err)
	}
	return all.String()
}
