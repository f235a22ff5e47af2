package delivery_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// A value that is put into a script's text can be more than a value.
func TestScriptsOfWorkflowsHaveNoExpressions(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(inRepository(t, ".github/workflows/*.yml"))
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	var texts [][]byte
	for _, name := range append(files, inRepository(t, "action.yml")) {
		texts = append(texts, readFile(t, name))
	}
	for _, s := range guide(t) {
		if s.language == "yaml" {
			texts = append(texts, []byte(s.text))
		}
	}
	count := 0
	for _, text := range texts {
		var top yaml.Node
		readYAML(t, text, &top)
		for _, script := range scripts(&top) {
			count++
			if strings.Contains(script.text, "${{") || strings.Contains(script.text, "$(") && script.key == "bash" {
				t.Errorf("an expression in the script:\n%s", script.text)
			}
		}
	}
	if count < 15 {
		t.Errorf("found %d scripts only", count)
	}
}

// script is a script of a pipeline, and the key it stands under.
type script struct {
	key, text string
	env       map[string]string
}

// scripts finds the scripts of a pipeline in their order, whatever system it is for.
func scripts(n *yaml.Node) []script {
	var all []script
	if n.Kind == yaml.MappingNode {
		var env struct{ Env map[string]string }
		_ = n.Decode(&env) // elsewhere, env may be something else
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i].Value, n.Content[i+1]
			isScript := slices.Contains([]string{"run", "bash", "command"}, key)
			switch {
			case isScript && value.Kind == yaml.ScalarNode:
				all = append(all, script{key, value.Value, env.Env})
			case (key == "script" || key == "before_script") && value.Kind == yaml.SequenceNode:
				for _, line := range value.Content {
					all = append(all, script{key, line.Value, nil})
				}
			default:
				all = append(all, scripts(value)...)
			}
		}
		return all
	}
	for _, child := range n.Content {
		all = append(all, scripts(child)...)
	}
	return all
}

func readYAML(t *testing.T, data []byte, into any) {
	t.Helper()
	d := yaml.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(into); err != nil {
		t.Fatalf("%v in:\n%s", err, data)
	}
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
