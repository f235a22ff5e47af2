package cmd_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"unicode"
	"unicode/utf8"

	"github.com/propctl/propctl/papi/simulator"
)

// These checks are made of everything that any test here has the program print.

// checkHarmless fails when the output of a run can do more than be read: move
// the cursor, change the direction of a line, hide, or speak to a CI system other
// than the one that is expected.
func checkHarmless(t *testing.T, args []string, system string, r result, colourful bool) {
	t.Helper()
	spoken := commandsIn(t, system, r.stderr)
	for _, out := range []struct{ name, text string }{{"stdout", r.stdout}, {"stderr", spoken.rest}, {"stderr, in a command", spoken.said()}} {
		text := out.text
		if colourful {
			text = ownLink.ReplaceAllString(text, "")
			text = strings.NewReplacer("\x1b[0m", "", "\x1b[1m", "", "\x1b[31m", "", "\x1b[32m", "", "\x1b[33m", "").Replace(text)
		}
		if what := harm(text); what != "" {
			t.Errorf("propctl %q: %s on %s:\n%q", args, what, out.name, out.text)
		}
	}
}

var ownLink = regexp.MustCompile("\x1b]8;;(?:https://control\\.akamai\\.com/[!-~]*)?\x1b\\\\")

// harm says what is wrong with a text that is printed; empty for nothing.
func harm(text string) string {
	if !utf8.ValidString(text) {
		return "bytes that are not UTF-8"
	}
	for _, r := range text {
		if r >= ' ' && r <= '~' || r == '\n' {
			continue // nearly all of it
		}
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co) {
			return fmt.Sprintf("the rune %U", r)
		}
	}
	if !strings.Contains(text, "::") && !strings.Contains(text, "##") {
		return ""
	}
	if found := ciCommandSyntax.FindString(text); found != "" {
		return "the CI syntax " + found
	}
	return ""
}

// ciCommandSyntax is what makes a command of a line: for GitHub at its beginning, after blanks of any kind and only with a
// name that it knows; for the others anywhere.
var ciCommandSyntax = regexp.MustCompile(`(?im)^[\pZ\t]*::(?:set-output|save-state|set-env|add-path|add-mask|add-matcher|remove-matcher|` +
	`debug|warning|error|notice|group|endgroup|echo|stop-commands|internal-set-repo-path)(?: .*)?(?:::|$)|##(?:vso|teamcity)?\[`)

// eavesdropper is the way to PAPI. It remembers what was sent and must not be
// shown: the signatures and the headers that they are in.
type eavesdropper struct {
	next http.RoundTripper

	mu    sync.Mutex
	heard []string
}

// RoundTrip implements http.RoundTripper.
func (e *eavesdropper) RoundTrip(r *http.Request) (*http.Response, error) {
	authorization := r.Header.Get("Authorization")
	e.mu.Lock()
	e.heard = append(e.heard, authorization)
	for field := range strings.SplitSeq(authorization, ";") {
		if value, ok := strings.CutPrefix(strings.TrimSpace(field), "signature="); ok {
			e.heard = append(e.heard, value)
		}
	}
	e.mu.Unlock()
	return e.next.RoundTrip(r)
}

// check fails when the output of a run has a secret in it.
func (e *eavesdropper) check(t *testing.T, args []string, r result, files ...string) {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	secrets := append([]string{clientToken, clientSecret, accessToken, accountKey, url.QueryEscape(accountKey)}, e.heard...)
	all := r.stdout + r.stderr + strings.Join(files, "\n")
	for _, secret := range slices.DeleteFunc(secrets, func(s string) bool { return s == "" }) {
		if strings.Contains(all, secret) {
			t.Errorf("propctl %q prints the secret %s:\n%s", args, secret, all)
		}
	}
}

// Everything that a request has in it may come back in an answer, and be printed.
func TestSecretsThatComeBackAreNotPrinted(t *testing.T) {
	for _, verbosity := range []string{"-q", "", "-v", "--debug"} {
		for operation, args := range meeting() {
			for _, format := range formats {
				synctest.Test(t, func(t *testing.T) {
					s := newScene(t, func(o *simulator.Options) { o.Credentials.AccountKey = accountKey })
					s.set(map[string]string{"AKAMAI_EDGERC_ACCOUNT_KEY": accountKey})
					s.transport = echo{s.sim, operation}
					line := append(slices.Clone(args), "-o", format, "--timeout", "10m")
					if verbosity != "" {
						line = append(line, verbosity)
					}
					s.run(line...).readable(t, format)
				})
			}
		}
	}
}

// echo answers the requests of an operation with what is in them.
type echo struct {
	sim       *simulator.Simulator
	operation simulator.Operation
}

// RoundTrip implements http.RoundTripper.
func (e echo) RoundTrip(r *http.Request) (*http.Response, error) {
	before := e.sim.Count(e.operation)
	resp, err := e.sim.Transport().RoundTrip(r)
	if err != nil || e.sim.Count(e.operation) == before {
		return resp, err
	}
	said := fmt.Sprintf("%s %s %v %s %s %s %s", r.Method, r.URL, r.Header, clientToken, clientSecret, accessToken, accountKey)
	body, err := json.Marshal(map[string]any{"type": said, "title": said, "detail": said, "instance": said, "errors": []any{map[string]string{"detail": said}}})
	resp.StatusCode, resp.Body = http.StatusForbidden, io.NopCloser(bytes.NewReader(body))
	return resp, err
}
