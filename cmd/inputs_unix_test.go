//go:build unix

package cmd_test

import (
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/cmd"
)

func TestPipesAreReadOnce(t *testing.T) {
	server := httptest.NewTLSServer(nil)
	root := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	server.Close()
	for _, command := range []string{"status www.example.com", "doctor", "activate www.example.com " + notify} {
		t.Run(command, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				credentials, roots := s.pipe("credentials", edgerc("default", clientSecret)), s.pipe("roots", string(root))
				if r := s.run(append(strings.Fields(command), "--edgerc", credentials, "--ca-file", roots)...); r.code != cmd.ExitOK {
					t.Errorf("exit code %d: %s%s", r.code, r.stdout, r.stderr)
				}
			})
		})
	}
}

// pipe makes a pipe with a name, as a shell does for <(command), and writes a text
// into it once.
func (s *scene) pipe(name, text string) string {
	s.t.Helper()
	path := filepath.Join(s.env["HOME"], name)
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		s.t.Skip(err)
	}
	go func() { _ = os.WriteFile(path, []byte(text), 0o600) }()
	return path
}

// What a shell makes of <(command) can be read once.
func TestSettingsAreReadFromAPipe(t *testing.T) {
	s := newScene(t)
	piped := func(content string) string {
		path := filepath.Join(t.TempDir(), "pipe")
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		go func() { _ = os.WriteFile(path, []byte(content), 0o600) }()
		return path
	}
	r := s.run("config", "--config", piped("note: from a pipe\n"), "-o", "json", "--jq", `.settings[] | select(.name == "note") | .value`)
	if r.code != cmd.ExitOK || !strings.Contains(r.stdout, "from a pipe") {
		t.Errorf("exit code %d: %s%s", r.code, r.stdout, r.stderr)
	}
	r = s.run("status", "prp_1001", "--config", piped(strings.Repeat("# a comment\n", 1<<20)))
	if r.code != cmd.ExitUsage || !strings.Contains(r.stderr, "larger than 1 MiB") {
		t.Errorf("exit code %d: %s", r.code, r.stderr)
	}
	r = s.run("status", "prp_1001", "--config", t.TempDir())
	if r.code != cmd.ExitUsage || !strings.Contains(r.stderr, "neither a file nor a pipe") {
		t.Errorf("exit code %d: %s", r.code, r.stderr)
	}
}
