//go:build linux

package coordinator_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/propctl/propctl/papi/simulator"
)

// TestWithoutTheFlagNothingIsConnectedTo has strace tell of every connection that commands
// open, or try to: all are to PAPI. With the flag there is one more, else this proves nothing.
func TestWithoutTheFlagNothingIsConnectedTo(t *testing.T) {
	t.Parallel()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed")
	}
	a := newAccount(t, simulator.Options{Speed: 600, Properties: quick(3)})
	plan := a.plan(manifestOf(chaos{properties: 3, waves: "waves: [{name: all}]"}))
	s := serve(t, "")
	desk := a.on("desk")
	edgerc, err := os.ReadFile(filepath.Join(desk.folder, ".edgerc"))
	if err != nil {
		t.Fatal(err)
	}
	papi := regexp.MustCompile(`127\.0\.0\.1:(\d+)`).FindStringSubmatch(string(edgerc))[1]
	nats := s.address[strings.LastIndex(s.address, ":")+1:]
	for _, c := range []struct {
		line string
		want []string // the ports
	}{
		{"status prp_100001", []string{papi}},
		{"list", []string{papi}},
		{"activate prp_100001@3 --notify you@example.com", []string{papi}},
		{"rollout status " + plan, []string{papi}},
		{"rollout apply " + plan + " --yes", []string{papi}},
		{"rollout status " + plan + " --watch", []string{papi}},
		{"doctor", []string{papi}},
		{"version", nil},
		{"status prp_100001 --coordinator " + s.url(), []string{nats, papi}},
		{"activate prp_100002@2 --notify you@example.com --without-coordinator --coordinator " + s.url(), []string{papi}},
	} {
		out := filepath.Join(t.TempDir(), "strace")
		r := desk.startBy([]string{strace, "-f", "-qq", "-e", "trace=connect", "-o", out}, "desk", nil, strings.Fields(c.line)...)
		_ = r.Wait()
		if code := r.ProcessState.ExitCode(); code != 0 {
			t.Errorf("%s: exit code %d\n%s", c.line, code, &r.stderr)
		}
		text, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		var to []string
		for call := range strings.Lines(string(text)) {
			port := regexp.MustCompile(`connect\(.*sin_port=htons\((\d+)\), sin_addr=inet_addr\("127\.0\.0\.1"\)`).FindStringSubmatch(call)
			switch {
			case port != nil:
				to = append(to, port[1])
			case strings.Contains(call, "connect("):
				to = append(to, call)
			}
		}
		slices.Sort(to)
		slices.Sort(c.want)
		if to = slices.Compact(to); !slices.Equal(to, c.want) {
			t.Errorf("%s: connected to %q, want %q (PAPI is %s, the coordinator %s)", c.line, to, c.want, papi, nats)
		}
	}
}
