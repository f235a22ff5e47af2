package cmd_test

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"hash/fnv"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	diffs "github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

// What somebody can type, or leave in a file. That nothing unsafe and no secret is
// printed is checked for every run of every test; see harmless_test.go.

// working returns a command line that has nothing wrong with it.
func working(command string, flags map[string]string) []string {
	words := strings.Fields(command)
	switch last := words[len(words)-1]; {
	case last == "budget", last == "lines", last == "runner", last == "version", last == "simulate", last == "explain", last == "schema", last == "doctor", words[0] == "config":
	case words[0] == "includes":
		words = append(words, "inc_2001")
	case last == "wait", last == "cancel":
		words = append(words, "prp_1006")
	case last == "add":
		words = append(words, "prp_1001", "a.example.com=www.example.com.edgekey.net")
	case last == "remove":
		words = append(words, "prp_1003", "shop.example.com")
	default:
		words = append(words, "prp_1001")
	}
	for name, more := range map[string]string{"notify": notify, "no-wait": "--no-wait", "network": "--network=staging", "yes": "--yes"} {
		if _, ok := flags[name]; ok {
			words = append(words, more)
		}
	}
	return words
}

// mostPrinted is the most that a mistake is worth, in bytes.
const mostPrinted = 64 << 10

// odd are values of flags. Those that are no text must be refused by every flag,
// and those that are no number, duration or the like by the flags of those types.
var odd = []struct {
	value          string
	notText, typed bool
}{
	{value: "", typed: true},
	{value: "nonsense", typed: true},
	{value: "-1"},
	{value: "0"},
	{value: "99999999999999999999999", typed: true},
	{value: "1e999", typed: true},
	{value: "NaN", typed: true},
	{value: "[]", typed: true},
	{value: "../../..", typed: true},
	{value: hostileText, notText: true, typed: true},
	{value: "a\x00b", notText: true, typed: true},
	{value: "\xff\xfe", notText: true, typed: true},
	{value: strings.Repeat("x", 1<<17), typed: true},
}

func TestOddValuesOfFlagsAreRefusedBeforeAnythingIsSent(t *testing.T) {
	if testing.Short() {
		t.Skip("thousands of runs take seconds")
	}
	// Files of such names may be made, so the deepest folder is one from which
	// none of them leads out of the test's own.
	below := filepath.Join(t.TempDir(), "a", "b", "c")
	must(t, os.MkdirAll(below, 0o700))
	t.Chdir(below)
	all := cmd.FlagTypes()
	having, tried := map[string][]string{}, map[string]int{}
	for command, flags := range all {
		for name := range flags {
			if command != "help" && !strings.HasPrefix(command, "completion") { // which have nothing to do with any flag
				having[name] = append(having[name], command)
			}
		}
	}
	for name, commands := range having {
		if !*everyFlag {
			commands = picked(name, commands)
		}
		for _, command := range commands {
			flags := all[command]
			kind := flags[name]
			tried[name]++
			t.Run(command+" --"+name, func(t *testing.T) {
				for _, o := range odd {
					synctest.Test(t, func(t *testing.T) {
						oddValue(t, command, working(command, flags), name, kind, o.value, o.notText, o.typed)
					})
				}
			})
		}
	}
	for name := range having {
		if tried[name] == 0 && name != "force" && name != "all" && name != "shell" {
			t.Errorf("--%s was not tried", name)
		}
	}
}

// everyFlag has each flag tried with every command that has it. A flag is read in
// one place whatever the command, so without it some of them do.
var everyFlag = flag.Bool("everyflag", false, "try every flag with every command")

// picked picks a few of the commands that have a flag, others for each flag.
func picked(name string, commands []string) []string {
	const wanted = 5
	sum := func(command string) uint32 {
		h := fnv.New32a()
		_, _ = h.Write([]byte(command + " --" + name))
		return h.Sum32()
	}
	commands = slices.SortedFunc(slices.Values(commands), func(a, b string) int { return cmp.Compare(sum(a), sum(b)) })
	return commands[:min(wanted, len(commands))]
}

func oddValue(t *testing.T, command string, args []string, name, kind, value string, notText, typed bool) {
	t.Helper()
	s := newScene(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	if command == "simulate" {
		cancel(cmd.ErrInterrupted) // it would serve
	}
	r := s.runWithin(ctx, append(args, "-o", "json", "--"+name+"="+value)...)
	shown := fmt.Sprintf("%.40q", value)
	if len(r.stdout)+len(r.stderr) > mostPrinted && r.code != cmd.ExitOK {
		t.Errorf("%s: %d bytes are printed", shown, len(r.stdout)+len(r.stderr))
	}
	isTyped := kind != "string" && kind != "stringSlice" && kind != "stringArray" && (kind != "float64" || value[:min(len(value), 1)] != "9")
	if notText || typed && isTyped && (kind != "bool" || value != "") {
		if r.code != cmd.ExitUsage || !strings.Contains(r.stderr, "--"+name) && name != "config" {
			t.Errorf("%s (%s): exit code %d, want 2 and a word of --%s; %.300s", shown, kind, r.code, name, r.stderr)
		}
	}
	if n := s.sim.Count(simulator.OpAny); n > 0 && (r.code == cmd.ExitUsage || notText) {
		t.Errorf("%s: %d requests were sent, exit code %d", shown, n, r.code)
	}
	if r.code == cmd.ExitUsage || r.code == cmd.ExitCredentials {
		if !strings.Contains(r.stderr, "error: ") {
			t.Errorf("%s: no error in %q", shown, r.stderr)
		}
	}
}

func TestOddOperandsAreRefusedBeforeAnythingIsSent(t *testing.T) {
	for _, command := range []string{"activate", "wait", "cancel", "status", "pending"} {
		for _, operand := range []string{ // the last ones are names, except where a link would do
			"", " ", "a\x00b", "\xff", hostileText, strings.Repeat("x", 1<<20), "prp_1@0", "prp_1@-1", "prp_1@99999999999999999999",
			"prp_1@1e3", "@1", "x@", "x@y@z", "\u202eprp_1",
			"atv_1", "/", "//", "/papi/v1/properties/../activations/atv_1", "https://[::1",
		} {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				r := s.run(command, operand, notify, "-o", "json")
				if command != "activate" {
					r = s.run(command, operand, "-o", "json")
				}
				isName := command != "wait" && command != "cancel" && strings.ContainsAny(operand, "/_") && !strings.ContainsAny(operand, "@\u202e\x00")
				if n := s.sim.Count(simulator.OpAny); n > 0 && !isName ||
					r.code == cmd.ExitOK || len(r.stdout+r.stderr) > mostPrinted {
					t.Errorf("%s %.40q: exit code %d, %d requests, %.300s", command, operand, r.code, n, r.stderr)
				}
			})
		}
	}
}

// A file that cannot be what it should be is named, and nothing is sent.
func TestFilesThatAreNoneAreNamed(t *testing.T) {
	for i, tt := range []struct {
		name string
		make func(t *testing.T, path string)
	}{
		{"missing", func(*testing.T, string) {}},
		{"folder", func(t *testing.T, path string) { t.Helper(); must(t, os.Mkdir(path, 0o700)) }},
		{"link in a circle", func(t *testing.T, path string) { t.Helper(); must(t, os.Symlink(path, path)) }},
		{"link to nothing", func(t *testing.T, path string) { t.Helper(); must(t, os.Symlink(path+"-not", path)) }},
		{"link to a device", func(t *testing.T, path string) { t.Helper(); must(t, os.Symlink("/dev/zero", path)) }},
		{"not UTF-8", file("\xff\xfe\x00")},
		{"control characters", file(hostileText)},
		{"huge", file(strings.Repeat("# x\n", 8<<20))},
		{"nonsense", file("[[[[")},
		{"unclosed", file(strings.Repeat("[", 500_000))},
		{"list", file("- a\n- b\n")},
		{"aliases", file("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d]\n")},
		{"keys that are no text", file("? [a, b]\n: c\n1: 2\n~: 3\n")},
		{"unknown key", file(`"` + "note\x7f" + `": x`)},
		{"twice", file("note: a\nnote: b\n")},
	} {
		for _, flag := range inTurn([]string{"--config", "--edgerc", "--ca-file"}, i) {
			t.Run(tt.name+" "+flag, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "named.file")
				tt.make(t, path)
				s := newScene(t)
				r := s.run("status", "prp_1001", "-o", "json", flag, path)
				d := r.document(t)
				if r.code != cmd.ExitUsage && (r.code != cmd.ExitCredentials || flag != "--edgerc") {
					t.Fatalf("exit code %d: %s", r.code, r.stderr)
				}
				if !strings.Contains(d.Error.Message, "named.file") || len(d.Error.Message) > mostPrinted || s.sim.Count(simulator.OpAny) > 0 {
					t.Errorf("%d requests; %.300s", s.sim.Count(simulator.OpAny), d.Error.Message)
				}
			})
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Skipf("not possible here: %v", err)
	}
}

func file(content string) func(*testing.T, string) {
	return func(t *testing.T, path string) { t.Helper(); must(t, os.WriteFile(path, []byte(content), 0o600)) }
}

func TestLinkToAFileIsAsGoodAsTheFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.write("real.yaml", "output: json\n")
		link := filepath.Join(s.env["HOME"], "link.yaml")
		must(t, os.Symlink("real.yaml", link))
		s.run("status", "prp_1001", "--config", link).ended(t, "json", cmd.ExitOK)
	})
}

// Nothing on the way may be lost: not even when the command fails for another
// reason before it has looked at --output-file.
func TestOutputFileThatCannotBeWrittenIsAMistake(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	must(t, os.Symlink("circle", "circle"))
	socket, err := new(net.ListenConfig).Listen(t.Context(), "unix", "socket")
	must(t, err)
	defer socket.Close()
	must(t, os.Symlink("socket", "link"))
	for _, path := range []string{
		folder, folder + "/", filepath.Join("no", "such", "folder"), "circle", "socket", "link", "a\x00", strings.Repeat("x", 5000),
	} {
		for _, more := range [][]string{nil, {"--speed", "-1"}, {"--config", "missing"}, {"--edgerc", "missing"}, {"--note", "unknown flag"}} {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				r := s.run(append([]string{"status", "prp_1001", "-o", "json", "--output-file", path}, more...)...)
				if r.code != cmd.ExitUsage || more == nil && !strings.Contains(r.stderr, "--output-file") || s.sim.Count(simulator.OpAny) > 0 {
					t.Errorf("%.40q %s: exit code %d, %d requests: %s", path, more, r.code, s.sim.Count(simulator.OpAny), r.stderr)
				}
			})
		}
	}
	entries, err := os.ReadDir(folder)
	must(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name()+" "+e.Type().String()[:1])
	}
	if diff := diffs.Diff([]string{"circle L", "link L", "socket S"}, names); diff != "" {
		t.Errorf("what is there (-want +got):\n%s", diff)
	}
}

func TestTwoFlagsCannotNameOneFile(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	must(t, os.Symlink(".", "link"))
	for _, other := range []string{"./result", "link/result", filepath.Join(folder, "result")} {
		s := newScene(t)
		r := s.run("status", "prp_1001", "--junit", "result", "--dotenv", other)
		if r.code != cmd.ExitUsage || !strings.Contains(r.stderr, "name the same file") || s.sim.Count(simulator.OpAny) > 0 {
			t.Errorf("%s: exit code %d: %s", other, r.code, r.stderr)
		}
	}
}

func TestOddSpeedsDoNotStopTheClock(t *testing.T) {
	for _, speed := range []string{"1e-300", "0.000001", "0.001", "100000"} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			if r := s.run("status", "prp_1001", "--simulate", "--speed", speed, "-o", "json"); r.code != cmd.ExitOK && r.code != cmd.ExitUsage {
				t.Errorf("--speed %s: exit code %d: %s", speed, r.code, r.stderr)
			}
		})
	}
}
