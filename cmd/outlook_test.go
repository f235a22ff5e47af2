package cmd_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/cmd"
)

func TestEachQuestionBeforeProductionSaysWhatChanges(t *testing.T) {
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"activate":        {[]string{"activate", "www.example.com@8", "-n", "production"}, "www.example.com 7 → 8 on PRODUCTION: 1 rule changed, 2 warnings (2 new)"},
		"quietly":         {[]string{"activate", "www.example.com@8", "-n", "production", "--quiet"}, "www.example.com 7 → 8 on PRODUCTION: 1 rule changed, 2 warnings (2 new)"},
		"rollback":        {[]string{"rollback", "www.example.com", "-n", "production"}, "www.example.com 7 → 6 on PRODUCTION: "},
		"add":             {[]string{"hostnames", "add", "www.example.com", "a.example.com=www.example.com.edgekey.net", "-n", "production"}, "www.example.com version 7 on PRODUCTION: it is active already; a copy of it also gets a.example.com"},
		"add to latest":   {[]string{"hostnames", "add", "www.example.com", "a.example.com=www.example.com.edgekey.net", "-n", "production", "--base", "latest"}, "www.example.com 7 → 8 on PRODUCTION: 1 rule changed, 2 warnings (2 new); a copy of it also gets a.example.com"},
		"remove":          {[]string{"hostnames", "remove", "www.example.com", "www.example.com", "-n", "production"}, "a copy of it goes without www.example.com"},
		"nothing is live": {[]string{"hostnames", "add", "new.example.com", "a.example.com=www.example.com.edgekey.net", "-n", "production"}, "new.example.com version 1 on PRODUCTION: nothing is active there; a copy of it also gets a.example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				s.terminal, s.stdin = true, strings.NewReader("n\n")
				r := s.run(append(tt.args, notify)...)
				before, _, asked := strings.Cut(r.stderr, "[y/N]")
				if r.code != cmd.ExitError || !asked || !strings.Contains(before, tt.want) {
					t.Errorf("exit code %d, the question does not say %q: %s", r.code, tt.want, r.stderr)
				}
			})
		})
	}
}

func TestADryRunShowsTheDiffWithoutSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := strings.NewReplacer(`"1d"`, `"7d"`, "AKIA-OLD", "AKIA-NEW", "hidden-old", "hidden-new").Replace(hostileRules)
		s := treeScene(t, to)
		if r := s.run("activate", "prp_77@1", notify); r.code != cmd.ExitOK {
			t.Fatal(r.stderr)
		}
		for _, args := range [][]string{{"activate", "prp_77@2", notify, "--dry-run"}, {"rollback", "prp_77", "--to", "2", "-n", "staging", notify, "--dry-run"}, {"diff", "prp_77", "1", "2"}} {
			s.inCI("github")
			page := filepath.Join(s.env["HOME"], "page.html")
			r := s.run(append(args, "--report", page)...)
			report, err := os.ReadFile(page)
			summary := s.read()
			for _, text := range []string{r.stdout, string(report), strings.Join(summary, "\n")} {
				if r.code != cmd.ExitOK || err != nil || !strings.Contains(text, "behavior caching") {
					t.Errorf("%v: exit code %d, %v: no diff in %s", args, r.code, err, text)
				}
				for _, secret := range []string{"AKIA-OLD", "AKIA-NEW", "hidden-old", "hidden-new"} {
					if strings.Contains(text, secret) {
						t.Errorf("%v: a secret in %s", args, text)
					}
				}
			}
		}
	})
}
