package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// build compiles a package as a release does and returns the program.
func build(b *testing.B, dir, name string) string {
	b.Helper()
	program := filepath.Join(b.TempDir(), name)
	c := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, ".")
	c.Dir = dir
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return program
}

// hello compiles a program that prints one line.
func hello(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	for name, text := range map[string]string{
		"go.mod":  "module hello\n\ngo 1.26\n",
		"main.go": "package main\n\nimport \"os\"\n\nfunc main() { _, _ = os.Stdout.WriteString(\"hello\\n\") }\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	return build(b, dir, "hello")
}

// BenchmarkStartUp reports how much longer `propctl version` takes than a
// program that prints one line.
func BenchmarkStartUp(b *testing.B) {
	propctl, line := build(b, ".", "propctl"), hello(b)
	took := func(program string, args ...string) float64 {
		begun := time.Now()
		if err := exec.CommandContext(b.Context(), program, args...).Run(); err != nil {
			b.Fatal(err)
		}
		return float64(time.Since(begun).Microseconds()) / 1000
	}
	var ours, theirs float64
	for b.Loop() {
		ours += took(propctl, "version")
		theirs += took(line)
	}
	b.ReportMetric(ours/float64(b.N), "ms/version")
	b.ReportMetric((ours-theirs)/float64(b.N), "ms-more-than-one-line")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkBinarySize reports the size of the stripped program.
func BenchmarkBinarySize(b *testing.B) {
	info, err := os.Stat(build(b, ".", "propctl"))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
	}
	b.ReportMetric(float64(info.Size())/1e6, "MB")
	b.ReportMetric(0, "ns/op")
}
