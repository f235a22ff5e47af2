package cmd_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/cmd"
)

// schemaDoc is the part of a schema that tests look at.
type schemaDoc struct {
	Dialect     string `json:"$schema"`
	ID          string `json:"$id"`
	Ref         string `json:"$ref"`
	Description string
	Type        any
	Enum        []any
	AnyOf       []schemaDoc
	Items       *schemaDoc
	Properties  map[string]schemaDoc
	Required    []string
	Defs        map[string]schemaDoc `json:"$defs"`
}

func readSchema(t *testing.T, name string) schemaDoc {
	t.Helper()
	r := newScene(t).run("schema", name)
	var s schemaDoc
	if err := json.Unmarshal([]byte(r.stdout), &s); err != nil || r.code != cmd.ExitOK {
		t.Fatalf("exit code %d, %v", r.code, err)
	}
	return s
}

// check fails when a member has no type or no sentence.
func (s schemaDoc) check(t *testing.T, name string) {
	t.Helper()
	if s.Type == nil && s.Ref == "" && s.AnyOf == nil {
		t.Errorf("%s has a type that Schemas.Of in cmd/result/schema.go does not know", name)
	}
	if s.Description == "" {
		t.Errorf("%s has no sentence; cmd/result/schema_words*.go want a line for it", name)
	}
}

func TestEveryMemberIsDescribedInTheSchemas(t *testing.T) {
	said := map[string]bool{}
	for _, name := range []string{"document", "events"} {
		s := readSchema(t, name)
		if want := "urn:propctl:schema:" + name + ":1"; s.ID != want || s.Dialect != "https://json-schema.org/draft/2020-12/schema" || s.Description == "" {
			t.Errorf("id %q, want %q; dialect %q, description %q", s.ID, want, s.Dialect, s.Description)
		}
		for object, d := range s.Defs {
			said[object] = true
			d.check(t, object)
			for member, p := range d.Properties {
				said[object+"."+member] = true
				p.check(t, object+"."+member)
			}
		}
	}
	for name := range cmd.Words() {
		if !said[name] {
			t.Errorf("cmd/result/schema_words*.go have a line for %s, which is not printed", name)
		}
	}
	for _, name := range []string{"document.outcome", "activation.status", "event.type", "header.type", "error.papi"} {
		if !said[name] {
			t.Errorf("%s is not in the schemas", name)
		}
	}
}

func TestEveryFlagIsInTheSchemaOfSettings(t *testing.T) {
	s := readSchema(t, "settings")
	for _, flags := range cmd.FlagTypes() {
		for name := range flags {
			if p, ok := s.Properties[name]; ok == (name == "config" || name == "force" || name == "all") {
				t.Errorf("%s in the schema: %v", name, ok)
			} else if ok {
				p.check(t, name)
			}
		}
	}
}

// What is refused as a setting is refused by the schema, too.
func TestSchemaOfSettingsKnowsMistakes(t *testing.T) {
	for content, right := range map[string]bool{
		"output: ndjson\nnotify: [a@example.com]\ntimeout: 1h30m\nquiet: true\nmax-retries: 3\ncontract: 1\nspeed: 1.5": true,
		"notify: a@example.com\nmax-retries: \"3\"\nquiet: \"true\"\ntimeout: .5h\nuntil: steady":                       true,
		"{}":                   true,
		"notfy: a@example.com": false,
		"timeout: 30":          false,
		"timeout: 30 months":   false,
		"timeout: \"30\"":      false,
		"max-retries: many":    false,
		"max-retries: \"010\"": false,
		"max-retries: 1.5":     false,
		"speed: fast":          false,
		"quiet: perhaps":       false,
		"until: whenever":      false,
		"output: xml":          false,
		"config: x":            false,
		"note: [a, b]":         false,
		"notify:\n  a: b":      false,
	} {
		s := newScene(t)
		path := s.write(settingsFile, content)
		if err := validateSettings(t, path); (err == nil) != right {
			t.Errorf("%s: %v", content, err)
		}
		if r := s.run("activate", "prp_1001", "-n", "production", "--dry-run"); strings.Contains(r.stderr, "config.yaml") == right {
			t.Errorf("%s is refused by one only: %s", content, r.stderr)
		}
	}
}

func TestSchemasAreListedAndPrinted(t *testing.T) {
	r := newScene(t).run("schema")
	for _, want := range []string{"NAME", "urn:propctl:schema:document:1", "urn:propctl:schema:events:1", "urn:propctl:schema:settings:1"} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("the list has no %s:\n%s", want, r.stdout)
		}
	}
	for name, want := range map[string]string{"": "document events settings rollout", "settings": "settings"} {
		r := newScene(t).run(strings.Fields("schema -o json " + name)...)
		var d struct {
			Schemas []struct {
				Name, ID string
				Schema   schemaDoc
			}
		}
		if err := json.Unmarshal([]byte(r.stdout), &d); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, s := range d.Schemas {
			names = append(names, s.Name)
			if s.Schema.ID != s.ID {
				t.Errorf("%s has id %s and is said to have %s", s.Name, s.Schema.ID, s.ID)
			}
		}
		if diff := cmp.Diff(want, strings.Join(names, " ")); diff != "" {
			t.Errorf("schemas (-want +got):\n%s", diff)
		}
	}
	if r := newScene(t).run("schema", "nonsense"); r.code != cmd.ExitUsage {
		t.Errorf("exit code %d, want 2", r.code)
	}
}

// What this version prints is in the schema of the next one, so members are only
// added: a reader has to get along with those that it does not know.
func TestSchemasLeaveRoomForMembers(t *testing.T) {
	for _, name := range []string{"document", "events"} {
		if r := newScene(t).run("schema", name); strings.Contains(r.stdout, "additionalProperties") {
			t.Errorf("%s is closed", name)
		}
	}
}

func TestVersionIsTheSameInTextAndInJSON(t *testing.T) {
	for given, want := range map[string]string{"": "dev", "2.0.0": "2.0.0"} {
		text, whole := runAs(t, given, "version"), runAs(t, given, "version", "-o", "json", "--jq", ".build.version")
		if whole != want+"\n" || !strings.HasPrefix(text, "propctl "+want+" ") {
			t.Errorf("%q: text %q, JSON %q", given, text, whole)
		}
	}
}

func TestCompletionIsInTheDocument(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		script := runAs(t, "", "completion", shell)
		var d struct{ Script string }
		if err := json.Unmarshal([]byte(runAs(t, "", "completion", shell, "-o", "json")), &d); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(script, d.Script); diff != "" || !strings.Contains(script, "propctl") {
			t.Errorf("%s (-text +json):\n%.500s", shell, diff)
		}
	}
}

// runAs runs a program of a version, and returns what it prints.
func runAs(t *testing.T, version string, args ...string) string {
	t.Helper()
	var stdout bytes.Buffer
	if code := cmd.Run(t.Context(), cmd.Env{Stdout: &stdout, Build: cmd.Build{Version: version}}, args); code != cmd.ExitOK {
		t.Errorf("%q: exit code %d", args, code)
	}
	return stdout.String()
}
