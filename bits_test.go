package main_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"
)

// Where int has 32 bits, a larger constant does not compile. Imports are not resolved: what cannot be judged
// without them is no constant.
func TestConstantsFitWhereIntHas32Bits(t *testing.T) {
	t.Parallel()
	set := token.NewFileSet()
	folders := map[string][]*ast.File{}
	for _, f := range sources(t) {
		if f.test {
			continue
		}
		parsed, err := parser.ParseFile(set, f.path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		folders[f.folder] = append(folders[f.folder], parsed)
	}
	for folder, files := range folders {
		config := types.Config{
			Importer: nothing{}, Sizes: types.SizesFor("gc", "386"),
			Error: func(err error) {
				if text := err.Error(); strings.Contains(text, "overflow") || strings.Contains(text, "truncated") {
					t.Error(text)
				}
			},
		}
		_, _ = config.Check(folder, set, files, nil) // its errors are told above
	}
}

// nothing imports nothing.
type nothing struct{}

func (nothing) Import(string) (*types.Package, error) { return nil, errors.New("not needed") }
