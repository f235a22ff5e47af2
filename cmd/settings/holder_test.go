package settings_test

import (
	"os"
	"strings"
	"testing"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/settings"
)

func holderIn(env map[string]string) activation.Holder {
	return settings.Holder(func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	})
}

// Those who wait are told where the one before them runs, in the words of its CI system.
func TestWhoHasTheTurnIsNamedAsItsCISystemNamesIt(t *testing.T) {
	for name, tt := range map[string]struct {
		env  map[string]string
		want activation.Holder
	}{
		"nothing known":             {nil, activation.Holder{User: "unknown"}},
		"a person":                  {map[string]string{"USER": "jane", "LOGNAME": "other"}, activation.Holder{User: "jane"}},
		"without USER":              {map[string]string{"USER": "", "LOGNAME": "jane"}, activation.Holder{User: "jane"}},
		"on Windows":                {map[string]string{"USERNAME": "jane"}, activation.Holder{User: "jane"}},
		"a variable of no CI":       {map[string]string{"USER": "jane", "CI_JOB_URL": "https://ci.example.com/1"}, activation.Holder{User: "jane"}},
		"GitHub":                    {map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_JOB": "deploy", "GITHUB_ACTOR": "jane", "USER": "runner", "GITHUB_RUN_ID": "42", "GITHUB_SERVER_URL": "https://github.example.com", "GITHUB_REPOSITORY": "team/site"}, activation.Holder{User: "jane", CI: "github", Job: "deploy", URL: "https://github.example.com/team/site/actions/runs/42"}},
		"GitHub without a run":      {map[string]string{"GITHUB_ACTIONS": "true", "USER": "runner"}, activation.Holder{User: "runner", CI: "github"}},
		"GitLab":                    {map[string]string{"GITLAB_CI": "true", "CI_JOB_NAME": "deploy", "CI_JOB_URL": "https://gitlab.example.com/team/site/-/jobs/7", "GITLAB_USER_LOGIN": "jane"}, activation.Holder{User: "jane", CI: "gitlab", Job: "deploy", URL: "https://gitlab.example.com/team/site/-/jobs/7"}},
		"Azure":                     {map[string]string{"TF_BUILD": "True", "SYSTEM_JOBDISPLAYNAME": "Deploy it", "SYSTEM_JOBNAME": "job", "BUILD_BUILDID": "9&x", "SYSTEM_COLLECTIONURI": "https://dev.azure.example.com/team/", "SYSTEM_TEAMPROJECT": "my site"}, activation.Holder{User: "unknown", CI: "azure", Job: "Deploy it", URL: "https://dev.azure.example.com/team/my%20site/_build/results?buildId=9%26x"}},
		"Azure without a build":     {map[string]string{"TF_BUILD": "True", "SYSTEM_JOBNAME": "job", "SYSTEM_COLLECTIONURI": "https://dev.azure.example.com/team/"}, activation.Holder{User: "unknown", CI: "azure", Job: "job"}},
		"Azure with a site that is": {map[string]string{"TF_BUILD": "True", "BUILD_BUILDID": "9", "SYSTEM_COLLECTIONURI": "none"}, activation.Holder{User: "unknown", CI: "azure"}},
		"TeamCity":                  {map[string]string{"TEAMCITY_VERSION": "2026.1", "TEAMCITY_BUILDCONF_NAME": "Deploy", "USER": "agent"}, activation.Holder{User: "agent", CI: "teamcity", Job: "Deploy"}},
		"Jenkins":                   {map[string]string{"JENKINS_URL": "https://jenkins.example.com/", "JOB_NAME": "site/deploy", "BUILD_URL": "https://jenkins.example.com/job/site/3/"}, activation.Holder{User: "unknown", CI: "jenkins", Job: "site/deploy", URL: "https://jenkins.example.com/job/site/3/"}},
	} {
		t.Run(name, func(t *testing.T) {
			have := holderIn(tt.env)
			if host, _ := os.Hostname(); have.Host != host {
				t.Errorf("host %q, want %q", have.Host, host)
			}
			have.Host = ""
			if have != tt.want {
				t.Errorf("have %+v\nwant %+v", have, tt.want)
			}
		})
	}
}

// What others read of a URL has nothing that lets them in.
func TestAURLOfWhoHasTheTurnTellsNoSecret(t *testing.T) {
	for given, want := range map[string]string{
		"https://jane:s3cret@ci.example.com/job/7?token=s3cret#s3cret": "https://ci.example.com/job/7",
		"https://ci.example.com":         "https://ci.example.com",
		"http://ci.example.com:8080/a":   "http://ci.example.com:8080/a",
		"javascript:alert(1)":            "",
		"file:///etc/passwd":             "",
		"https://ci.example.com/%zz":     "",
		"ci.example.com/job":             "",
		"":                               "",
		"https://ci.example.com/a\x1b[m": "",
	} {
		for _, env := range []map[string]string{{"GITLAB_CI": "1", "CI_JOB_URL": given}, {"JENKINS_URL": "x", "BUILD_URL": given}} {
			if have := holderIn(env).URL; have != want {
				t.Errorf("%q is told as %q, want %q", given, have, want)
			}
		}
		azure := map[string]string{"TF_BUILD": "True", "BUILD_BUILDID": "1", "SYSTEM_TEAMPROJECT": "p", "SYSTEM_COLLECTIONURI": given}
		if have := holderIn(azure).URL; strings.Contains(have, "s3cret") || (have == "") != (want == "") {
			t.Errorf("%q is told as %q in Azure", given, have)
		}
	}
}
