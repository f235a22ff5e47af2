//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
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
