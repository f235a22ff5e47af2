//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/propctl/propctl/papi/simulator"
)

// BenchmarkRolloutMemory reports how much memory the program takes at most while it carries out a
// rollout of many properties from its plan to its end, with all reports, and holds it to what is promised.
// PAPI has no limits here, and activations take 20 seconds, so that a run takes minutes and not hours.
func BenchmarkRolloutMemory(b *testing.B) {
	program := build(b, ".", "propctl")
	for _, c := range []struct {
		properties int
		submit     string
		most       float64 // MiB
	}{{1000, "single", 60}, {1000, "bulk", 60}, {5000, "single", 120}, {5000, "bulk", 120}} {
		b.Run(fmt.Sprintf("%d-%s", c.properties, c.submit), func(b *testing.B) {
			for b.Loop() {
				r := applyMany(b, program, c.properties, c.submit)
				if want := fmt.Sprintf(`"active": %d`, c.properties); r.code != 0 || !strings.Contains(r.stdout, want) {
					b.Fatalf("exit code %d: %.2000s", r.code, r.stderr)
				}
				if r.megabytes > c.most {
					b.Errorf("%.0f MiB are resident, and at most %.0f may be", r.megabytes, c.most)
				}
				b.ReportMetric(r.megabytes, "MiB-resident")
				b.ReportMetric(r.took.Minutes(), "minutes")
				b.ReportMetric(float64(len(r.stdout))/(1<<20), "MiB-of-JSON")
				b.ReportMetric(0, "ns/op")
			}
		})
	}
}

// applyMany carries out a rollout of properties on production.
func applyMany(b *testing.B, program string, properties int, submit string) used {
	b.Helper()
	const groups, took, each = 10, 20 * time.Second, 10 * time.Millisecond
	all := simulator.Properties(properties, groups, time.Now())
	for i := range all { // as long as they have taken before
		for j := range all[i].Activations {
			a := &all[i].Activations[j]
			a.Updated = a.Submitted.Add(took)
			if a.Fallback != nil {
				a.Fallback.Steady = a.Updated
			}
		}
	}
	s := listen(b, simulator.Options{
		Properties: all, Pace: simulator.Fixed(took, took), RealDates: true, ActivationsPerDay: 2 * properties,
		RequestsPerMinute: 1_000_000, RequestBurst: 1_000_000, BulkInterval: each,
	})
	dir := b.TempDir()
	manifest := filepath.Join(dir, "rollout.yaml")
	text := fmt.Sprintf("name: memory\nnetworks: [production]\nnotify: [you@example.com]\nproperties: [{select: {name: 'p*'}, version: 3}]\n"+
		"waves: [{name: canary, take: 2}, {name: rest, take: rest, at-once: %d}]\n", properties)
	if err := os.WriteFile(manifest, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	return s.runProgram(b, program, "rollout", "apply", manifest, "--yes", "--submit", submit, "-o", "json",
		"--report", filepath.Join(dir, "page.html"), "--junit", filepath.Join(dir, "junit.xml"), "--output-file", filepath.Join(dir, "result.json"))
}
