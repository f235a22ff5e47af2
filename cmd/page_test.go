package cmd_test

import (
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The pages of all scenes are left in this folder for the eye, where it is set.
const pagesVariable = "PROPCTL_PAGES"

func TestReportShowsWhatEachRunWasAbout(t *testing.T) {
	for _, scene := range pageScenes() {
		t.Run(scene.name, func(t *testing.T) {
			page := scene.page(t)
			if dir := os.Getenv(pagesVariable); dir != "" {
				must(t, os.WriteFile(filepath.Join(dir, strings.ReplaceAll(scene.name, " ", "-")+".html"), []byte(page), 0o600))
			}
			for _, want := range scene.want {
				if !strings.Contains(html.UnescapeString(page), want) {
					t.Errorf("no %q", want)
				}
			}
		})
	}
}
