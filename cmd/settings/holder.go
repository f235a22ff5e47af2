package settings

import (
	"cmp"
	"net/url"
	"os"
	"path"
	"strings"

	"github.com/propctl/propctl/activation"
)

// Holder says who this process is, to those who wait. Of a URL neither a password nor a query is told.
func Holder(lookup func(string) (string, bool)) activation.Holder {
	env := func(names ...string) string {
		for _, name := range names {
			if value, ok := lookup(name); ok && value != "" {
				return value
			}
		}
		return ""
	}
	h := activation.Holder{User: cmp.Or(env("USER", "LOGNAME", "USERNAME"), "unknown")}
	h.Host, _ = os.Hostname()
	switch {
	case env("GITHUB_ACTIONS") != "":
		h.CI, h.Job = string(CIGitHub), env("GITHUB_JOB")
		h.User = cmp.Or(env("GITHUB_ACTOR"), h.User)
		if run := env("GITHUB_RUN_ID"); run != "" {
			h.URL = env("GITHUB_SERVER_URL") + "/" + path.Join(env("GITHUB_REPOSITORY"), "actions", "runs", run)
		}
	case env("GITLAB_CI") != "":
		h.CI, h.Job, h.URL = string(CIGitLab), env("CI_JOB_NAME"), env("CI_JOB_URL")
		h.User = cmp.Or(env("GITLAB_USER_LOGIN"), h.User)
	case env("TF_BUILD") != "":
		h.CI, h.Job = string(CIAzure), env("SYSTEM_JOBDISPLAYNAME", "SYSTEM_JOBNAME")
		build, site := env("BUILD_BUILDID"), strings.TrimSuffix(withoutSecrets(env("SYSTEM_COLLECTIONURI")), "/")
		if build != "" && site != "" {
			h.URL = site + "/" + url.PathEscape(env("SYSTEM_TEAMPROJECT")) + "/_build/results?buildId=" + url.QueryEscape(build)
		}
		return h
	case env("TEAMCITY_VERSION") != "":
		h.CI, h.Job = string(CITeamCity), env("TEAMCITY_BUILDCONF_NAME")
	case env("JENKINS_URL") != "":
		h.CI, h.Job, h.URL = string(CIJenkins), env("JOB_NAME"), env("BUILD_URL")
	}
	h.URL = withoutSecrets(h.URL)
	return h
}

// withoutSecrets is a URL without user, password, query and fragment; empty where it is none.
func withoutSecrets(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
