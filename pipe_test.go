//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Whoever reads may go at any moment, as head does. The run goes on to its end,
// and what was asked for besides is written.
func TestReaderThatHasGoneDoesNotEndTheRun(t *testing.T) {
	for _, tt := range []struct {
		name string
		lose func(*exec.Cmd, *os.File)
		code int
	}{
		{"of stdout", func(c *exec.Cmd, gone *os.File) { c.Stdout = gone }, 1},
		{"of stderr", func(c *exec.Cmd, gone *os.File) { c.Stderr = gone }, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			reader, gone, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer gone.Close()
			if err := reader.Close(); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "result.json")
			c := exec.CommandContext(t.Context(), "propctl", "activate", "www.example.com@8", "--notify", "you@example.com",
				"--simulate", "--speed", "60000", "--timeout", "24h", "-o", "ndjson", "--output-file", path)
			c.Env = append(os.Environ(), "HOME="+t.TempDir())
			tt.lose(c, gone)
			if err := c.Run(); err != nil && !isExit(err) {
				t.Fatal(err)
			}
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatalf("%v: %v", c.ProcessState, err)
			}
			var d struct {
				Outcome  string
				ExitCode int
			}
			if err := json.Unmarshal(data, &d); err != nil || d.Outcome != "active" || c.ProcessState.ExitCode() != tt.code {
				t.Errorf("%v, want exit code %d; %+v, %v", c.ProcessState, tt.code, d, err)
			}
		})
	}
}

// A document that can go nowhere is not a success. Whoever throws it away says so.
func TestStdoutThatIsClosedLosesTheDocument(t *testing.T) {
	for _, tt := range []struct {
		redirection, output string
		code                int
	}{
		{">&-", "json", 1},
		{">&-", "ndjson", 1},
		{">&-", "text", 0}, // not to be told from a null device that others open like that
		{">/dev/null", "json", 0},
		{">/dev/null", "ndjson", 0},
		{"<&- >/dev/null", "json", 0},
	} {
		path := filepath.Join(t.TempDir(), "result.json")
		c := exec.CommandContext(t.Context(), "sh", "-c", `exec propctl status www.example.com --simulate -q -o "$0" --output-file "$1" `+tt.redirection, tt.output, path)
		c.Env = append(os.Environ(), "HOME="+t.TempDir())
		stderr := &bytes.Buffer{}
		c.Stderr = stderr
		if err := c.Run(); err != nil && !isExit(err) {
			t.Fatal(err)
		}
		if _, err := os.Stat(path); err != nil || c.ProcessState.ExitCode() != tt.code || (tt.code != 0) != strings.Contains(stderr.String(), "stdout was closed") {
			t.Errorf("%s with -o %s: %v, want exit code %d; %v: %s", tt.redirection, tt.output, c.ProcessState, tt.code, err, stderr)
		}
	}
}

func isExit(err error) bool {
	_, ok := errors.AsType[*exec.ExitError](err)
	return ok
}
