package cmd_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

// What editors, web pages and word processors leave in a text: byte order marks,
// no-break spaces, and bytes of other encodings.

func TestFilesMayBeginWithAByteOrderMark(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.write(settingsFile, "\ufeffnotify: you@example.com\nnote: an\u00a0ünicode note\n")
		from := s.write("hostnames.txt", "\ufeffnew.example.com=ehn_3001\u00a0\n")
		r := s.run("hostnames", "add", "prp_1001", "--from", from, "-n", "staging", "-o", "json", "--jq", ".hostnameChange.added[]")
		if r.code != cmd.ExitOK || r.stdout != "new.example.com\n" {
			t.Fatalf("exit code %d, stdout %q\n%s", r.code, r.stdout, r.stderr)
		}
		all := s.sim.Activations("prp_1001")
		if note := all[len(all)-1].Note; note != "an\u00a0ünicode note" {
			t.Errorf("note %q", note)
		}
	})
}

func TestNoBreakSpacesInSettingsAreNamed(t *testing.T) {
	for _, content := range []string{"quiet: true\nnotify:\u00a0you@example.com\n", "notify:\n\u00a0- you@example.com\n"} {
		s := newScene(t)
		s.write(settingsFile, content)
		r := s.run("activate", "prp_1001")
		if r.code != cmd.ExitUsage || !strings.Contains(r.stderr, "line 2 has a no-break space") {
			t.Errorf("exit code %d, %s", r.code, r.stderr)
		}
	}
	s := newScene(t)
	s.write(settingsFile, "a: b: c\n")
	if r := s.run("activate", "prp_1001"); strings.Contains(r.stderr, "no-break") {
		t.Errorf("there is none: %s", r.stderr)
	}
}

func TestTextOfAnotherEncodingIsRefused(t *testing.T) {
	for name, prepare := range map[string]func(*scene) []string{
		"flag":     func(*scene) []string { return []string{"--note", "Stra\xdfe"} },
		"variable": func(s *scene) []string { s.env["PROPCTL_NOTE"] = "Stra\xdfe"; return nil },
		"settings": func(s *scene) []string { s.write(settingsFile, "note: Stra\xdfe\n"); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			r := s.run(append([]string{"activate", "prp_1001", notify}, prepare(s)...)...)
			if r.code != cmd.ExitUsage || !strings.Contains(r.stderr, "UTF-8") || s.sim.Count(simulator.OpAny) != 0 {
				t.Errorf("exit code %d, %d requests, %s", r.code, s.sim.Count(simulator.OpAny), r.stderr)
			}
		})
	}
}
