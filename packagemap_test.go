package main_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the map of the packages in CONTRIBUTING.md anew")

const (
	mapBegin = "<!-- Written by go test . -run TestMapOfThePackages -update. -->\n```text\n"
	mapEnd   = "```\n<!-- End of the map. -->\n"
)

func TestMapOfThePackagesIsUpToDate(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds a program, which takes seconds")
	}
	scripts, err := filepath.Glob(".ci/packagemap/*.go")
	if err != nil || len(scripts) == 0 {
		t.Fatal(scripts, err)
	}
	for _, name := range scripts { // so that a cached result is not used once the script has changed
		if _, err := os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	want := goTool(t, "", "-C", ".ci", "run", "./packagemap", "..")
	page, err := os.ReadFile("CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begun := strings.Cut(string(page), mapBegin)
	have, after, ended := strings.Cut(rest, mapEnd)
	if !begun || !ended {
		t.Fatalf("CONTRIBUTING.md has no map between\n%sand\n%s", mapBegin, mapEnd)
	}
	if have == want {
		return
	}
	if !*update {
		t.Fatalf("the map in CONTRIBUTING.md is stale; go test . -run TestMapOfThePackages -update writes it. It has\n%s, want\n%s", have, want)
	}
	if err := os.WriteFile("CONTRIBUTING.md", []byte(before+mapBegin+want+mapEnd+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
