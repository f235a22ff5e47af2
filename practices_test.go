package main_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestPracticesNameTestsThatExist keeps docs/practices.md from naming what is
// not there any more.
func TestPracticesNameTestsThatExist(t *testing.T) {
	page, err := os.ReadFile("docs/practices.md")
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	err = filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		data, err := os.ReadFile(path)
		source.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(string(page), -1)
	if len(named) < 50 {
		t.Errorf("the page names %d tests only", len(named))
	}
	for _, name := range named {
		if !strings.Contains(source.String(), "func "+name[1]+"(") {
			t.Errorf("docs/practices.md names %s, which is no test", name[1])
		}
	}
	for line := range strings.Lines(string(page)) {
		if id := regexp.MustCompile(`^\| ([A-Z]\d\d) `).FindString(line); id != "" && strings.Count(string(page), "\n"+id) != 1 {
			t.Errorf("%s stands there more than once", id)
		}
	}
}
