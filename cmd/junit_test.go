package cmd_test

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/cmd"
)

// suite is a file of --junit.
type suite struct {
	XMLName xml.Name `xml:"testsuites"`
	Suites  []struct {
		Name       string     `xml:"name,attr"`
		Tests      int        `xml:"tests,attr"`
		Failures   int        `xml:"failures,attr"`
		Errors     int        `xml:"errors,attr"`
		Skipped    int        `xml:"skipped,attr"`
		Time       float64    `xml:"time,attr"`
		Timestamp  string     `xml:"timestamp,attr"`
		Properties []property `xml:"properties>property"`
		Cases      []struct {
			ClassName string   `xml:"classname,attr"`
			Name      string   `xml:"name,attr"`
			Time      float64  `xml:"time,attr"`
			Failure   *problem `xml:"failure"`
			Error     *problem `xml:"error"`
			Skipped   *problem `xml:"skipped"`
			Out       string   `xml:"system-out"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

type property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type problem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// junitElements are the elements that the readers know.
var junitElements = []string{"testsuites", "testsuite", "properties", "property", "testcase", "failure", "error", "skipped", "system-out"}

// readSuite reads a file of --junit, which has to be XML with known elements only,
// and to count right.
func readSuite(t *testing.T, text string) suite {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if !slices.Contains(junitElements, token.Name.Local) {
				t.Errorf("the element %s in\n%s", token.Name.Local, text)
			}
		case xml.Comment, xml.Directive:
			t.Errorf("%q in\n%s", token, text)
		}
	}
	var all suite
	if err := xml.Unmarshal([]byte(text), &all); err != nil || len(all.Suites) != 1 {
		t.Fatalf("%v, %d suites in\n%s", err, len(all.Suites), text)
	}
	s := all.Suites[0]
	failures, errs, skipped := 0, 0, 0
	for _, c := range s.Cases {
		for n, p := range map[*int]*problem{&failures: c.Failure, &errs: c.Error, &skipped: c.Skipped} {
			if p != nil {
				*n++
			}
		}
	}
	if want := [4]int{len(s.Cases), failures, errs, skipped}; want != [4]int{s.Tests, s.Failures, s.Errors, s.Skipped} {
		t.Errorf("the suite says %d tests, %d failures, %d errors, %d skipped; there are %v", s.Tests, s.Failures, s.Errors, s.Skipped, want)
	}
	return all
}

func TestJUnitHasATestForEachNetwork(t *testing.T) {
	type test struct{ Name, Verdict, Type string }
	tests := []struct {
		name string
		args []string
		want []test
	}{
		{"active", []string{"activate", "prp_1001@8", notify}, []test{{"www.example.com STAGING", "", ""}}},
		{"both", []string{"activate", "prp_1001@8", notify, "-n", "s,p"}, []test{{"www.example.com STAGING", "", ""}, {"www.example.com PRODUCTION", "", ""}}},
		{"failed before production", []string{"activate", "prp_1007@3", notify, "-n", "s,p"}, []test{{"failing.example.com STAGING", "failure", "activation-failed"}, {"failing.example.com PRODUCTION", "skipped", ""}}},
		{"not even begun", []string{"activate", "nobody.example.com", notify, "-n", "s,p"}, []test{{"activate STAGING", "error", "not-found"}, {"activate PRODUCTION", "skipped", ""}}},
		{"rejected", []string{"activate", "prp_1004", notify}, []test{{"broken.example.com STAGING", "failure", "rejected"}}},
		{"in the way", []string{"activate", "prp_1006@1", notify, "--if-pending", "fail"}, []test{{"busy.example.com STAGING", "failure", "busy"}}},
		{"too slow", []string{"activate", "prp_1001@8", notify, "--timeout", "1m"}, []test{{"www.example.com STAGING", "failure", "timed-out"}}},
		{"a mistake", []string{"activate", "prp_1001@8"}, []test{{"activate", "error", "usage"}}},
		{"busy", []string{"pending", "busy.example.com"}, []test{{"busy.example.com STAGING", "failure", "busy"}, {"busy.example.com PRODUCTION", "", ""}}},
		{"states", []string{"status", "www.example.com", "nobody.example.com", "-n", "s"}, []test{{"www.example.com STAGING", "", ""}, {"nobody.example.com", "error", "not-found"}}},
		{"an include", []string{"includes", "pending", "security-headers", "-n", "p"}, []test{{"security-headers PRODUCTION", "", ""}}},
		{"budget", []string{"budget"}, []test{{"budget", "", ""}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				s.files = []string{s.write("junit.xml", "")}
				s.run(append(tt.args, "--junit", s.files[0])...)
				var got []test
				for _, c := range readSuite(t, s.read()[0]).Suites[0].Cases {
					one := test{Name: c.Name}
					for verdict, p := range map[string]*problem{"failure": c.Failure, "error": c.Error, "skipped": c.Skipped} {
						if p != nil {
							one.Verdict, one.Type = verdict, p.Type
						}
					}
					got = append(got, one)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("tests (-want +got):\n%s\n%s", diff, s.read()[0])
				}
			})
		})
	}
}

func TestJUnitLeavesTheDocumentAsItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		d := s.run("activate", "nobody.example.com", notify, "-n", "s,p", "-o", "json", "--junit", s.write("junit.xml", "")).document(t)
		if d.Network != "" {
			t.Errorf("network %q, but nothing was done on any", d.Network)
		}
	})
}

func TestJUnitTellsWhatHappened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		path := s.write("junit.xml", "old")
		begun := time.Now().UTC()
		s.run("activate", "prp_1001@8", notify, "-n", "s,p", "--junit", path)
		data, err := os.ReadFile(path)
		must(t, err)
		suite := readSuite(t, string(data)).Suites[0]
		if suite.Name != "propctl activate" || suite.Time != 610 || suite.Timestamp != begun.Format("2006-01-02T15:04:05") {
			t.Errorf("suite %q, %v s, %s", suite.Name, suite.Time, suite.Timestamp)
		}
		properties := map[string]string{}
		for _, p := range suite.Properties {
			properties[p.Name] = p.Value
		}
		for name, want := range map[string]string{
			"propctl.outcome": "active", "propctl.property-id": "prp_1001", "propctl.network": "PRODUCTION", "propctl.budget-remaining": "2498", "propctl.release": "1.2.3",
		} {
			if properties[name] != want {
				t.Errorf("%s is %q, want %q", name, properties[name], want)
			}
		}
		staging, production := suite.Cases[0], suite.Cases[1]
		if staging.Time != 122 || production.Time != 488 || staging.ClassName != "propctl" {
			t.Errorf("%v s and %v s, class %q", staging.Time, production.Time, staging.ClassName)
		}
		if !strings.Contains(staging.Out, "submitted as atv_5038") || strings.Contains(staging.Out, "PRODUCTION") || !strings.Contains(production.Out, "on PRODUCTION: ACTIVE") {
			t.Errorf("timelines:\n%s\n%s", staging.Out, production.Out)
		}
	})
}

func TestJUnitHasWhatPAPISaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.files = []string{s.write("junit.xml", "")}
		s.run("activate", "prp_1004", notify, "--junit", s.files[0])
		failure := readSuite(t, s.read()[0]).Suites[0].Cases[0].Failure
		for _, want := range []string{"PAPI will not activate this version", "error: The default rule has no origin server. (#/rules/behaviors)", "instance: /papi", "Try: "} {
			if failure == nil || !strings.Contains(failure.Text, want) {
				t.Errorf("%q is not in %+v", want, failure)
			}
		}
	})
}

func TestJUnitIsWrittenWhenInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.files = []string{s.write("junit.xml", "")}
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Minute, func() { cancel(cmd.ErrInterrupted) })
		r := s.runWithin(ctx, "activate", "prp_1001@8", notify, "--junit", s.files[0])
		c := readSuite(t, s.read()[0]).Suites[0].Cases[0]
		if r.code != cmd.ExitInterrupted || c.Error == nil || c.Error.Type != "interrupted" || !strings.Contains(c.Error.Text, "propctl wait atv_5038 --property prp_1001") {
			t.Errorf("exit code %d: %+v", r.code, c.Error)
		}
	})
}
