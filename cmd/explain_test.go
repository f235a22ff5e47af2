package cmd_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/propctl/propctl/cmd"
)

func TestExplainFindsTheRow(t *testing.T) {
	tests := []struct {
		name, arg, stdin, want string
	}{
		{name: "code", arg: "budget-exhausted", want: "budget-exhausted"},
		{name: "code in capitals", arg: "BUSY", want: "busy"},
		{name: "own code", arg: "timed-out", want: "timed-out"},
		{name: "type", arg: "https://problems.example.com/papi/v0/activation-warnings-not-acknowledged", want: "warnings-unacknowledged"},
		{name: "end of a type", arg: "resource-busy", want: "busy"},
		{name: "a type that begins like another", arg: "property-version/already-activated", want: "version-locked"},
		{name: "and that other one", arg: "activation/already-activated", want: "already-activated"},
		{name: "a type that is only in errors[]", arg: "x/unauthorized_third_party_cert_for_hostname", want: "certificate-not-visible-yet"},
		{name: "signature", arg: "/-/pep-authn/deny", want: "unauthorized"},
		{name: "clock", arg: "/-/pep-authn/request-error", want: "clock-skew"},
		{name: "nothing to cancel", arg: "activation-cancellation/not-found", want: "not-found"},
		{name: "cancellation", arg: "activation-cancellation/unprocessable-status", want: "cancel-too-late"},
		{name: "budget", arg: "papi/v1/rate-limit-exceeded.activations", want: "budget-exhausted"},
		{name: "rate", arg: "papi/v1/rate-limit-exceeded", want: "rate-limited"},
		{name: "resource", arg: "papi/v1/limit-exceeded.default-certs-per-contract", want: "resource-limit"},

		{name: "document", stdin: `{"type":"https://problems.example.com/papi/v1/resource-busy","status":409}`, want: "busy"},
		{name: "document, asked for", arg: "-", stdin: `{"type":"a/arlfile.exists","status":409}`, want: "arl-conflict"},
		{name: "document without a status", stdin: `{"type":"activation/bad-notifyemails"}`, want: "bad-notify-emails"},
		{name: "document as other tools print it", stdin: `{"type":"x","statusCode":404}`, want: "not-found"},
		{name: "unknown type", stdin: `{"type":"next-year","status":422}`, want: "refused"},
		{name: "limit key", stdin: `{"status":429,"limitKey":"INCLUDES_PER_CONTRACT"}`, want: "resource-limit"},
		{name: "errors", stdin: `{"type":"activation/errors","status":400,"errors":[{"type":"x/unauthorized_third_party_cert_for_hostname"}]}`, want: "certificate-not-visible-yet"},
		{name: "a date in a text that names its type", stdin: `{"type":"activation/cachewipe-error-possible","detail":"after 2026-01-02T03:04:05Z"}`, want: "cachewipe-error-possible"},
		{name: "plain text", stdin: "the limit for your account. Please try after 2026-01-02T03:04:05.678Z", want: "rate-limited"},
		{name: "page", stdin: "<html>Denied by IPBLOCK-BURST4-54013</html>", want: "rate-limited"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScene(t)
			s.env, s.transport, s.stdin, s.terminal = nil, refusing{t}, strings.NewReader(tt.stdin), tt.stdin == ""
			args := []string{"explain"}
			if tt.arg != "" {
				args = append(args, tt.arg)
			}
			r := s.run(args...)
			if code, _, _ := strings.Cut(r.stdout, ":"); r.code != cmd.ExitOK || code != tt.want {
				t.Errorf("exit code %d, row %s, want %s\n%s", r.code, code, tt.want, r.stderr)
			}
		})
	}
}

func TestExplainShowsAllOfARow(t *testing.T) {
	r := newScene(t).run("explain", "rate-limited")
	for _, want := range []string{
		"RemoteSystemError", "exit code 8", "meaning: ", "what to do: ", "at-time: ",
		"    status 503, the text says when to come again\n", `    status 400, "IPBLOCK-BURST" in the text` + "\n", "    status 429\n",
	} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("no %q in:\n%s", want, r.stdout)
		}
	}
}

func TestExplainListsAllWithoutACode(t *testing.T) {
	for _, terminal := range []bool{true, false} {
		s := newScene(t)
		s.terminal, s.stdin = terminal, strings.NewReader(" \n")
		r := s.run("explain")
		if lines := strings.Count(r.stdout, "\n"); r.code != cmd.ExitOK || lines != len(explainAll(t))+1 || !strings.Contains(r.stdout, "budget-exhausted") {
			t.Errorf("terminal %t: exit code %d, %d lines\n%s", terminal, r.code, lines, r.stderr)
		}
	}
}

func TestExplainRefusesWhatItDoesNotKnow(t *testing.T) {
	tests := []struct {
		name, arg, stdin, want string
	}{
		{name: "typing mistake", arg: "buget-exhausted", want: "did you mean budget-exhausted?"},
		{name: "part of a code", arg: "grant", want: "did you mean grant-missing?"},
		{name: "status", arg: "409", want: "did you mean busy or arl-conflict?"},
		{name: "nothing like any", arg: "what-is-this", want: "propctl explain lists all"},
		{name: "empty", arg: "", want: "propctl explain lists all"},
		{name: "text that says nothing", arg: "-", stdin: "hello", want: "no error of PAPI's"},
		{name: "a success", arg: "-", stdin: `{"status":200}`, want: "no error of PAPI's"},
		{name: "nothing", arg: "-", want: "no error of PAPI's"},
		{name: "a flood", arg: "-", stdin: strings.Repeat("x", 2<<20), want: "longer than 1 MiB"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScene(t)
			s.stdin = strings.NewReader(tt.stdin)
			r := s.run("explain", tt.arg, "-o", "json")
			if d := r.document(t); r.code != cmd.ExitUsage || d.Error.Code != "usage" || !strings.Contains(d.Error.Message, tt.want) {
				t.Errorf("exit code %d, error %+v, want %q", r.code, d.Error, tt.want)
			}
		})
	}
}

func TestExplainCanBeInterruptedWhileItReads(t *testing.T) {
	s := newScene(t)
	reader, writer := io.Pipe()
	defer writer.Close()
	s.stdin = reader
	ctx, interrupt := context.WithCancelCause(t.Context())
	time.AfterFunc(10*time.Millisecond, func() { interrupt(cmd.ErrInterrupted) })
	if r := s.runWithin(ctx, "explain", "-"); r.code != cmd.ExitInterrupted {
		t.Errorf("exit code %d\n%s", r.code, r.stderr)
	}
}
