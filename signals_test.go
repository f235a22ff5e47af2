//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// timeout(1) and others send a signal to the process, and again to its group. That
// is one wish to end, and the run says what goes on at Akamai.
func TestSignalThatComesTwiceAtOnceIsOne(t *testing.T) {
	c := exec.CommandContext(t.Context(), "propctl", "activate", "www.example.com@8", "--notify", "you@example.com", "--simulate", "--speed", "1", "-o", "json")
	c.Env = append(os.Environ(), "HOME="+t.TempDir())
	stdout := &bytes.Buffer{}
	stderr := &signalling{text: "submitted as", then: func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		time.Sleep(time.Millisecond) // else the system makes one of them
		_ = c.Process.Signal(syscall.SIGTERM)
	}}
	c.Stdout, c.Stderr = stdout, stderr
	if err := c.Run(); !isExit(err) {
		t.Fatal(err)
	}
	var d struct{ Outcome string }
	if err := json.Unmarshal(stdout.Bytes(), &d); err != nil || d.Outcome != "interrupted" || !strings.Contains(stderr.all.String(), "propctl wait") {
		t.Errorf("%v, %v: %s%s", c.ProcessState, err, stdout, &stderr.all)
	}
}

// A terminal that closes, or an ssh that is lost, ends a run as Ctrl-C does; nohup keeps it going.
func TestClosedTerminalIsAnInterruptionUnlessItWasIgnored(t *testing.T) {
	for _, tt := range []struct {
		name, speed string
		before      []string
		outcome     string
		code        int
	}{
		{"hangup", "1", nil, "interrupted", 130},
		{"nohup", "600", []string{"nohup"}, "active", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			args := slices.Concat(tt.before, []string{
				"propctl", "activate", "www.example.com@8", "--notify", "you@example.com", "--simulate", "--speed", tt.speed, "-o", "json",
			})
			c := exec.CommandContext(t.Context(), args[0], args[1:]...)
			c.Env = append(os.Environ(), "HOME="+t.TempDir())
			stdout := &bytes.Buffer{}
			stderr := &signalling{text: "submitted as", then: func() { _ = c.Process.Signal(syscall.SIGHUP) }}
			c.Stdout, c.Stderr = stdout, stderr
			if err := c.Run(); err != nil && !isExit(err) {
				t.Fatal(err)
			}
			var d struct{ Outcome string }
			if err := json.Unmarshal(stdout.Bytes(), &d); err != nil || d.Outcome != tt.outcome || c.ProcessState.ExitCode() != tt.code {
				t.Errorf("%v, %v, want %s: %s%s", c.ProcessState, err, tt.outcome, stdout, &stderr.all)
			}
		})
	}
}

// When the terminal has gone, the files that were asked for are still written.
func TestFilesAreWrittenWhenTheTerminalIsGone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "result.json")
	c := exec.CommandContext(t.Context(), "propctl", "activate", "www.example.com@8", "--notify", "you@example.com",
		"--simulate", "--speed", "1", "--output-file", path)
	c.Env = append(os.Environ(), "HOME="+t.TempDir(), "TERM=xterm")
	tty, err := pty.Start(c)
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	for shown, part := "", make([]byte, 4096); !strings.Contains(shown, "submitted as"); {
		n, err := tty.Read(part)
		if shown += string(part[:n]); err != nil {
			t.Fatalf("%v after %s", err, shown)
		}
	}
	if err := tty.Close(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	data, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(data), `"outcome": "interrupted"`) {
		t.Errorf("%v, %v: %s", c.ProcessState, err, data)
	}
}

// signalling does something when a text is written to it, once.
type signalling struct {
	all  bytes.Buffer // not embedded: it would be read into without Write
	text string
	then func()
}

func (s *signalling) Write(data []byte) (int, error) {
	n, err := s.all.Write(data)
	if s.then != nil && strings.Contains(s.all.String(), s.text) {
		s.then()
		s.then = nil
	}
	return n, err
}
