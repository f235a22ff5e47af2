package cmd_test

import (
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/cmd"
)

const requestsPage = "../docs/requests.md"

// workflowRun is a run whose requests the page shows.
type workflowRun struct {
	title, note, args string
	before            string // a run that comes first; empty for none
}

func workflowRuns() []workflowRun {
	const notified = " --notify you@example.com"
	return []workflowRun{
		{title: "activate", args: "activate prp_1001@8" + notified},
		{title: "activate, by name and the latest version", note: "On a terminal, production is asked about: the list, two rule trees and two lists of hostnames are read for the question to say what changes. A name costs a search, a hostname two, and a version that is not a number may cost one request.", args: "activate www.example.com" + notified},
		{title: "activate, a version that is active", args: "activate prp_1001@7" + notified},
		{title: "activate, promoting from staging", note: "The version that is active on staging comes from the list.", args: "activate prp_1001@staging -n production" + notified},
		{title: "activate --warnings fail", note: "The rule tree is read before each submission.", args: "activate prp_1002@4 --warnings fail" + notified},
		{title: "activate --dry-run", note: "The second list, the rule tree and the hostnames are for people to read; what cannot be read is left out.", args: "activate prp_1001@8 --dry-run" + notified},
		{title: "activate -n staging,production", args: "activate prp_1001@8 -n staging,production --yes" + notified},
		{title: "deactivate", note: "On a terminal the list is read once more, for the question to name the version.", args: "deactivate prp_1001 -n staging --yes" + notified},
		{title: "deactivate, where nothing is active", args: "deactivate prp_1008 -n staging --yes" + notified},
		{title: "rollback", note: "On a terminal, production is asked about, and the list is read twice more, for the question to say what it is about.", before: "activate prp_1001@8" + notified, args: "rollback prp_1001 -n staging" + notified},
		{title: "rollback --cancel-pending", args: "rollback prp_1006 -n staging --cancel-pending" + notified},
		{title: "wait", note: "Of several, each is looked at as if it were the only one, within the pace of the account.", args: "wait prp_1006"},
		{title: "wait, for a change of a hostname bucket", note: "The id does not tell what it is of: what is no activation is looked for among the changes.", before: "hostnames add prp_1010 a.example.com=ehn_3001 -n staging --no-wait" + notified, args: "wait atv_5038 --property prp_1010"},
		{title: "wait, with nothing under way", note: "What is under way may also be a change of a hostname bucket.", args: "wait prp_1001"},
		{title: "cancel", note: "On a terminal, production is asked about; that takes no request more.", args: "cancel prp_1006"},
		{title: "list", note: "With --contract and --group it is one request as well; with one of the two, one for each group and one to know them.", args: "list"},
		{title: "status", args: "status prp_1001"},
		{title: "status --watch", note: "What is on its way is followed as wait does it, and looked at once more when it has ended.", args: "status prp_1006 --watch"},
		{title: "pending", args: "pending prp_1001"},
		{title: "pending, of a hostname bucket", args: "pending prp_1010"},
		{title: "history", args: "history prp_1001"},
		{title: "diff", note: "Two rule trees and two lists of hostnames; a version that is not a number costs one request.", args: "diff prp_1001 7 8"},
		{title: "diff, from what is active on production to the latest version", args: "diff prp_1001"},
		{title: "includes diff", args: "includes diff inc_2001 1 2"},
		{title: "validate", note: "The list tells what is active; its rule tree is read to see what is new.", args: "validate prp_1001@8"},
		{title: "budget", args: "budget"},
		{title: "doctor", note: "The grants are asked of the gateway in front of PAPI; where it does not tell them, that check is skipped.", args: "doctor"},
		{title: "hostnames list", args: "hostnames list prp_1001@8"},
		{title: "hostnames add", note: "The hostnames are read back after the edit, and an activation follows only with -n.", args: "hostnames add prp_1001 a.example.com=www.example.com.edgekey.net -n staging" + notified},
		{title: "hostnames add, without a network", args: "hostnames add prp_1001 a.example.com=www.example.com.edgekey.net"},
		{title: "hostnames add, to a hostname bucket", args: "hostnames add prp_1010 a.example.com=ehn_3001 -n staging" + notified},
		{title: "hostnames remove", args: "hostnames remove prp_1003 shop.example.com -n staging" + notified},
		{title: "includes activate", note: "PAPI does not show a new activation of an include until it has validated the properties that use it.", args: "includes activate inc_2001@3" + notified},
		{title: "includes deactivate", args: "includes deactivate inc_2001 -n staging --yes" + notified},
		{title: "includes status", args: "includes status inc_2001"},
		{title: "the completion of a name", note: "The names are kept for a minute.", args: "__complete status w"},
		{title: "the completion of the name of an include", args: "__complete includes status s"},
	}
}

// rolloutRequests is the formula that the tests and the benchmark of activation/rollout hold a rollout to.
const rolloutRequests = `
## A rollout

A rollout takes

` + "```" + `text
items × 2 + 10 × waves × networks + groups × (1 + rounds + waves × networks) + asked
` + "```" + `

requests, and with bulk submissions

` + "```" + `text
items + 10 × waves × networks + parts × (1 + looks) + groups × (1 + rounds + waves × networks) + asked
` + "```" + `

- *items* are the properties on each network that do not show their version in the list of their group. Each has its own list
  read right before its submission. Up to 10 of a wave on a network are looked at before, for what an earlier run has left; of
  those that do show their version, three.
- *groups* are listed once before the first submission, unless there are more of them than a third of the items; for a plan that was
  written before, always, but where its only wave has up to 10 items: what they show that is neither what was active then nor the
  version is looked at. Those of what is on its way are listed in *rounds* then: when half of it is expected, every three minutes
  at least and every minute at most. Where items wait for a place, it is when 5 % are expected. Before the next wave begins, they
  are listed once more when what is active was last seen a minute ago or longer; where there are fewer items than groups, those
  are looked at.
- *asked* are items that are asked themselves: in a round up to 10 that are young, and up to 3 that are overdue, or 20 once
  everything is submitted; the last 10 of a wave that is watched; and each that fails, once. In a wave of up to 10 each item is
  asked at the times at which ` + "`activate`" + ` looks, and no group is listed.
- *parts* are bulk requests, of 60 items with answers that take 0.3 s. The *looks* at one are after 5 s, 15 s more, 25 s more,
  and so on up to a minute, until it is complete: 3 where PAPI submits an item a second.
- A return takes 3 an item. An item that something is in the way of takes one look more each time that it is tried again.
`

// templates name the parts of a path.
func templates() []struct {
	id   *regexp.Regexp
	name string
} {
	type template = struct {
		id   *regexp.Regexp
		name string
	}
	return []template{
		{regexp.MustCompile(`/properties/[^/]+`), "/properties/{propertyId}"},
		{regexp.MustCompile(`/includes/[^/]+`), "/includes/{includeId}"},
		{regexp.MustCompile(`/versions/[0-9]+`), "/versions/{version}"},
		{regexp.MustCompile(`/hostname-activations/[^/]+`), "/hostname-activations/{activationId}"},
		{regexp.MustCompile(`/activations/[^/]+`), "/activations/{activationId}"},
	}
}

// requests runs it and returns what was asked of PAPI, in order; the same again
// and again comes once. Which headers went with what is noted in sent.
func (w workflowRun) requests(t *testing.T, sent headersSent) []string {
	t.Helper()
	s := newScene(t)
	if w.before != "" {
		if r := s.run(strings.Fields(w.before)...); r.code != cmd.ExitOK {
			t.Fatalf("%s: %s", w.before, r.stderr)
		}
	}
	before := len(s.sim.Requests())
	if r := s.run(strings.Fields(w.args)...); r.code != cmd.ExitOK {
		t.Fatalf("%s: exit code %d\n%s", w.args, r.code, r.stderr)
	}
	const repeated = ", again until it has ended"
	var lines []string
	for _, req := range s.sim.Requests()[before:] {
		path, _, _ := strings.Cut(req.Path, "?")
		for _, part := range templates() {
			path = part.id.ReplaceAllString(path, part.name)
		}
		line := fmt.Sprintf("`%s %s`", req.Method, path)
		sent.note(line, req.Header)
		switch n := len(lines) - 1; {
		case n < 0 || strings.TrimSuffix(lines[n], repeated) != line:
			lines = append(lines, line)
		case lines[n] == line && strings.HasSuffix(path, "/{activationId}"):
			lines[n] += repeated
		case lines[n] == line:
			lines = append(lines, line)
		}
	}
	return lines
}

// What a workflow asks of PAPI is written down where users can read it; when it
// changes, so does the page, and somebody sees it.
func TestWorkflowsMakeTheRequestsOfThePage(t *testing.T) {
	var b strings.Builder
	b.WriteString("<!-- Written by go test ./cmd -run TestWorkflows -update: change cmd/requests_doc_test.go instead. -->\n\n# Requests\n\n" +
		"What each workflow asks of PAPI when nothing goes wrong, in order. Reads are repeated after an error that passes; a\n" +
		"submission is not, unless a look has shown that nothing came of it. Paths are below `/papi/v1`.\n")
	sent := headersSent{}
	for _, w := range workflowRuns() {
		var lines []string
		synctest.Test(t, func(t *testing.T) { lines = w.requests(t, sent) })
		fmt.Fprintf(&b, "\n## %s\n\n```\npropctl %s\n```\n\n", w.title, w.args)
		for i, line := range lines {
			fmt.Fprintf(&b, "%d. %s\n", i+1, strings.Replace(line, " /papi/v1", " ", 1))
		}
		if w.note != "" {
			fmt.Fprintf(&b, "\n%s\n", w.note)
		}
	}
	b.WriteString(rolloutRequests)
	sent.markdown(&b)
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(requestsPage, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(requestsPage)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b.String(), strings.ReplaceAll(string(have), "\r\n", "\n")); diff != "" {
		t.Errorf("docs/requests.md is stale; go test ./cmd -run TestWorkflows -update writes it (-want +have):\n%s", diff)
	}
}

func TestEveryCommandThatAsksPAPIIsOnThePageOfRequests(t *testing.T) {
	var shown strings.Builder
	for _, w := range workflowRuns() {
		shown.WriteString("\n" + strings.TrimPrefix(w.args, "includes ") + " ")
	}
	// Those of a rollout are counted by a formula, and the others ask nothing.
	others := strings.Fields("rollout runner completion config coordinator explain help schema simulate version")
	for path := range cmd.FlagTypes() {
		verb := strings.TrimPrefix(path, "includes ")
		first, _, _ := strings.Cut(verb, " ")
		if !slices.Contains(others, first) && !strings.Contains(shown.String(), "\n"+verb+" ") {
			t.Errorf("%s is not on the page: give it a line in workflowRuns, or name it here if it asks PAPI nothing", path)
		}
	}
}

// headersSent has the names of the headers that went with each kind of request.
type headersSent map[string]map[string]bool

func (sent headersSent) note(line string, header http.Header) {
	if sent[line] == nil {
		sent[line] = map[string]bool{"Authorization": true} // which the simulator does not keep
	}
	for name := range header {
		sent[line][http.CanonicalHeaderKey(name)] = true
	}
}

// markdown is the table of what is sent at all.
func (sent headersSent) markdown(b *strings.Builder) {
	all := slices.Sorted(maps.Keys(sent))
	slices.SortStableFunc(all, func(x, y string) int { return strings.Compare(pathOf(x), pathOf(y)) })
	common := maps.Clone(sent[all[0]])
	for _, headers := range sent {
		maps.DeleteFunc(common, func(name string, _ bool) bool { return !headers[name] })
	}
	fmt.Fprintf(b, "\n## Methods and headers\n\nEvery request has the headers %s. It is sent again by the transport after an error that\n"+
		"passes only if it changes nothing; what changes something is sent once, and then looked at.\n\n"+
		"| request | changes something | more headers | sent again |\n|---|---|---|---|\n", names(common))
	for _, line := range all {
		more := maps.Clone(sent[line])
		maps.DeleteFunc(more, func(name string, _ bool) bool { return common[name] })
		changes, again := "yes", "no"
		if strings.HasPrefix(line, "`GET ") || strings.Contains(line, "/search/") {
			changes, again = "no", "yes"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", strings.Replace(line, " /papi/v1", " ", 1), changes, names(more), again)
	}
}

func pathOf(line string) string { _, path, _ := strings.Cut(line, " "); return path }

func names(headers map[string]bool) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		all = append(all, "`"+name+"`")
	}
	return strings.Join(all, ", ")
}
