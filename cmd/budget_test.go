package cmd_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

func TestBudgetIsRememberedForTheAccountAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, func(o *simulator.Options) { o.ActivationsPerDay = 10 })
		budget := func(args ...string) document {
			return s.run(append([]string{"budget", "-o", "json"}, args...)...).document(t)
		}
		if d := budget(); d.Budget != nil || d.RequestLimit == nil || *d.RequestLimit.Limit != 1000 {
			t.Errorf("before any activation: %+v", d)
		}
		if r := s.run("activate", "www.example.com", notify); strings.Contains(r.stderr, "warning: activations") {
			t.Errorf("warned with 9 of 10 left:\n%s", r.stderr)
		}
		time.Sleep(2 * time.Hour)
		if d := budget(); d.Budget == nil || *d.Budget.Remaining != 9 || *d.Budget.Limit != 10 {
			t.Errorf("after an activation: %+v", d.Budget)
		}
		if r := s.run("budget"); !strings.Contains(r.stdout, "9 of 10 left") || !strings.Contains(r.stdout, "2h2m ago") {
			t.Errorf("the text does not say how old it is:\n%s", r.stdout)
		}
		if d := budget("--account-key", accountKey); d.Budget != nil {
			t.Errorf("another account has the budget %+v", d.Budget)
		}
		time.Sleep(24 * time.Hour)
		if d := budget(); d.Budget == nil || d.Budget.Remaining != nil {
			t.Errorf("after the reset: %+v", d.Budget)
		}
	})
}

func TestBudgetIsWarnedAboutWhenLittleIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, func(o *simulator.Options) { o.ActivationsPerDay = 1 })
		if r := s.run("activate", "www.example.com", notify); !strings.Contains(r.stderr, "warning: activations of the day: 0 of 1 left") {
			t.Errorf("no warning:\n%s", r.stderr)
		}
	})
}

func TestBudgetThatCannotBeRememberedIsNoError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.write(".local", "a file where a folder should be")
		if r := s.run("activate", "www.example.com", notify); r.code != cmd.ExitOK {
			t.Errorf("exit code %d\n%s", r.code, r.stderr)
		}
		s.env["HOME"] = ""
		if r := s.run("activate", "api.example.com", notify); r.code != cmd.ExitOK {
			t.Errorf("without a home folder: exit code %d\n%s", r.code, r.stderr)
		}
	})
}

func TestRememberedBudgetHasNoSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.run("activate", "www.example.com", notify, "--account-key", accountKey)
		files, err := filepath.Glob(filepath.Join(s.env["HOME"], ".local/state/propctl/*"))
		if err != nil || len(files) != 3 { // the budget, the pace and its lock
			t.Fatalf("%v %v, want three files", files, err)
		}
		var data []byte
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			data = append(append(data, file...), text...)
		}
		for _, secret := range []string{clientToken, clientSecret, accessToken, accountKey, host} {
			if strings.Contains(string(data), secret) {
				t.Errorf("%s has %s in it: %s", files[0], secret, data)
			}
		}
	})
}
