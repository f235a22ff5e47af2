package delivery_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

const (
	releases = "https://github.com/propctl/propctl/releases"
	released = "0.1.0"
)

// newReleases makes a folder with one release, as it is found below the address of
// the releases. Its program, for every platform, has the given content.
func newReleases(t *testing.T, content string) string {
	t.Helper()
	dir := t.TempDir()
	place := filepath.Join(dir, "download", "v"+released)
	installer, err := os.ReadFile(inRepository(t, "install.sh"))
	if err != nil {
		t.Fatal(err)
	}
	var sums strings.Builder
	add := func(name string, data []byte) {
		write(t, filepath.Join(place, name), data)
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(data), name)
	}
	add("install.sh", installer)
	for _, system := range []string{"linux", "darwin", "windows"} {
		for _, arch := range []string{"amd64", "arm64"} {
			top := fmt.Sprintf("propctl_%s_%s_%s", released, system, arch)
			add(top+".cdx.json", []byte("{}"))
			if system == "windows" {
				add(top+".zip", zipped(t, top+"/propctl.exe", content))
			} else {
				add(top+".tar.gz", tarred(t, top+"/propctl", content))
			}
		}
	}
	write(t, filepath.Join(place, "checksums.txt"), []byte(sums.String()))
	if err := os.Mkdir(filepath.Join(dir, "latest"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(place, filepath.Join(dir, "latest", "download")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func tarred(t *testing.T, name, content string) []byte {
	t.Helper()
	var data bytes.Buffer
	zipper := gzip.NewWriter(&data)
	archive := tar.NewWriter(zipper)
	err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(content))})
	_, writeErr := archive.Write([]byte(content))
	if err := errors.Join(err, writeErr, archive.Close(), zipper.Close()); err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

func zipped(t *testing.T, name, content string) []byte {
	t.Helper()
	var data bytes.Buffer
	archive := zip.NewWriter(&data)
	w, err := archive.Create(name)
	if err == nil {
		_, err = w.Write([]byte(content))
	}
	if err := errors.Join(err, archive.Close()); err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, data, 0o755)); err != nil {
		t.Fatal(err)
	}
}

// job is where the scripts of a pipeline run: a folder, and an environment that has
// nothing but what it says. At the real address of the releases it finds those of
// a folder, without a network.
type job struct {
	t   *testing.T
	dir string
	env map[string]string
}

func newJob(t *testing.T, releasesAt string) *job {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the scripts run in the shell of a unix")
	}
	j := &job{t: t, dir: t.TempDir()}
	tools := filepath.Join(t.TempDir(), "tools")
	curl := look(t, "curl")
	serve := `for a; do
	case $last in --output | -O) out=$a ;; esac
	case $a in ` + releases + `/*) file='` + releasesAt + `'"${a#` + releases + `}" ;; esac
	last=$a
done
if [ -f "$file" ]; then exec cat "$file" >"$out"; elif [ -n "$file" ]; then exit 22; fi
`
	write(t, filepath.Join(tools, "curl"), []byte("#!/bin/sh\n"+serve+"exec "+curl+` "$@"`+"\n"))
	write(t, filepath.Join(tools, "wget"), []byte("#!/bin/sh\n"+serve+"exit 1\n"))
	j.env = map[string]string{"PATH": tools + ":" + os.Getenv("PATH"), "HOME": j.dir, "CI": "true", "TMPDIR": t.TempDir()}
	return j
}

// without takes tools away, as if they were not installed.
func (j *job) without(names ...string) {
	j.t.Helper()
	only := j.t.TempDir()
	for _, dir := range filepath.SplitList(j.env["PATH"]) {
		for _, name := range []string{
			"bash", "busybox", "cat", "chmod", "curl", "cut", "dash", "env", "gzip", "mkdir", "mktemp", "mv", "perl", "rm", "sh", "sha256sum", "shasum",
			"tar", "uname", "unzip", "wget",
		} {
			path := filepath.Join(dir, name)
			if _, err := os.Stat(path); err != nil || slices.Contains(names, name) {
				continue
			}
			if err := os.Symlink(path, filepath.Join(only, name)); err != nil && !errors.Is(err, os.ErrExist) {
				j.t.Fatal(err)
			}
		}
	}
	j.env["PATH"] = only
}

// command is a command line in the job, whose program is looked for in the job's PATH.
func (j *job) command(more map[string]string, line ...string) *exec.Cmd {
	j.t.Helper()
	env := maps.Clone(j.env)
	maps.Copy(env, more)
	c := exec.CommandContext(j.t.Context(), line[0], line[1:]...)
	for _, dir := range filepath.SplitList(env["PATH"]) {
		if path := filepath.Join(dir, line[0]); !filepath.IsAbs(line[0]) && isThere(path) {
			c.Path, c.Err = path, nil
			break
		}
	}
	c.Dir = j.dir
	c.Env = []string{}
	for name, value := range env {
		c.Env = append(c.Env, name+"="+value)
	}
	return c
}

// run returns the exit code, and what was printed.
func (j *job) run(more map[string]string, line ...string) (code int, printed string) {
	j.t.Helper()
	c := j.command(more, line...)
	out, err := c.CombinedOutput()
	if _, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		j.t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), string(out)
}

// must runs what has to succeed.
func (j *job) must(more map[string]string, line ...string) string {
	j.t.Helper()
	code, printed := j.run(more, line...)
	if code != 0 {
		j.t.Fatalf("exit code %d of:\n%s\n%s", code, line[len(line)-1], printed)
	}
	return printed
}

// look finds a program without which nothing here can be tested.
func look(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("the tests of scripts need %s: %v", name, err)
	}
	return path
}

// thisProgram is a script that runs the program under test.
func thisProgram() string {
	return "#!/bin/sh\nexec '" + *program + `' "$@"` + "\n"
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
