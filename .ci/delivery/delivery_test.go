// Package delivery_test tests how propctl reaches its users: the installer, the GitHub action, the
// GitLab component, the pipelines of the guide, the man pages, and what a release is made of.
//
//	go -C .ci/delivery test -count=1 . -propctl="$PWD/propctl"
package delivery_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

var program = flag.String("propctl", "", "the absolute `path` of the program to test")

func TestMain(m *testing.M) {
	flag.Parse()
	if _, err := exec.LookPath(*program); err != nil || !filepath.IsAbs(*program) {
		fmt.Fprintf(os.Stderr, "-propctl=%s is not the absolute path of a program: %v\n", *program, err)
		os.Exit(2) //nolint:forbidigo // without a program nothing has passed
	}
	m.Run()
}

// inRepository returns the absolute path of a file of the repository.
func inRepository(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("../..", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}
