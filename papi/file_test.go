//go:build unix

package papi_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/propctl/propctl/papi"
)

// pipeWith makes a named pipe and writes the text into it as often as it is read.
func pipeWith(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skipf("no named pipe: %v", err)
	}
	done := make(chan error, 1)
	go func() { done <- os.WriteFile(path, []byte(text), 0) }()
	t.Cleanup(func() {
		if err := <-done; err != nil && !errors.Is(err, syscall.EPIPE) {
			t.Errorf("writing into the pipe: %v", err)
		}
	})
	return path
}

func TestCredentialsAreReadFromAPipe(t *testing.T) {
	file, err := papi.ReadEdgerc(pipeWith(t, edgerc))
	if err != nil {
		t.Fatal(err)
	}
	for section, host := range map[string]string{"default": "akab-one.luna.akamaiapis.net", "other": "akab-two.luna.akamaiapis.net"} {
		if c, warnings, err := file.Credentials(section); err != nil || c.Host != host || len(warnings) > 0 {
			t.Errorf("host %q, warnings %q: %v", c.Host, warnings, err)
		}
	}
}

func TestAPipeWithoutAnEndIsNotReadToIt(t *testing.T) {
	_, err := papi.ReadEdgerc(pipeWith(t, strings.Repeat("# nothing\n", 1<<18)))
	if err == nil || !strings.Contains(err.Error(), "is larger than 1 MiB") {
		t.Errorf("error is %v", err)
	}
}

func TestADeviceIsNoFile(t *testing.T) {
	_, err := papi.ReadEdgerc("/dev/zero")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no /dev/zero")
	}
	if err == nil || !strings.Contains(err.Error(), "it is neither a file nor a pipe") {
		t.Errorf("error is %v", err)
	}
}

func TestRootsAreReadFromAPipe(t *testing.T) {
	_, text := rootFor(t)
	if pool, err := papi.ReadRoots(pipeWith(t, text)); err != nil || pool == nil {
		t.Errorf("error is %v", err)
	}
}
