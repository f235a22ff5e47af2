// Packagemap draws the packages of a Go module as boxes in layers, with an arrow for each import.
//
//	go -C .ci run ./packagemap FOLDER
//
// Imports of tests are left out, and so is an import that follows from others: where a imports b and
// c, and b imports c, there is no arrow from a to c. A package that only tests import says so.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// graph has the packages that each package imports.
type graph map[string][]string

func main() {
	picture, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "packagemap:", err)
		os.Exit(1)
	}
	fmt.Print(picture)
}

func run(args []string) (string, error) {
	if len(args) != 1 {
		return "", errors.New("usage: go -C .ci run ./packagemap FOLDER")
	}
	g, err := imports(args[0])
	if err != nil {
		return "", err
	}
	return picture(g)
}

// imports asks the go command for the packages in a folder and below, and for their imports within the module.
// The answer is the one for Linux, so that it is the same everywhere.
func imports(folder string) (graph, error) {
	const format = `{{.Module.Path}} {{.Name}} {{.ImportPath}} {{join .Imports " "}} | {{join .TestImports " "}} {{join .XTestImports " "}}`
	command := exec.Command("go", "list", "-f", format, "./...")
	command.Dir = folder
	command.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0", "GOWORK=off", "PWD="+absolute(folder))
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, &stderr)
	}
	all, used, tested := graph{}, map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(string(out)) {
		code, tests, _ := strings.Cut(line, "|")
		words := strings.Fields(code)
		module, name, from := words[0], words[1], words[2]
		short := func(path string) string { return visible(strings.TrimPrefix(path, module+"/")) }
		if from == module {
			from = name
		}
		from = short(from)
		all[from] = slices.Clone(all[from]) // what imports nothing is drawn, too
		for _, to := range words[3:] {
			if strings.HasPrefix(to, module+"/") && short(to) != from && !slices.Contains(all[from], short(to)) {
				all[from] = append(all[from], short(to))
				used[short(to)] = true
			}
		}
		for to := range strings.FieldsSeq(tests) {
			tested[short(to)] = true
		}
	}
	return marked(all, func(name string) bool { return tested[name] && !used[name] }), nil
}

// visible returns the package that others see of path: what is in an internal folder is
// part of the package that the folder belongs to.
func visible(path string) string {
	before, _, _ := strings.Cut(path, "/internal/")
	return before
}

func absolute(folder string) string {
	path, err := filepath.Abs(folder)
	if err != nil {
		return folder // the go command will say what is wrong with it
	}
	return path
}

// marked returns the graph with a remark at the packages that only tests import.
func marked(g graph, forTests func(string) bool) graph {
	result := graph{}
	for name, to := range g {
		if forTests(name) {
			name += " (for tests)"
		}
		result[name] = to
	}
	return result
}

// reduced returns the graph without imports that follow from others.
func reduced(g graph) graph {
	reached := map[string]map[string]bool{}
	var reach func(string) map[string]bool
	reach = func(from string) map[string]bool {
		if reached[from] == nil {
			all := map[string]bool{}
			reached[from] = all
			for _, to := range g[from] {
				all[to] = true
				maps.Copy(all, reach(to))
			}
		}
		return reached[from]
	}
	result := graph{}
	for from, imported := range g {
		result[from] = nil
		for _, to := range slices.Sorted(slices.Values(imported)) {
			if !slices.ContainsFunc(imported, func(other string) bool { return other != to && reach(other)[to] }) {
				result[from] = append(result[from], to)
			}
		}
	}
	return result
}
