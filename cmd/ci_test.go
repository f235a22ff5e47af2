package cmd_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

// inCI makes the scene a job of a CI system, with the files that its runner makes.
func (s *scene) inCI(system string) *scene {
	s.ci = system
	s.set(map[string]map[string]string{
		"github":   {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": s.write("output", ""), "GITHUB_STEP_SUMMARY": s.write("summary.md", "")},
		"gitlab":   {"GITLAB_CI": "true"},
		"azure":    {"TF_BUILD": "True", "AGENT_TEMPDIRECTORY": s.env["HOME"]},
		"teamcity": {"TEAMCITY_VERSION": "2025.07"},
		"jenkins":  {"JENKINS_URL": "https://ci.example.com/"},
	}[system])
	if system == "github" {
		s.files = append(s.files, s.env["GITHUB_OUTPUT"], s.env["GITHUB_STEP_SUMMARY"])
	}
	return s
}

func TestCISystemIsDetected(t *testing.T) {
	all := map[string]string{"GITHUB_ACTIONS": "true", "GITLAB_CI": "true", "TF_BUILD": "True", "TEAMCITY_VERSION": "2025.07", "JENKINS_URL": "https://ci.example.com/"}
	tests := []struct {
		name string
		env  map[string]string
		args []string
		want string // that its commands begin with
	}{
		{name: "nothing"},
		{name: "GitHub", env: map[string]string{"GITHUB_ACTIONS": "true"}, want: "::"},
		{name: "GitLab", env: map[string]string{"GITLAB_CI": "true"}, want: "\x1b[0Ksection_start:"},
		{name: "Azure", env: map[string]string{"TF_BUILD": "True"}, want: "##["},
		{name: "TeamCity", env: map[string]string{"TEAMCITY_VERSION": "2025.07"}, want: "##teamcity["},
		{name: "Jenkins", env: map[string]string{"JENKINS_URL": "https://ci.example.com/"}},
		{name: "not really", env: map[string]string{"GITHUB_ACTIONS": "false", "TF_BUILD": ""}},
		{name: "none of them", env: all, args: []string{"--ci", "none"}},
		{name: "another one than that", env: map[string]string{"GITHUB_ACTIONS": "true"}, args: []string{"--ci", "azure"}, want: "##["},
		{name: "by a setting", env: map[string]string{"PROPCTL_CI": "teamcity", "GITHUB_ACTIONS": "true"}, want: "##teamcity["},
		{name: "in any case", args: []string{"--ci", "GitLab"}, want: "\x1b[0Ksection_start:"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t).set(tt.env)
				s.ci = map[string]string{"::": "github", "##[": "azure", "##teamcity[": "teamcity", "\x1b[0Ksection_start:": "gitlab"}[tt.want]
				r := s.run(append([]string{"activate", "prp_1001@8", notify, "-v"}, tt.args...)...)
				if commands := commandsIn(t, s.ci, r.stderr).commands; len(commands) == 0 && tt.want != "" {
					t.Errorf("nothing for the system in %q", r.stderr)
				}
			})
		})
	}
}

// What people and other programs see is the same, wherever it runs.
func TestCISystemChangesNothingElse(t *testing.T) {
	for _, args := range [][]string{
		{"activate", "prp_1001@8", notify},
		{"activate", "broken.example.com", notify, "-o", "json"},
		{"activate", "prp_1007", notify, "-o", "ndjson", "-v"},
		{"pending", "prp_1006"},
		{"status", "prp_1001", "nobody.example.com"},
		{"budget", "-q"},
		{"version"},
		{"explain", "busy"},
		{"status"},
	} {
		run := func(system string) (r result) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				if system != "" {
					s.inCI(system)
				}
				r = s.run(args...)
				r.stderr = commandsIn(t, s.ci, r.stderr).rest
			})
			return r
		}
		plain := run("")
		for _, system := range ciSystems {
			r := run(system)
			if diff := cmp.Diff(plain, r, cmp.AllowUnexported(result{})); diff != "" {
				t.Errorf("%s %s (-plain +there):\n%s", system, args, diff)
			}
		}
	}
}

func TestProgressIsFoldedAndTheResultIsNot(t *testing.T) {
	for system, names := range map[string][2]string{
		"github": {"group", "endgroup"}, "gitlab": {"section_start", "section_end"}, "azure": {"group", "endgroup"}, "teamcity": {"blockOpened", "blockClosed"},
	} {
		t.Run(system, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t).inCI(system)
				var order []string
				s.watch = func(stream, text string) {
					for line := range strings.Lines(text) {
						c := commandsIn(t, system, line).commands
						switch {
						case stream == "stdout":
							order = append(order, "result")
						case len(c) == 0:
							order = append(order, "progress")
						case slices.Contains(names[:], c[0].name):
							order = append(order, c[0].name)
						}
					}
				}
				s.run("activate", "prp_1001@8", notify)
				if diff := cmp.Diff([]string{names[0], "progress", names[1], "result"}, slices.Compact(order)); diff != "" {
					t.Errorf("order (-want +got):\n%s", diff)
				}
				order = nil
				s.run("status", "prp_1001")
				if diff := cmp.Diff([]string{"result"}, slices.Compact(order)); diff != "" {
					t.Errorf("something is folded around nothing (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// GitLab mixes up sections of one name in a job.
func TestSectionsOfGitLabHaveNamesOfTheirOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t).inCI("gitlab")
		seen := map[string]int{}
		for range 3 {
			for _, c := range commandsIn(t, "gitlab", s.run("status", "prp_1001", "--debug").stderr).commands {
				seen[c.values["name"]]++
			}
			time.Sleep(time.Millisecond)
		}
		if len(seen) != 3 {
			t.Errorf("names %v", seen)
		}
		for name, times := range seen {
			if times != 2 {
				t.Errorf("%s begins and ends %d times", name, times)
			}
		}
	})
}

// No CI system may take a job for dead.
func TestThereIsALineEveryMinuteInEveryCISystem(t *testing.T) {
	for _, system := range append(slices.Clone(ciSystems), "") {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, func(o *simulator.Options) { o.Pace = simulator.Fixed(12*time.Minute, 12*time.Minute) })
			if system != "" {
				s.inCI(system)
			}
			last, lines := time.Now(), 0
			s.watch = func(string, string) {
				if gap := time.Since(last); gap > time.Minute {
					t.Errorf("%s: %s of silence", system, gap)
				}
				last = time.Now()
				lines++
			}
			if r := s.run("activate", "prp_1001@8", notify, "--poll", "10m"); r.code != cmd.ExitOK || lines < 12 {
				t.Errorf("%s: exit code %d, %d lines", system, r.code, lines)
			}
		})
	}
}

func TestQuietKeepsWhatIsForMachines(t *testing.T) {
	for _, system := range ciSystems {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t).inCI(system)
			r := s.run("activate", "prp_1001@8", notify, "-q")
			spoken := commandsIn(t, system, r.stderr)
			for _, c := range spoken.commands {
				if !slices.Contains([]string{"task.setvariable", "task.uploadsummary", "setParameter"}, c.name) {
					t.Errorf("%s: %s with --quiet", system, c.name)
				}
			}
			if n := len(spoken.variables()); (system == "azure" || system == "teamcity") && n != len(factNames) {
				t.Errorf("%s: %d variables", system, n)
			}
		})
	}
}

func TestLaterStepsAreToldTheSameEverywhere(t *testing.T) {
	want := map[string]string{
		"outcome": "active", "exit-code": "0", "property-id": "prp_1001", "property-name": "www.example.com", "version": "8", "network": "STAGING",
		"activation-id": "atv_5038", "submitted": "true", "budget-remaining": "2499", "budget-limit": "2500",
	}
	for _, system := range []string{"github", "azure", "teamcity", "none"} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			path := s.write("propctl.env", "")
			if system != "none" {
				s.inCI(system)
			}
			r := s.run("activate", "prp_1001@8", notify, "--dotenv", path)
			got := map[string]string{}
			switch system {
			case "github":
				got = githubOutputs(t, s.read()[0])
			case "none":
				data, err := os.ReadFile(path)
				must(t, err)
				for line := range strings.Lines(string(data)) {
					name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
					got[strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(name, "PROPCTL_RESULT_")), "_", "-")] = value
				}
			default:
				for name, value := range commandsIn(t, system, r.stderr).variables() {
					got[strings.ReplaceAll(strings.TrimPrefix(name, "propctl."), "_", "-")] = value
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", system, diff)
			}
		})
	}
}

// What a job inherits from an earlier one must not decide where it goes.
func TestResultsOfEarlierRunsAreNoSettings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		path := s.write("propctl.env", "")
		s.run("activate", "prp_1001@8", notify, "--dotenv", path)
		data, err := os.ReadFile(path)
		must(t, err)
		left := map[string]string{}
		for line := range strings.Lines(string(data)) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			left[name] = value
		}
		flags := map[string]bool{}
		for _, types := range cmd.FlagTypes() {
			for name := range types {
				flags["PROPCTL_"+strings.ToUpper(strings.ReplaceAll(name, "-", "_"))] = true
			}
		}
		for name := range left {
			if flags[name] {
				t.Errorf("%s is also a setting", name)
			}
		}
		s.set(left)
		if r := s.run("rollback", "prp_1001", notify, "-y"); r.code != cmd.ExitUsage || !strings.Contains(r.stderr, "no default network") {
			t.Errorf("exit code %d: %s", r.code, r.stderr)
		}
	})
}

func TestProblemsOfTeamCityKeepTheirIdentity(t *testing.T) {
	identity := func(args ...string) (id string) {
		synctest.Test(t, func(t *testing.T) {
			problems := commandsIn(t, "teamcity", newScene(t).inCI("teamcity").run(args...).stderr).named("buildProblem")
			if len(problems) != 1 {
				t.Fatalf("%d problems", len(problems))
			}
			id = problems[0].values["identity"]
		})
		return id
	}
	first, again := identity("activate", "broken.example.com", notify), identity("activate", "broken.example.com@2", notify, "-v")
	other, production := identity("activate", "prp_1007@3", notify), identity("activate", "broken.example.com", notify, "-n", "p")
	if first != again || first == other || first == production || first != "propctl_rejected_prp_1004_STAGING" {
		t.Errorf("%q, again %q; of another %q, elsewhere %q", first, again, other, production)
	}
	if long := identity("status", strings.Repeat("x", 100)+".example.com", "--contract", "ctr_1", "--group", "grp_1"); len(long) > 60 {
		t.Errorf("%q has %d characters", long, len(long))
	}
}

func TestAzureIsHandedASummary(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t).inCI("azure")
		handed := commandsIn(t, "azure", s.run("activate", "prp_1001@8", notify).stderr).named("task.uploadsummary")
		if len(handed) != 1 || filepath.Dir(handed[0].data) != s.env["HOME"] {
			t.Fatalf("handed over: %v", handed)
		}
		data, err := os.ReadFile(handed[0].data)
		if err != nil || !strings.HasPrefix(string(data), "### propctl activate: active\n") {
			t.Errorf("%v: %s", err, data)
		}
		for _, folder := range []string{"", "relative", "/nowhere\n##vso[task.x]"} {
			s.set(map[string]string{"AGENT_TEMPDIRECTORY": folder})
			if r := s.run("activate", "prp_1001@8", notify); r.code != cmd.ExitOK || strings.Contains(r.stderr, "warning") || len(commandsIn(t, "azure", r.stderr).named("task.uploadsummary")) > 0 {
				t.Errorf("%q: exit code %d: %s", folder, r.code, r.stderr)
			}
		}
	})
}

func TestWhatCannotBeLeftForTheRunnerIsAWarning(t *testing.T) {
	for variable, want := range map[string]string{"GITHUB_OUTPUT": "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY": "GITHUB_STEP_SUMMARY"} {
		for name, path := range map[string]func(home string) string{
			"folder":  func(home string) string { return home },
			"nowhere": func(home string) string { return filepath.Join(home, "no", "such", "file") },
			"device":  func(string) string { return "/dev/null" },
		} {
			t.Run(variable+" "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := newScene(t).inCI("github")
					s.files = nil
					s.set(map[string]string{variable: path(s.env["HOME"])})
					r := s.run("activate", "prp_1001@7", notify)
					if r.code != cmd.ExitOK || strings.Count(r.stderr, "warning: ") != 1 || !strings.Contains(r.stderr, want) {
						t.Errorf("exit code %d: %s", r.code, r.stderr)
					}
				})
			})
		}
	}
}

func TestPageOfCIOutputNamesAllOfIt(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "ci-output.md"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"`GITHUB_ACTIONS`", "`GITLAB_CI`", "`TF_BUILD`", "`TEAMCITY_VERSION`", "`JENKINS_URL`", "`none`"}
	for _, name := range factNames {
		underscored := strings.ReplaceAll(name, "-", "_")
		want = append(want, "`"+name+"`", "`propctl."+underscored+"`", "`PROPCTL_RESULT_"+strings.ToUpper(underscored)+"`")
	}
	for _, name := range want {
		if !strings.Contains(string(page), name) {
			t.Errorf("the page has no %s", name)
		}
	}
}
