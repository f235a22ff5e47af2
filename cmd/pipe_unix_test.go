//go:build unix

package cmd_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/propctl/propctl/cmd"
)

// A shell makes a pipe of <(command).
func TestHostnamesAreReadFromAPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skipf("no pipes here: %v", err)
	}
	go func() { _ = os.WriteFile(path, []byte("a.example.com=www.example.com.edgekey.net\n"), 0o600) }()
	r := newScene(t).run("hostnames", "add", "prp_1001", "--from", path, "-n", "staging", "--dry-run", notify)
	if r.code != cmd.ExitOK || !strings.Contains(r.stdout, "a.example.com") {
		t.Errorf("exit code %d: %s%s", r.code, r.stdout, r.stderr)
	}
	if r = newScene(t).run("hostnames", "add", "prp_1001", "--from", t.TempDir()); r.code != cmd.ExitUsage || !strings.Contains(r.stderr, "neither a file nor a pipe") {
		t.Errorf("a folder: exit code %d: %s", r.code, r.stderr)
	}
}
