package delivery_test

import (
	"bufio"
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// action is what action.yml says.
type action struct {
	Inputs  map[string]struct{ Description, Default string }
	Outputs map[string]struct{ Description, Value string }
	Runs    struct {
		Using string
		Steps []actionStep
	}
}

type actionStep struct {
	ID, If, Shell, Run, Uses string
	With, Env                map[string]string
	ContinueOnError          bool `yaml:"continue-on-error"`
}

func theAction(t *testing.T) action {
	t.Helper()
	var a action
	readYAML(t, readFile(t, inRepository(t, "action.yml")), &a)
	return a
}

// runner is as much of a GitHub runner as the action and the guide need.
type runner struct {
	*job
	action    action
	printed   strings.Builder // by all scripts
	installed bool            // and so once is enough
}

func newRunner(t *testing.T, content string) *runner {
	t.Helper()
	r := &runner{job: newJob(t, newReleases(t, content)), action: theAction(t)}
	maps.Copy(r.env, map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_ACTION_PATH": inRepository(t, "."), "RUNNER_TEMP": filepath.Join(t.TempDir(), "a folder"),
	})
	write(t, filepath.Join(r.env["RUNNER_TEMP"], "x"), nil)
	return r
}

var expression = regexp.MustCompile(`\$\{\{ *([^}]*?) *\}\}`)

// resolved replaces the expressions of GitHub by what is known under their names.
func resolved(t *testing.T, text string, known map[string]string) string {
	t.Helper()
	return expression.ReplaceAllStringFunc(text, func(e string) string {
		name := expression.FindStringSubmatch(e)[1]
		value, ok := known[name]
		if !ok {
			t.Fatalf("%s is not known in %q", name, text)
		}
		return value
	})
}

// step runs a step's script, and returns its exit code and outputs.
func (r *runner) step(s actionStep, env, known map[string]string, started ...func(*os.Process)) (int, map[string]string) {
	r.t.Helper()
	dir := r.t.TempDir()
	script := filepath.Join(dir, "script.sh")
	write(r.t, script, []byte(s.Run))
	all := map[string]string{}
	maps.Copy(all, env)
	for name, value := range s.Env {
		all[name] = resolved(r.t, value, known)
	}
	for _, file := range []string{"GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"} {
		all[file] = filepath.Join(dir, file)
		write(r.t, all[file], nil)
	}
	c := r.command(all, "bash", "--noprofile", "--norc", "-eo", "pipefail", script)
	var stdout bytes.Buffer
	c.Stdout = &stdout
	stderr, err := c.StderrPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		r.t.Fatal(err)
	}
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		r.printed.WriteString(lines.Text() + "\n")
		for _, f := range started {
			f(c.Process)
		}
	}
	_ = c.Wait() // the exit code tells
	r.printed.Write(stdout.Bytes())
	for line := range strings.Lines(string(readFile(r.t, all["GITHUB_PATH"]))) {
		r.env["PATH"] = strings.TrimSpace(line) + ":" + r.env["PATH"]
	}
	return c.ProcessState.ExitCode(), outputs(r.t, readFile(r.t, all["GITHUB_OUTPUT"]))
}

// outputs reads the file of GITHUB_OUTPUT.
func outputs(t *testing.T, file []byte) map[string]string {
	t.Helper()
	values := map[string]string{}
	for line := range strings.Lines(string(file)) {
		name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		if !ok {
			t.Fatalf("an output that this test cannot read: %q", line)
		}
		values[name] = value
	}
	return values
}

// use runs the action as a step that uses it, and returns its exit code and outputs.
func (r *runner) use(with, env map[string]string, started ...func(*os.Process)) (int, map[string]string) {
	r.t.Helper()
	known := map[string]string{}
	for name, input := range r.action.Inputs {
		known["inputs."+name] = input.Default
	}
	for name, value := range with {
		if _, ok := r.action.Inputs[name]; !ok {
			r.t.Fatalf("the action has no input %q", name)
		}
		known["inputs."+name] = value
	}
	var code int
	for _, s := range r.action.Runs.Steps {
		if s.If != "" && s.If != "inputs.args != ''" {
			r.t.Fatalf("this test does not know the condition %q", s.If)
		}
		if code != 0 || s.If != "" && known["inputs.args"] == "" || s.ID == "install" && r.installed {
			continue
		}
		var values map[string]string
		when := started
		if s.ID != "run" {
			when = nil
		}
		code, values = r.step(s, env, known, when...)
		r.installed = r.installed || code == 0
		for name, value := range values {
			known["steps."+s.ID+".outputs."+name] = value
		}
	}
	result := map[string]string{}
	for name, output := range r.action.Outputs {
		of := expression.FindStringSubmatch(output.Value)
		if value, ok := known[of[1]]; ok {
			result[name] = value
		}
	}
	return code, result
}
