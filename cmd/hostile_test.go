package cmd_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

// What a server that is broken, or not ours, can send. That nothing unsafe and
// no secret is printed is checked for every run of every test; see harmless_test.go.

// hostileText acts on terminals and on CI systems, unless it is made harmless.
const hostileText = "\x1b[2J\x1b]0;x\a\r\n::error file=x::y\n::set-output name=x::y\n##vso[task.x]y\n##[group]x\n##teamcity[x]\x00\x7f" +
	"\u009b31m\u0085\u202e\u2066\u200b\u2028\ufeff\U000e0041"

// meeting is a command line that makes a request of the operation.
func meeting() map[simulator.Operation][]string {
	return map[simulator.Operation][]string{ //nolint:exhaustive // those that the commands make
		simulator.OpSearch:    {"status", "www.example.com"},
		simulator.OpList:      {"pending", "prp_1001"},
		simulator.OpProperty:  {"status", "prp_1001"},
		simulator.OpLatest:    {"activate", "prp_1001", notify},
		simulator.OpBuild:     {"budget"},
		simulator.OpContracts: {"doctor"},
		simulator.OpGroups:    {"doctor"},
		simulator.OpRules:     {"activate", "prp_1001@8", notify, "--warnings", "fail"},
		simulator.OpSubmit:    {"activate", "prp_1001@8", notify, "--timeout", "2h"},
		simulator.OpPoll:      {"activate", "prp_1001@8", notify, "--timeout", "2h"},
		simulator.OpCancel:    {"cancel", "prp_1006"},
	}
}

// codeOfNonsense is what a run ends with when nobody can read any answer to the
// operation: an error, unless something goes on until time is up.
func codeOfNonsense(operation simulator.Operation) int {
	if operation == simulator.OpPoll {
		return cmd.ExitTimedOut
	}
	return cmd.ExitError
}

func statusOf(operation simulator.Operation) int {
	if operation == simulator.OpSubmit {
		return http.StatusCreated
	}
	return http.StatusOK
}

// ended checks how a run ended that could not do what it was to do.
func (r result) ended(t *testing.T, format string, code int) {
	t.Helper()
	d := r.readable(t, format)
	if r.code != code {
		t.Errorf("exit code %d, want %d\n%s%s", r.code, code, r.stdout, r.stderr)
	}
	if code == cmd.ExitOK {
		return
	}
	if !strings.Contains(r.stderr, "error: ") {
		t.Errorf("no error on stderr: %q", r.stderr)
	}
	if format != "text" && (d.Error == nil || d.Error.Message == "" || d.Error.Code == "internal") {
		t.Errorf("the error is %+v", d.Error)
	}
}

// readable checks that stdout is what the format promises, however a run ended,
// and returns the document.
func (r result) readable(t *testing.T, format string) document {
	t.Helper()
	switch format {
	case "json":
		return r.document(t)
	case "ndjson":
		lines := strings.Split(strings.TrimSpace(r.stdout), "\n")
		for _, line := range lines {
			if !json.Valid([]byte(line)) {
				t.Errorf("not JSON: %s", line)
			}
		}
		d := readDocument(t, lines[len(lines)-1])
		if d.Type != "result" || d.ExitCode != r.code {
			t.Errorf("exit code %d, and the last line is %+v", r.code, d)
		}
		return d
	}
	return document{}
}

var formats = []string{"text", "json", "ndjson"}

// formatsFor returns in which formats the n-th of several tests tries what it has.
func formatsFor(n int) []string { return inTurn(formats, n) }

// inTurn returns what the n-th of several tests tries of all that there is: all. With
// -short, as under the race detector, it is one in turn: what an answer says makes no
// race.
func inTurn[T any](all []T, n int) []T {
	if testing.Short() {
		return all[n%len(all):][:1]
	}
	return all
}

// operationsMet returns the operations of meeting, always in the same order.
func operationsMet() []simulator.Operation { return slices.Sorted(maps.Keys(meeting())) }

func TestNonsenseFromPAPIIsAnError(t *testing.T) {
	bodies := map[string]string{
		"cut off":                 `{"activations":{"items":[{"activationId":"atv_1"`,
		"no JSON":                 "<html>" + hostileText,
		"text":                    `"x"`,
		"list":                    `[]`,
		"number":                  `7`,
		"two documents":           `{}{}`,
		"not UTF-8":               "{\"activations\":{\"items\":[{\"status\":\"\xff\xfe\"}]} \xff",
		"bits":                    "\x00\x01\x02" + hostileText,
		"members of another type": `{"activations":[],"versions":7,"properties":"x","activationLink":{},"versionLink":[],"coreVersion":{},"rules":1,"errors":{}}`,
		"lists of another type":   `{"activations":{"items":{"x":1}},"versions":{"items":"x"},"properties":{"items":7},"activationLink":"","coreVersion":[]}`,
		"ids that are no ids": `{"activations":{"items":[{"activationId":7,"propertyId":["x"]}]},"versions":{"items":[{"propertyId":{}}]},` +
			`"properties":{"items":[{"propertyId":1.5}]},"activationLink":"/papi/v1/properties/../../x","versionLink":"../..","coreVersion":1}`,
	}
	n := 0
	for _, operation := range operationsMet() {
		args := meeting()[operation]
		for _, name := range slices.Sorted(maps.Keys(bodies)) {
			n++
			for _, format := range formatsFor(n) {
				body := bodies[name]
				t.Run(fmt.Sprintf("%s/%s/%s", operation, name, format), func(t *testing.T) {
					nonsense(t, operation, body, append(slices.Clone(args), "-o", format)).ended(t, format, codeOfNonsense(operation))
				})
			}
		}
	}
}

func TestTooMuchFromPAPIIsAnError(t *testing.T) {
	bodies := map[string]string{
		"large": `{"x":"` + strings.Repeat("x", 17<<20) + `"}`,
		"deep":  strings.Repeat(`{"x":[`, 100_000),
		"many":  `{"activations":{"items":[` + strings.Repeat(`{},`, 100_000) + `{}]}}`,
	}
	for i, name := range slices.Sorted(maps.Keys(bodies)) {
		for _, operation := range inTurn([]simulator.Operation{simulator.OpList, simulator.OpSubmit, simulator.OpLatest}, i) {
			body := bodies[name]
			t.Run(fmt.Sprintf("%s/%s", operation, name), func(t *testing.T) {
				args := append(meeting()[operation], "-o", "json", "--max-retries", "1")
				nonsense(t, operation, body, args).ended(t, "json", cmd.ExitError)
			})
		}
	}
}

// nonsense runs a command while every answer to an operation has the body.
func nonsense(t *testing.T, operation simulator.Operation, body string, args []string) result {
	t.Helper()
	var r result
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.sim.Inject(simulator.Fault{Operation: operation, Times: -1, Status: statusOf(operation), Body: body})
		r = s.run(args...)
	})
	return r
}

func TestHostileProblemsAreToldHarmlessly(t *testing.T) {
	hostile := asJSON(t, hostileText)
	problem := `{"type":` + hostile + `,"title":` + hostile + `,"detail":` + hostile + `,"instance":` + hostile + `,"limitKey":"",` +
		`"errors":[{"detail":` + hostile + `,"errorLocation":` + hostile + `}],"warnings":[{"title":` + hostile + `,"messageId":` + hostile + `}]}`
	n := 0
	for _, operation := range operationsMet() {
		args := meeting()[operation]
		for _, status := range []int{400, 401, 403, 404, 409, 412, 422, 429, 500, 302, 418} {
			for _, body := range inTurn([]string{problem, hostileText}, n) {
				n++
				t.Run(fmt.Sprintf("%s/%d", operation, status), func(t *testing.T) {
					for _, format := range formatsFor(n) {
						synctest.Test(t, func(t *testing.T) {
							s := newScene(t)
							s.sim.Inject(simulator.Fault{Operation: operation, Times: -1, Status: status, Body: body, Header: http.Header{
								"Location": {"https://evil.example.com/\u202e::error::"}, "Retry-After": {"::error::"}, "Etag": {"\"::x\""}, "X-Ratelimit-Next": {"::"},
							}})
							r := s.run(append(slices.Clone(args), "-o", format, "--debug", "--timeout", "10m")...)
							want := max(r.code, cmd.ExitError)
							if operation == simulator.OpPoll && status == http.StatusNotFound {
								want = cmd.ExitOK // the list shows what its id does not
							}
							r.ended(t, format, want)
						})
					}
				})
			}
		}
	}
}

// Every text in every answer is hostile, one kind of member at a time; the
// answers stay as they are otherwise, so that runs get as far as they can.
func TestHostileMembersArePrintedHarmlessly(t *testing.T) {
	members := []string{
		"accountId", "contractId", "groupId", "propertyId", "propertyName", "note", "status", "fmaActivationState", "activationType", "network",
		"submitDate", "updateDate", "activationId", "notifyEmails", "fastFallbackRecoveryState", "type", "title", "detail", "instance",
		"errorLocation", "messageId", "productionStatus", "stagingStatus", "updatedByUser", "etag", "coreVersion", "activationLink", "versionLink",
		"accountName", "scope",
	}
	var lines [][]string
	for _, operation := range operationsMet() {
		lines = append(lines, meeting()[operation])
	}
	lines = append(lines, []string{"status", "prp_1006", "prp_1007"}, []string{"wait", "prp_1006"}, []string{"pending", "busy.example.com"},
		[]string{"activate", "busy.example.com@1", notify, "--if-pending", "fail"}, []string{"activate", "failing.example.com@3", notify},
		[]string{"activate", "broken.example.com", notify}, []string{"activate", "www.example.com@8", notify, "--dry-run"})
	for i, member := range members {
		t.Run(member, func(t *testing.T) {
			for j, args := range lines {
				if testing.Short() && (i+j)%len(formats) != 0 {
					continue // as in turn: each line meets a third of the members
				}
				synctest.Test(t, func(t *testing.T) {
					s := newScene(t)
					s.transport = &poisoner{next: s.sim.Transport(), member: member}
					s.terminal, s.stdin = true, strings.NewReader("y\n")
					for _, format := range formatsFor(i + j/len(formats)) {
						s.run(append(slices.Clone(args), "-o", format, "-v", "--timeout", "10m")...).readable(t, format)
					}
				})
			}
		})
	}
}

// poisoner makes a member of every answer hostile.
type poisoner struct {
	next   http.RoundTripper
	member string
	value  any // nil: hostileText
}

// RoundTrip implements http.RoundTripper.
func (p *poisoner) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := p.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	var doc any
	if json.Unmarshal(body, &doc) == nil {
		if body, err = json.Marshal(p.poisoned(doc)); err != nil {
			return nil, err
		}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

func (p *poisoner) poisoned(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			switch {
			case name != p.member:
				v[name] = p.poisoned(member)
			case p.value != nil:
				v[name] = p.value
			default:
				v[name] = hostileText
			}
		}
	case []any:
		for i := range v {
			v[i] = p.poisoned(v[i])
		}
	}
	return v
}

func TestQuestionOnTheTerminalIsHarmless(t *testing.T) {
	for _, member := range []string{"propertyName", "propertyId", "accountId"} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			s.transport = &poisoner{next: s.sim.Transport(), member: member}
			s.terminal, s.stdin = true, strings.NewReader("n\n")
			if r := s.run("activate", "www.example.com@8", "-n", "production", notify); !strings.Contains(r.stderr, "[y/N]") {
				t.Errorf("nothing was asked: %s", r.stderr)
			}
		})
	}
}

// An id that is a path must not lead a request somewhere else.
func TestIDsThatArePathsLeadNowhere(t *testing.T) {
	ids := []string{"../../identity", "a/b", "..", "atv_1?x=1", "atv_1#x", "%2e%2e%2f", "/papi/v1/properties/prp_1/activations/../../x"}
	for i, member := range []string{"activationId", "propertyId", "contractId", "groupId", "activationLink", "versionLink"} {
		for j, operation := range operationsMet() {
			args := meeting()[operation]
			for _, id := range inTurn(ids, i+j) {
				synctest.Test(t, func(t *testing.T) {
					s := newScene(t)
					s.transport = &poisoner{next: s.sim.Transport(), member: member, value: id}
					s.run(append(slices.Clone(args), "-o", "json", "--timeout", "10m")...).readable(t, "json")
					for _, r := range s.sim.Requests() {
						if r.Operation == "" {
							t.Errorf("%s %q: %s %s", member, id, r.Method, r.Path)
						}
					}
				})
			}
		}
	}
}

func TestDatesOutOfRangeAreNoDates(t *testing.T) {
	for i, member := range []string{"submitDate", "updateDate", "steadyStateTime", "fastFallbackExpirationTime", "updatedDate"} {
		values := []any{"0000-00-00T00:00:00Z", "9999-12-31T23:59:59Z", "-1", "", 1e300, -1e300, 0.1, "1e99", []any{}, "2026-13-45T99:99:99Z"}
		for _, value := range inTurn(values, i) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				s.transport = &poisoner{next: s.sim.Transport(), member: member, value: value}
				for _, args := range [][]string{
					{"status", "prp_1006", "prp_1001"}, {"pending", "prp_1006"}, {"activate", "prp_1001@8", notify}, {"wait", "prp_1006"},
				} {
					r := s.run(append(args, "-o", "json")...)
					r.readable(t, "json")
					if r.code != cmd.ExitOK && r.code != cmd.ExitBusy || strings.Contains(r.stdout+r.stderr, "-2562047h") || strings.Contains(r.stdout, `"9999`) {
						t.Errorf("%s %v, %s: exit code %d\n%s%s", member, value, args, r.code, r.stdout, r.stderr)
					}
				}
			})
		}
	}
}

// What PAPI invents next year is neither a success nor a reason to submit.
func TestValuesThatPAPIInventsAreInProgress(t *testing.T) {
	for _, tt := range []struct {
		member string
		args   []string
		code   int
	}{
		{"status", []string{"activate", "prp_1006@1", notify, "--if-pending", "fail"}, cmd.ExitBusy},
		{"status", []string{"activate", "prp_1006@1", notify}, cmd.ExitBusy},
		{"status", []string{"wait", "prp_1006"}, cmd.ExitTimedOut},
		{"status", []string{"pending", "prp_1006"}, cmd.ExitBusy},
		{"activationType", []string{"pending", "prp_1006", "-n", "staging"}, cmd.ExitBusy},
		{"fmaActivationState", []string{"wait", "prp_1006"}, cmd.ExitOK},
		{"fmaActivationState", []string{"wait", "prp_1006", "--until", "steady"}, cmd.ExitTimedOut},
		{"network", []string{"status", "prp_1006"}, cmd.ExitOK},
	} {
		t.Run(tt.member+" "+strings.Join(tt.args, " "), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				s.transport = &poisoner{next: s.sim.Transport(), member: tt.member, value: "QUANTUM"}
				r := s.run(append(tt.args, "-o", "json", "--timeout", "20m")...)
				if r.readable(t, "json"); r.code != tt.code || s.sim.Count(simulator.OpSubmit) > 0 {
					t.Errorf("exit code %d, want %d; %d submissions\n%s", r.code, tt.code, s.sim.Count(simulator.OpSubmit), r.stderr)
				}
			})
		})
	}
}

func TestALongHistoryKeepsNothingFromEnding(t *testing.T) {
	many := 10_000
	if testing.Short() {
		many /= 10
	}
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		for i := range many {
			s.sim.AddActivation("prp_1002", simulator.Activation{
				Network: simulator.Staging, Version: 1 + i%3, Status: simulator.StatusInactive, Submitted: time.Now().Add(-time.Duration(i) * time.Hour),
			})
		}
		for _, args := range [][]string{
			{"status", "api.example.com"},
			{"pending", "api.example.com"},
			{"activate", "api.example.com@4", notify},
		} {
			for _, format := range formats {
				r := s.run(append(args, "-o", format)...)
				r.ended(t, format, cmd.ExitOK)
			}
		}
	})
}
