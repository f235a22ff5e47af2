package delivery_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestManualPagesAreMadeOfTheHelp makes the pages as a release does, of this very
// program, and has mandoc look at them where there is one.
func TestManualPagesAreMadeOfTheHelp(t *testing.T) {
	folder := t.TempDir()
	generator := exec.CommandContext(t.Context(), "go", "run", inRepository(t, ".ci/man/main.go"), *program, folder, "2026-01-02")
	if out, err := generator.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	pages, err := filepath.Glob(filepath.Join(folder, "*.1"))
	if err != nil || len(pages) < 30 {
		t.Fatalf("%d pages: %v", len(pages), err)
	}
	request := regexp.MustCompile(`(?m)^\.(\S+)`)
	for _, path := range pages {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		page, name := string(data), filepath.Base(path)
		for _, found := range request.FindAllStringSubmatch(page, -1) {
			if !strings.Contains(" TH SH PP TP B BR nf fi ", " "+found[1]+" ") {
				t.Errorf("%s has the request %s", name, found[0])
			}
		}
		for _, want := range []string{`" "2026-01-02" propctl `, ".SH NAME\n", ".SH DESCRIPTION\n"} {
			if strings.Count(strings.Replace(page, " 1 ", `" `, 1), want) != 1 {
				t.Errorf("%s has not one %q:\n%.300s", name, want, page)
			}
		}
	}
	activate, err := os.ReadFile(filepath.Join(folder, "propctl-activate.1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\n.SH EXAMPLES\n.nf\npropctl activate ", "\n.SH USAGE\n", "\n.SH FLAGS\n.TP\n", "\n.B \\-n, \\-\\-network NETWORK[,NETWORK]\n", "\n.SH FLAGS OF EVERY COMMAND\n", "\n.BR propctl (1)\n"} {
		if !strings.Contains(string(activate), want) {
			t.Errorf("propctl-activate.1 has no %q", want)
		}
	}
	if _, err := exec.LookPath("mandoc"); err != nil {
		t.Log("there is no mandoc to look at the pages")
		return
	}
	if out, err := exec.CommandContext(t.Context(), "mandoc", append([]string{"-T", "lint", "-W", "warning"}, pages...)...).CombinedOutput(); err != nil {
		t.Errorf("mandoc: %v\n%s", err, out)
	}
}
