//go:build unix

package coordinator_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTheLinesAboutManyMachinesRun runs the lines of the page about rollouts that another
// test leaves to this one.
func TestTheLinesAboutManyMachinesRun(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/rollouts.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(page), "## From one machine to many")
	blocks := regexp.MustCompile("(?s)<!-- not run: for a server; a test of its own runs these lines -->\n```sh\n(.*?)```").FindAllStringSubmatch(section, -1)
	manifest := regexp.MustCompile("(?s)<!-- file: two.yaml -->\n```yaml\n(.*?)```").FindSubmatch(page)
	if !found || len(blocks) != 2 || manifest == nil {
		t.Fatalf("the page has %d blocks of lines", len(blocks))
	}
	s := serve(t, "")
	site := simulate(t, "60")
	path := t.TempDir()
	if err := os.Symlink(*program, filepath.Join(path, "propctl")); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "two.yaml"), manifest[1], 0o600); err != nil {
		t.Fatal(err)
	}
	for _, block := range blocks {
		lines := strings.ReplaceAll(block[1], "nats://127.0.0.1:4222", s.url())
		c := exec.CommandContext(t.Context(), "sh", "-ec", lines)
		c.Dir = folder
		c.Env = []string{
			"PATH=" + path + ":" + os.Getenv("PATH"), "HOME=" + folder, "XDG_STATE_HOME=" + folder, "PROPCTL_COORDINATOR=" + s.url(),
			"AKAMAI_EDGERC=" + filepath.Join(site.folder, ".edgerc"), "SSL_CERT_FILE=" + caOf(t, site.folder),
		}
		out, err := c.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", lines, err, out)
		}
		t.Logf("%s", out)
	}
}
