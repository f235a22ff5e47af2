package cmd_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

// page is a page in Prometheus' text format: samples by their name and labels.
type page map[string]float64

var (
	helpLine   = regexp.MustCompile(`^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\\n]|\\\\|\\n)+)$`)
	typeLine   = regexp.MustCompile(`^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge)$`)
	sampleLine = regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$`)
	labelPart  = regexp.MustCompile(`^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(,|$)`)
)

// readPage reads a page as strictly as its grammar is: each family is in one piece
// with its help and type before it, and no sample is there twice.
func readPage(t *testing.T, path string) page {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text, ended := strings.CutSuffix(string(data), "\n")
	if !ended {
		t.Error("the last line does not end")
	}
	p, family, begun := page{}, "", []string{}
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		if help := helpLine.FindStringSubmatch(lines[i]); help != nil {
			family = help[1]
			if slices.Contains(begun, family) {
				t.Errorf("%s is there twice", family)
			}
			begun = append(begun, family)
			if i++; i >= len(lines) || typeLine.FindStringSubmatch(lines[i]) == nil || typeLine.FindStringSubmatch(lines[i])[1] != family {
				t.Fatalf("no type after the help of %s", family)
			}
			if (typeLine.FindStringSubmatch(lines[i])[2] == "counter") != strings.HasSuffix(family, "_total") {
				t.Errorf("the name %s does not fit %s", family, lines[i])
			}
			continue
		}
		found := sampleLine.FindStringSubmatch(lines[i])
		if found == nil || found[1] != family || !strings.HasPrefix(family, "propctl_") {
			t.Fatalf("line %d is no sample of %s: %q", i+1, family, lines[i])
		}
		p.add(t, lines[i], found)
	}
	return p
}

func (p page) add(t *testing.T, line string, found []string) {
	t.Helper()
	var labels []string
	for rest := found[2]; rest != ""; {
		part := labelPart.FindStringSubmatch(rest)
		if part == nil {
			t.Fatalf("no labels: %q", line)
		}
		labels, rest = append(labels, part[1]+"="+part[2]), rest[len(part[0]):]
	}
	value, err := strconv.ParseFloat(found[3], 64)
	key := found[1] + " " + strings.Join(labels, " ")
	if _, twice := p[key]; twice || err != nil {
		t.Fatalf("%s: twice, or %v", line, err)
	}
	p[key] = value
}

func TestMetricsFileSaysHowTheRunWent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.sim.Inject(simulator.Fault{Operation: simulator.OpPoll, Status: 503})
		path := filepath.Join(s.env["HOME"], "propctl.prom")
		r := s.run("activate", "www.example.com@8", notify, "-n", "staging,production", "--yes", "--metrics-file", path, "-o", "json")
		d, p := r.document(t), readPage(t, path)
		const run = "command=activate property=www.example.com"
		want := page{
			"propctl_exit_code " + run:                                           0,
			"propctl_outcome " + run + " outcome=active":                         1,
			"propctl_requests_total " + run:                                      float64(d.Requests.Total),
			"propctl_request_retries_total " + run:                               1,
			"propctl_rate_limited_total " + run:                                  0,
			"propctl_budget_limit " + run:                                        float64(*d.Budget.Limit),
			"propctl_budget_remaining " + run:                                    float64(*d.Budget.Remaining),
			"propctl_wait_seconds " + run + " network=STAGING":                   *d.Results[0].WaitedSeconds,
			"propctl_wait_seconds " + run + " network=PRODUCTION":                *d.Results[1].WaitedSeconds,
			"propctl_target_version " + run + " network=STAGING":                 8,
			"propctl_target_version " + run + " network=PRODUCTION":              8,
			"propctl_activation_duration_seconds " + run + " network=STAGING":    120,
			"propctl_activation_duration_seconds " + run + " network=PRODUCTION": 480,
		}
		if at := p["propctl_last_run_timestamp_seconds "+run]; at < 946684800 {
			t.Errorf("the run ended at %v", at)
		}
		if took := p["propctl_run_duration_seconds "+run]; took != r.took.Seconds() {
			t.Errorf("the run took %v, want %v", took, r.took.Seconds())
		}
		delete(p, "propctl_last_run_timestamp_seconds "+run)
		delete(p, "propctl_run_duration_seconds "+run)
		if diff := cmp.Diff(want, p); diff != "" {
			t.Errorf("metrics (-want +got):\n%s", diff)
		}
	})
}

func TestMetricsFileOfALookHasWhatIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		path := filepath.Join(s.env["HOME"], "propctl.prom")
		s.run("status", "prp_1001", "prp_1006", "prp_1001", "nowhere.example.com", "--metrics-file", path)
		p := readPage(t, path)
		all := page{
			"propctl_active_version command=status property=www.example.com network=STAGING":       7,
			"propctl_active_version command=status property=www.example.com network=PRODUCTION":    7,
			"propctl_pending_activations command=status property=www.example.com network=STAGING":  0,
			"propctl_pending_activations command=status property=busy.example.com network=STAGING": 1,
			"propctl_latest_version command=status property=www.example.com":                       8,
			"propctl_exit_code command=status":                                                     1,
			"propctl_outcome command=status outcome=error":                                         1,
		}
		for key, want := range all {
			if got, ok := p[key]; !ok || got != want {
				t.Errorf("%s is %v (%t), want %v", key, got, ok, want)
			}
		}
		s.run("budget", "--metrics-file", path)
		if p := readPage(t, path); p["propctl_request_limit command=budget"] == 0 || p["propctl_requests_remaining command=budget"] == 0 {
			t.Errorf("after budget: %v", p)
		}
	})
}

func TestMetricsFileIsWrittenAfterAFailureToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		path := filepath.Join(s.env["HOME"], "propctl.prom")
		r := s.run("activate", "failing.example.com", notify, "--metrics-file", path)
		p := readPage(t, path)
		if r.code != cmd.ExitFailed || p["propctl_exit_code command=activate property=failing.example.com"] != 3 {
			t.Errorf("exit code %d, metrics %v", r.code, p)
		}
		for key := range p {
			if strings.HasPrefix(key, "propctl_activation_duration") {
				t.Errorf("an activation that failed has %s", key)
			}
		}
	})
}

func TestHostileNamesAreLabels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		path := filepath.Join(s.env["HOME"], "propctl.prom")
		for _, name := range []string{`a"b\c`, "a\nb} 1\npropctl_evil 1", hostileText, `\`, strings.Repeat("é", 500)} {
			s.run("status", name, "--metrics-file", path)
			readPage(t, path)
			s.transport = renaming(t, s.sim, name)
			s.run("status", "prp_1001", "--metrics-file", path)
			s.transport = nil
			p := readPage(t, path)
			found := false
			for key := range p {
				found = found || strings.HasPrefix(key, "propctl_active_version")
				if strings.HasPrefix(key, "propctl_evil") {
					t.Errorf("a name makes a metric: %s", key)
				}
			}
			if !found {
				t.Errorf("%.20q: no metrics of the property: %v", name, p)
			}
		}
	})
}

// renaming calls www.example.com something else.
func renaming(t *testing.T, sim *simulator.Simulator, name string) roundTrip {
	t.Helper()
	quoted, err := json.Marshal(name)
	if err != nil {
		t.Fatal(err)
	}
	return func(r *http.Request) (*http.Response, error) {
		resp, err := sim.Transport().RoundTrip(r)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body = io.NopCloser(bytes.NewReader(bytes.ReplaceAll(body, []byte(`"www.example.com"`), quoted)))
		return resp, err
	}
}
