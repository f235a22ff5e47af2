package delivery_test

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// snippet is a piece of the guide that somebody will paste.
type snippet struct {
	language, name, text string
}

// guide reads the pipelines out of docs/ci.md. The first line of each names its file.
func guide(t *testing.T) []snippet {
	t.Helper()
	var all []snippet
	for _, m := range regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$").FindAllStringSubmatch(string(readFile(t, inRepository(t, "docs/ci.md"))), -1) {
		first, _, _ := strings.Cut(m[2], "\n")
		name := strings.TrimLeft(first, "#/ ")
		if m[1] == "sh" {
			name = "sh"
		}
		all = append(all, snippet{m[1], name, m[2]})
	}
	return all
}

// akamai is a simulator on loopback, and the variables with which it is reached.
func akamai(t *testing.T, speed string) map[string]string {
	t.Helper()
	dir := t.TempDir()
	command := exec.CommandContext(t.Context(), *program, "simulate", "--dir", dir, "--speed", speed, "-o", "json")
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 10 * time.Second
	command.Env = append(os.Environ(), "HOME="+dir)
	stdout, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = command.Wait() }) // after the end of t.Context
	var printed struct {
		Simulator struct{ Edgerc, CAFile string }
	}
	if err := json.NewDecoder(stdout).Decode(&printed); err != nil || printed.Simulator.Edgerc == "" {
		t.Fatalf("the simulator says %+v, %v", printed, err)
	}
	access := map[string]string{"PROPCTL_CA_FILE": printed.Simulator.CAFile}
	for line := range strings.Lines(string(readFile(t, printed.Simulator.Edgerc))) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), " = "); ok {
			access["AKAMAI_"+strings.ToUpper(name)] = value
		}
	}
	return access
}

// activeOnBoth asserts what a pipeline is for.
func activeOnBoth(j *job, access map[string]string) {
	j.t.Helper()
	shown := j.must(access, *program, "status", "www.example.com", "-n", "staging,production", "--ci", "none")
	for _, network := range []string{"STAGING", "PRODUCTION"} {
		if !strings.Contains(shown, network+": version 8 is active") {
			j.t.Errorf("version 8 is not active on %s:\n%s", network, shown)
		}
	}
}

func TestPipelinesOfTheGuideRun(t *testing.T) {
	t.Parallel()
	run := map[string]func(*testing.T, string, map[string]string) *job{
		".github/workflows/activate.yml": runGitHub,
		".github/workflows/free.yml":     runGitHub,
		".gitlab-ci.yml":                 runGitLab,
		"azure-pipelines.yml":            runAzure,
		"Jenkinsfile":                    runJenkins,
		".circleci/config.yml":           runCircleCI,
		"sh": func(t *testing.T, text string, access map[string]string) *job {
			t.Helper()
			j := newJob(t, newReleases(t, thisProgram()))
			j.must(access, "sh", "-eu", "-c", text)
			return j
		},
	}
	var names []string
	for _, s := range guide(t) {
		names = append(names, s.name)
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			speed := "100000" // nobody has to wait for an activation
			if s.name == ".github/workflows/free.yml" {
				speed = "1" // and here it does not end
			}
			access := akamai(t, speed)
			if run[s.name] == nil {
				t.Fatal("nothing runs this")
			}
			j := run[s.name](t, s.text, access)
			if s.name != "sh" && s.name != ".github/workflows/free.yml" {
				activeOnBoth(j, access)
			}
		})
	}
	slices.Sort(names)
	if want := slices.Sorted(maps.Keys(run)); !slices.Equal(names, want) {
		t.Errorf("the guide has %v, want %v", names, want)
	}
}

// reaching is what every machine of a pipeline has: the simulator's certificate is trusted there.
func reaching(j *job, access map[string]string) { j.env["PROPCTL_CA_FILE"] = access["PROPCTL_CA_FILE"] }

func runGitHub(t *testing.T, text string, access map[string]string) *job {
	t.Helper()
	var workflow struct {
		Jobs yaml.Node
	}
	readYAML(t, []byte(text), &workflow)
	r := newRunner(t, thisProgram())
	reaching(r.job, access)
	known := map[string]string{"github.event.head_commit.message": "a subject\n\noutcome=forged\n::error::forged $(touch pwned) `touch pwned`"}
	for name, value := range access {
		known["secrets."+name] = value
	}
	for i := 0; i+1 < len(workflow.Jobs.Content); i += 2 {
		name := workflow.Jobs.Content[i].Value
		var one struct {
			Concurrency  struct{ Group, Queue string }
			Outputs, Env map[string]string
			Steps        []actionStep
		}
		if err := workflow.Jobs.Content[i+1].Decode(&one); err != nil {
			t.Fatal(err)
		}
		if name != "free" && one.Concurrency.Group != "akamai-www.example.com-"+name {
			t.Errorf("job %s is in the group %q", name, one.Concurrency.Group)
		}
		for _, s := range one.Steps {
			runGitHubStep(r, s, one.Env, known)
		}
		for output, value := range one.Outputs {
			known["needs."+name+".outputs."+output] = resolved(t, value, known)
		}
	}
	if isThere(filepath.Join(r.dir, "pwned")) {
		t.Error("a shell has read the commit's message")
	}
	return r.job
}

// runGitHubStep runs a step of a workflow, and notes its outputs.
func runGitHubStep(r *runner, s actionStep, jobEnv, known map[string]string) {
	r.t.Helper()
	env, with := map[string]string{}, map[string]string{}
	for _, values := range []map[string]string{jobEnv, s.Env} {
		for name, value := range values {
			env[name] = resolved(r.t, value, known)
		}
	}
	for name, value := range s.With {
		with[name] = resolved(r.t, value, known)
	}
	if name, value, ok := strings.Cut(s.If, " == "); ok && known[name] != strings.Trim(value, "'") {
		r.t.Errorf("%s is %q, and the step is left out", s.If, known[name])
	}
	var code int
	var outputs map[string]string
	switch {
	case s.Run != "":
		code, outputs = r.step(s, env, known)
	case s.Uses == "propctl/propctl@v"+released && with["version"] == released:
		code, outputs = r.use(with, env)
	default:
		r.t.Fatalf("this test does not know the step %+v", s)
	}
	if code != 0 && !s.ContinueOnError {
		r.t.Fatalf("exit code %d of %+v\n%s", code, s, r.printed.String())
	}
	for name, value := range outputs {
		known["steps."+s.ID+".outputs."+name] = value
	}
}

func runAzure(t *testing.T, text string, access map[string]string) *job {
	t.Helper()
	var top yaml.Node
	readYAML(t, []byte(text), &top)
	j := newJob(t, newReleases(t, thisProgram()))
	reaching(j, access)
	maps.Copy(j.env, map[string]string{"TF_BUILD": "True", "AGENT_TEMPDIRECTORY": t.TempDir()})
	known := maps.Clone(access)
	known["toolVersion"], known["Build.SourceVersionMessage"] = released, "##vso[task.complete result=Failed]"
	for _, s := range scripts(&top) {
		env := map[string]string{}
		for name, value := range s.env {
			env[name] = regexp.MustCompile(`\$\(([A-Za-z_.]+)\)`).ReplaceAllStringFunc(value, func(v string) string { return known[v[2:len(v)-1]] })
		}
		j.must(env, "bash", "--noprofile", "--norc", "-c", s.text)
	}
	return j
}

func runJenkins(t *testing.T, text string, access map[string]string) *job {
	t.Helper()
	if strings.Count(text, "{") != strings.Count(text, "}") || strings.Count(text, "'")%2 != 0 || strings.Contains(text, `"""`) {
		t.Error("brackets or quotation marks have no partner, or Groovy puts values into a script")
	}
	j := newJob(t, newReleases(t, thisProgram()))
	reaching(j, access)
	edgerc := filepath.Join(t.TempDir(), "secret")
	write(t, edgerc, []byte("[default]\nhost = "+access["AKAMAI_HOST"]+"\nclient_token = "+access["AKAMAI_CLIENT_TOKEN"]+
		"\nclient_secret = "+access["AKAMAI_CLIENT_SECRET"]+"\naccess_token = "+access["AKAMAI_ACCESS_TOKEN"]+"\n"))
	j.env["JENKINS_URL"] = "https://jenkins.example.com/"
	for _, m := range regexp.MustCompile(`(?m)^ +(\w+) = (.*)$`).FindAllStringSubmatch(text, -1) {
		j.env[m[1]] = strings.Trim(m[2], "'")
		if m[2] == "credentials('akamai-edgerc')" {
			j.env[m[1]] = edgerc
		}
	}
	for _, m := range regexp.MustCompile(`(?s)sh '''(.*?)'''`).FindAllStringSubmatch(text, -1) {
		j.must(nil, "sh", "-xe", "-c", m[1])
	}
	return j
}

func runCircleCI(t *testing.T, text string, access map[string]string) *job {
	t.Helper()
	var top yaml.Node
	readYAML(t, []byte(text), &top)
	var config struct {
		Jobs map[string]struct{ Environment map[string]string }
	}
	readYAML(t, []byte(text), &config)
	j := newJob(t, newReleases(t, thisProgram()))
	reaching(j, access)
	maps.Copy(j.env, access)
	maps.Copy(j.env, config.Jobs["activate"].Environment)
	for _, s := range scripts(&top) {
		j.must(nil, "bash", "-eo", "pipefail", "-c", s.text)
	}
	return j
}
