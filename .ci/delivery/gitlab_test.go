package delivery_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// component is templates/propctl.yml: what may be given, and the text of the job.
type component struct {
	Spec struct {
		Inputs map[string]struct {
			Description, Regex string
			Default            *string
			Options            []string
		}
	}
	job []byte
}

func theComponent(t *testing.T) component {
	t.Helper()
	var c component
	header, body, ok := bytes.Cut(readFile(t, inRepository(t, "templates/propctl.yml")), []byte("\n---\n"))
	if !ok {
		t.Fatal("no header in templates/propctl.yml")
	}
	readYAML(t, header, &c)
	c.job = body
	return c
}

// with returns the job with its inputs put in, as GitLab does, or why it does not.
func (c component) with(given map[string]string) ([]byte, error) {
	values := maps.Clone(given)
	for name, input := range c.Spec.Inputs {
		if _, ok := values[name]; !ok {
			if input.Default == nil {
				return nil, fmt.Errorf("%s is missing", name)
			}
			values[name] = *input.Default
		}
		if input.Regex != "" && !regexp.MustCompile(input.Regex).MatchString(values[name]) ||
			input.Options != nil && !slices.Contains(input.Options, values[name]) {
			return nil, fmt.Errorf("%s cannot be %q", name, values[name])
		}
	}
	for name := range given {
		if _, ok := c.Spec.Inputs[name]; !ok {
			return nil, fmt.Errorf("there is no input %s", name)
		}
	}
	text := regexp.MustCompile(`\$\[\[ inputs\.([a-z-]+) \]\]`).ReplaceAllFunc(c.job, func(m []byte) []byte {
		value, ok := values[string(m[len("$[[ inputs."):len(m)-len(" ]]")])]
		if !ok {
			return m
		}
		return []byte(value)
	})
	if bytes.Contains(text, []byte("$[[")) {
		return nil, fmt.Errorf("an input that is none: %s", text)
	}
	return text, nil
}

// A machine without curl, as the image is, and with what the report of an earlier job has left.
func runGitLab(t *testing.T, text string, access map[string]string) *job {
	t.Helper()
	var pipeline struct {
		Include []struct {
			Remote string
			Inputs map[string]string
		}
		Stages []string
	}
	var others map[string]yaml.Node
	readYAML(t, []byte(text), &pipeline)
	readYAML(t, []byte(text), &others)
	j := newJob(t, newReleases(t, thisProgram()))
	j.without("curl", "bash", "perl")
	maps.Copy(j.env, access)
	maps.Copy(j.env, map[string]string{"GITLAB_CI": "true", "PROPCTL_NETWORK": "PRODUCTION", "PROPCTL_RESULT_NETWORK": "PRODUCTION"})
	for _, include := range pipeline.Include {
		if include.Remote != "https://raw.githubusercontent.com/propctl/propctl/v"+released+"/templates/propctl.yml" {
			t.Errorf("included is %s", include.Remote)
		}
		one, err := theComponent(t).with(include.Inputs)
		if err != nil {
			t.Fatal(err)
		}
		var jobs map[string]struct {
			Stage         string
			ResourceGroup string `yaml:"resource_group"`
		}
		readYAML(t, one, &jobs)
		delete(others, include.Inputs["job"])
		network := include.Inputs["network"]
		got := jobs[include.Inputs["job"]]
		if got.ResourceGroup != "akamai/www.example.com/"+network || !slices.Contains(pipeline.Stages, got.Stage) {
			t.Errorf("the job is %+v", got)
		}
		var top yaml.Node
		readYAML(t, one, &top)
		var lines []string
		for _, s := range scripts(&top) {
			lines = append(lines, s.text)
		}
		printed := j.must(nil, "sh", "-eu", "-c", strings.Join(lines, "\n"))
		if !strings.Contains(printed, "installed propctl_") {
			t.Errorf("printed:\n%s", printed)
		}
		checkReports(j, strings.ToUpper(network))
	}
	delete(others, "include")
	delete(others, "stages")
	for name := range others {
		t.Errorf("%s belongs to no job of the component", name)
	}
	return j
}

// checkReports reads the files that the job hands to GitLab.
func checkReports(j *job, network string) {
	j.t.Helper()
	for _, want := range []string{"PROPCTL_RESULT_OUTCOME=active\n", "PROPCTL_RESULT_VERSION=8\n", "PROPCTL_RESULT_NETWORK=" + network + "\n"} {
		if got := readFile(j.t, filepath.Join(j.dir, "propctl.env")); !bytes.Contains(got, []byte(want)) {
			j.t.Errorf("propctl.env has no %q:\n%s", want, got)
		}
	}
	var suites any
	if err := xml.Unmarshal(readFile(j.t, filepath.Join(j.dir, "propctl.xml")), &suites); err != nil {
		j.t.Error(err)
	}
	if got := readFile(j.t, filepath.Join(j.dir, "propctl.json")); !bytes.Contains(got, []byte(`"network": "`+network+`"`)) {
		j.t.Errorf("propctl.json:\n%s", got)
	}
}

// What GitLab puts into the script are words, and never a command.
func TestGitLabJobTakesOnlyPlainWords(t *testing.T) {
	t.Parallel()
	good := map[string]string{"property": "www.example.com", "notify": "a.b+c@example.com,d@example.com", "version": "0.1.0-rc.1"}
	if _, err := theComponent(t).with(good); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"property", "property-version", "network", "notify", "version"} {
		for _, value := range []string{"", `x" ; touch pwned ; "`, "$(touch pwned)", "`touch pwned`", "${HOME}", "x\ntouch pwned", "x y", "x'y", "x\\y", "8\n- y"} {
			bad := maps.Clone(good)
			bad[name] = value
			if text, err := theComponent(t).with(bad); err == nil {
				t.Errorf("%s may be %q:\n%s", name, value, text)
			}
		}
	}
}
