package main_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/propctl/propctl"

// arrows says for each folder which folders of this module its code may import.
// A folder that is not here may import none, so a new one has to find its place.
var arrows = map[string][]string{
	".": {"cmd"},
	"cmd": {
		"activation", "papi", "papi/rulediff", "papi/simulator", "cmd/term", "cmd/catalogue", "cmd/result", "cmd/settings", "cmd/journal",
		"cmd/screen", "cmd/text", "cmd/help", "cmd/simulate", "cmd/ci", "cmd/page", "cmd/otlp", "cmd/metrics", "cmd/notify", "cmd/rollout", "activation/rollout",
		"activation/coordinator", "activation/coordinator/jetstream", "papi/pace",
	},
	"cmd/rollout": {
		"cmd/settings", "cmd/result", "cmd/catalogue", "cmd/term", "activation", "activation/rollout", "activation/coordinator", "activation/runner", "papi",
	},
	"cmd/term":      {},
	"cmd/catalogue": {"activation", "activation/coordinator", "activation/rollout", "activation/runner", "papi"},
	"cmd/result": {
		"cmd/catalogue", "cmd/term", "activation", "activation/coordinator", "activation/rollout", "activation/runner", "papi", "papi/rulediff",
	},
	"cmd/text":                {"cmd/result", "cmd/catalogue", "cmd/term", "activation", "activation/rollout", "papi", "papi/rulediff"},
	"cmd/simulate":            {"cmd/journal", "cmd/result", "cmd/catalogue", "papi/simulator"},
	"cmd/help":                {"cmd/settings", "cmd/term"},
	"cmd/settings":            {"cmd/result", "cmd/catalogue", "cmd/term", "activation", "papi"},
	"cmd/journal":             {"cmd/settings", "cmd/result", "cmd/catalogue", "cmd/term", "activation", "papi"},
	"cmd/screen":              {"cmd/journal", "cmd/settings", "cmd/result", "cmd/catalogue", "cmd/term", "activation", "activation/rollout", "papi"},
	"cmd/ci":                  {"cmd/journal", "cmd/settings", "cmd/result", "cmd/catalogue", "cmd/term", "activation", "activation/rollout", "papi"},
	"cmd/page":                {"cmd/journal", "cmd/text", "cmd/result", "cmd/catalogue", "cmd/term", "activation", "activation/rollout", "papi"},
	"cmd/otlp":                {"cmd/journal", "cmd/result", "cmd/catalogue", "cmd/term", "activation", "activation/rollout", "papi"},
	"cmd/metrics":             {"cmd/journal", "cmd/result", "cmd/catalogue", "cmd/term", "activation", "papi"},
	"cmd/notify":              {"cmd/journal", "cmd/result", "cmd/catalogue", "cmd/term", "activation", "papi"},
	"activation":              {"papi"},
	"activation/rollout":      {"activation", "papi"},
	"activation/coordinator":  {"activation", "papi", "papi/pace"},
	"activation/runner":       {"activation", "activation/coordinator", "activation/rollout", "papi"},
	"papi":                    {"papi/pace"},
	"papi/pace":               {},
	"papi/rulediff":           {},
	"papi/pace/pacetest":      {"papi/pace"},
	"papi/simulator":          {"papi/simulator/internal/jsonpatch", "papi/simulator/internal/jsonpath", "papi/simulator/internal/limit"},
	"papi/simulator/contract": {},

	"activation/coordinator/jetstream":       {"activation", "activation/coordinator"},
	"activation/coordinator/coordinatortest": {"activation", "activation/coordinator", "papi", "papi/pace", "papi/pace/pacetest"},

	"papi/simulator/internal/jsonpatch": {},
	"papi/simulator/internal/jsonpath":  {},
	"papi/simulator/internal/limit":     {},
}

// above says for each folder what not even its tests may import.
var above = map[string][]string{
	"activation":              {"cmd"},
	"activation/rollout":      {"cmd"},
	"activation/coordinator":  {"cmd"},
	"activation/runner":       {"cmd"},
	"papi":                    {"cmd", "activation"},
	"papi/pace":               {"cmd", "activation", "papi"},
	"papi/rulediff":           {"cmd", "activation", "papi"},
	"papi/simulator":          {"cmd", "activation", "papi"},
	"papi/simulator/contract": {"cmd", "activation", "papi"},

	"papi/simulator/internal/jsonpatch": {"cmd", "activation", "papi", "papi/simulator"},
	"papi/simulator/internal/jsonpath":  {"cmd", "activation", "papi", "papi/simulator"},
	"papi/simulator/internal/limit":     {"cmd", "activation", "papi", "papi/simulator"},
}

// elsewhere says for each folder which imports, or prefixes of imports that end in a slash, are somebody else's work.
var elsewhere = map[string][]string{
	".":          {"net/http", "github.com/"},
	"activation": {"os", "io/fs", "net", "net/http", "log", "log/slog", "github.com/", "golang.org/"},
	"activation/rollout": {
		"os", "io/fs", "net", "net/http", "log", "log/slog", "github.com/", "golang.org/",
	},
	"papi":           {"log", "github.com/spf13/", "github.com/briandowns/", "golang.org/x/term"},
	"papi/simulator": {"log", "github.com/akamai/", "github.com/spf13/", "golang.org/x/term"},
}

// natsFiles are those of the one package that speaks with NATS.
var natsFiles = []string{
	"activation/coordinator/jetstream/connect.go", "activation/coordinator/jetstream/reasons.go", "activation/coordinator/jetstream/jetstream.go", "activation/coordinator/jetstream/work.go",
}

// owners names the files that may import a library: one, unless two have a use of their own for it.
var owners = map[string][]string{
	"github.com/spf13/viper":                {"cmd/settings/config.go"},
	"github.com/briandowns/spinner":         {"cmd/screen/progress.go"},
	"golang.org/x/text/width":               {"cmd/term/cells.go"},
	"github.com/hashicorp/go-retryablehttp": {"papi/retry.go", "cmd/journal/sender.go"},
	"github.com/itchyny/gojq":               {"cmd/result/jq.go"},
	"github.com/gofrs/flock":                {"papi/pace/file.go"},
	"github.com/nats-io/nats.go":            natsFiles,
	"github.com/nats-io/nats.go/jetstream":  natsFiles,
	"github.com/nats-io/nkeys":              natsFiles,
	"github.com/wI2L/jsondiff":              {"papi/rulediff/compare.go"},
	"github.com/tidwall/gjson":              {"papi/rulediff/parse.go"},
	"go.yaml.in/yaml/v3":                    {"activation/rollout/yaml.go", "cmd/settings/config.go"},
}

// forTests lists, as prefixes, what the shipped binary has no use for.
var forTests = []string{
	"testing", "net/http/httptest", "net/http/pprof", "expvar", "github.com/getkin/kin-openapi", "github.com/google/go-cmp",
	"github.com/rogpeppe/go-internal", "github.com/creack/pty", "github.com/hinshun/vt10x", "github.com/santhosh-tekuri/jsonschema", "pgregory.net/rapid",
	module + "/papi/simulator/contract", module + "/papi/pace/pacetest",
	module + "/activation/coordinator/coordinatortest", "github.com/nats-io/nats-server",
}

func TestImportsFollowTheArrows(t *testing.T) {
	for _, f := range sources(t) {
		for _, imported := range f.imports {
			to, own := strings.CutPrefix(imported, module+"/")
			if !own {
				continue
			}
			if !f.test && !slices.Contains(arrows[f.folder], to) || f.test && slices.Contains(above[f.folder], to) {
				t.Errorf("%s imports %s; arrows, and above for tests, in imports_test.go say what %s may import", f.path, imported, f.folder)
			}
		}
	}
}

// sinks are the packages that are told of a run by its journal. The screen is more than that to cmd, and the simulator's
// server only writes files as the journal does.
func sinks() []string {
	var all []string
	for folder, may := range arrows {
		if slices.Contains(may, "cmd/journal") && !slices.Contains([]string{"cmd", "cmd/screen", "cmd/simulate"}, folder) {
			all = append(all, folder)
		}
	}
	slices.Sort(all)
	return all
}

func TestSinksDoNotKnowEachOther(t *testing.T) {
	all := sinks()
	if len(all) < 5 {
		t.Errorf("only the sinks %v are known", all)
	}
	for folder, may := range arrows {
		for _, sink := range all {
			if folder != "cmd" && slices.Contains(may, sink) {
				t.Errorf("arrows lets %s import the sink %s; only cmd may", folder, sink)
			}
		}
	}
}

// A sink is made and told of a run; more than that nobody has to know of it.
func TestSinksExportLittle(t *testing.T) {
	const most = 3
	for _, folder := range sinks() {
		names := map[string]bool{}
		for _, f := range sources(t) {
			if f.folder != folder || f.test {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), f.path, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range parsed.Decls {
				for _, name := range declared(d) {
					names[name] = names[name] || token.IsExported(name)
				}
			}
		}
		exported := 0
		for _, is := range names {
			if is {
				exported++
			}
		}
		if exported == 0 || exported > most {
			t.Errorf("%s exports %d names, want 1 to %d", folder, exported, most)
		}
	}
}

// declared returns the names that a declaration gives to the package.
func declared(d ast.Decl) []string {
	var names []string
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			names = append(names, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				names = append(names, s.Name.Name)
			case *ast.ValueSpec:
				for _, name := range s.Names {
					names = append(names, name.Name)
				}
			}
		}
	}
	return names
}

func TestImportsLeaveWorkToItsOwner(t *testing.T) {
	for _, f := range sources(t) {
		for _, imported := range f.imports {
			if imported == "text/template" || imported == "html/template" {
				t.Errorf("%s imports %s, which costs 2 MB", f.path, imported)
			}
			if f.test {
				continue
			}
			if owner, owned := owners[imported]; owned && !slices.Contains(owner, f.path) {
				t.Errorf("%s imports %s; only %s may", f.path, imported, strings.Join(owner, " and "))
			}
			if imported == module+"/papi/simulator" && !strings.HasPrefix(f.path, "cmd/simulate") {
				t.Errorf("%s imports %s; only cmd/simulate*.go and tests may", f.path, imported)
			}
			if !strings.HasPrefix(imported, module+"/") && slices.ContainsFunc(elsewhere[f.folder], func(e string) bool {
				return imported == e || strings.HasSuffix(e, "/") && strings.HasPrefix(imported, e)
			}) {
				t.Errorf("%s imports %s, which belongs to another package", f.path, imported)
			}
		}
	}
}

func TestBinaryLinksNothingForTests(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it builds the program, which takes seconds")
	}
	for _, system := range []string{"linux", "darwin", "windows"} {
		for linked := range strings.FieldsSeq(goTool(t, system, "list", "-deps", ".")) {
			if slices.ContainsFunc(forTests, func(f string) bool {
				return linked == f || strings.HasPrefix(linked, f+"/")
			}) {
				t.Errorf("on %s the binary links %s", system, linked)
			}
		}
	}
}

// Two libraries name a template package, but the linker drops what is never called. That
// holds until something sets a template or looks a method up by a name it computes.
func TestBinaryRunsNoTemplates(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it builds the program, which takes seconds")
	}
	binary := filepath.Join(t.TempDir(), "propctl.exe")
	goTool(t, "", "build", "-ldflags=-w", "-o", binary, ".")
	symbols := goTool(t, "", "tool", "nm", binary)
	if !strings.Contains(symbols, " main.main\n") {
		t.Fatal("no main.main among the symbols of the binary: this test would prove nothing")
	}
	for _, symbol := range []string{"text/template.(*Template).Execute", "html/template.(*Template).Execute"} {
		if strings.Contains(symbols, " "+symbol+"\n") {
			t.Errorf("the binary links %s, which costs megabytes; go build -ldflags=-dumpdep shows who calls it", symbol)
		}
	}
}

// source is one Go file of this module, whatever its build constraints say. Its path has slashes and starts at the top folder.
type source struct {
	path, folder string
	test         bool
	imports      []string
}

// sources reads the imports of every Go file of the module. It walks the folders itself:
// what a test opens is part of the key of its cached result, what go list opens is not.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || entry.Name() == "dist"):
			return fs.SkipDir
		case entry.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		s := source{path: name, folder: path.Dir(name), test: strings.HasSuffix(name, "_test.go")}
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.FromSlash(name), nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			s.imports = append(s.imports, imported)
		}
		all = append(all, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("no Go files found")
	}
	return all
}

// goTool runs the go command in the top folder for an operating system, "" meaning this one, and returns what it printed.
func goTool(t *testing.T, system string, args ...string) string {
	t.Helper()
	sources(t) // so that a cached result is not used once any file has changed
	command := exec.CommandContext(t.Context(), "go", args...)
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if system != "" {
		command.Env = append(command.Env, "GOOS="+system)
	}
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, &stderr)
	}
	return string(out)
}
