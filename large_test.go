//go:build linux

package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/propctl/propctl/papi/simulator"
)

// server is a simulator that other processes reach over loopback, and how they do.
type server struct {
	args []string // the flags that lead to it
	sim  *simulator.Simulator
	home string // of the runs; empty: each has one of its own
}

func listen(tb testing.TB, o simulator.Options) server {
	tb.Helper()
	sim := simulator.New(o)
	listening := httptest.NewTLSServer(sim)
	tb.Cleanup(listening.Close)
	dir := tb.TempDir()
	roots := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: listening.Certificate().Raw})
	c := sim.Credentials()
	section := fmt.Sprintf("[default]\nhost = %s\nclient_token = %s\nclient_secret = %s\naccess_token = %s\n",
		strings.TrimPrefix(listening.URL, "https://"), c.ClientToken, c.ClientSecret, c.AccessToken)
	for name, content := range map[string][]byte{"ca.pem": roots, ".edgerc": []byte(section)} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	return server{args: []string{"--edgerc", filepath.Join(dir, ".edgerc"), "--ca-file", filepath.Join(dir, "ca.pem")}, sim: sim}
}

// used is what a run of the program took.
type used struct {
	stdout, stderr string
	code           int
	megabytes      float64 // resident at most
	took           time.Duration
}

func (s server) run(tb testing.TB, args ...string) used {
	tb.Helper()
	return s.runProgram(tb, "propctl", args...)
}

func (s server) runProgram(tb testing.TB, program string, args ...string) used {
	tb.Helper()
	c := exec.CommandContext(tb.Context(), program, append(args, s.args...)...)
	c.Env = append(os.Environ(), "HOME="+cmp.Or(s.home, tb.TempDir()))
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	begun := time.Now()
	if err := c.Start(); err != nil {
		tb.Fatal(err)
	}
	ended, most := make(chan error, 1), 0.0
	go func() { ended <- c.Wait() }()
	for every := time.NewTicker(2 * time.Millisecond); ; {
		select {
		case <-every.C:
			most = max(most, resident(c.Process.Pid))
			continue
		case err := <-ended:
			if err != nil && !isExit(err) {
				tb.Fatal(err)
			}
		}
		every.Stop()
		return used{stdout: stdout.String(), stderr: stderr.String(), code: c.ProcessState.ExitCode(), megabytes: most, took: time.Since(begun)}
	}
}

// resident is how much memory a process has used at most by now. What the system tells of a process that has ended
// counts that of the one which has begun it, too.
func resident(pid int) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	var kilobytes float64
	_, _ = fmt.Sscan(after, &kilobytes)
	return kilobytes / 1024
}

// largeRules is a rule tree of about n rules, behaviors and criteria, of 100 bytes each. The name and the value of a rule
// are those of its number.
func largeRules(n int, name, value func(i int) string) json.RawMessage {
	var b strings.Builder
	b.WriteString(`{"name":"default","behaviors":[{"name":"origin","options":{"hostname":"origin.example.com"}}],"children":[`)
	const group = 50
	for i := range n / 5 {
		switch {
		case i%group == 0 && i > 0:
			b.WriteString(`]},`)
			fallthrough
		case i%group == 0:
			fmt.Fprintf(&b, `{"name":"Group %d","children":[`, i/group)
		default:
			b.WriteByte(',')
		}
		text, _ := json.Marshal(name(i))
		fmt.Fprintf(&b, `{"name":%s,"criteria":[{"name":"path","options":{"matchOperator":"MATCHES_ONE_OF","values":["/assets/%d/*"],"normalize":false}},`+
			`{"name":"fileExtension","options":{"matchOperator":"IS_ONE_OF","values":["css","js"]}}],"criteriaMustSatisfy":"all",`+
			`"behaviors":[{"name":"caching","options":{"behavior":"MAX_AGE","mustRevalidate":false,"ttl":%q}},`+
			`{"name":"downstreamCache","options":{"behavior":"ALLOW","allowBehavior":"LESSER","sendHeaders":"CACHE_CONTROL"}}],"children":[]}`, text, i, value(i))
	}
	b.WriteString(`]}]}`)
	return json.RawMessage(b.String())
}

// twoTrees has version 7 with the first tree active, and version 8 with the second one.
func twoTrees(tb testing.TB, from, to json.RawMessage) server {
	tb.Helper()
	all := simulator.SampleProperties(time.Now())
	all[0].Versions[6].RuleTree, all[0].Versions[7].RuleTree = from, to
	return listen(tb, simulator.Options{Properties: all})
}

const hostile = "\x1b[2J\u202e::error::##[group]\x00\n"

// largeTrees are pairs of trees of 10 MB that differ in little, in much, and in everything.
func largeTrees(n int) map[string]func() (from, to json.RawMessage) {
	name := func(i int) string { return fmt.Sprint("Rule ", i) }
	value := func(i int) string { return fmt.Sprint(i, "d") }
	pair := func(name2, value2 func(int) string) func() (from, to json.RawMessage) {
		return func() (from, to json.RawMessage) { return largeRules(n, name, value), largeRules(n, name2, value2) }
	}
	return map[string]func() (from, to json.RawMessage){
		"a few values": pair(name, func(i int) string {
			if i%1000 == 7 {
				return "0s"
			}
			return value(i)
		}),
		"each name": pair(func(i int) string { return fmt.Sprint("Renamed ", i) }, value),
		"each name and value, hostile": pair(func(i int) string { return hostile + fmt.Sprint(i) },
			func(i int) string { return fmt.Sprint(i, "h") }),
	}
}

const largeNodes = 100_000

func TestLargeRuleTreesAreComparedInLittleMemory(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it begins programs, and the race detector needs memory of its own")
	}
	for name, trees := range largeTrees(largeNodes) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := trees()
			s := twoTrees(t, from, to)
			for _, args := range [][]string{{"diff", "www.example.com"}, {"diff", "www.example.com", "-o", "json"}} {
				r := s.run(t, args...)
				t.Logf("%s of 2 x %.1f MB: %.0f MB resident, %s, %d bytes out", strings.Join(args, " "), float64(len(to))/1e6, r.megabytes, r.took, len(r.stdout))
				if r.code != 0 || r.megabytes > 150 {
					t.Errorf("exit code %d, %.0f MB resident: %s", r.code, r.megabytes, r.stderr)
				}
				if strings.ContainsAny(r.stdout, "\x1b\u202e\x00") {
					t.Error("what is hostile in a name is printed as it is")
				}
			}
		})
	}
}

func TestLongHistoriesAreReadInLittleMemory(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it begins programs, and the race detector needs memory of its own")
	}
	all := simulator.SampleProperties(time.Now())
	for range 10_000 {
		all[0].Activations = append(all[0].Activations, all[0].Activations[0])
	}
	s := listen(t, simulator.Options{Properties: all})
	for _, args := range [][]string{
		{"activate", "www.example.com@8", "--notify", "you@example.com", "--no-wait"}, {"status", "www.example.com"}, {"history", "www.example.com", "--limit", "0", "-o", "json"},
	} {
		r := s.run(t, args...)
		t.Logf("%s: %.0f MB resident, %s, %d bytes out", strings.Join(args, " "), r.megabytes, r.took, len(r.stdout))
		if r.code != 0 || r.megabytes > 100 {
			t.Errorf("exit code %d, %.0f MB resident: %s", r.code, r.megabytes, r.stderr)
		}
	}
}

// BenchmarkDiff reports how long diff takes beside the server's time, and its memory.
func BenchmarkDiff(b *testing.B) {
	for _, n := range []int{2_000, largeNodes / 5, largeNodes} {
		value := func(i int) string { return fmt.Sprint(i, "d") }
		name := func(i int) string { return fmt.Sprint("Rule ", i) }
		from, to := largeRules(n, name, value), largeRules(n, name, func(i int) string { return fmt.Sprint(max(i, 10), "d") })
		b.Run(fmt.Sprintf("%.1fMB", float64(len(from))/1e6), func(b *testing.B) {
			s := twoTrees(b, from, to)
			var total, memory float64
			for b.Loop() {
				r := s.run(b, "diff", "prp_1001", "7", "8")
				if r.code != 0 {
					b.Fatal(r.stderr)
				}
				total, memory = total+r.took.Seconds(), max(memory, r.megabytes)
			}
			b.ReportMetric(total*1000/float64(b.N), "ms/diff")
			b.ReportMetric(memory, "MB-resident")
			b.ReportMetric(0, "ns/op")
		})
	}
}
