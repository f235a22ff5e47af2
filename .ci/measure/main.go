// Measure counts what there is in each package of a Go module.
//
//	go -C .ci run ./measure FOLDER
//
// Lines are all lines of a file, comments and empty ones included. Names are the exported constants,
// variables, types and functions of a package, without its tests and its methods; methods are the
// exported ones of exported types. The length of a function counts from the line of its name to its last bracket.
// Files that are built for one system only count as well; what belongs to another module does not.
package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
)

// counts are the figures of a package, or the sum of all.
type counts struct {
	files, lines         int
	names, methods       int
	testFiles, testLines int
}

// longest is where the largest thing of its kind was found.
type longest struct {
	lines int
	where string
}

func (l *longest) see(lines int, where string) {
	if lines > l.lines {
		*l = longest{lines, where}
	}
}

// figures are all results.
type figures struct {
	packages                               map[string]*counts
	file, testFile, function, testFunction longest
}

func main() {
	if err := run(os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, args []string) error {
	if len(args) != 1 {
		return errors.New("usage: go -C .ci run ./measure FOLDER")
	}
	f, err := measure(args[0])
	if err != nil {
		return err
	}
	return f.print(w)
}

// measure reads the Go files in a folder and below.
func measure(folder string) (*figures, error) {
	f := &figures{packages: map[string]*counts{}}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != folder:
			_, other := os.Stat(filepath.Join(path, "go.mod"))
			if name := entry.Name(); strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || other == nil {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir() || filepath.Ext(path) != ".go":
			return nil
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		return f.read(path, filepath.ToSlash(name))
	})
	if err == nil && len(f.packages) == 0 {
		err = fmt.Errorf("no Go files in %s", folder)
	}
	return f, err
}

// read counts one file, which is called name.
func (f *figures) read(path, name string) error {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	folder := filepath.ToSlash(filepath.Dir(name))
	p := f.packages[folder]
	if p == nil {
		p = &counts{}
		f.packages[folder] = p
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	lines, test := strings.Count(string(content), "\n"), strings.HasSuffix(name, "_test.go")
	if test {
		p.testFiles, p.testLines = p.testFiles+1, p.testLines+lines
		f.testFile.see(lines, name)
	} else {
		p.files, p.lines = p.files+1, p.lines+lines
		f.file.see(lines, name)
	}
	for _, d := range file.Decls {
		function, ok := d.(*ast.FuncDecl)
		if ok {
			length := set.Position(function.End()).Line - set.Position(function.Name.Pos()).Line + 1
			where := fmt.Sprintf("%s in %s", title(function), name)
			if test {
				f.testFunction.see(length, where)
			} else {
				f.function.see(length, where)
			}
		}
		if !test {
			p.count(d)
		}
	}
	return nil
}

// title is the name of a function, with its receiver: (*Engine).Activate.
func title(f *ast.FuncDecl) string {
	receiver := receiverOf(f)
	if receiver == "" {
		return f.Name.Name
	}
	return fmt.Sprintf("(%s).%s", receiver, f.Name.Name)
}

// receiverOf is the type of which a function is a method, or "".
func receiverOf(f *ast.FuncDecl) string {
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return ""
	}
	pointer := ""
	expression := f.Recv.List[0].Type
	for {
		switch e := expression.(type) {
		case *ast.StarExpr:
			pointer, expression = "*", e.X
		case *ast.IndexExpr:
			expression = e.X
		case *ast.IndexListExpr:
			expression = e.X
		case *ast.Ident:
			return pointer + e.Name
		default:
			return ""
		}
	}
}

// count counts the exported names of a declaration.
func (c *counts) count(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		switch receiver := strings.TrimPrefix(receiverOf(d), "*"); {
		case !d.Name.IsExported():
		case receiver == "":
			c.names++
		case ast.IsExported(receiver):
			c.methods++
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				c.names += one(s.Name.IsExported())
			case *ast.ValueSpec:
				for _, n := range s.Names {
					c.names += one(n.IsExported())
				}
			}
		}
	}
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// print writes a row for each package, their sum, and what is largest.
func (f *figures) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "package\tfiles\tlines\tnames\tmethods\ttest files\ttest lines\ttests to source\t")
	all := &counts{}
	row := func(name string, c *counts) {
		ratio := "-"
		if c.lines > 0 {
			ratio = fmt.Sprintf("%.2f", float64(c.testLines)/float64(c.lines))
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t\n", name, c.files, c.lines, c.names, c.methods, c.testFiles, c.testLines, ratio)
	}
	for _, name := range slices.Sorted(maps.Keys(f.packages)) {
		c := f.packages[name]
		row(name, c)
		all.files, all.lines = all.files+c.files, all.lines+c.lines
		all.names, all.methods = all.names+c.names, all.methods+c.methods
		all.testFiles, all.testLines = all.testFiles+c.testFiles, all.testLines+c.testLines
	}
	row("all", all)
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\nlargest file      %5d lines  %s\nlargest test file %5d lines  %s\nlongest function  %5d lines  %s\nlongest in tests  %5d lines  %s\n",
		f.file.lines, f.file.where, f.testFile.lines, f.testFile.where, f.function.lines, f.function.where, f.testFunction.lines, f.testFunction.where)
	return err
}
