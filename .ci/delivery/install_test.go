package delivery_test

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const sayVersion = "#!/bin/sh\necho the program\n"

func TestInstallPutsTheProgramInPlaceOfAnEarlierOne(t *testing.T) {
	t.Parallel()
	from := newReleases(t, sayVersion)
	script := inRepository(t, "install.sh")
	for _, line := range [][]string{
		{"sh", script},
		{"bash", script, "latest", "a folder/bin"},
		{"sh", script, "v" + released, "."},
		{"busybox", "sh", script, released, "bin"},
	} {
		if _, err := exec.LookPath(line[0]); err != nil && line[0] == "busybox" {
			continue // another shell is welcome, not needed
		}
		folder := line[len(line)-1]
		if folder == script {
			folder = "."
		}
		j := newJob(t, from)
		write(t, filepath.Join(j.dir, folder, "propctl"), []byte("#!/bin/sh\necho an old one\n"))
		j.must(nil, line...)
		if got := j.must(nil, filepath.Join(j.dir, folder, "propctl")); got != "the program\n" {
			t.Errorf("%v: installed %q", line, got)
		}
		if left, err := filepath.Glob(filepath.Join(j.dir, folder, ".propctl*")); err != nil || len(left) > 0 {
			t.Errorf("%v left %v, %v", line, left, err)
		}
	}
}

func TestInstallNeedsOneOfTwoTools(t *testing.T) {
	t.Parallel()
	from := newReleases(t, sayVersion)
	for _, missing := range [][]string{{"curl"}, {"sha256sum"}} {
		j := newJob(t, from)
		if missing[0] == "sha256sum" {
			look(t, "shasum")
		}
		j.without(missing...)
		j.must(nil, "sh", inRepository(t, "install.sh"), released)
		if !isThere(filepath.Join(j.dir, "propctl")) {
			t.Errorf("nothing installed without %v", missing)
		}
	}
	j := newJob(t, from)
	j.without("curl", "wget")
	if code, printed := j.run(nil, "sh", inRepository(t, "install.sh"), released); code != 1 || !strings.Contains(printed, "neither curl nor wget") {
		t.Errorf("exit code %d, %s", code, printed)
	}
}

// The platforms that this test does not run on are told by a uname of its own.
func TestInstallChoosesTheArchiveOfThePlatform(t *testing.T) {
	t.Parallel()
	from := newReleases(t, sayVersion)
	for system, want := range map[string]string{
		"Linux aarch64": "linux_arm64/propctl", "Darwin arm64": "darwin_arm64/propctl",
		"MINGW64_NT-10.0-26100 x86_64": "windows_amd64/propctl.exe",
		"FreeBSD amd64":                "", "Linux riscv64": "",
	} {
		j := newJob(t, from)
		tools, _, _ := strings.Cut(j.env["PATH"], ":")
		write(t, filepath.Join(tools, "uname"), []byte("#!/bin/sh\n[ \"$*\" = -sm ] && echo "+system+"\n"))
		code, printed := j.run(nil, "sh", inRepository(t, "install.sh"), released)
		if want == "" {
			if code != 1 || !strings.Contains(printed, "no release for") {
				t.Errorf("%s: exit code %d, %s", system, code, printed)
			}
			continue
		}
		platform, program, _ := strings.Cut(want, "/")
		if code != 0 || !strings.Contains(printed, "installed propctl_"+released+"_"+platform+" as ") || !isThere(filepath.Join(j.dir, program)) {
			t.Errorf("%s: exit code %d, %s", system, code, printed)
		}
	}
}

// Nothing is put into the folder but what has its checksum.
func TestInstallRefuses(t *testing.T) {
	t.Parallel()
	edit := func(name string, change func(string) string) func(*testing.T, string) {
		return func(t *testing.T, from string) {
			t.Helper()
			files, err := filepath.Glob(filepath.Join(from, "download", "v"+released, name))
			if err != nil || len(files) == 0 {
				t.Fatal(name, err)
			}
			for _, file := range files {
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				write(t, file, []byte(change(string(data))))
			}
		}
	}
	untouched := func(*testing.T, string) {}
	for name, c := range map[string]struct {
		prepare func(*testing.T, string)
		version string
		env     map[string]string
		want    string
	}{
		"a damaged archive":      {edit("*.tar.gz", func(s string) string { return s + "x" }), released, nil, "not what the checksums of the release say"},
		"another one's checksum": {edit("checksums.txt", func(s string) string { return regexp.MustCompile("(?m)^.{8}").ReplaceAllString(s, "00000000") }), released, nil, "not what the checksums"},
		"no archive":             {edit("checksums.txt", func(s string) string { return strings.ReplaceAll(s, ".tar.gz", ".rpm") }), released, nil, "no archive for"},
		"a path":                 {edit("checksums.txt", func(s string) string { return strings.ReplaceAll(s, "propctl_", "propctl_/../") }), "latest", nil, "no archive for"},
		"two archives":           {edit("checksums.txt", func(s string) string { return s + strings.ReplaceAll(s, released, "0.2.0") }), "latest", nil, "two archives"},
		"another version":        {edit("checksums.txt", func(s string) string { return strings.ReplaceAll(s, released, "0.2.0") }), released, nil, "no archive for"},
		"an unknown release":     {untouched, "9.9.9", nil, "cannot be downloaded"},
		"a path as version":      {untouched, "1.2.3/../../x", nil, "the version is like 1.2.3"},
		"no version":             {untouched, "1", nil, "the version is like 1.2.3"},
		"a flag as version":      {untouched, "--help", nil, "the version is like 1.2.3"},
		"a mirror in the clear":  {untouched, released, map[string]string{"PROPCTL_RELEASES": "http://example.com/releases"}, "begins with neither"},
		"a host's file":          {untouched, released, map[string]string{"PROPCTL_RELEASES": "file://example.com/x"}, "begins with neither"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from := newReleases(t, sayVersion)
			c.prepare(t, from)
			j := newJob(t, from)
			code, printed := j.run(c.env, "sh", inRepository(t, "install.sh"), c.version, "bin")
			if code != 1 || !strings.Contains(printed, c.want) {
				t.Errorf("exit code %d, want 1 and %q in:\n%s", code, c.want, printed)
			}
			if left, err := filepath.Glob(filepath.Join(j.dir, "bin", "*")); err != nil || len(left) > 0 {
				t.Errorf("left %v, %v", left, err)
			}
			if left, err := filepath.Glob(filepath.Join(j.dir, "bin", ".*")); err != nil || len(left) > 0 {
				t.Errorf("left %v, %v", left, err)
			}
		})
	}
}

// As GitHub does, the mirror says by a redirect where the files are.
func TestInstallFollowsRedirectsToHTTPSOnly(t *testing.T) {
	t.Parallel()
	files := http.FileServer(http.Dir(newReleases(t, sayVersion)))
	open := httptest.NewServer(files)
	defer open.Close()
	storage := httptest.NewTLSServer(files)
	defer storage.Close()
	for target, want := range map[string]int{storage.URL: 0, open.URL: 1} {
		mirror := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, target+r.URL.Path, http.StatusFound)
		}))
		defer mirror.Close()
		j := newJob(t, t.TempDir())
		bundle := filepath.Join(j.dir, "ca.pem")
		write(t, bundle, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: mirror.Certificate().Raw}))
		code, printed := j.run(map[string]string{"PROPCTL_RELEASES": mirror.URL, "CURL_CA_BUNDLE": bundle}, "sh", inRepository(t, "install.sh"))
		if code != want || isThere(filepath.Join(j.dir, "propctl")) != (want == 0) {
			t.Errorf("redirected to %s: exit code %d, want %d\n%s", target, code, want, printed)
		}
	}
}
