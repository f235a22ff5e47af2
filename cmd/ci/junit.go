package ci

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// JUnit XML has no owner; what is written here is what Jenkins, GitLab, GitHub's
// and Azure's readers have in common.

// testCase is one result of a run: that of a network, or of the whole run where there is no network.
type testCase struct {
	name    string
	network papi.Network     // empty: not of a single one
	result  *result.Document // nil: not come to
	class   string           // empty: propctl
	why     string           // it was not come to; empty: the one before did not end well
}

// JUnit renders a run as a suite of tests: one for each network that was asked for,
// which has failed when the state that was asked for does not hold.
func JUnit(d *result.Document, rec *journal.Run) ([]byte, error) {
	suites := testSuites(d)
	var all []testCase
	for _, s := range suites {
		all = append(all, s.cases...)
	}
	w := &xmlWriter{}
	w.b.WriteString(xml.Header)
	w.open("testsuites", append([]string{"name", "propctl"}, counted(all, rec)...)...)
	for _, s := range suites {
		s.write(w, d, rec)
	}
	w.close("testsuites")
	return []byte(w.b.String()), nil
}

// testSuite is a run, or a wave of a rollout.
type testSuite struct {
	name  string
	cases []testCase
}

func testSuites(d *result.Document) []testSuite {
	if d.Rollout != nil {
		return rolloutSuites(d)
	}
	return []testSuite{{"propctl " + d.Command, testCases(d)}}
}

// counted are the attributes that count cases.
func counted(cases []testCase, rec *journal.Run) []string {
	var failures, errs, skipped int
	for _, c := range cases {
		switch c.verdict() {
		case "failure":
			failures++
		case "error":
			errs++
		case "skipped":
			skipped++
		}
	}
	return []string{
		"tests", strconv.Itoa(len(cases)), "failures", strconv.Itoa(failures), "errors", strconv.Itoa(errs), "skipped", strconv.Itoa(skipped),
		"time", secondsOf(time.Since(rec.Begun)),
	}
}

func (s testSuite) write(w *xmlWriter, d *result.Document, rec *journal.Run) {
	w.open("testsuite", append([]string{"name", s.name, "timestamp", rec.Begun.UTC().Format("2006-01-02T15:04:05")}, counted(s.cases, rec)...)...)
	w.open("properties")
	for _, f := range append([]fact{{"command", rec.CommandLine}, {"release", rec.Build.Version}}, factsOf(d)...) {
		if f.value != "" {
			w.leaf("property", "", "name", "propctl."+f.name, "value", f.value)
		}
	}
	w.close("properties")
	for _, c := range s.cases {
		c.write(w, rec)
	}
	w.close("testsuite")
}

func secondsOf(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

func testCases(d *result.Document) []testCase {
	var cases []testCase
	for _, s := range d.States() {
		if s.Error != nil {
			cases = append(cases, testCase{name: s.Text(), result: &result.Document{Outcome: catalogue.OutcomeError, ExitCode: catalogue.ExitError, Error: s.Error}})
		}
		for _, n := range s.Networks {
			one := &result.Document{Outcome: d.Outcome}
			if busy := busyLines([]*result.PropertyState{{Property: s.Property, Networks: []*result.NetworkState{n}}}); len(busy) > 0 && d.Outcome == catalogue.OutcomeBusy {
				one = &result.Document{Outcome: catalogue.OutcomeBusy, ExitCode: catalogue.ExitBusy, Error: &result.Error{Code: catalogue.OutcomeBusy, Message: strings.Join(busy, "; ")}}
			}
			cases = append(cases, testCase{name: s.Text() + " " + string(n.Network), network: n.Network, result: one})
		}
	}
	if len(cases) > 0 {
		return cases
	}
	untouched := d.Untouched()
	for _, one := range d.Parts() {
		if one.Network == nil && len(untouched) > 0 { // what went wrong did so before the first of them
			first := *one
			first.Network, untouched = new(untouched[0]), untouched[1:]
			one = &first
		}
		cases = append(cases, testCase{name: caseName(one), network: result.OrZero(one.Network), result: one})
	}
	for _, network := range untouched {
		name := caseName((&result.Document{Property: d.Property, Include: d.Include, Command: d.Command, Network: new(network)}))
		cases = append(cases, testCase{name: name, network: network})
	}
	return cases
}

// caseName is the same in every run of the same command, so that readers can follow a case over time.
func caseName(d *result.Document) string {
	about, name := d.Property, d.Command
	if about == nil {
		about = d.Include
	}
	if about != nil && (about.Name != nil || about.ID != "") {
		name = about.Text()
	}
	if d.Network != nil {
		name += " " + string(*d.Network)
	}
	return name
}

// verdict tells a failure (the state that was asked for does not hold) from an error (the command could not do its
// work).
func (c testCase) verdict() string {
	switch {
	case c.result == nil:
		return "skipped"
	case c.result.ExitCode == catalogue.ExitOK:
		return ""
	case c.result.ExitCode == catalogue.ExitFailed, c.result.ExitCode == catalogue.ExitTimedOut, c.result.ExitCode == catalogue.ExitBusy, c.result.ExitCode == catalogue.ExitRejected:
		return "failure"
	}
	return "error"
}

func (c testCase) write(w *xmlWriter, rec *journal.Run) {
	took := "0"
	if c.result != nil && c.result.WaitedSeconds != nil {
		took = fmt.Sprintf("%.3f", *c.result.WaitedSeconds)
	}
	w.open("testcase", "classname", cmp.Or(c.class, "propctl"), "name", c.name, "time", took)
	switch verdict := c.verdict(); verdict {
	case "":
	case "skipped":
		w.leaf(verdict, "", "message", cmp.Or(c.why, "not begun, since the one before did not end well"))
	default:
		e := c.result.Error
		if e == nil {
			e = &result.Error{Code: c.result.Outcome, Message: c.result.Outcome}
		}
		w.leaf(verdict, strings.Join(linesOf(e, mostPrintedLines), "\n"), "message", term.Clean(e.Message, term.MaxMessage), "type", e.Code)
	}
	if lines := c.timeline(rec); len(lines) > 0 {
		w.leaf("system-out", strings.Join(lines, "\n"))
	}
	w.close("testcase")
}

// timeline is what happened on the network.
func (c testCase) timeline(rec *journal.Run) []string {
	if c.result == nil {
		return nil
	}
	var lines []string
	moments, _, _ := rec.Snapshot()
	for _, m := range moments {
		if c.network != "" && m.Network != c.network {
			continue
		}
		line, _ := m.Text()
		lines = append(lines, term.Timestamp(m.At)+" "+term.Clean(line, term.MaxMessage))
	}
	return bounded(lines, mostTimeline)
}

// mostTimeline is how many looks of a network are worth being kept.
const mostTimeline = 1000

// xmlWriter writes elements. All that is given to it is escaped, and what XML has no
// way to say is made visible.
type xmlWriter struct{ b strings.Builder }

func (w *xmlWriter) open(element string, attributes ...string) {
	w.b.WriteString("<" + element)
	for i := 0; i+1 < len(attributes); i += 2 {
		w.b.WriteString(" " + attributes[i] + `="`)
		w.text(term.Clean(attributes[i+1], term.MaxMessage))
		w.b.WriteString(`"`)
	}
	w.b.WriteString(">\n")
}

func (w *xmlWriter) close(element string) { w.b.WriteString("</" + element + ">\n") }

// leaf is an element with a text of several lines, or none, in it.
func (w *xmlWriter) leaf(element, text string, attributes ...string) {
	w.open(element, attributes...)
	for line := range strings.Lines(text) {
		w.text(term.Visible(strings.TrimSuffix(line, "\n")))
		w.b.WriteString("\n")
	}
	w.close(element)
}

// text escapes what is markup, and runes that XML does not have.
func (w *xmlWriter) text(s string) {
	_ = xml.EscapeText(&w.b, []byte(s)) // a strings.Builder takes everything
}
