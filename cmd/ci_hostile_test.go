package cmd_test

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/papi/simulator"
)

// ciAttack speaks to every CI system, to the readers of all files, and to shells.
// Names are cut, so the shortest of each comes first.
const ciAttack = "x|`</y>`|</z>@team [](javascript:1)%0A::a::##[b]]]>\n::error::a\r\n::set-output name=outcome::b%0A::set-output name=outcome::c\n##vso[task.setvariable variable=propctl.outcome]d;]\n##[error]e" +
	"\n##teamcity[setParameter name='propctl.outcome' value='f']\n'|]|n[|0x000A\nsection_start:1:g[collapsed=true]\r\x1b[0Kh\noutcome=i\noutcome<<EOF\nj\nEOF\n" +
	"PROPCTL_RESULT_OUTCOME=k\n]]><failure/><script>alert(1)</script>&amp; | l | `m` ``` \n```\n# n\n[o](javascript:alert(1)) ![p](https://evil.example.com/p.png) @team #1 " +
	"https://evil.example.com www.evil.example.com $(id) ${IFS} `id` %teamcity.q% $CI_JOB_TOKEN \"r\" 's' \\\x00\u202e\ufffe"

// attacked are command lines that show a lot of what PAPI says.
var attacked = [][]string{
	{"activate", "prp_1001@8", notify, "-n", "s,p"},
	{"activate", "prp_1007@3", notify},
	{"activate", "prp_1004", notify},
	{"pending", "prp_1006", "prp_1001"},
	{"status", "prp_1001", "prp_1006"},
	{"activate", "prp_1006@1", notify, "--if-pending", "fail"},
	{"history", "prp_1001"},
	{"hostnames", "list", "prp_1001"},
}

// attackedMembers are the members of answers that can be shown; with ids that are
// none, runs do not get far, so those come alone.
var attackedMembers = map[string][]string{
	"texts":       {"propertyName", "note", "detail", "title", "errorLocation", "instance", "fmaActivationState", "cnameFrom"},
	"statuses":    {"status"},
	"properties":  {"propertyId"},
	"activations": {"activationId"},
}

// attack makes members of every answer hostile.
func (s *scene) attack(members []string) {
	s.transport = s.sim.Transport()
	for _, member := range members {
		s.transport = &poisoner{next: s.transport, member: member, value: ciAttack}
	}
}

// attackedFiles are the files that a run leaves.
type attackedFiles struct{ outputs, summary, junit, dotenv string }

// leave runs a command in a job of GitHub's, with all files.
func (s *scene) leave(args ...string) (attackedFiles, result) {
	s.t.Helper()
	if s.ci == "" {
		s.inCI("github")
		s.files = append(s.files, s.write("junit.xml", ""), s.write("propctl.env", ""))
	}
	for _, path := range s.files {
		if err := os.Truncate(path, 0); err != nil {
			s.t.Fatal(err)
		}
	}
	r := s.run(append(slices.Clone(args), "--junit", s.files[2], "--dotenv", s.files[3])...)
	left := s.read()
	return attackedFiles{left[0], left[1], left[2], left[3]}, r
}

// Every run checks that only commands of ours are on stderr; see harmless_test.go.
func TestHostileTextSpeaksToNoCISystem(t *testing.T) {
	for i, name := range slices.Sorted(maps.Keys(attackedMembers)) {
		members := attackedMembers[name]
		for _, system := range inTurn([]string{"github", "gitlab", "azure", "teamcity"}, i) {
			t.Run(system+" "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := newScene(t).inCI(system)
					s.attack(members)
					for _, args := range attacked {
						for name, value := range commandsIn(t, system, s.run(append(slices.Clone(args), "-v", "--timeout", "10m")...).stderr).variables() {
							if !word.MatchString(value) {
								t.Errorf("%s is %q", name, value)
							}
						}
					}
				})
			})
		}
	}
}

// GitHub reads what stands at the beginning of a line, where names do. Every run checks it.
func TestNamesThatAreCommandsSpeakToNoCISystem(t *testing.T) {
	for _, name := range []string{"::error::x", " ::set-output name=outcome::x", "::notice title=a::b ##[error]"} {
		s := newScene(t)
		s.transport = &poisoner{next: s.sim.Transport(), member: "propertyName", value: name}
		for _, args := range [][]string{
			{"list"},
			{"status", "prp_1001", "prp_1002"},
			{"status", "prp_1001"},
			{"pending", "prp_1006"},
			{"list", "-o", "json", "--jq", ".properties[].name"},
		} {
			for _, s.columns = range []int{0, 30} {
				if r := s.run(args...); !strings.Contains(r.stdout, ": :") {
					t.Errorf("%q: the name is not at the beginning of a line of %.200q", args, r.stdout)
				}
			}
		}
	}
}

var word = regexp.MustCompile(`^[A-Za-z0-9._-]*$`)

func TestHostileTextIsOnlyTextInFiles(t *testing.T) {
	for name, members := range attackedMembers {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				s.attack(members)
				for _, args := range attacked {
					files, r := s.leave(append(slices.Clone(args), "--timeout", "10m")...)
					files.check(t, args, r)
				}
			})
		})
	}
}

// What is typed is outside text as well.
func TestHostileArgumentsAreOnlyTextInFiles(t *testing.T) {
	typed := strings.NewReplacer("\x00", "", "\ufffe", "").Replace(ciAttack)
	for _, args := range [][]string{{"status", typed}, {"activate", typed, notify}, {"status", "prp_1001", "--edgerc", typed}, {"activate", "prp_1001@7", notify, "--compliance-reason", typed}} {
		synctest.Test(t, func(t *testing.T) {
			files, r := newScene(t).leave(args...)
			if files != (attackedFiles{}) { // else it was refused before anything was written
				files.check(t, args, r)
			}
		})
	}
}

func (f attackedFiles) check(t *testing.T, args []string, r result) {
	t.Helper()
	outputs := githubOutputs(t, f.outputs)
	if diff := cmp.Diff(factNames, sortedKeys(outputs)); diff != "" || outputs["exit-code"] != fmt.Sprint(r.code) {
		t.Errorf("%q: outputs (-want +got):\n%s\n%s", args, diff, f.outputs)
	}
	if what := harm(ciCommandSyntax.ReplaceAllString(f.outputs, "")); what != "" {
		t.Errorf("%q: %s in the outputs", args, what)
	}
	var names []string
	for line := range strings.Lines(f.dotenv) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		names = append(names, name)
		if !word.MatchString(value) {
			t.Errorf("%q: %q in the dotenv file", args, line)
		}
	}
	if len(names) != len(factNames) || len(f.dotenv) > 5<<10 {
		t.Errorf("%q: %d variables in %d bytes", args, len(names), len(f.dotenv))
	}
	if what := harm(strings.TrimPrefix(f.summary, "### ") + f.junit); what != "" {
		t.Errorf("%q: %s in the summary or the tests", args, what)
	}
	if left := outsideCode(f.summary); !ownMarkdown.MatchString(left) {
		t.Errorf("%q: outside of code, the summary has\n%s\nof\n%s", args, left, f.summary)
	}
	readSuite(t, f.junit)
}

// ownMarkdown is what a summary has outside of code: headings, tables and sentences
// without links, HTML, mentions or emphasis.
var ownMarkdown = regexp.MustCompile(`^(?:[A-Za-z0-9 .,:;()|–-]|\n|### )*$`)

// Names as PAPI would never give them are still what later steps get.
func TestOutputsOfSeveralLinesStayWhatTheyAre(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.transport = &poisoner{next: s.sim.Transport(), member: "propertyName", value: "a\noutcome=b\nproperty-id<<c\nd\x1b[2J"}
		files, _ := s.leave("status", "prp_1001")
		if got := githubOutputs(t, files.outputs); got["property-name"] != "a\noutcome=b\nproperty-id<<c\nd\\u001b[2J" || got["outcome"] != "ok" || got["property-id"] != "prp_1001" {
			t.Errorf("outputs %q", got)
		}
		delimiter := func(text string) string {
			return regexp.MustCompile(`property-name<<(\w{20,})\n`).FindString(text)
		}
		again, _ := s.leave("status", "prp_1001")
		if first := delimiter(files.outputs); first == "" || first == delimiter(again.outputs) {
			t.Errorf("the end of a value can be known before: %q", first)
		}
	})
}

// Everything that was sent may come back, and is not to be in a file either.
func TestSecretsThatComeBackAreInNoFile(t *testing.T) {
	for operation, args := range meeting() {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, func(o *simulator.Options) { o.Credentials.AccountKey = accountKey })
			s.set(map[string]string{"AKAMAI_EDGERC_ACCOUNT_KEY": accountKey})
			s.transport = echo{s.sim, operation}
			s.leave(append(slices.Clone(args), "--timeout", "10m")...)
			s.leave(append(slices.Clone(args), "--timeout", "10m", "--account-key", accountKey)...)
		})
	}
}
