package cmd_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

// What people copy out of a browser names a property.
func TestPastedAddressesNameProperties(t *testing.T) {
	const page = "https://control.akamai.com/apps/property-manager/#/property"
	for _, tt := range []struct {
		pasted, name string
		requests     int // 0: it is a mistake, and nothing is sent
	}{
		{"https://shop.example.com/", "shop_pm", 4},
		{"http://SHOP.example.com:8443/path?q=1#part", "shop_pm", 4},
		{"shop.example.com.", "shop_pm", 4},
		{"https://www.example.com", "www.example.com", 3},
		{page + "/1003?gid=10001", "shop_pm", 3},
		{page + "-version/1003/2/edit?gid=10001", "shop_pm", 3},
		{page + "-version/aid_1003/2/", "shop_pm", 3},
		{"aid_1003", "shop_pm", 3},
		{page + "/1003x", "", 0},
		{page + "/", "", 0},
		{page + "-version/1003/latest", "", 0},
		{page + "-version/1003", "", 0},
		{"https://control.akamai.com/apps/cps/#/property/1003", "", 0},
		{"https://control.akamai.com/", "", 0},
		{"https://user@www.example.com/", "", 0},
		{"https:///path", "", 0},
		{"https://[::1/", "", 0},
		{"https://www.example.com/\x1b[2J", "", 0},
	} {
		s := newScene(t)
		r := s.run("status", tt.pasted, "-o", "json")
		if tt.requests == 0 {
			if n := s.sim.Count(simulator.OpAny); r.code != cmd.ExitUsage || n != 0 {
				t.Errorf("%q: exit code %d after %d requests", tt.pasted, r.code, n)
			}
			continue
		}
		d := r.document(t)
		if r.code != cmd.ExitOK || d.Property == nil || d.Property.Name != tt.name || d.Requests.Total != tt.requests {
			t.Errorf("%q: exit code %d, %+v, %d requests: %s", tt.pasted, r.code, d.Property, d.Requests.Total, r.stderr)
		}
	}
	if r := newScene(t).run("status", page+"/9999"); r.code == cmd.ExitOK || !strings.Contains(r.stderr, "aid_9999") {
		t.Errorf("an asset that is not there: exit code %d: %s", r.code, r.stderr)
	}
}

func TestPageOfAVersionNamesTheVersionWhereOneMayBeNamed(t *testing.T) {
	const page = "https://control.akamai.com/apps/property-manager/#/property-version/1001/6/edit?gid=10001"
	for _, tt := range []struct {
		pasted  string
		version int
	}{{page, 6}, {page + "@7", 7}, {page + "@latest", 8}, {"https://www.example.com/@8", 8}} {
		synctest.Test(t, func(t *testing.T) {
			d := newScene(t).run("activate", tt.pasted, "--dry-run", "--notify", "you@example.com", "-o", "json").document(t)
			if d.Version != tt.version {
				t.Errorf("%s: %v, want %d", tt.pasted, d.Version, tt.version)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		if r := newScene(t).run("wait", page); r.code != cmd.ExitOK && !strings.Contains(r.stderr, "www.example.com") {
			t.Errorf("wait: exit code %d: %s", r.code, r.stderr)
		}
	})
}

// The page of a property, and of the versions that activations are of, is in every
// document in which PAPI has told the asset.
func TestDocumentsHaveThePagesInControlCenter(t *testing.T) {
	const base = "https://control.akamai.com/apps/property-manager/#/"
	r := newScene(t).run("status", "www.example.com", "-o", "json", "--jq", "[.property.url, .properties[].url, .properties[].networks[].active.url][]")
	want := base + "property/1001?gid=10001\n" + base + "property/1001?gid=10001\n" +
		base + "property-version/1001/7/edit?gid=10001\n" + base + "property-version/1001/7/edit?gid=10001\n"
	if r.stdout != want {
		t.Errorf("status: %s", r.stdout)
	}
	synctest.Test(t, func(t *testing.T) {
		r := newScene(t).run("activate", "www.example.com@8", "--notify", "you@example.com", "-o", "json", "--jq", ".property.url, .activation.url")
		if want := base + "property/1001?gid=10001\n" + base + "property-version/1001/8/edit?gid=10001\n"; r.stdout != want {
			t.Errorf("activate: %s%s", r.stdout, r.stderr)
		}
	})
	if r := newScene(t).run("history", "www.example.com", "-o", "json", "--jq", ".property.url, .history[0].url"); strings.Count(r.stdout, base+"property") != 2 {
		t.Errorf("history: %s%s", r.stdout, r.stderr)
	}
	if r := newScene(t).run("history", "prp_1001", "-o", "json", "--jq", ".property.url, .history[0].url"); r.stdout != "null\nnull\n" {
		t.Errorf("of an id that nothing has told the asset of: %s%s", r.stdout, r.stderr)
	}
}

// Terminals that do not say that they show links get none.
func TestLinksAreWrittenToTerminalsThatShowThem(t *testing.T) {
	const link = "\x1b]8;;https://control.akamai.com/apps/property-manager/#/property/1001?gid=10001\x1b\\"
	for _, tt := range []struct {
		env      map[string]string
		terminal bool
		want     bool
	}{
		{map[string]string{"TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.4.19"}, true, true},
		{map[string]string{"TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.0.15"}, true, false},
		{map[string]string{"TERM_PROGRAM": "vscode", "TERM_PROGRAM_VERSION": "1.102.0"}, true, true},
		{map[string]string{"VTE_VERSION": "6003"}, true, true},
		{map[string]string{"VTE_VERSION": "5000"}, true, false},
		{map[string]string{"TERM": "xterm-kitty"}, true, true},
		{map[string]string{"TERM": "xterm-kitty", "TMUX": "/tmp/tmux"}, true, false},
		{map[string]string{"TERM": "xterm-256color"}, true, false},
		{map[string]string{"TERM": "xterm-kitty", "CI": "true"}, true, false},
		{map[string]string{"TERM": "xterm-kitty", "NO_COLOR": "1"}, true, false},
		{map[string]string{"FORCE_HYPERLINK": "1"}, true, true},
		{map[string]string{"TERM": "xterm-kitty", "FORCE_HYPERLINK": "0"}, true, false},
		{map[string]string{"TERM": "xterm-kitty", "FORCE_HYPERLINK": "1"}, false, false},
	} {
		for _, args := range [][]string{
			{"status", "www.example.com"}, {"status", "www.example.com", "prp_1002"}, {"list", "www*"}, {"activate", "www.example.com@7", notify},
		} {
			s := newScene(t)
			delete(s.env, "NO_COLOR")
			s.set(tt.env).colourful = true
			if tt.terminal {
				s.columns = 100
			}
			r := s.run(args...)
			if have := strings.Contains(r.stdout, link); r.code != cmd.ExitOK || have != tt.want {
				t.Errorf("%v, terminal %v: exit code %d, %q", tt.env, tt.terminal, r.code, r.stdout)
			}
		}
	}
}
