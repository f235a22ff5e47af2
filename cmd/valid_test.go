package cmd_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/propctl/propctl/cmd"
)

// These checks are made of everything that any test here has the program print.

// strictSchemas are the schemas that propctl prints, except that a member which they
// do not have is a mistake.
var strictSchemas = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	compiled := map[string]*jsonschema.Schema{}
	for _, name := range []string{"document", "events", "settings"} {
		var stdout bytes.Buffer
		cmd.Run(context.Background(), cmd.Env{Stdout: &stdout}, []string{"schema", name})
		parsed, err := jsonschema.UnmarshalJSON(&stdout)
		if err != nil {
			return nil, err
		}
		forbidOthers(parsed)
		c := jsonschema.NewCompiler()
		c.AssertFormat()
		id := "urn:propctl:schema:" + name + ":1"
		if err := c.AddResource(id, parsed); err != nil {
			return nil, err
		}
		if compiled[name], err = c.Compile(id); err != nil {
			return nil, err
		}
	}
	return compiled, nil
})

// forbidOthers makes a schema strict.
func forbidOthers(part any) {
	switch part := part.(type) {
	case map[string]any:
		if _, ok := part["properties"]; ok && part["type"] == "object" {
			part["additionalProperties"] = false
		}
		for _, below := range part {
			forbidOthers(below)
		}
	case []any:
		for _, below := range part {
			forbidOthers(below)
		}
	}
}

// validate returns what a schema has against a text; nil for nothing.
func validate(t *testing.T, name, text string) error {
	t.Helper()
	all, err := strictSchemas()
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return err
	}
	return all[name].Validate(parsed)
}

// checkSchemas is made of every run of every test here: what was printed as JSON and
// the settings that were taken are as the schemas say.
func (s *scene) checkSchemas(args []string, r result) {
	s.t.Helper()
	var first struct {
		Type          string
		SchemaVersion int
	}
	err := json.NewDecoder(strings.NewReader(r.stdout)).Decode(&first)
	switch {
	case err != nil || first.SchemaVersion == 0: // text, or what --jq has made of it
	case first.Type == "":
		if err := validate(s.t, "document", r.stdout); err != nil {
			s.t.Errorf("propctl %.300q: %v\n%s", args, err, r.stdout)
		}
	default:
		for line := range strings.Lines(r.stdout) {
			if err := validate(s.t, "events", line); err != nil {
				s.t.Errorf("propctl %.300q: %v\n%s", args, err, line)
			}
		}
	}
	path := s.settings(args)
	if _, err := os.Stat(path); err != nil || r.code == cmd.ExitUsage || !takesSettings(args) || strings.Contains(r.stdout+r.stderr, path+": ") {
		return // there are none, they were refused, or it goes on without them
	}
	if err := validateSettings(s.t, path); err != nil {
		s.t.Errorf("propctl %.300q: %v", args, err)
	}
}

// takesSettings reports whether a command line has anything to do with settings.
func takesSettings(args []string) bool {
	return !slices.ContainsFunc(args, func(arg string) bool {
		return arg == "-h" || arg == "--help" || arg == "help" || strings.HasPrefix(arg, "__complete")
	})
}

// settings is the file that a command line reads its settings from.
func (s *scene) settings(args []string) string {
	for i, arg := range args {
		if path, ok := strings.CutPrefix(arg, "--config="); ok {
			return path
		}
		if arg == "--config" && i+1 < len(args) {
			return args[i+1]
		}
	}
	if path := s.env["PROPCTL_CONFIG"]; path != "" {
		return path
	}
	return filepath.Join(s.env["HOME"], settingsFile)
}

func validateSettings(t *testing.T, path string) error {
	t.Helper()
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil // a pipe has been read
	}
	settings, err := cmd.Settings(path)
	if err != nil {
		return err
	}
	text, err := json.Marshal(settings)
	if err != nil {
		return err
	}
	return validate(t, "settings", string(text))
}
