package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMeasureCountsWhatBelongsToTheModule(t *testing.T) {
	folder := t.TempDir()
	for name, content := range map[string]string{
		"go.mod":          "module example.com/m\n",
		"main.go":         "package main\n\nfunc main() {\n}\n",
		"a/a.go":          "package a\n\n// T is one.\ntype T[K any] struct{ X K }\n\nfunc (t *T[K]) M() {\n\tprintln()\n}\n\nfunc (T[K]) m() {}\n\nconst A, b = 1, 2\n\nfunc F() {}\n",
		"a/windows.go":    "//go:build windows\n\npackage a\n\ntype t int\n\nfunc (t) M() {}\n\nvar V int\n",
		"a/a_test.go":     "package a\n\nfunc TestX() {\n\tprintln()\n\tprintln()\n}\n",
		"a/testdata/x.go": "no Go at all",
		".hidden/x.go":    "package hidden\n",
		"other/go.mod":    "module example.com/other\n",
		"other/x.go":      "package other\n",
	} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out strings.Builder
	if err := run(&out, []string{folder}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(out.String()) {
		got = append(got, strings.Join(strings.Fields(line), " "))
	}
	want := []string{
		"package files lines names methods test files test lines tests to source",
		". 1 4 0 0 0 0 0.00",
		"a 2 23 4 1 1 6 0.26",
		"all 3 27 4 1 1 6 0.22",
		"",
		"largest file 14 lines a/a.go",
		"largest test file 6 lines a/a_test.go",
		"longest function 3 lines (*T).M in a/a.go",
		"longest in tests 4 lines TestX in a/a_test.go",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestMeasureFindsNothingInAnEmptyFolder(t *testing.T) {
	if err := run(&strings.Builder{}, []string{t.TempDir()}); err == nil {
		t.Error("no error")
	}
}
