package settings_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/propctl/propctl/cmd/settings"
)

func TestOnlyFilesAndPipesAreRead(t *testing.T) {
	folder := t.TempDir()
	for path, want := range map[string]string{
		folder:                           "neither a file nor a pipe",
		os.DevNull:                       "neither a file nor a pipe",
		filepath.Join(folder, "nowhere"): "",
	} {
		if _, err := settings.ReadNamedFile(t.Context(), path, 1); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), folder) {
			t.Errorf("%s: %v, want %q, without the path", path, err, want)
		}
	}
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	if data, err := settings.ReadNamedFile(t.Context(), file, 1); err != nil || len(data) != 1<<20 {
		t.Errorf("%d bytes: %v", len(data), err)
	}
	if err := os.WriteFile(file, make([]byte, 1<<20+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := settings.ReadNamedFile(t.Context(), file, 1); err == nil || !strings.Contains(err.Error(), "larger than 1 MiB") {
		t.Errorf("a byte more: %v", err)
	}
}

// As a shell gives it for <(command).
func TestAPipeIsReadToItsEnd(t *testing.T) {
	if _, err := os.Stat("/dev/fd"); err != nil {
		t.Skip("this system has no /dev/fd")
	}
	pipe := func(t *testing.T) (path string, w *os.File) {
		t.Helper()
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _, _ = r.Close(), w.Close() })
		return fmt.Sprintf("/dev/fd/%d", r.Fd()), w
	}
	path, w := pipe(t)
	_, err := w.WriteString("note: from a pipe\n")
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	p := newProgram(t)
	if err := p.run("activate x --config " + path); err != nil || p.note != "from a pipe" {
		t.Errorf("%q: %v", p.note, err)
	}

	path, w = pipe(t)
	gone := errors.New("the run is over")
	ctx, end := context.WithCancelCause(t.Context())
	end(gone)
	if _, err := settings.ReadNamedFile(ctx, path, 1); !errors.Is(err, gone) {
		t.Errorf("a pipe that nobody closes: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}
