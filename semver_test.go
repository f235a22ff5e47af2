package main_test

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// Whoever imports a package can read whether its interface may change with a minor version.
func TestDocsSayOfEachPackageWhetherSemVerCoversIt(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, said, found := strings.Cut(string(readme), "Versions follow [Semantic Versioning]")
	said, _, _ = strings.Cut(said, "\n\n")
	if !found {
		t.Fatal("README.md does not say what Semantic Versioning covers")
	}
	var folders []string
	for _, f := range sources(t) {
		if !f.test && f.folder != "." && f.folder != "docs/pictures" && !slices.Contains(folders, f.folder) {
			folders = append(folders, f.folder)
		}
	}
	if len(folders) < 10 {
		t.Fatalf("only %d packages: %v", len(folders), folders)
	}
	for _, folder := range folders {
		switch {
		case strings.Contains(folder, "/internal/"), folder == "cmd", strings.HasPrefix(folder, "cmd/"), strings.HasPrefix(folder, "activation/coordinator/"):
		case !strings.Contains(said, "`"+folder+"`"):
			t.Errorf("README.md does not say whether Semantic Versioning covers %s", folder)
		}
	}
}
